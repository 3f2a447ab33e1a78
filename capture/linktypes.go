package capture

import "strconv"

// linkName returns the name of a LINKTYPE_ value without its prefix, the way libpcap writes it (tcpdump.org/linktypes.html).
func linkName(t uint16) string {
	switch t {
	case 0:
		return "NULL"
	case 1:
		return "EN10MB"
	case 6:
		return "IEEE802"
	case 9:
		return "PPP"
	case 12, 14, 101:
		return "RAW"
	case 50:
		return "PPP_SERIAL"
	case 51:
		return "PPP_ETHER"
	case 104:
		return "C_HDLC"
	case 105:
		return "IEEE802_11"
	case 107:
		return "FRELAY"
	case 108:
		return "LOOP"
	case 113:
		return "LINUX_SLL"
	case 119:
		return "IEEE802_11_PRISM"
	case 127:
		return "IEEE802_11_RADIO"
	case 163:
		return "IEEE802_11_AVS"
	case 192:
		return "PPI"
	case 219:
		return "MPLS"
	case 228:
		return "IPV4"
	case 229:
		return "IPV6"
	case 276:
		return "LINUX_SLL2"
	}
	return "LINKTYPE_" + strconv.Itoa(int(t))
}

package wire

import "netscope.example/nsgraph/capture/fact"

// gtpu reads a GTPv1-U G-PDU (3GPP TS 29.281, section 5.1).
func gtpu(b []byte, n int) (in inner, ok bool) {
	const gPDU = 255
	if len(b) < 8 || b[0]>>4 != 3 || b[1] != gPDU || int(be16(b[2:])) > n-8 {
		return in, false
	}
	n = 8 + int(be16(b[2:]))
	b = b[:min(len(b), n)]
	header := 8
	if b[0]&7 != 0 { // sequence number, N-PDU number, next extension
		header = 12
		if len(b) < header {
			return in, false
		}
		next := b[11]
		if b[0]&4 == 0 {
			next = 0
		}
		for next != 0 {
			if len(b) <= header || b[header] == 0 {
				return in, false
			}
			header += int(b[header]) * 4
			if len(b) < header {
				return in, false
			}
			next = b[header-1]
		}
	}
	return inner{kind: fact.GTPU, link: linkRaw, b: b[header:], n: n - header}, isIP(b[header:])
}

// isIP tells whether b can begin an IP packet.
func isIP(b []byte) bool {
	return len(b) > 0 && (b[0]>>4 == 4 && b[0]&15 >= 5 || b[0]>>4 == 6)
}

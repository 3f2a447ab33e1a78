package wire

import "netscope.example/nsgraph/capture/fact"

// capwap reads a data packet of CAPWAP that is neither encrypted nor a fragment (RFC 5415, section 4.3): an 802.11 or Ethernet frame
// behind a header of variable length.
func capwap(b []byte, n int) (in inner, ok bool) {
	const native, fragment, keepAlive = 1 << 8, 1 << 7, 1 << 3
	if len(b) < 8 || b[0] != 0 {
		return in, false
	}
	flags := be32(b) & 0xffffff
	size := int(flags>>19) * 4
	if size < 8 || size+ethernetHeader > len(b) || flags&(fragment|keepAlive) != 0 {
		return in, false
	}
	b, n = b[size:], n-size
	if flags&native == 0 {
		return inner{kind: fact.CAPWAP, link: linkEthernet, b: b, n: n}, looksEthernet(b, n)
	}
	return inner{kind: fact.CAPWAP, link: linkWiFi, b: b, n: n}, isWiFiData(b[0]) || isWiFiData(b[1])
}

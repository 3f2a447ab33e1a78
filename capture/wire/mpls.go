package wire

import "netscope.example/nsgraph/capture/fact"

// maxLabels is how deep a label stack is followed.
const maxLabels = 16

// mpls reads a label stack (RFC 3032). What is behind it does not say what it is: its first four bits do (RFC 4928).
func mpls(d *Decoder, p *Packet, b []byte, n int) {
	p.Network = b
	p.Has |= HasMPLS
	for i := range maxLabels {
		if len(b) < 4 {
			p.Problem = Short
			return
		}
		entry := be32(b)
		if i == 0 {
			p.MPLSTC = uint8(entry >> 9 & 7)
		}
		b, n = b[4:], n-4
		if entry&0x100 == 0 {
			continue
		}
		d.labelled(p, b, n)
		return
	}
	p.Problem = TooDeep
}

// labelled goes on at the bottom of the stack.
func (d *Decoder) labelled(p *Packet, b []byte, n int) {
	if len(b) == 0 {
		p.Problem = Short
		return
	}
	switch b[0] >> 4 {
	case 4:
		d.network(p, typeIPv4, b, n)
		return
	case 6:
		if len(b) >= 6 && int(be16(b[4:])) <= n { // or a MAC address that begins with 6
			d.network(p, typeIPv6, b, n)
			return
		}
	case 1: // associated channel (RFC 4385)
		return
	}
	// A pseudowire of Ethernet frames (RFC 4448), after four bytes of control word or not.
	if len(b) >= 4+ethernetHeader && be16(b) == 0 && looksEthernet(b[4:], n-4) {
		b, n = b[4:], n-4
	} else if !looksEthernet(b, n) {
		return
	}
	d.carry(inner{kind: fact.MPLSPseudowire, link: linkEthernet, b: b, n: n})
}

// looksEthernet tells whether the type of b, n bytes long, is one that an Ethernet frame is likely to have.
func looksEthernet(b []byte, n int) bool {
	if len(b) < ethernetHeader {
		return false
	}
	switch t := be16(b[12:]); t {
	case typeIPv4, typeIPv6, typeVLAN, typeServiceVLAN, typeOldVLAN, typeMPLS, typePPPoESession, 0x0806, 0x8863, 0x88cc, 0x8809, 0x888e, 0x9000, 0x8902:
		return b[6]&1 == 0 // no frame comes from a group
	default:
		return t >= 3 && t <= maxLLCLength && int(t) <= n-ethernetHeader && b[6]&1 == 0
	}
}

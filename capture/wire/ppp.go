package wire

import "netscope.example/nsgraph/capture/fact"

// PPP protocol numbers (IANA).
const (
	pppIPv4 = 0x0021
	pppIPv6 = 0x0057
	pppMPLS = 0x0281
)

// ppp reads a PPP frame (RFC 1661), with or without address and control (RFC 1662), with or without compression of the protocol
// number. p.EtherType is the EtherType for IP and MPLS, else the PPP protocol number.
func ppp(d *Decoder, p *Packet, b []byte, n int) {
	if len(b) >= 2 && b[0] == 0xff && b[1] == 3 {
		b, n = b[2:], n-2
	}
	if len(b) < 2 {
		p.Problem = Short
		return
	}
	protocol, size := be16(b), 2
	if b[0]&1 != 0 {
		protocol, size = uint16(b[0]), 1
	}
	b, n = b[size:], n-size
	switch protocol {
	case pppIPv4:
		d.network(p, typeIPv4, b, n)
	case pppIPv6:
		d.network(p, typeIPv6, b, n)
	case pppMPLS:
		d.network(p, typeMPLS, b, n)
	default:
		p.EtherType, p.Network = protocol, b
	}
}

// pppoe reads a PPPoE session header (RFC 2516): a tunnel of PPP frames.
func pppoe(d *Decoder, p *Packet, b []byte, n int) {
	p.Network = b
	if len(b) < 6 {
		p.Problem = Short
		return
	}
	if b[0] != 0x11 {
		p.Problem = BadHeader
		return
	}
	if b[1] != 0 { // discovery, which LINKTYPE_PPP_ETHER has too
		return
	}
	size := min(int(be16(b[4:])), n-6)
	d.carry(inner{kind: fact.PPPoE, link: linkPPP, b: b[6:min(len(b), 6+size)], n: size})
}

// chdlc reads Cisco's HDLC: address, control, EtherType (RFC 1547, section 4.3.1).
func chdlc(d *Decoder, p *Packet, b []byte, n int) {
	if len(b) < 4 {
		p.Problem = Short
		return
	}
	d.network(p, be16(b[2:]), b[4:], n-4)
}

package wire

import "netscope.example/nsgraph/capture/fact"

// tunnel tells whether the UDP payload b, originally n bytes, is what its port promises, and what it carries then.
type tunnel func(b []byte, n int) (inner, bool)

// udpTunnelOf is the table of tunnels in UDP, by port. A new one is a line here and a file with its tunnel.
func udpTunnelOf(src, dst uint16) tunnel {
	switch dst {
	case 4789, 8472: // 8472: Linux before the port was assigned
		return vxlan
	case 6081:
		return geneve
	case 2152:
		return gtpu
	case 3544:
		return teredo
	case 1701:
		return l2tp
	}
	switch src {
	case 2152:
		return gtpu
	case 3544:
		return teredo
	case 1701:
		return l2tp
	}
	return nil
}

// udpTunnel follows a tunnel in the UDP packet p. A port proves nothing: what does not parse stays UDP.
func (d *Decoder) udpTunnel(p *Packet) {
	t := udpTunnelOf(p.SrcPort, p.DstPort)
	if t == nil || len(p.Payload) == 0 {
		return
	}
	if in, ok := t(p.Payload, int(p.PayloadLen)); ok && in.n > 0 {
		d.carry(in)
	}
}

// vxlan reads VXLAN (RFC 7348), with the group policy extension that others use.
func vxlan(b []byte, n int) (in inner, ok bool) {
	if len(b) < 8 {
		return in, false
	}
	flags := be32(b)
	if flags&0x08000000 == 0 || flags&0x77000000 != 0 || flags&0x80000000 == 0 && flags&0xffffff != 0 || b[7] != 0 {
		return in, false
	}
	if n-8 < ethernetHeader {
		return in, false
	}
	return inner{kind: fact.VXLAN, vni: be32(b[4:]) >> 8, link: linkEthernet, b: b[8:], n: n - 8}, true
}

// geneve reads GENEVE (RFC 8926).
func geneve(b []byte, n int) (in inner, ok bool) {
	if len(b) < 8 {
		return in, false
	}
	header := 8 + int(b[0]&0x3f)*4
	if b[0]>>6 != 0 || b[1]&0x3f != 0 || b[7] != 0 || len(b) < header {
		return in, false
	}
	in = inner{kind: fact.GENEVE, vni: be32(b[4:]) >> 8, b: b[header:], n: n - header}
	switch be16(b[2:]) {
	case typeEthernet:
		in.link = linkEthernet
	case typeIPv4, typeIPv6:
		in.link = linkRaw
	default:
		return in, false
	}
	return in, true
}

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

// teredo reads Teredo (RFC 4380, section 5.1.1): IPv6 behind two optional headers.
func teredo(b []byte, n int) (in inner, ok bool) {
	if len(b) >= 4 && be16(b) == 1 { // authentication
		size := 13 + int(b[2]) + int(b[3])
		if len(b) < size {
			return in, false
		}
		b, n = b[size:], n-size
	}
	if len(b) >= 8 && be16(b) == 0 { // origin
		b, n = b[8:], n-8
	}
	if len(b) < 40 || b[0]>>4 != 6 || 40+int(be16(b[4:])) != n {
		return in, false
	}
	return inner{kind: fact.Teredo, link: linkRaw, b: b, n: n}, true
}

// l2tp reads an L2TPv2 data message (RFC 2661, section 3.1), which carries PPP.
func l2tp(b []byte, n int) (in inner, ok bool) {
	const (
		control, length, sequence, offset = 0x8000, 0x4000, 0x0800, 0x0200
		reserved                          = 0x34f0
	)
	if len(b) < 6 {
		return in, false
	}
	flags := be16(b)
	if flags&control != 0 || flags&reserved != 0 || flags&15 != 2 {
		return in, false
	}
	header := 6
	if flags&length != 0 {
		if size := int(be16(b[2:])); size > n || size < 8 {
			return in, false
		} else {
			n = size
			b = b[:min(len(b), n)]
		}
		header += 2
	}
	if flags&sequence != 0 {
		header += 4
	}
	if flags&offset != 0 {
		if len(b) < header+2 {
			return in, false
		}
		header += 2 + int(be16(b[header:]))
	}
	if len(b) < header+2 {
		return in, false
	}
	return inner{kind: fact.L2TP, link: linkPPP, b: b[header:], n: n - header}, true
}

package wire

// tunnel tells whether the UDP payload b, originally n bytes, is what its port promises, and what it carries then.
type tunnel func(b []byte, n int) (inner, bool)

// udpTunnelOf is the table of tunnels in UDP, by port. A new one is a line here and a file with its tunnel.
func udpTunnelOf(src, dst uint16) tunnel {
	switch dst {
	case 4789, 4790, 8472: // 8472: Linux before the port was assigned
		return vxlan
	case 4754:
		return greTunnel
	case 6081:
		return geneve
	case 2152:
		return gtpu
	case 3544:
		return teredo
	case 1701:
		return l2tp
	case 4341:
		return lisp
	case 5247:
		return capwap
	}
	switch src {
	case 2152:
		return gtpu
	case 3544:
		return teredo
	case 1701:
		return l2tp
	case 5247:
		return capwap
	}
	return nil
}

// udpTunnel follows a tunnel in the UDP packet p, whose header begins b. A port proves nothing: what does not parse stays UDP.
func (d *Decoder) udpTunnel(p *Packet, b []byte) {
	t := udpTunnelOf(p.SrcPort, p.DstPort)
	if t == nil || len(p.Payload) == 0 {
		return
	}
	n := int(p.PayloadLen)
	if p.FirstFr { // the rest of the inner packet comes in later fragments; here it is like a cut one
		n = max(n, int(be16(b[4:]))-8)
	}
	if in, ok := t(p.Payload, n); ok && in.n > 0 {
		d.carry(in)
	}
}

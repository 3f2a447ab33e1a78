package wire

// vntag reads Cisco's VN-Tag (802.1Qbh drafts): four bytes about virtual interfaces, then the EtherType.
func (d *Decoder) vntag(p *Packet, b []byte, n int) {
	p.Network = b
	if len(b) < 6 {
		p.Problem = Short
		return
	}
	t := be16(b[4:])
	if t <= maxLLCLength {
		d.llc(p, int(t), b[6:], n-6)
		return
	}
	if t == typeVNTag || p.Tagged { // it is the outermost tag, and none carries another
		p.Problem = BadHeader
		return
	}
	d.network(p, t, b[6:], n-6)
}

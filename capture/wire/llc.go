package wire

// SNAP organisation codes under which the type is an EtherType.
const (
	ouiEncapsulated = 0x000000 // RFC 1042
	ouiBridge       = 0x0000f8 // 802.1H bridge tunnel
)

// llc reads an 802.2 header, of a frame whose 802.3 length field says length: what is behind that is padding.
func (d *Decoder) llc(p *Packet, length int, b []byte, n int) {
	if length < n {
		n = length
		b = b[:min(n, len(b))]
	}
	p.Network = b
	if len(b) < 3 {
		p.Problem = Short
		return
	}
	p.Has |= HasLLC
	p.EtherType = be16(b)
	control := 1
	if b[2]&3 != 3 { // information and supervisory frames have two bytes of control
		control = 2
	}
	if p.EtherType != 0xaaaa || b[2] != 3 {
		p.Network = b[min(len(b), 2+control):]
		return
	}
	if len(b) < 8 {
		p.Problem = Short
		return
	}
	again := p.Has&HasSNAP != 0 // SNAP within SNAP is not followed
	p.Has |= HasSNAP
	p.OUI = be32(b[2:]) & 0xffffff
	p.EtherType = be16(b[6:])
	p.Network = b[8:]
	if !again && (p.OUI == ouiEncapsulated || p.OUI == ouiBridge) {
		d.network(p, p.EtherType, b[8:], n-8)
	}
}

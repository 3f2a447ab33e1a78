package wire

// NLPIDs (ISO/IEC TR 9577).
const (
	nlpidSNAP = 0x80
	nlpidIPv6 = 0x8e
	nlpidIPv4 = 0xcc
)

// frameRelay reads a Q.922 address of two to four bytes, and RFC 2427's encapsulation behind it, or Cisco's: an EtherType.
func frameRelay(d *Decoder, p *Packet, b []byte, n int) {
	address := 0
	for {
		if len(b) <= address || address == 4 {
			p.Problem = Short
			return
		}
		address++
		if b[address-1]&1 != 0 {
			break
		}
	}
	b, n = b[address:], n-address
	p.Network = b
	if len(b) < 2 {
		p.Problem = Short
		return
	}
	if b[0] != 3 { // not an unnumbered information frame
		d.network(p, be16(b), b[2:], n-2)
		return
	}
	b, n = b[1:], n-1
	if b[0] == 0 { // padding
		b, n = b[1:], n-1
	}
	if len(b) == 0 {
		p.Problem = Short
		return
	}
	switch nlpid := b[0]; nlpid {
	case nlpidIPv4:
		d.network(p, typeIPv4, b[1:], n-1)
	case nlpidIPv6:
		d.network(p, typeIPv6, b[1:], n-1)
	case nlpidSNAP:
		if len(b) < 6 {
			p.Problem = Short
			return
		}
		p.Has |= HasSNAP
		p.OUI = be32(b) & 0xffffff
		p.EtherType, p.Network = be16(b[4:]), b[6:]
		if p.OUI == ouiEncapsulated {
			d.network(p, p.EtherType, b[6:], n-6)
		}
	default:
		p.EtherType, p.Network = uint16(nlpid), b[1:]
	}
}

package wire

// Values of Linux cooked headers (tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html).
const (
	cookedOutgoing = 4
	cooked8022     = 4 // protocol: 802.2 LLC
	cookedHeader   = 16
	cooked2Header  = 20
	arphrdNetlink  = 824 // the protocol field is a netlink family then
)

// cooked reads LINKTYPE_LINUX_SLL.
func cooked(d *Decoder, p *Packet, b []byte, n int) {
	if len(b) < cookedHeader {
		p.Problem = Short
		return
	}
	p.Outgoing = be16(b) == cookedOutgoing
	if be16(b[4:]) == 6 {
		p.SrcMAC = [6]byte(b[6:])
	}
	d.cookedPayload(p, be16(b[2:]), be16(b[14:]), b[cookedHeader:], n-cookedHeader)
}

// cooked2 reads LINKTYPE_LINUX_SLL2.
func cooked2(d *Decoder, p *Packet, b []byte, n int) {
	if len(b) < cooked2Header {
		p.Problem = Short
		return
	}
	p.Outgoing = b[10] == cookedOutgoing
	if b[11] == 6 {
		p.SrcMAC = [6]byte(b[12:])
	}
	d.cookedPayload(p, be16(b[8:]), be16(b), b[cooked2Header:], n-cooked2Header)
}

func (d *Decoder) cookedPayload(p *Packet, hardware, protocol uint16, b []byte, n int) {
	switch {
	case hardware == arphrdNetlink:
		p.Network, p.Problem = b, UnknownLink
	case protocol == cooked8022:
		d.llc(p, n, b, n)
	default:
		d.network(p, protocol, b, n)
	}
}

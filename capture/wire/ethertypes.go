package wire

// EtherTypes that this package reads itself (IEEE 802 numbers).
const (
	typeIPv4          = 0x0800
	typeVLAN          = 0x8100 // 802.1Q
	typeServiceVLAN   = 0x88a8 // 802.1ad
	typeOldVLAN       = 0x9100 // service tag before 802.1ad
	typeIPv6          = 0x86dd
	typeMPLS          = 0x8847
	typeMPLSMulticast = 0x8848
	typePPPoESession  = 0x8864
	typeVNTag         = 0x8926
	typeBackbone      = 0x88e7 // 802.1ah
	typeEthernet      = 0x6558 // transparent Ethernet bridging
	maxLLCLength      = 1500   // a smaller "EtherType" is the length of an 802.3 frame
)

// network goes on with b, which is of the given EtherType. What has no case here stays in p.Network for whoever reads it.
func (d *Decoder) network(p *Packet, etherType uint16, b []byte, n int) {
	p.EtherType = etherType
	switch etherType {
	case typeIPv4:
		d.ipv4(p, b, n)
	case typeIPv6:
		d.ipv6(p, b, n)
	case typeVLAN, typeServiceVLAN, typeOldVLAN:
		d.tags(p, etherType, b, n)
	case typeMPLS, typeMPLSMulticast:
		mpls(d, p, b, n)
	case typePPPoESession:
		pppoe(d, p, b, n)
	case typeVNTag:
		d.vntag(p, b, n)
	case typeBackbone:
		d.backbone(p, b, n)
	default:
		p.Network = b
	}
}

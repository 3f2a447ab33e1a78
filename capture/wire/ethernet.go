package wire

// ethernetHeader is destination, source, type, in bytes.
const ethernetHeader = 14

// maxTags is how many tags are followed; fact.MaxVLANs of them are kept.
const maxTags = 8

// ethernet reads an Ethernet II or 802.3 frame without frame check sequence.
func ethernet(d *Decoder, p *Packet, b []byte, n int) {
	if len(b) < ethernetHeader {
		p.Problem = Short
		return
	}
	p.Has |= HasEthernet
	p.DstMAC = [6]byte(b)
	p.SrcMAC = [6]byte(b[6:])
	t := be16(b[12:])
	if t > maxLLCLength {
		d.network(p, t, b[ethernetHeader:], n-ethernetHeader)
		return
	}
	d.llc(p, int(t), b[ethernetHeader:], n-ethernetHeader)
}

// tags reads a stack of VLAN tags, of which b[0:2] is the first one's control information, and goes on behind it.
func (d *Decoder) tags(p *Packet, etherType uint16, b []byte, n int) {
	for range maxTags {
		if len(b) < 4 {
			p.Problem = Short
			if n < 4 {
				p.invalidVLAN() // it was sent so
			}
			return
		}
		control := be16(b)
		if !p.Tagged {
			p.Tagged, p.PCP = true, uint8(control>>13)
		}
		p.tag(control&0xfff, etherType != typeVLAN)
		etherType = be16(b[2:])
		b, n = b[4:], n-4
		switch {
		case etherType == typeVLAN || etherType == typeServiceVLAN || etherType == typeOldVLAN:
			continue
		case etherType <= maxLLCLength:
			d.llc(p, int(etherType), b, n)
		default:
			d.network(p, etherType, b, n)
		}
		return
	}
	p.EtherType, p.Network = etherType, b
	p.Problem = TooDeep
}

// invalidVLAN notes it in Has too: what is behind the tags may have a problem of its own.
func (p *Packet) invalidVLAN() {
	p.Has |= HasInvalidVLAN
	p.Problem = InvalidVLAN
}

// tag adds one VLAN id to the scope. Id 0 is a priority tag and names no VLAN.
func (p *Packet) tag(id uint16, service bool) {
	v := &p.Scope.VLAN
	switch {
	case id == 0:
		return
	case int(v.N) == len(v.ID):
		p.invalidVLAN()
		return
	case id == 0xfff:
		p.invalidVLAN()
	}
	if service {
		v.SVC |= 1 << v.N
	}
	v.ID[v.N] = id
	v.N++
}

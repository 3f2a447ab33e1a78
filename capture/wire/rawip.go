package wire

// rawIP reads IPv4 or IPv6 without link header.
func rawIP(d *Decoder, p *Packet, b []byte, n int) {
	p.Network = b
	if len(b) == 0 {
		p.Problem = Short
		return
	}
	switch b[0] >> 4 {
	case 4:
		d.network(p, typeIPv4, b, n)
	case 6:
		d.network(p, typeIPv6, b, n)
	default:
		p.Problem = BadHeader
	}
}

// null reads LINKTYPE_NULL, an address family in the byte order of the capturing machine, and LINKTYPE_LOOP, the same in network
// byte order.
func null(d *Decoder, p *Packet, b []byte, n int) {
	if len(b) < 4 {
		p.Problem = Short
		return
	}
	family := be32(b)
	if t := be16(b[2:]); family > 0xffff && t > maxLLCLength { // some VPN adapters of Windows write an EtherType
		d.network(p, t, b[4:], n-4)
		return
	}
	if family > 0xffff {
		family = family>>24 | family>>8&0xff00
	}
	b, n = b[4:], n-4
	switch family {
	case 2: // AF_INET everywhere
		d.network(p, typeIPv4, b, n)
	case 10, 23, 24, 28, 30: // AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS
		d.network(p, typeIPv6, b, n)
	default:
		p.Network = b
	}
}

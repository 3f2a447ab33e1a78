package wire

import "netscope.example/nsgraph/capture/fact"

// IP protocol numbers that are read (IANA).
const (
	protoHopByHop    = 0
	protoIPv4        = 4
	protoDCCP        = 33
	protoIPv6        = 41
	protoRouting     = 43
	protoFragment    = 44
	protoGRE         = 47
	protoAH          = 51
	protoNone        = 59
	protoDestination = 60
	protoMobility    = 135
	protoUDPLite     = 136
	protoHIP         = 139
	protoShim6       = 140
)

// maxExtensions is how many IPv6 extension headers are followed.
const maxExtensions = 16

// ipv4 reads an IPv4 packet and what it carries.
func (d *Decoder) ipv4(p *Packet, b []byte, n int) {
	if b, n, ok := ipv4Header(p, b, n); ok {
		d.datagram(p, b, n)
	}
}

// ipv6 reads an IPv6 packet and what it carries.
func (d *Decoder) ipv6(p *Packet, b []byte, n int) {
	if b, n, ok := ipv6Header(p, b, n); ok {
		d.datagram(p, b, n)
	}
}

// datagram goes on with the payload of an IP packet, whole or a fragment of it.
func (d *Decoder) datagram(p *Packet, b []byte, n int) {
	if p.Fragment {
		if !p.FirstFr {
			p.Payload, p.PayloadLen = b, uint32(n)
			d.fragments.recall(p)
			return
		}
		transport(p, b, n)
		d.fragments.remember(p)
	} else {
		transport(p, b, n)
	}
	switch p.Protocol {
	case fact.UDP:
		d.udpTunnel(p, b)
	case protoGRE:
		d.gre(p, b, n)
	case protoIPv4, protoIPv6:
		d.carry(inner{kind: fact.IPinIP, link: linkRaw, b: b, n: n})
	case protoMPLSinIP:
		d.carry(inner{kind: fact.IPinIP, link: linkMPLS, b: b, n: n})
	}
}

// ipv4Header reads the header (RFC 791) and returns the payload without the frame's padding.
func ipv4Header(p *Packet, b []byte, n int) (payload []byte, size int, ok bool) {
	p.Network = b
	if len(b) < 20 {
		p.Problem = Short
		return nil, 0, false
	}
	header, total := int(b[0]&15)*4, int(be16(b[2:]))
	if total == 0 { // the sender's card was to fill it in
		total = n
	}
	if b[0]>>4 != 4 || header < 20 || total < header {
		p.Problem = BadHeader
		return nil, 0, false
	}
	p.Has |= HasIP
	p.Version = 4
	p.IPLength = uint32(total)
	p.DSCP, p.ECN = b[1]>>2, b[1]&3
	p.IPID = uint32(be16(b[4:]))
	flags := be16(b[6:])
	p.DF = flags&0x4000 != 0
	p.MoreFr = flags&0x2000 != 0
	p.FragOff = uint32(flags&0x1fff) * 8
	p.Fragment = flags&0x3fff != 0
	p.FirstFr = p.Fragment && p.FragOff == 0
	p.TTL = b[8]
	p.Protocol = fact.Transport(b[9])
	p.Src.mapped(b[12:16])
	p.Dst.mapped(b[16:20])
	if total < n {
		n = total
		b = b[:min(len(b), n)]
		p.Network = b
	}
	if len(b) < header || n < header {
		p.Problem = Short
		return nil, 0, false
	}
	b, n = b[header:], n-header
	if p.Protocol == protoAH && (!p.Fragment || p.FirstFr) {
		return extensions(p, protoAH, b, n)
	}
	return b, n, true
}

// mapped sets a, which is zero, to the IPv4 address b.
func (a *Addr) mapped(b []byte) {
	a[10], a[11] = 0xff, 0xff
	*(*[4]byte)(a[12:]) = [4]byte(b)
}

// ipv6Header reads the header and its extensions (RFC 8200) and returns the payload without the frame's padding.
func ipv6Header(p *Packet, b []byte, n int) (payload []byte, size int, ok bool) {
	p.Network = b
	if len(b) < 40 {
		p.Problem = Short
		return nil, 0, false
	}
	if b[0]>>4 != 6 {
		p.Problem = BadHeader
		return nil, 0, false
	}
	class := uint8(be16(b) >> 4)
	total, next := 40+int(be16(b[4:])), b[6]
	if total == 40 && next != protoNone { // a jumbogram, or the sender's card was to fill it in
		total = n
	}
	p.Has |= HasIP
	p.Version = 6
	p.IPLength = uint32(total)
	p.DSCP, p.ECN = class>>2, class&3
	p.TTL = b[7]
	p.Src, p.Dst = Addr(b[8:24]), Addr(b[24:40])
	if total < n {
		n = total
		b = b[:min(len(b), n)]
		p.Network = b
	}
	return extensions(p, next, b[40:], n-40)
}

// extensions follows IPv6 extension headers, and the authentication header of both versions (RFC 4302), up to the transport.
func extensions(p *Packet, next uint8, b []byte, n int) (payload []byte, size int, ok bool) {
	for range maxExtensions {
		p.Protocol = fact.Transport(next)
		header := 8
		switch next {
		case protoHopByHop, protoRouting, protoDestination, protoMobility, protoHIP, protoShim6:
			if len(b) >= 2 {
				header = 8 + int(b[1])*8
			}
		case protoFragment:
			if len(b) >= 8 {
				offset := be16(b[2:])
				p.FragOff = uint32(offset &^ 7)
				p.MoreFr = offset&1 != 0
				p.IPID = be32(b[4:])
				p.Fragment = offset&^6 != 0 // else an atomic fragment (RFC 6946): not one
				p.FirstFr = p.Fragment && p.FragOff == 0
			}
		case protoAH:
			if len(b) >= 2 {
				header = 8 + int(b[1])*4
			}
		default:
			return b, n, true
		}
		if len(b) < header {
			p.Problem = Short
			if n < header {
				p.Problem = BadHeader
			}
			return nil, 0, false
		}
		next = b[0]
		b, n = b[header:], n-header
		if p.Fragment && !p.FirstFr {
			p.Protocol = fact.Transport(next)
			return b, n, true
		}
	}
	p.Problem = TooDeep
	return nil, 0, false
}

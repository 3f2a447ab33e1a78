package control

import (
	"net/netip"

	"netscope.example/nsgraph/capture/wire"
)

// upper returns what the IP header of p carries, as captured, without the Ethernet padding behind it; nil if p has no IP header or is
// not a datagram's beginning.
func upper(p *wire.Packet) []byte {
	if p.Fragment && !p.FirstFr {
		return nil
	}
	c := cursor{b: p.Network}
	switch p.Version {
	case 4:
		b := c.take(20)
		if b == nil {
			return nil
		}
		head, total := int(b[0]&15)*4, int(b[2])<<8|int(b[3])
		c.skip(head - 20)
		if total >= head {
			c.b = c.b[:min(len(c.b), total-head)]
		}
		return c.b
	case 6:
		b := c.take(40)
		if b == nil {
			return nil
		}
		if n := int(b[4])<<8 | int(b[5]); n > 0 {
			c.b = c.b[:min(len(c.b), n)]
		}
		return beyondExtensions(c, b[6])
	}
	return nil
}

// beyondExtensions skips the IPv6 extension headers that can stand before a control protocol (RFC 8200, section 4).
func beyondExtensions(c cursor, next uint8) []byte {
	for range 8 {
		switch next {
		case 0, 43, 60: // hop-by-hop options, routing, destination options
			next = c.u8()
			n := int(c.u8())
			c.skip(6 + 8*n)
		case 44: // fragment
			next = c.u8()
			c.skip(7)
		case 51: // authentication header (RFC 4302)
			next = c.u8()
			n := int(c.u8())
			c.skip(4*n + 6)
		default:
			return c.b
		}
	}
	return nil
}

// source returns the address that p comes from; the zero Addr if it has none.
func source(p *wire.Packet) netip.Addr {
	if p.Version == 0 {
		return netip.Addr{}
	}
	return p.Src.Netip()
}

// destination returns the address that p goes to.
func destination(p *wire.Packet) netip.Addr {
	if p.Version == 0 {
		return netip.Addr{}
	}
	return p.Dst.Netip()
}

func addr4(b []byte) netip.Addr {
	if len(b) != 4 {
		return netip.Addr{}
	}
	return netip.AddrFrom4([4]byte(b))
}

func addr16(b []byte) netip.Addr {
	if len(b) != 16 {
		return netip.Addr{}
	}
	return netip.AddrFrom16([16]byte(b))
}

// maskBits returns the length of a netmask, or -1 if its ones are not contiguous.
func maskBits(b []byte) int {
	if len(b) != 4 {
		return -1
	}
	m := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	n := 0
	for ; m&(1<<31) != 0; m <<= 1 {
		n++
	}
	if m != 0 {
		return -1
	}
	return n
}

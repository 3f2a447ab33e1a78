package sight

import (
	"encoding/binary"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// claim is one ARP or neighbour discovery message that binds an address to a MAC.
type claim struct {
	ip       wire.Addr
	mac      fact.MAC
	announce bool // nobody asked for it
}

const etherARP = 0x0806

// arpClaim reads the sender of an ARP message for IPv4 over Ethernet (RFC 826). A probe (RFC 5227: sender 0.0.0.0) claims nothing.
// An announcement, which asks for or tells the sender's own address, and a reply to everyone are unasked.
func arpClaim(p *wire.Packet) (claim, bool) {
	b := p.Network
	if p.EtherType != etherARP || len(b) < 28 {
		return claim{}, false
	}
	op := binary.BigEndian.Uint16(b[6:])
	if binary.BigEndian.Uint16(b) != 1 || binary.BigEndian.Uint16(b[2:]) != 0x0800 || b[4] != 6 || b[5] != 4 || op != 1 && op != 2 {
		return claim{}, false
	}
	c := claim{ip: v4(b[14:18]), mac: fact.MAC(b[8:14])}
	if unspecified(&c.ip) || c.mac.IsZero() || c.mac.IsGroup() {
		return claim{}, false
	}
	c.announce = v4(b[24:28]) == c.ip || op == 2 && p.DstMAC.IsGroup()
	return c, true
}

// v4 returns an IPv4 address mapped into IPv6.
func v4(b []byte) wire.Addr {
	return wire.Addr{10: 0xff, 11: 0xff, 12: b[0], 13: b[1], 14: b[2], 15: b[3]}
}

// Neighbour discovery (RFC 4861): message types and link-layer address options.
const (
	routerAdvertisement  = 134
	neighbourSolicit     = 135
	neighbourAdvertise   = 136
	optSourceLinkLayer   = 1
	optTargetLinkLayer   = 2
	neighbourSolicitedOn = 0x40 // the S flag
)

// ndClaim reads a neighbour discovery message: a solicitation or router advertisement claims its source for the source link-layer
// address, a neighbour advertisement its target for the target link-layer address, or for the frame's source if it names none. Who asks from no address
// whether its target is taken (RFC 4862, section 5.4) claims it, too.
// What was forwarded (hop limit not 255) is no claim.
func ndClaim(p *wire.Packet) (claim, bool) {
	b := upper(p)
	if p.TTL != 255 || len(b) < 8 {
		return claim{}, false
	}
	c := claim{ip: p.Src, mac: p.SrcMAC}
	var opts []byte
	want := byte(optSourceLinkLayer)
	switch b[0] {
	case routerAdvertisement:
		if len(b) < 16 {
			return claim{}, false
		}
		opts = b[16:]
	case neighbourSolicit, neighbourAdvertise:
		if len(b) < 24 {
			return claim{}, false
		}
		opts = b[24:]
		if b[0] == neighbourAdvertise {
			c.ip, want = wire.Addr(b[8:24]), optTargetLinkLayer
			c.announce = b[4]&neighbourSolicitedOn == 0
		} else if unspecified(&c.ip) {
			c.ip, c.announce = wire.Addr(b[8:24]), true
			return c, !unspecified(&c.ip) && c.ip[0] != 0xff && !c.mac.IsZero() && !c.mac.IsGroup()
		}
	default:
		return claim{}, false
	}
	if unspecified(&c.ip) || c.ip[0] == 0xff {
		return claim{}, false
	}
	m, ok := linkLayer(opts, want)
	switch {
	case ok:
		c.mac = m
	case b[0] != neighbourAdvertise:
		return claim{}, false // it says nothing of its MAC
	}
	return c, !c.mac.IsZero() && !c.mac.IsGroup()
}

// linkLayer finds the Ethernet address of a link-layer address option.
func linkLayer(b []byte, kind byte) (fact.MAC, bool) {
	for len(b) >= 8 {
		n := int(b[1]) * 8
		if n == 0 || n > len(b) {
			return fact.MAC{}, false
		}
		if b[0] == kind && n == 8 {
			return fact.MAC(b[2:8]), true
		}
		b = b[n:]
	}
	return fact.MAC{}, false
}

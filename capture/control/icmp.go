package control

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netscope.example/nsgraph/capture/wire"
)

var icmpSettings = []Setting{
	{"icmp.redirect", "better gateway to the destination that the group names", "RFC 792; RFC 4861, 4.5"},
	{"icmp.mtu", "next-hop MTU of a packet too big, bytes; 0: not said. The group is its sender and its destination", "RFC 1191, 4; RFC 4443, 3.2"},
	{"icmp.unreachable", "network or host: what a router cannot reach; the group is the destination's /24 or /64", "RFC 792; RFC 4443, 3.1"},
}

// quotedAddresses returns who sent the packet that an error quotes, and to whom.
func quotedAddresses(c *cursor) (src, dst netip.Addr) {
	if c.left() == 0 {
		return
	}
	switch c.b[0] >> 4 {
	case 4:
		c.skip(12)
		return addr4(c.take(4)), addr4(c.take(4))
	case 6:
		c.skip(8)
		return addr16(c.take(16)), addr16(c.take(16))
	}
	c.fail(errValue)
	return
}

// icmp reads destination unreachable and redirect (RFC 792).
func (d *Decoder) icmp(p *wire.Packet) error {
	c := cursor{b: upper(p)}
	kind, code := c.u8(), c.u8()
	c.skip(2)
	s := d.bySender(p, "icmp")
	switch kind {
	case 3:
		c.skip(2)
		mtu := c.u16()
		src, dst := quotedAddresses(&c)
		switch code {
		case 4:
			s.tooBig(&c, src, dst, uint32(mtu))
		case 0, 6, 11:
			s.unreachable(&c, dst, "network")
		case 1, 7, 12:
			s.unreachable(&c, dst, "host")
		}
	case 5:
		gateway := addr4(c.take(4))
		_, dst := quotedAddresses(&c)
		s.redirect(&c, dst, gateway)
	}
	return c.err("icmp")
}

// icmpv6 reads errors (RFC 4443), router advertisements and redirects (RFC 4861).
func (d *Decoder) icmpv6(p *wire.Packet) error {
	c := cursor{b: upper(p)}
	kind, code := c.u8(), c.u8()
	c.skip(2)
	s := d.bySender(p, "icmp")
	switch kind {
	case 1, 2:
		mtu := c.u32()
		src, dst := quotedAddresses(&c)
		switch {
		case kind == 2:
			s.tooBig(&c, src, dst, mtu)
		case code == 0:
			s.unreachable(&c, dst, "network")
		case code == 3:
			s.unreachable(&c, dst, "host")
		}
	case 134:
		return d.advertisement(p, c)
	case 137:
		c.skip(4)
		gateway, dst := addr16(c.take(16)), addr16(c.take(16))
		s.redirect(&c, dst, gateway)
	}
	return c.err("icmpv6")
}

func (s *speech) tooBig(c *cursor, src, dst netip.Addr, mtu uint32) {
	if c.bad == nil {
		s.group = src.String() + " " + dst.String()
		s.say("icmp.mtu", strconv.FormatUint(uint64(mtu), 10))
	}
}

func (s *speech) unreachable(c *cursor, dst netip.Addr, what string) {
	if c.bad != nil {
		return
	}
	bits := 24
	if dst.Is6() {
		bits = 64
	}
	s.group = netip.PrefixFrom(dst, bits).Masked().String()
	s.say("icmp.unreachable", what)
}

func (s *speech) redirect(c *cursor, dst, gateway netip.Addr) {
	if c.bad == nil {
		s.group = dst.String()
		s.say("icmp.redirect", gateway.String())
	}
}

var raSettings = []Setting{
	{"ra.hop_limit", "hop limit for hosts; 0: not said", "RFC 4861, 4.2"},
	{"ra.managed", "addresses come from DHCPv6: yes, no", "RFC 4861, 4.2"},
	{"ra.other", "other configuration comes from DHCPv6: yes, no", "RFC 4861, 4.2"},
	{"ra.lifetime", "seconds as a default router; 0: is none", "RFC 4861, 4.2"},
	{"ra.preference", "low, medium, high", "RFC 4191, 2.2"},
	{"ra.mtu", "link MTU, bytes", "RFC 4861, 4.6.4"},
	{"ra.prefixes", "on-link prefixes, in order", "RFC 4861, 4.6.2"},
	{"ra.dns", "name servers", "RFC 8106, 5.1"},
}

// RouterAdvertisement is RFC 4861, section 4.2. Options that are not there are zero.
type RouterAdvertisement struct {
	HopLimit, Flags uint8
	Lifetime        uint16 // seconds
	MTU             uint32
	Prefixes        []netip.Prefix
	DNS             []netip.Addr
}

// decodeRA reads what follows the checksum.
func decodeRA(c cursor) (RouterAdvertisement, error) {
	a := RouterAdvertisement{HopLimit: c.u8(), Flags: c.u8(), Lifetime: c.u16()}
	c.skip(8)
	for c.left() > 0 {
		t, n := c.u8(), int(c.u8())
		if n == 0 {
			c.fail(errValue)
			break
		}
		v := c.sub(8*n - 2)
		switch t {
		case 3:
			bits, flags := int(v.u8()), v.u8()
			v.skip(12)
			ip := addr16(v.take(16))
			if pre := netip.PrefixFrom(ip, bits).Masked(); pre.IsValid() && flags&0x80 != 0 && len(a.Prefixes) < 16 {
				a.Prefixes = append(a.Prefixes, pre)
			}
		case 5:
			v.skip(2)
			a.MTU = v.u32()
		case 25:
			v.skip(6)
			for v.left() >= 16 && len(a.DNS) < 16 {
				a.DNS = append(a.DNS, addr16(v.take(16)))
			}
		}
		if v.bad != nil {
			c.bad = v.bad
		}
	}
	return a, c.err("ra")
}

func (d *Decoder) advertisement(p *wire.Packet, c cursor) error {
	a, err := decodeRA(c)
	if err != nil {
		return err
	}
	s := d.bySender(p, "ra")
	s.hold = int64(a.Lifetime) * 1e9
	s.say("ra.hop_limit", strconv.Itoa(int(a.HopLimit)))
	s.say("ra.managed", yesNo(a.Flags&0x80 != 0))
	s.say("ra.other", yesNo(a.Flags&0x40 != 0))
	s.say("ra.lifetime", strconv.Itoa(int(a.Lifetime)))
	s.say("ra.preference", [...]string{"medium", "high", "medium", "low"}[a.Flags>>3&3])
	if a.MTU > 0 {
		s.say("ra.mtu", strconv.FormatUint(uint64(a.MTU), 10))
	}
	slices.SortFunc(a.Prefixes, func(x, y netip.Prefix) int { return strings.Compare(x.String(), y.String()) })
	list := make([]string, len(a.Prefixes))
	for i, x := range a.Prefixes {
		list[i] = x.String()
	}
	s.say("ra.prefixes", strings.Join(list, ", "))
	s.say("ra.dns", joinAddrs(a.DNS))
	return nil
}

package build

import (
	"fmt"
	"math/bits"
	"net/netip"
	"slices"
	"strings"

	"github.com/gaissmai/bart"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
)

// learned is a subnet of a context that packets tell.
type learned struct {
	why         string // dhcp, ospf, ra, arp: the first in this order that tells it
	first, last fact.Time
}

type subnetKey struct {
	context string
	prefix  netip.Prefix
}

// whys are the reasons to believe in a subnet, the best first.
var whys = []string{"dhcp", "ospf", "ra", "arp"}

// told returns the prefixes that a statement tells.
func told(f *fact.Statement) (why string, ps []netip.Prefix) {
	switch f.Setting {
	case "dhcp.network":
		if p, err := netip.ParsePrefix(f.Value); err == nil {
			return "dhcp", []netip.Prefix{p}
		}
	case "ospf.mask":
		m, err := netip.ParseAddr(f.Value)
		if err != nil || !m.Is4() || !f.Address.Is4() {
			return "", nil
		}
		b := m.As4()
		ones := bits.LeadingZeros32(^(uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])))
		if p, err := f.Address.Prefix(ones); err == nil {
			return "ospf", []netip.Prefix{p}
		}
	case "ra.prefixes":
		for s := range strings.SplitSeq(f.Value, ", ") {
			if p, err := netip.ParsePrefix(s); err == nil {
				ps = append(ps, p)
			}
		}
		return "ra", ps
	}
	return "", nil
}

// believable reports whether a prefix can be that of a segment: not everything, not one host.
func believable(p netip.Prefix) bool {
	return p.IsValid() && p.Bits() >= 8 && p.Bits() < p.Addr().BitLen() && global(p.Addr())
}

// writeSubnets writes the subnets that DHCP, OSPF and router advertisements tell and, for addresses outside them that claim themselves by ARP or
// ND, their /24 or /64; who is in them; and which devices route between them.
func (s *sheet) writeSubnets() {
	found := map[subnetKey]*learned{}
	learn := func(k subnetKey, why string, first, last fact.Time) {
		l := found[k]
		if l == nil {
			found[k] = &learned{why, first, last}
			return
		}
		l.first, l.last = min(l.first, first), max(l.last, last)
		if slices.Index(whys, why) < slices.Index(whys, l.why) {
			l.why = why
		}
	}
	for k, f := range s.statements {
		why, ps := told(f)
		for _, p := range ps {
			if p = p.Masked(); believable(p) {
				context := s.contexts.of(host{f.Address, k.place})
				learn(subnetKey{context, p}, why, f.First, f.Last)
				if why != "dhcp" {
					s.routes(s.routerOf(k.mac), s.subnet(context, p), f.First, f.Last, int64(f.Count), why)
				}
			}
		}
	}
	tables := map[string]*bart.Table[netip.Prefix]{}
	table := func(context string) *bart.Table[netip.Prefix] {
		if tables[context] == nil {
			tables[context] = &bart.Table[netip.Prefix]{}
		}
		return tables[context]
	}
	for k := range found {
		table(k.context).Insert(k.prefix, k.prefix)
	}
	for h, r := range s.at {
		if e := s.endpointOf(h); r.claimed && global(h.ip) {
			if _, ok := table(e.context).Lookup(h.ip.WithZone("")); !ok {
				learn(subnetKey{e.context, network(h.ip)}, "arp", r.first, r.last)
			}
		}
	}
	for k := range found {
		s.subnet(k.context, k.prefix)
		table(k.context).Insert(k.prefix, k.prefix)
	}
	s.inSubnets(found, table)
}

// inSubnets writes which endpoints that speak themselves are in which subnet, and what the routers of routed copies join.
func (s *sheet) inSubnets(found map[subnetKey]*learned, table func(string) *bart.Table[netip.Prefix]) {
	type key struct{ endpoint, subnet graph.ID }
	in := map[key]*struct {
		span0
		why string
	}{}
	byPlace := map[uint32]map[graph.ID]span0{}
	for h, r := range s.at {
		e := s.endpointOf(h)
		p, ok := table(e.context).Lookup(h.ip.WithZone(""))
		if !ok {
			continue
		}
		subnet := s.subnet(e.context, p)
		k := key{s.endpoint(e), subnet}
		if in[k] == nil {
			in[k] = &struct {
				span0
				why string
			}{why: found[subnetKey{e.context, p}].why}
		}
		in[k].add(r.first, r.last)
		if byPlace[h.place] == nil {
			byPlace[h.place] = map[graph.ID]span0{}
		}
		byPlace[h.place][subnet] = span0{}
	}
	for k, m := range in {
		s.member(graph.TypeInSubnet, k.endpoint, k.subnet, m.first, m.last, 1, m.why)
	}
	for k, f := range s.copies {
		if k.kind != fact.Routed {
			continue
		}
		device := s.routerOf(k.toMAC)
		for _, place := range []uint32{k.from, k.to} {
			if vlan, ok := s.vlan(s.places.value(place).scope); ok {
				s.carries(device, vlan, f.First, f.Last, int64(f.Packets), "routed copies")
			}
			for subnet := range byPlace[s.contexts.canon(place)] {
				s.routes(device, subnet, f.First, f.Last, int64(f.Packets), "routed copies")
			}
		}
	}
}

// routerOf returns the device that speaks with a MAC: the smallest name under which a router speaks with it, or the MAC itself.
func (s *sheet) routerOf(m fact.MAC) graph.ID {
	if s.speakers == nil {
		s.speakers = map[fact.MAC]string{}
		for k := range s.statements {
			if k.kind == fact.DeviceSpeaker && routerProtocols[k.protocol] && k.speaker != "" {
				s.speakers[k.mac] = minSet(s.speakers[k.mac], k.speaker)
			}
		}
	}
	if n := s.speakers[m]; n != "" {
		return s.device(n)
	}
	return s.device(m.String())
}

// carryKey is a membership that several facts show.
type carryKey struct {
	t        graph.Type
	src, dst graph.ID
	why      string
}

type carry struct {
	span0
	count int64
}

func (s *sheet) carries(device, vlan graph.ID, first, last fact.Time, n int64, why string) {
	s.gatherMember(carryKey{graph.TypeCarries, device, vlan, why}, first, last, n)
}

func (s *sheet) routes(device, subnet graph.ID, first, last fact.Time, n int64, why string) {
	s.gatherMember(carryKey{graph.TypeRoutes, device, subnet, why}, first, last, n)
}

func (s *sheet) gatherMember(k carryKey, first, last fact.Time, n int64) {
	c := s.carry[k]
	if c == nil {
		c = &carry{}
		s.carry[k] = c
	}
	c.add(first, last)
	c.count += n
}

// writeGathered writes what carries and routes gathered.
func (s *sheet) writeGathered() {
	for k, c := range s.carry {
		s.member(k.t, k.src, k.dst, c.first, c.last, c.count, k.why)
	}
}

// overlapSetting is what an endpoint states whose address is another host elsewhere.
const overlapSetting = "address.overlap"

// writeOverlaps keeps the reason of every context that was split: which MACs spoke for the address, and where.
func (s *sheet) writeOverlaps() {
	for _, o := range s.contexts.overlap {
		a, b := s.at[host{o.ip, o.a}], s.at[host{o.ip, o.b}]
		text := fmt.Sprintf("%s in %s, %s in %s", macList(a.macs), s.placeName(o.a), macList(b.macs), s.placeName(o.b))
		for i, p := range []uint32{o.a, o.b} {
			r := []*residence{a, b}[i]
			scope := s.places.value(p).scope
			s.c.States = append(s.c.States, graph.States{
				Rel:     s.rel(graph.TypeStates, s.endpoint(s.endpointOf(host{o.ip, p})), s.named(graph.LabelSetting, overlapSetting), r.first, r.last, text, scope.String()),
				Speaker: o.ip.String(), Setting: overlapSetting, Value: text, VLAN: scope.VLAN.String(), Tunnel: tunnelName(scope),
				MAC: r.macs[0].String(), Address: o.ip.String(), Count: 1, Witness: s.witnesses(r.witness),
			})
		}
	}
}

func macList(macs []fact.MAC) string {
	var l []string
	for _, m := range macs {
		l = append(l, m.String())
	}
	return strings.Join(l, " and ")
}

package build

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
)

// Which address is which host.
//
// An address is one host, in the context "default", unless the intent declares contexts or evidence shows it to be two. Evidence is: in two
// places (VLANs, tunnels) it speaks itself (residences), through different MACs of which none is a router's, at the same time, its TCP
// timestamp clocks do not agree, and no packet was seen to pass from the one place to the other, routed or bridged. A host that moved speaks
// through one MAC, or never in both places at once. Link-local addresses belong to their link, so for them other MACs suffice.
//
// If two places share one such address, that address alone is split; if they share more, the places are two address spaces, and become
// contexts of their own, named after the place. Places between which packets pass, or which share a router and no such address, stay
// together. Where this leaves a choice, it keeps contexts apart: a wrong merge poisons every analysis, a wrong split costs detail.

// wholePlaces is how many shared addresses make two places two address spaces.
const wholePlaces = 2

// ContextReason says why a context that nobody declared exists.
type ContextReason struct {
	Name      string
	Places    []string // scopes that belong to it
	Addresses []string // shown to be another host elsewhere; at most 16
	Why       string
}

// contexts resolves hosts to contexts.
type contexts struct {
	canon   func(uint32) uint32
	byPlace map[uint32]string // canonical places
	byHost  map[host]string   // in canonical places; decides before byPlace
	overlap []overlap
}

// overlap is an address that is two hosts.
type overlap struct {
	ip   netip.Addr
	a, b uint32 // canonical places, in order of their names
}

func (c *contexts) of(h host) string {
	h.place = c.canon(h.place)
	if n, ok := c.byHost[h]; ok {
		return n
	}
	if n, ok := c.byPlace[h.place]; ok {
		return n
	}
	return graph.DefaultContext
}

// placeName names a place as a context is named after it.
func (b *Builder) placeName(id uint32) string {
	p := b.places.value(id)
	n := cmp.Or(p.scope.String(), "untagged")
	if p.point != "" {
		n += " at " + b.pointName(p.point)
	}
	return n
}

// declared returns the context that the intent declares for a place.
func (b *Builder) declared(p place) string {
	return b.o.Intent.ContextOf(p.scope.VLAN.String(), p.scope.VNI, b.pointName(p.point))
}

// canonical returns a function that makes one place of those that only a point tells apart which no declared context needs.
func (b *Builder) canonical() func(uint32) uint32 {
	known := map[uint32]uint32{}
	return func(id uint32) uint32 {
		if !b.byPoint {
			return id
		}
		c, ok := known[id]
		if !ok {
			p := b.places.value(id)
			p.point = b.pointName(p.point)
			if b.o.Intent.ContextOf("", 0, p.point) == "" {
				p.point = ""
			}
			c = b.places.id(p)
			known[id] = c
		}
		return c
	}
}

// resolveContexts judges all places and addresses.
func (b *Builder) resolveContexts(at map[host]*residence, routers map[fact.MAC]string, canon func(uint32) uint32) *contexts {
	c := &contexts{canon: canon, byPlace: map[uint32]string{}, byHost: map[host]string{}}
	var free []uint32 // canonical places without a declared context, in order of their names
	for id := range uint32(len(b.places.values)) {
		if k := canon(id); k != id {
			continue
		}
		if n := b.declared(b.places.value(id)); n != "" {
			c.byPlace[id] = n
		} else {
			free = append(free, id)
		}
	}
	slices.SortFunc(free, b.comparePlaces)
	g, links := newGroups(free), newGroups(free)
	for k := range b.copies {
		if k.kind != fact.Mirrored {
			g.join(canon(k.from), canon(k.to))
		}
		if k.kind == fact.Bridged {
			links.join(canon(k.from), canon(k.to))
		}
	}
	c.overlap = b.overlaps(at, g, links, free)
	b.split(c, g, links, b.gateways(routers, canon))
	return c
}

// comparePlaces orders places by tunnel, VLANs and point.
func (b *Builder) comparePlaces(x, y uint32) int {
	p, q := b.places.value(x), b.places.value(y)
	return cmp.Or(
		cmp.Compare(p.scope.Tunnel, q.scope.Tunnel), cmp.Compare(p.scope.VNI, q.scope.VNI),
		slices.Compare(p.scope.VLAN.ID[:p.scope.VLAN.N], q.scope.VLAN.ID[:q.scope.VLAN.N]), strings.Compare(p.point, q.point))
}

// overlaps finds the addresses that are two hosts in two places that no packet joins, in order. links are the places that are one link.
func (b *Builder) overlaps(at map[host]*residence, spaces, links *groups, free []uint32) []overlap {
	rank := map[uint32]int{}
	for i, id := range free {
		rank[id] = i
	}
	var found []overlap
	var g *groups
	for ip, places := range homes(at) {
		places = slices.DeleteFunc(places, func(p uint32) bool { _, ok := rank[p]; return !ok })
		slices.SortFunc(places, func(x, y uint32) int { return rank[x] - rank[y] })
		if ip.IsLinkLocalUnicast() {
			g = links
		} else {
			g = spaces
		}
		for i, x := range places {
			for _, y := range places[i+1:] {
				if g.root(x) != g.root(y) && twoHosts(ip, at[host{ip, x}], at[host{ip, y}]) {
					found = append(found, overlap{ip, x, y})
				}
			}
		}
	}
	slices.SortFunc(found, func(x, y overlap) int {
		return cmp.Or(x.ip.Compare(y.ip), rank[x.a]-rank[y.a], rank[x.b]-rank[y.b])
	})
	return found
}

// twoHosts reports whether an address that speaks in two places is two hosts.
func twoHosts(ip netip.Addr, a, b *residence) bool {
	for _, m := range a.macs {
		if slices.Contains(b.macs, m) {
			return false
		}
	}
	if ip.IsLinkLocalUnicast() {
		return true
	}
	if !global(ip) || a.first > b.last || b.first > a.last {
		return false
	}
	for _, x := range a.clocks {
		for _, y := range b.clocks {
			if sameClock(x, y) {
				return false
			}
		}
	}
	return true
}

// Agreement of two timestamp clocks: they tick alike, and read the same at one time.
const (
	clockRate    = 0.02 // relative difference of rates
	clockSeconds = 1.0  // difference of readings
	clockSamples = 3
)

func sameClock(x, y fact.TimestampClock) bool {
	if x.Count < clockSamples || y.Count < clockSamples || x.Rate <= 0 || y.Rate <= 0 || math.Abs(x.Rate-y.Rate) > clockRate*x.Rate {
		return false
	}
	dt := y.At.Seconds(x.At)
	off := math.Mod(float64(y.Base)-float64(x.Base)-dt*x.Rate, 1<<32)
	if off > 1<<31 {
		off -= 1 << 32
	} else if off < -1<<31 {
		off += 1 << 32
	}
	return math.Abs(off) <= clockSeconds*x.Rate+math.Abs(dt)*x.Rate*clockRate
}

// gateways returns the routers' MACs of each canonical place.
func (b *Builder) gateways(routers map[fact.MAC]string, canon func(uint32) uint32) map[uint32]map[fact.MAC]bool {
	m := map[uint32]map[fact.MAC]bool{}
	for k := range b.stations {
		if virtual, ok := routers[k.mac]; ok && virtual == "" { // virtual MACs are the same in every network
			p := canon(k.place)
			if m[p] == nil {
				m[p] = map[fact.MAC]bool{}
			}
			m[p][k.mac] = true
		}
	}
	return m
}

// split names the contexts that the overlaps show.
func (b *Builder) split(c *contexts, g, links *groups, gateways map[uint32]map[fact.MAC]bool) {
	shared := map[[2]uint32]int{} // how many addresses two groups share
	for _, o := range c.overlap {
		if !o.ip.IsLinkLocalUnicast() {
			shared[g.pair(o.a, o.b)]++
		}
	}
	apart := map[[2]uint32]bool{} // groups that are two address spaces
	whole := map[uint32]bool{}
	for p, n := range shared {
		if n >= wholePlaces {
			apart[p], whole[p[0]], whole[p[1]] = true, true, true
		}
	}
	g.gather(whole, shared, gateways)
	reasons := map[string]*ContextReason{}
	for _, root := range g.order {
		if g.root(root) != root {
			continue
		}
		members := g.members(root)
		if !slices.ContainsFunc(members, func(m uint32) bool { return whole[g.first(m)] }) {
			continue
		}
		name := b.placeName(root)
		r := &ContextReason{Name: name}
		reasons[name] = r
		for _, m := range members {
			c.byPlace[m] = name
			r.Places = append(r.Places, b.placeName(m))
		}
	}
	for _, o := range c.overlap {
		for _, p := range []uint32{o.a, o.b} {
			name := c.byPlace[p]
			if name == "" || c.byPlace[o.a] == c.byPlace[o.b] { // the address alone
				set := g
				if o.ip.IsLinkLocalUnicast() {
					set = links
				}
				name = b.placeName(set.root(p))
				for _, m := range set.members(p) {
					c.byHost[host{o.ip, m}] = name
				}
			}
			r := reasons[name]
			if r == nil {
				r = &ContextReason{Name: name, Places: []string{b.placeName(p)}}
				reasons[name] = r
			}
			if a := o.ip.String(); !slices.Contains(r.Addresses, a) && len(r.Addresses) < maxClients {
				r.Addresses = append(r.Addresses, a)
			}
		}
	}
	for _, r := range reasons {
		r.Why = fmt.Sprintf("%s: other MACs at the same time elsewhere, and no packet passes between", strings.Join(r.Addresses, ", "))
		b.stats.Contexts = append(b.stats.Contexts, *r)
	}
	slices.SortFunc(b.stats.Contexts, func(x, y ContextReason) int { return strings.Compare(x.Name, y.Name) })
}

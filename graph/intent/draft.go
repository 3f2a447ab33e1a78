package intent

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netscope.example/nsgraph/graph"
)

// maxServices is how many services a drafted rule lists before it allows all.
const maxServices = 30

// Draft proposes an intent from what a graph shows: a zone for each VLAN, or for each subnet where there are no VLANs, a policy that allows
// what was established between them and denies the rest, the gateways and the servers that were seen, the applications that clients asked for by
// name, and the traffic classes in use. It checks clean, and what it was drafted from keeps to it. Equal views give equal drafts.
func Draft(v *graph.View) *Intent {
	d := &draft{v: v, in: &Intent{Version: 1}, zone: map[graph.ID]string{}, taken: map[string]bool{}}
	d.zones()
	d.policy()
	d.servers()
	d.gateways()
	d.applications()
	d.classes()
	d.points()
	return d.in
}

type draft struct {
	v     *graph.View
	in    *Intent
	zone  map[graph.ID]string // of endpoints
	taken map[string]bool     // names
}

// name makes a name that nothing has yet: letters, digits and hyphens.
func (d *draft) name(s string) string {
	s = strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, s), "-")
	s = cmp.Or(s, "unnamed")
	n := s
	for i := 2; d.taken[n]; i++ {
		n = s + "-" + strconv.Itoa(i)
	}
	d.taken[n] = true
	return n
}

// zones makes a zone of each VLAN in which somebody lives, and of each subnet of those who live in none.
func (d *draft) zones() {
	type place struct{ context, vlan string }
	homes := map[place][]graph.ID{}
	homed := map[graph.ID]bool{}
	for _, r := range d.v.InVLAN {
		e, n := d.v.Endpoint(r.Src), d.v.VLAN(r.Dst)
		if e == nil || n == nil || !r.Local || n.Domain != "" || strings.Contains(n.VLAN, ".") || homed[e.ID] {
			continue
		}
		homed[e.ID] = true
		p := place{e.Context, n.VLAN}
		homes[p] = append(homes[p], e.ID)
	}
	subnets := map[graph.ID][]netip.Prefix{}
	for _, m := range d.v.Members {
		if s := d.v.Subnet(m.Dst); m.Type == graph.TypeInSubnet && s != nil {
			subnets[m.Src] = append(subnets[m.Src], s.Prefix)
		}
	}
	used := map[place]bool{} // prefixes by context: no two zones may hold one
	add := func(z *Zone, id graph.ID) {
		d.zone[id] = z.Name
		for _, p := range subnets[id] {
			d.prefix(z, p, func(x netip.Prefix) bool {
				k := place{z.Context, x.String()}
				free := !used[k]
				used[k] = true
				return free
			})
		}
	}
	keys := slices.SortedFunc(maps.Keys(homes), func(a, b place) int {
		return cmp.Or(cmp.Compare(number(a.vlan), number(b.vlan)), cmp.Compare(a.context, b.context))
	})
	for _, k := range keys {
		n := uint32(number(k.vlan))
		z := Zone{Name: d.name("vlan-" + k.vlan), VLANs: Ranges{{From: n, To: n}}, Context: d.context(k.context, k.vlan)}
		slices.SortFunc(homes[k], graph.ID.Compare)
		for _, id := range homes[k] {
			add(&z, id)
		}
		d.in.Zones = append(d.in.Zones, z)
	}
	flat := map[netip.Prefix][]graph.ID{}
	for _, e := range d.v.Endpoints {
		if p := subnets[e.ID]; !homed[e.ID] && len(p) > 0 && e.Context == graph.DefaultContext {
			longest := slices.MaxFunc(p, func(a, b netip.Prefix) int {
				return cmp.Or(cmp.Compare(a.Bits(), b.Bits()), b.Addr().Compare(a.Addr()))
			})
			flat[longest] = append(flat[longest], e.ID)
		}
	}
	for _, p := range slices.SortedFunc(maps.Keys(flat), func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	}) {
		k := place{"", p.String()}
		if p.Bits() == 0 || used[k] || d.overlaps(p) {
			continue
		}
		used[k] = true
		z := Zone{Name: d.name("net-" + p.String()), Prefixes: []Prefix{{p}}}
		for _, id := range flat[p] {
			d.zone[id] = z.Name
		}
		d.in.Zones = append(d.in.Zones, z)
	}
}

// overlaps reports whether a zone of the default context holds a part of p.
func (d *draft) overlaps(p netip.Prefix) bool {
	for _, z := range d.in.Zones {
		for _, q := range z.Prefixes {
			if z.Context == "" && q.Overlaps(p) {
				return true
			}
		}
	}
	return false
}

// prefix adds p to z where it is free and overlaps with no other zone's.
func (d *draft) prefix(z *Zone, p netip.Prefix, free func(netip.Prefix) bool) {
	if p.Bits() == 0 || p.Addr().IsLinkLocalUnicast() || slices.Contains(z.Prefixes, Prefix{p}) {
		return
	}
	for _, q := range z.Prefixes {
		if q.Overlaps(p) {
			return
		}
	}
	for _, o := range d.in.Zones {
		for _, q := range o.Prefixes {
			if o.Context == z.Context && q.Overlaps(p) {
				return
			}
		}
	}
	if free(p) {
		z.Prefixes = append(z.Prefixes, Prefix{p})
	}
}

// context declares the context of a VLAN whose addresses others use as well.
func (d *draft) context(name, vlan string) string {
	if name == graph.DefaultContext {
		return ""
	}
	n := uint32(number(vlan))
	for i := range d.in.Contexts {
		c := &d.in.Contexts[i]
		if c.Name == slug(name) {
			c.VLANs = append(c.VLANs, Range{From: n, To: n})
			return c.Name
		}
	}
	d.in.Contexts = append(d.in.Contexts, Context{Name: slug(name), VLANs: Ranges{{From: n, To: n}}})
	return slug(name)
}

func slug(s string) string { return strings.ReplaceAll(s, " ", "-") }

// number reads a VLAN id; 0 is none.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// policy allows what was established between zones.
func (d *draft) policy() {
	if len(d.in.Zones) < 2 {
		return
	}
	type pair struct{ from, to string }
	seen := map[pair]map[ServiceSpec]bool{}
	for i := range d.v.Uses {
		u := &d.v.Uses[i]
		s := d.v.Service(u.Dst)
		if s == nil || u.Established+u.OneWay == 0 {
			continue
		}
		k := pair{d.zone[u.Src], d.zone[s.Endpoint]}
		if k.from == "" || k.to == "" || k.from == k.to {
			continue
		}
		if seen[k] == nil {
			seen[k] = map[ServiceSpec]bool{}
		}
		x := ServiceSpec{Transport: s.Transport}
		switch {
		case s.Port == 0:
		case u.Application == "rtp" || u.Parent != "":
			x = ServiceSpec{App: cmp.Or(u.Application, u.Parent)}
			if u.Application == "" {
				x = ServiceSpec{Transport: s.Transport, Ports: Range{From: uint32(s.Port), To: uint32(s.Port)}}
			}
		default:
			x.Ports = Range{From: uint32(s.Port), To: uint32(s.Port)}
		}
		seen[k][x] = true
	}
	p := &Policy{Default: "deny", WithinZone: "allow"}
	for _, k := range slices.SortedFunc(maps.Keys(seen), func(a, b pair) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) }) {
		r := Rule{Name: d.name(k.from + "-to-" + k.to), From: k.from, To: k.to, Action: "allow"}
		if len(seen[k]) <= maxServices {
			r.Services = slices.SortedFunc(maps.Keys(seen[k]), func(a, b ServiceSpec) int {
				return cmp.Or(cmp.Compare(a.App, b.App), cmp.Compare(a.Transport, b.Transport), cmp.Compare(a.Ports.From, b.Ports.From))
			})
		}
		p.Rules = append(p.Rules, r)
	}
	d.in.Policy = p
}

// servers lists who answered as a DHCP, DNS or NTP server of its own network.
func (d *draft) servers() {
	found := map[string]map[netip.Addr]bool{"dhcp": {}, "dns": {}, "ntp": {}}
	for i := range d.v.States {
		if s := &d.v.States[i]; s.Setting == "dhcp.server" {
			if e := d.v.Endpoint(s.Src); e != nil {
				found["dhcp"][e.Address] = true
			}
		}
	}
	for i := range d.v.Uses {
		u := &d.v.Uses[i]
		s := d.v.Service(u.Dst)
		if s != nil && u.Established > 0 && (u.Application == "dns" || u.Application == "ntp") && !s.Address.IsMulticast() {
			found[u.Application][s.Address] = true
		}
	}
	list := func(kind string) []Prefix {
		var out []Prefix
		for _, a := range slices.SortedFunc(maps.Keys(found[kind]), netip.Addr.Compare) {
			out = append(out, Prefix{netip.PrefixFrom(a, a.BitLen())})
		}
		return out
	}
	e := &Expected{DHCP: list("dhcp"), DNS: list("dns"), NTP: list("ntp")}
	if len(e.DHCP)+len(e.DNS)+len(e.NTP) > 0 {
		d.in.ServicesExpected = e
	}
}

// gateways lists the addresses that routers claim in each zone.
func (d *draft) gateways() {
	at := map[string]map[netip.Addr]bool{}
	for i := range d.v.HasMAC {
		h := &d.v.HasMAC[i]
		e := d.v.Endpoint(h.Src)
		if e == nil || h.Claims == 0 || !h.Router && h.Virtual == "" || d.zone[e.ID] == "" {
			continue
		}
		if at[d.zone[e.ID]] == nil {
			at[d.zone[e.ID]] = map[netip.Addr]bool{}
		}
		at[d.zone[e.ID]][e.Address] = true
	}
	for _, z := range slices.Sorted(maps.Keys(at)) {
		g := Gateway{Zone: z}
		for _, a := range slices.SortedFunc(maps.Keys(at[z]), netip.Addr.Compare) {
			g.Addresses = append(g.Addresses, Prefix{netip.PrefixFrom(a, a.BitLen())})
		}
		d.in.Gateways = append(d.in.Gateways, g)
	}
}

// applications lists services in a zone that at least two clients asked for by name.
func (d *draft) applications() {
	type service struct {
		names   map[string]bool
		clients map[graph.ID]bool
	}
	at := map[graph.ID]*service{}
	for i := range d.v.Uses {
		u := &d.v.Uses[i]
		s := d.v.Service(u.Dst)
		if s == nil || u.Established == 0 || len(u.ServerNames) == 0 || d.zone[s.Endpoint] == "" || s.Port == 0 {
			continue
		}
		if at[s.ID] == nil {
			at[s.ID] = &service{map[string]bool{}, map[graph.ID]bool{}}
		}
		at[s.ID].clients[u.Src] = true
		for _, n := range u.ServerNames {
			if plainName(n) {
				at[s.ID].names[strings.ToLower(n)] = true
			}
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(at), graph.ID.Compare) {
		x, s := at[id], d.v.Service(id)
		if len(x.clients) < 2 || len(x.names) == 0 {
			continue
		}
		names := slices.Sorted(maps.Keys(x.names))
		label, _, _ := strings.Cut(names[0], ".")
		d.in.Applications = append(d.in.Applications, Application{Name: d.name(label), Names: names,
			Services: []ServiceSpec{{Transport: s.Transport, Ports: Range{From: uint32(s.Port), To: uint32(s.Port)}}},
			Servers:  []Prefix{{netip.PrefixFrom(s.Address, s.Address.BitLen())}}})
	}
}

// plainName reports whether a name is one of DNS, without anything that a glob would read.
func plainName(n string) bool {
	return n != "" && strings.Trim(strings.ToLower(n), "abcdefghijklmnopqrstuvwxyz0123456789-._") == "" && strings.Contains(n, ".")
}

// classes lists the marks in use: voice where RTP carries one, and a class for each other code point.
func (d *draft) classes() {
	packets := map[DSCP]int64{}
	rtp := map[DSCP]int64{}
	for i := range d.v.Uses {
		u := &d.v.Uses[i]
		for _, list := range [][]int64{u.DSCPUp, u.DSCPDown} {
			for t := range slices.Chunk(list, 3) {
				if len(t) == 3 && t[0] >= 0 && t[0] < 64 {
					packets[DSCP(t[0])] += t[1]
					if u.Application == "rtp" {
						rtp[DSCP(t[0])] += t[1]
					}
				}
			}
		}
	}
	delete(packets, 0)
	if len(packets) == 0 {
		return
	}
	q := &QoS{}
	var voice DSCP
	for _, x := range slices.Sorted(maps.Keys(rtp)) {
		if x != 0 && rtp[x] > rtp[voice] {
			voice = x
		}
	}
	if voice != 0 && rtp[voice] > rtp[0] {
		q.Classes = append(q.Classes, Class{Name: "voice", DSCP: []DSCP{voice}, Match: []string{"app:rtp"}, LatencyMs: 150, JitterMs: 30, LossPct: 1})
		delete(packets, voice)
	}
	for _, x := range slices.Sorted(maps.Keys(packets)) {
		q.Classes = append(q.Classes, Class{Name: strings.ToLower(x.String()), DSCP: []DSCP{x}})
	}
	q.Classes = append(q.Classes, Class{Name: "default", DSCP: []DSCP{0}})
	d.in.QoS = q
}

// points lists the capture points with the VLANs that were seen there.
func (d *draft) points() {
	for _, p := range d.v.Points {
		x := Point{Name: p.Name}
		ids := map[int]bool{}
		for i := range d.v.HasMAC {
			if h := &d.v.HasMAC[i]; h.Point == p.Name && number(h.VLAN) > 0 {
				ids[number(h.VLAN)] = true
			}
		}
		for _, n := range slices.Sorted(maps.Keys(ids)) {
			x.VLANs = append(x.VLANs, Range{From: uint32(n), To: uint32(n)})
		}
		d.in.Points = append(d.in.Points, x)
	}
	slices.SortFunc(d.in.Points, func(a, b Point) int { return cmp.Compare(a.Name, b.Name) })
}

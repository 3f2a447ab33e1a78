package configuration

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
)

// ospfAgree are the fields of a hello that two routers must share to become neighbours (RFC 2328, section 10.5), and the authentication
// type (D.3).
var ospfAgree = []string{"ospf.area", "ospf.mask", "ospf.hello", "ospf.dead", "ospf.area_type", "ospf.auth"}

// ospf judges routers that greet each other on one subnet. Hellos to one address (virtual links, NBMA neighbours) are not compared with those to
// all routers.
func (j *judge) ospf() {
	subnets := newSubnets(j.rows)
	segs := segments(j.rows, "ospf", func(r *StatementRow) string {
		if r.Setting == "ospf.mtu" || r.Setting == "ospf.exchange" {
			return ""
		}
		return subnets.name(r)
	}, byAddress)
	named := func(s *segment) bool { return !strings.HasPrefix(s.name, "instance ") }
	segs = slices.Concat(slices.DeleteFunc(slices.Clone(segs), func(s *segment) bool { return !named(s) }), sites(slices.DeleteFunc(segs, named), nothing))
	for _, s := range segs {
		agree := ospfAgree
		if strings.HasPrefix(s.name, "0.0.0.0/0") { // unnumbered point-to-point links have no mask
			agree = slices.DeleteFunc(slices.Clone(agree), func(x string) bool { return x == "ospf.mask" })
		}
		j.share(s, mustShare{"configuration/ospf-mismatch", analyses.High, 0.95, "OSPF routers on", agree, ""})
		j.sameRouterID(s)
		j.oneWay(s)
	}
	j.ospfExchange(subnets)
}

// subnets joins OSPF prefixes that overlap in one layer-2 world: a wrong mask on one router does not make two subnets of one.
type subnets map[string][]netip.Prefix // by place

func newSubnets(rows []StatementRow) subnets {
	m := subnets{}
	for i := range rows {
		r := &rows[i]
		if p, err := netip.ParsePrefix(r.Group); err == nil && strings.HasPrefix(r.Setting, "ospf.") && p.Bits() > 0 {
			if k := place(r); !slices.Contains(m[k], p) {
				m[k] = append(m[k], p)
			}
		}
	}
	for k := range m { // wide ones first: the widest names them all
		slices.SortFunc(m[k], func(a, b netip.Prefix) int {
			if a.Bits() != b.Bits() {
				return a.Bits() - b.Bits()
			}
			return a.Addr().Compare(b.Addr())
		})
	}
	return m
}

// name returns the subnet of a hello, with its place; "" if it went to one address.
func (m subnets) name(r *StatementRow) string {
	if strings.HasPrefix(r.Group, "instance ") {
		return where(r)
	}
	p, err := netip.ParsePrefix(r.Group)
	if err != nil {
		return ""
	}
	for _, wide := range m[place(r)] {
		if wide.Overlaps(p) && p.Bits() > 0 {
			p = wide
			break
		}
	}
	return strings.TrimSpace(p.String() + " " + place(r))
}

// of returns the subnet that holds an address.
func (m subnets) of(r *StatementRow) string {
	a, err := netip.ParseAddr(r.Address)
	if err != nil {
		return ""
	}
	for _, p := range m[place(r)] {
		if p.Contains(a) {
			return strings.TrimSpace(p.String() + " " + place(r))
		}
	}
	return ""
}

// byRouterID groups the speakers of a segment by what they call themselves.
func byRouterID(s *segment) map[string][]*speaker {
	at := map[string][]*speaker{}
	for _, p := range s.speakers {
		id := p.any().Speaker
		at[id] = append(at[id], p)
	}
	return at
}

// sameRouterID finds two routers on one segment that call themselves alike, at one time.
func (j *judge) sameRouterID(s *segment) {
	at := byRouterID(s)
	for _, id := range slices.Sorted(maps.Keys(at)) {
		twins := at[id]
		for i, b := range twins {
			for _, a := range twins[:i] {
				x, y := a.last("ospf.hello"), b.last("ospf.hello")
				if x == nil || y == nil || x.MAC == y.MAC || overlap(x, y) < 0 || j.full("configuration/ospf-mismatch") {
					continue
				}
				device := analyses.Subject{Kind: "device", ID: x.Node.String(), Label: id}
				j.raise("configuration/ospf-mismatch", analyses.High, 0.95,
					fmt.Sprintf("OSPF routers %s (%s) and %s (%s) on %s both have router id %s, must differ", a.label, x.MAC, b.label, y.MAC, s.name, id),
					[]*StatementRow{x, y}, "ospf", device, segmentSubject("ospf "+s.name), a.subject(), b.subject())
			}
		}
	}
}

// oneWay finds a router that hears another for longer than its dead interval and is not heard by it, though both are in view.
func (j *judge) oneWay(s *segment) {
	at := byRouterID(s)
	for _, b := range s.speakers {
		for _, id := range b.neighbours() {
			for _, a := range at[id] {
				if a == b || j.full("configuration/ospf-mismatch") || slices.Contains(a.neighbours(), b.any().Speaker) {
					continue
				}
				j.unheard(s, a, b)
			}
		}
	}
}

// unheard judges b, which lists a and is not listed by it.
func (j *judge) unheard(s *segment, a, b *speaker) {
	from, to := heardSpan(b, a)
	said := a.rows["ospf.neighbors"]
	dead := int64(nanos(a.value("ospf.dead"), 40e9))
	covered := int64(0)
	for _, r := range said {
		covered += max(0, min(int64(r.Last), to)-max(int64(r.First), from))
	}
	if covered < dead {
		return
	}
	rows := append(slices.Clone(said), b.rows["ospf.neighbors"]...)
	f := j.raise("configuration/ospf-mismatch", analyses.High, 0.7,
		fmt.Sprintf("OSPF router %s on %s lists neighbour %s for %d s, which does not list it: the adjacency stays in init", b.label, s.name, a.label, covered/1e9),
		rows, "ospf.hello", settingSubject("ospf.neighbors"), segmentSubject("ospf "+s.name), a.subject(), b.subject())
	j.explain(f, "loss", "one-way")
}

// neighbours returns the router ids that a router ever listed.
func (p *speaker) neighbours() []string {
	var ids []string
	for _, r := range p.rows["ospf.neighbors"] {
		for id := range strings.SplitSeq(r.Value, ", ") {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// heardSpan returns from when to when a lists b.
func heardSpan(a, b *speaker) (from, to int64) {
	id := b.any().Speaker
	from = int64(1)<<62 - 1
	for _, r := range a.rows["ospf.neighbors"] {
		if slices.Contains(strings.Split(r.Value, ", "), id) {
			from, to = min(from, int64(r.First)), max(to, int64(r.Last))
		}
	}
	return from, to
}

// ospfExchange judges the database descriptions between two routers: their MTUs, and whether they ever come to an end. An MTU of 0 is
// what virtual links and some vendors send for "not said".
func (j *judge) ospfExchange(nets subnets) {
	segs := segments(j.rows, "ospf", func(r *StatementRow) string {
		switch {
		case r.Setting != "ospf.mtu" && r.Setting != "ospf.exchange":
			return ""
		case r.Group == "": // point-to-point links: to all routers
			return nets.of(r)
		}
		return where(r)
	}, byAddress)
	for _, s := range segs {
		if ps := j.agree(s, "ospf.mtu", "0"); ps != nil {
			text := fmt.Sprintf("OSPF routers %s describe their databases with MTU %s, must be equal", s.name, whoSays(ps, "ospf.mtu"))
			j.conflict("configuration/ospf-mismatch", analyses.High, 0.95, s, "ospf.mtu", ps, text)
			j.conflict("configuration/mtu-mismatch", analyses.Medium, 0.95, s, "ospf.mtu", ps,
				fmt.Sprintf("neighbours %s have interface MTU %s, must be equal", s.name, whoSays(ps, "ospf.mtu")))
			continue
		}
		j.stuckExchange(s)
	}
}

// stuckExchange finds two routers that describe their databases again and again and never load one.
func (j *judge) stuckExchange(s *segment) {
	if len(s.speakers) != 2 {
		j.unanswered(s)
		return
	}
	var n int64
	var rows []*StatementRow
	for _, p := range s.speakers {
		longest := int64(0)
		for _, r := range p.rows["ospf.exchange"] {
			if r.Value == "loading" {
				return
			}
			longest = max(longest, int64(r.Last-r.First))
			n += r.Count
			rows = append(rows, r)
		}
		if longest < j.settle {
			return
		}
	}
	f := j.raise("configuration/ospf-mismatch", analyses.High, 0.8,
		fmt.Sprintf("OSPF routers %s exchange %d database descriptions and no request or update: the adjacency does not get past exchange", s.name, n),
		rows, "ospf.msg == 2", settingSubject("ospf.exchange"), segmentSubject("ospf "+s.name), s.speakers[0].subject(), s.speakers[1].subject())
	j.explain(f, "loss")
}

// unanswered finds a router that begins to describe its database again and again to one that greets it and never answers.
func (j *judge) unanswered(s *segment) {
	if len(s.speakers) != 1 {
		return
	}
	p := s.speakers[0]
	for _, r := range p.rows["ospf.exchange"] {
		peer := strings.TrimSpace(strings.Replace(" "+r.Group+" ", " "+p.label+" ", " ", 1))
		if r.Value != "exstart" || int64(r.Last-r.First) < j.settle || r.Gaps || peer == "" || strings.Contains(peer, " ") {
			continue
		}
		i := slices.IndexFunc(j.rows, func(h StatementRow) bool {
			return h.Setting == "ospf.hello" && h.Address == peer && place(&h) == place(r) && overlap(&h, r) >= j.settle
		})
		if i < 0 {
			continue
		}
		f := j.raise("configuration/ospf-mismatch", analyses.High, 0.7,
			fmt.Sprintf("OSPF router %s sends %s %d first database descriptions in %d s and gets none: the adjacency does not get past exstart", p.label, peer, r.Count, int64(r.Last-r.First)/1e9),
			[]*StatementRow{r, &j.rows[i]}, "ospf", settingSubject("ospf.exchange"), segmentSubject("ospf "+s.name), p.subject())
		j.explain(f, "loss", "one-way")
		return
	}
}

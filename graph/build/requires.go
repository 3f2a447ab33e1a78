package build

import (
	"cmp"
	"math"
	"net/netip"
	"slices"
	"time"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
)

// Which service needs which: a conversation from B to C that lies inside the lifetime of one from A to B is evidence that the service that A
// asked needs the one that B asked (NSDMiner, INFOCOM 2012, shared mode: what could belong to several services of B is divided among
// them). The score is logarithmic, as in its successor (LISA 2012): log(1+credit) / log(1+parents). Of two changes, the first is that
// of several parents of one service that lie around a child, the one that began last is credited; the second that a parent which lives
// long, and so contains anything, counts the less, the longer it lives beyond shortLife.
const (
	minSupport    = 3   // parents with a nested child; fewer is chance
	minConfidence = 0.1 // what is reported at all
	shortLife     = fact.Time(time.Minute)
	maxLives      = 1024 // conversations of one endpoint's services, and of what it asks, that are compared
)

// periodic services are asked for and answer by the clock, not on demand: they are no parents and no children.
var periodic = map[uint16]bool{67: true, 68: true, 123: true, 137: true, 138: true, 161: true, 162: true, 514: true, 546: true, 547: true, 1900: true, 5353: true, 5355: true}

const dnsPort = 53

type servicePort struct {
	server    endpointKey
	transport fact.Transport
	port      uint16
}

// life is one conversation as parent or child.
type life struct {
	lifetime
	service servicePort
	client  netip.Addr
}

func compareLives(a, b life) int {
	return cmp.Or(a.lifetime.compare(b.lifetime), a.client.Compare(b.client), compareServices(a.service, b.service))
}

func compareServices(a, b servicePort) int {
	return cmp.Or(cmp.Compare(a.server.context, b.server.context), a.server.addr.Compare(b.server.addr), cmp.Compare(a.transport, b.transport), cmp.Compare(a.port, b.port))
}

// requires infers which services need which and writes it.
func (s *sheet) requires(pairs []*pair) {
	type both struct{ parents, children []*pair }
	at := map[endpointKey]*both{}
	get := func(e endpointKey) *both {
		if at[e] == nil {
			at[e] = &both{}
		}
		return at[e]
	}
	for _, p := range pairs {
		k := &p.key
		if periodic[k.port] || k.parent != "" || k.port == 0 || k.client == k.server || !global(k.server.addr) || !global(k.client.addr) ||
			!slices.ContainsFunc(p.spans, func(sp *span) bool { return sp.established > 0 }) {
			continue
		}
		get(k.server).parents = append(get(k.server).parents, p)
		get(k.client).children = append(get(k.client).children, p)
	}
	for _, b := range at {
		if len(b.parents) > 0 && len(b.children) > 0 {
			parents, _ := lives(b.parents)
			children, limit := lives(b.children)
			s.nest(parents, children, limit)
		}
	}
}

// lives returns the sampled conversations of pairs in order, at most maxLives, and the window hash from which on they are left out.
func lives(pairs []*pair) ([]life, uint64) {
	limit := noLimit
	var l []life
	for _, p := range pairs {
		for _, sp := range p.spans {
			limit = min(limit, sp.nested.bound())
			for _, t := range sp.nested.items {
				l = append(l, life{t, servicePort{p.key.server, p.key.transport, p.key.port}, p.key.client.addr})
			}
		}
	}
	if len(l) > maxLives {
		hashes := make([]uint64, len(l))
		for i := range l {
			hashes[i] = windowHash(l[i].first)
		}
		slices.Sort(hashes)
		limit = min(limit, max(hashes[maxLives], hashes[0]+1))
	}
	slices.SortFunc(l, compareLives)
	return slices.DeleteFunc(l, func(x life) bool { return windowHash(x.first) >= limit }), limit
}

// need is one service that may need another.
type need struct{ parent, child servicePort }

type support struct {
	credit      map[int]float64 // by parent conversation
	first, last fact.Time
}

// nest finds the conversations of an endpoint that lie inside those with it.
func (s *sheet) nest(parents, children []life, limit uint64) {
	found := map[need]*support{}
	total := map[servicePort]int{} // parents that could have had a child: begun in a window that children were sampled in
	type asked struct {
		service servicePort
		client  netip.Addr
	}
	of := map[asked]int{} // of them, each client's: a child that goes back to the client is none
	for _, p := range parents {
		if windowHash(p.first) < limit {
			total[p.service]++
			of[asked{p.service, p.client}]++
		}
	}
	var active []int
	next := 0
	for _, c := range children {
		for next < len(parents) && parents[next].first <= c.first {
			active = append(active, next)
			next++
		}
		active = slices.DeleteFunc(active, func(i int) bool { return parents[i].last < c.first })
		around := map[servicePort]int{} // of each service, the parent that began last
		for _, i := range active {
			p := &parents[i]
			if p.last < c.last || p.client == c.service.server.addr || windowHash(p.first) >= limit || p.service.port == dnsPort && c.service.port != dnsPort {
				continue
			}
			around[p.service] = i
		}
		for service, i := range around {
			n := need{service, c.service}
			f := found[n]
			if f == nil {
				f = &support{credit: map[int]float64{}, first: c.first, last: c.last}
				found[n] = f
			}
			share := 1 / float64(len(around))
			if d := parents[i].last - parents[i].first; d > shortLife {
				share *= float64(shortLife) / float64(d)
			}
			f.credit[i] = max(f.credit[i], share)
			f.first, f.last = min(f.first, parents[i].first), max(f.last, c.last)
		}
	}
	for n, f := range found {
		s.writeNeed(n, f, total[n.parent]-of[asked{n.parent, n.child.server.addr}])
	}
}

func (s *sheet) writeNeed(n need, f *support, parents int) {
	if len(f.credit) < minSupport {
		return
	}
	credits := make([]float64, 0, len(f.credit))
	for _, c := range f.credit {
		credits = append(credits, c)
	}
	slices.Sort(credits) // a sum of floats depends on its order
	sum := 0.0
	for _, c := range credits {
		sum += c
	}
	k := float64(len(credits))
	confidence := math.Log1p(sum) / math.Log1p(float64(parents)) * k / (k + 1)
	if confidence < minConfidence {
		return
	}
	src := s.service(n.parent)
	dst := s.service(n.child)
	s.c.Requires = append(s.c.Requires, graph.Requires{
		Rel:     s.rel(graph.TypeRequires, src, dst, f.first, f.last),
		Support: int64(len(credits)), Parents: int64(parents), Confidence: math.Round(confidence*1e6) / 1e6,
	})
}

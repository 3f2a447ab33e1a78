package build

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"sync"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
)

// sheet is the batch that is being written.
type sheet struct {
	*Builder
	batch     graph.ID
	contexts  *contexts
	at        map[host]*residence // where addresses speak themselves, in canonical places
	homes     map[netip.Addr][]uint32
	routers   map[fact.MAC]string // MACs that forward, with the name of the protocol whose virtual MAC it is, or ""
	speakers  map[fact.MAC]string // filled by routerOf
	carry     map[carryKey]*carry
	c         graph.Contents
	endpoints map[endpointKey]graph.ID
	seen      map[graph.ID]struct{}
	services  map[servicePort]graph.ID
	macs      map[fact.MAC]string
}

// endpointKey is an address in a context.
type endpointKey struct {
	context string
	addr    netip.Addr
}

// endpointOf returns which endpoint a host is.
func (s *sheet) endpointOf(h host) endpointKey { return endpointKey{s.contexts.of(h), h.ip} }

// endpoint returns the node of an endpoint and writes it when it is new.
func (s *sheet) endpoint(k endpointKey) graph.ID {
	id, ok := s.endpoints[k]
	if !ok {
		id = graph.NewEndpointID(k.context, k.addr)
		s.endpoints[k] = id
		s.c.Endpoints = append(s.c.Endpoints, graph.Endpoint{ID: id, Context: k.context, Address: k.addr})
	}
	return id
}

// fresh reports whether id is asked for the first time.
func (s *sheet) fresh(id graph.ID) bool {
	if _, ok := s.seen[id]; ok {
		return false
	}
	s.seen[id] = struct{}{}
	return true
}

func (s *sheet) service(k servicePort) graph.ID {
	id, ok := s.services[k]
	if !ok {
		e, transport := k.server, k.transport.String()
		id = graph.NewServiceID(e.context, e.addr, transport, k.port)
		s.services[k] = id
		s.c.Services = append(s.c.Services, graph.Service{ID: id, Endpoint: s.endpoint(e), Context: e.context, Address: e.addr, Transport: transport, Port: k.port})
	}
	return id
}

// vlan returns the node of a scope's VLAN stack; scopes without tags have none.
func (s *sheet) vlan(scope fact.Scope) (graph.ID, bool) {
	if scope.VLAN.N == 0 {
		return graph.ID{}, false
	}
	return s.vlanNode(tunnelName(scope), scope.VLAN.String()), true
}

func (s *sheet) vlanNode(domain, vlan string) graph.ID {
	id := graph.NewVLANID(domain, vlan)
	if s.fresh(id) {
		s.c.VLANs = append(s.c.VLANs, graph.VLAN{ID: id, Domain: domain, VLAN: vlan})
	}
	return id
}

func (s *sheet) named(l graph.Label, name string) graph.ID {
	id := graph.NewNamedID(l, name)
	if s.fresh(id) {
		s.c.Named = append(s.c.Named, graph.Named{ID: id, Label: l, Name: name})
	}
	return id
}

func (s *sheet) subnet(context string, p netip.Prefix) graph.ID {
	id := graph.NewID(string(graph.LabelSubnet), context, p.String())
	if s.fresh(id) {
		s.c.Subnets = append(s.c.Subnets, graph.Subnet{ID: id, Context: context, Prefix: p})
	}
	return id
}

func (s *sheet) mac(m fact.MAC) graph.ID {
	id := graph.NewID(string(graph.LabelMAC), m.String())
	if s.fresh(id) {
		s.c.MACs = append(s.c.MACs, graph.MAC{ID: id, Address: m.String(), Vendor: vendor(m)})
	}
	return id
}

func (s *sheet) device(name string) graph.ID {
	id := graph.NewID(string(graph.LabelDevice), name)
	if s.fresh(id) {
		s.c.Devices = append(s.c.Devices, graph.Device{ID: id, Device: name})
	}
	return id
}

func (s *sheet) point(name string) graph.ID {
	id := graph.NewID(string(graph.LabelCapturePoint), name)
	if s.fresh(id) {
		s.c.Points = append(s.c.Points, graph.CapturePoint{ID: id, Name: name})
	}
	return id
}

// rel returns a relationship that held from its first to its last packet; key is what else tells it from others between the two nodes.
func (s *sheet) rel(t graph.Type, src, dst graph.ID, first, last fact.Time, key ...string) graph.Rel {
	k := make([]string, 0, len(key)+4)
	k = append(k, string(src[:]), string(dst[:]), string(s.batch[:]), strconv.FormatInt(int64(first), 10))
	return graph.Rel{ID: graph.NewID(string(t), append(k, key...)...), Src: src, Dst: dst, From: first, To: last + 1, Batch: s.batch}
}

// contents returns what was written, each list by ID and without doubles. The longest is sorted beside the others.
func (s *sheet) contents() graph.Contents {
	c := &s.c
	var wg sync.WaitGroup
	wg.Go(func() { order(&c.Uses, func(r *graph.Uses) graph.ID { return r.ID }) })
	order(&c.Endpoints, func(n *graph.Endpoint) graph.ID { return n.ID })
	order(&c.Services, func(n *graph.Service) graph.ID { return n.ID })
	order(&c.VLANs, func(n *graph.VLAN) graph.ID { return n.ID })
	order(&c.Subnets, func(n *graph.Subnet) graph.ID { return n.ID })
	order(&c.Named, func(n *graph.Named) graph.ID { return n.ID })
	order(&c.MACs, func(n *graph.MAC) graph.ID { return n.ID })
	order(&c.Devices, func(n *graph.Device) graph.ID { return n.ID })
	order(&c.Points, func(n *graph.CapturePoint) graph.ID { return n.ID })
	order(&c.Captures, func(n *graph.Capture) graph.ID { return n.ID })
	order(&c.Artefacts, func(n *graph.Artefact) graph.ID { return n.ID })
	order(&c.Streams, func(n *graph.Stream) graph.ID { return n.ID })
	order(&c.Offers, func(r *graph.Offers) graph.ID { return r.ID })
	order(&c.Requires, func(r *graph.Requires) graph.ID { return r.ID })
	order(&c.InVLAN, func(r *graph.InVLAN) graph.ID { return r.ID })
	order(&c.Members, func(r *graph.Member) graph.ID { return r.ID })
	order(&c.KnownAs, func(r *graph.KnownAs) graph.ID { return r.ID })
	order(&c.HasMAC, func(r *graph.HasMAC) graph.ID { return r.ID })
	order(&c.States, func(r *graph.States) graph.ID { return r.ID })
	order(&c.ConnectedTo, func(r *graph.ConnectedTo) graph.ID { return r.ID })
	order(&c.Copied, func(r *graph.Copied) graph.ID { return r.ID })
	order(&c.Carried, func(r *graph.Carried) graph.ID { return r.ID })
	wg.Wait()
	return *c
}

// order sorts by identifier and leaves out doubles. Elements are large: it sorts their places, and then moves each once.
func order[T any](s *[]T, id func(*T) graph.ID) {
	l := *s
	type place struct {
		id graph.ID
		at int
	}
	from := make([]place, len(l))
	for i := range l {
		from[i] = place{id(&l[i]), i}
	}
	slices.SortFunc(from, func(a, b place) int { return cmp.Or(a.id.Compare(b.id), a.at-b.at) })
	for i := range l { // along each cycle of the permutation; what has its place says so
		first, to := l[i], i
		for from[to].at != i {
			next := from[to].at
			l[to] = l[next]
			from[to].at, to = to, next
		}
		l[to], from[to].at = first, to
	}
	n := 0
	for i := range l {
		if i > 0 && from[i].id == from[i-1].id {
			continue
		}
		if n < i {
			l[n] = l[i]
		}
		n++
	}
	clear(l[n:])
	*s = l[:n:n]
	if n == 0 {
		*s = nil
	}
}

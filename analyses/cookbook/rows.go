package cookbook

import (
	"cmp"
	"iter"
	"maps"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/graph"
)

// ClientKey names an endpoint that asks.
type ClientKey struct {
	ClientContext string `graph:"client_context"`
	Client        string `graph:"client"` // address
}

func (k ClientKey) compare(o ClientKey) int {
	return cmp.Or(cmp.Compare(k.ClientContext, o.ClientContext), cmp.Compare(k.Client, o.Client))
}

// ServiceKey names a service.
type ServiceKey struct {
	ServerContext string `graph:"server_context"`
	Server        string `graph:"server"` // address
	Transport     string `graph:"transport"`
	Port          int64  `graph:"port"`
}

func (k ServiceKey) compare(o ServiceKey) int {
	return cmp.Or(cmp.Compare(k.ServerContext, o.ServerContext), cmp.Compare(k.Server, o.Server), cmp.Compare(k.Transport, o.Transport), cmp.Compare(k.Port, o.Port))
}

// addressText is an address as the graph writes it: empty if there is none.
func addressText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// prefixText is a prefix as the graph writes it.
func prefixText(p netip.Prefix) string {
	if !p.IsValid() {
		return ""
	}
	return p.String()
}

func clientKey(e *graph.Endpoint) ClientKey { return ClientKey{e.Context, addressText(e.Address)} }

func serviceKey(s *graph.Service) ServiceKey {
	return ServiceKey{s.Context, addressText(s.Address), s.Transport, int64(s.Port)}
}

// Span is when something was seen: the first and the last packet.
type Span struct {
	First graph.Time `graph:"first"`
	Last  graph.Time `graph:"last"`
}

// add extends the span by the time for which a relationship holds.
func (s *Span) add(r *graph.Rel) {
	if *s == (Span{}) {
		*s = Span{r.From, r.To - 1}
	}
	s.First, s.Last = min(s.First, r.From), max(s.Last, r.To-1)
}

// flow is a relationship USES with its ends.
type flow struct {
	*graph.Uses
	client  *graph.Endpoint
	service *graph.Service
}

// flows yields the relationships USES in the order of their identifiers.
func flows(v *graph.View) iter.Seq[flow] {
	return func(yield func(flow) bool) {
		for i := range v.Uses {
			u := &v.Uses[i]
			c, s := v.Endpoint(u.Src), v.Service(u.Dst)
			if c != nil && s != nil && !yield(flow{u, c, s}) {
				return
			}
		}
	}
}

// server returns the endpoint of the service.
func (f flow) server(v *graph.View) *graph.Endpoint { return v.Endpoint(f.service.Endpoint) }

// set collects texts.
type set map[string]bool

func (s set) sorted() []string { return slices.Sorted(maps.Keys(s)) }

// group returns the value of a key, which it makes if need be.
func group[K comparable, V any](m map[K]*V, k K) *V {
	v := m[k]
	if v == nil {
		v = new(V)
		m[k] = v
	}
	return v
}

// members yields the memberships of one type.
func members(v *graph.View, t graph.Type) iter.Seq[*graph.Member] {
	return func(yield func(*graph.Member) bool) {
		for i := range v.Members {
			if v.Members[i].Type == t && !yield(&v.Members[i]) {
				return
			}
		}
	}
}

// groupsOf returns the names of the zones, groups or applications of each node.
func groupsOf(v *graph.View, t graph.Type) map[graph.ID]set {
	of := map[graph.ID]set{}
	for m := range members(v, t) {
		if of[m.Src] == nil {
			of[m.Src] = set{}
		}
		of[m.Src][v.NamedNode(m.Dst).Name] = true
	}
	return of
}

// hostName names an endpoint by its address, a device by its name.
func hostName(v *graph.View, id graph.ID) string {
	if e := v.Endpoint(id); e != nil {
		return addressText(e.Address)
	}
	if d := v.Device(id); d != nil {
		return d.Device
	}
	return ""
}

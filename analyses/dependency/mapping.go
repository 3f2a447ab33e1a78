package dependency

import (
	"cmp"
	"maps"
	"math"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// service is a service with those who use it.
type service struct {
	Service
	id      graph.ID
	server  graph.ID
	address netip.Addr
	label   string
	witness []string
	clients map[graph.ID]bool
	weight  map[string]int64 // bytes by application
}

// dependency is a client and a service with the rows that show it.
type dependency struct {
	client, service graph.ID
	rows            []*UsesRow
}

// mapping is what the rows say, secondary channels and reversed directions taken out.
type mapping struct {
	site     *analyses.Site
	uses     []UsesRow // all
	served   map[graph.ID]*service
	deps     []dependency
	requires []RequiresRow
	sorted   []*service // by context, address, transport and port
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// oneWay are applications that need no answer: what they are sent to is a service all the same.
var oneWay = map[string]bool{"syslog": true, "netflow": true, "ipfix": true, "sflow": true, "snmp": true, "rtp": true, "rtcp": true, "radius": true, "gtp": true,
	"collectd": true, "statsd": true, "gelf": true, "graphite": true}

// isDependency reports whether a row shows that the client uses the service.
func isDependency(r *UsesRow) bool {
	switch {
	case r.Parent != "", r.Transport == "icmp", r.Transport == "icmpv6", r.Transport == "igmp":
		return false
	case !r.ServerAddress.IsValid(), r.ServerAddress.IsMulticast(), r.ServerAddress.IsUnspecified(), r.ClientAddress.IsUnspecified(), r.ServerAddress == broadcast:
		return false
	case r.Application == "rtp" || r.Application == "rtcp":
		return false // media is announced by its call; without the call in view it has no server
	case r.Established == 0 && !(r.OneWay > 0 && (oneWay[r.Application] || r.Transport == "tcp")): // one direction of TCP shows that the other exists
		return false
	}
	return r.Port < 32768 || r.Certainty >= 0.7 || r.Application != "" && r.Certainty > 0.5
}

func newMap(site *analyses.Site, uses []UsesRow, requires []RequiresRow) *mapping {
	m := &mapping{site: site, uses: uses, served: map[graph.ID]*service{}}
	for i := range uses {
		r := &uses[i]
		if !isDependency(r) {
			continue
		}
		m.serve(r)
		n := len(m.deps)
		if n == 0 || m.deps[n-1].client != r.Client || m.deps[n-1].service != r.Service { // rows come by client and service
			m.deps = append(m.deps, dependency{client: r.Client, service: r.Service})
			n++
		}
		m.deps[n-1].rows = append(m.deps[n-1].rows, r)
	}
	for _, r := range requires {
		if m.served[r.Service] != nil && m.served[r.Needs] != nil {
			m.requires = append(m.requires, r)
		}
	}
	for _, s := range m.served {
		m.finish(s)
	}
	m.sorted = slices.SortedFunc(maps.Values(m.served), compareServices)
	return m
}

// serve adds a row to its service.
func (m *mapping) serve(r *UsesRow) {
	s := m.served[r.Service]
	if s == nil {
		s = &service{id: r.Service, server: r.Server, address: r.ServerAddress, label: analyses.ServiceLabel(r.ServerAddress, r.Transport, r.Port), clients: map[graph.ID]bool{}, weight: map[string]int64{},
			Service: Service{ID: r.Service.String(), Endpoint: r.ServerAddress.String(), Context: r.ServerContext, Transport: r.Transport, Port: r.Port,
				Names: []string{}, First: r.First, Last: r.Last}}
		m.served[r.Service] = s
	}
	s.clients[r.Client] = true
	s.weight[r.Application] += r.BytesUp + r.BytesDown
	s.Conversations += r.Conversations
	s.BytesTo += r.BytesUp
	s.BytesFrom += r.BytesDown
	s.First, s.Last = min(s.First, r.First), max(s.Last, r.Last)
	s.Names = unionPrintable(s.Names, r.ServerNames)
	s.Versions = unionPrintable(s.Versions, r.Versions)
	s.witness = analyses.Union(s.witness, r.Witness, maxList)
}

func unionPrintable(a, b []string) []string {
	for _, x := range b {
		if len(a) < maxList {
			a = analyses.Union(a, []string{analyses.Printable(x)}, maxList)
		}
	}
	return a
}

// finish settles what needs all rows: the application with the most bytes, names, and what is declared.
func (m *mapping) finish(s *service) {
	s.Clients = len(s.clients)
	var best int64 = -1
	for _, a := range slices.Sorted(maps.Keys(s.weight)) {
		if w := s.weight[a]; a != "" && w > best {
			s.Application, best = a, w
		}
	}
	slices.Sort(s.Names)
	if h := m.site.HostByID(s.server); h != nil && len(s.Names) == 0 {
		for _, n := range h.Names {
			s.Names = analyses.Union(s.Names, []string{n.Name}, maxList)
		}
	}
	if a := m.site.Application(s.address, s.Transport, s.Port, s.Application, s.Names); a != nil {
		s.Critical, s.Declared, s.Owner = a.Critical, a.Name, a.Owner
	}
}

// services lists them by context, address, transport and port.
func (m *mapping) services() []Service {
	out := []Service{}
	for _, s := range m.sorted {
		out = append(out, s.Service)
	}
	return out
}

func compareServices(a, b *service) int {
	return cmp.Or(cmp.Compare(a.Context, b.Context), a.address.Compare(b.address), cmp.Compare(a.Transport, b.Transport), cmp.Compare(a.Port, b.Port))
}

// strength orders the reasons of a direction.
var strength = map[string]int{"order": 0, "port": 1, "declared": 2, "protocol": 3, "handshake": 4}

// dependencies lists them by client and service.
func (m *mapping) dependencies() []Dependency {
	out := make([]Dependency, 0, len(m.deps))
	for _, d := range m.deps {
		s := m.served[d.service]
		x := Dependency{Client: d.rows[0].ClientAddress.String(), Service: d.service.String(), Kind: "uses", First: d.rows[0].First, Last: d.rows[0].Last}
		x.Label = x.Client + " -> " + s.label
		var starts []int64
		for _, r := range d.rows {
			x.Conversations += r.Conversations
			x.Bytes += r.BytesUp + r.BytesDown
			x.Confidence = max(x.Confidence, analyses.Round(r.Certainty))
			for _, why := range r.Directions {
				if x.Direction == "" || strength[why] > strength[x.Direction] {
					x.Direction = why
				}
			}
			x.First, x.Last = min(x.First, r.First), max(x.Last, r.Last)
			starts = append(starts, r.Starts...)
		}
		x.Pattern = pattern(x.Conversations, starts)
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b Dependency) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Service, b.Service))
	})
	return out
}

// pattern names the rhythm of conversations that began at these Unix milliseconds: periodic if the gaps differ by less than a fifth, regular from
// five on, rare below, once.
func pattern(n int64, starts []int64) string {
	if n <= 1 {
		return "once"
	}
	if len(starts) < 5 {
		return "rare"
	}
	slices.Sort(starts)
	var sum, sq float64
	k := float64(len(starts) - 1)
	for i := 1; i < len(starts); i++ {
		g := float64(starts[i] - starts[i-1])
		sum += g
		sq += g * g
	}
	mean := sum / k
	if mean >= 1000 && math.Sqrt(max(0, sq/k-mean*mean)) < mean/5 {
		return "periodic"
	}
	return "regular"
}

// requirements lists which service needs which.
func (m *mapping) requirements() []Requirement {
	out := []Requirement{}
	for _, r := range m.requires {
		out = append(out, Requirement{Service: r.Service.String(), Needs: r.Needs.String(), Support: r.Support, Confidence: analyses.Round(r.Confidence),
			Label: m.served[r.Service].label + " -> " + m.served[r.Needs].label})
	}
	slices.SortFunc(out, func(a, b Requirement) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Service, b.Service))
	})
	return out
}

package dependency

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gonum.org/v1/gonum/graph/network"
	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/topo"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// hosts numbers the endpoints of all dependencies in the order of their identifiers.
func (m *mapping) hosts() (ids []graph.ID, number map[graph.ID]int) {
	number = map[graph.ID]int{}
	for _, d := range m.deps {
		number[d.client], number[m.served[d.service].server] = 0, 0
	}
	ids = slices.SortedFunc(maps.Keys(number), graph.ID.Compare)
	for i, id := range ids {
		number[id] = i
	}
	return ids, number
}

// Bounds of centrality: fewer hosts have no centre worth naming, and its cost is hosts times edges.
const (
	fewHosts       = 10
	maxBetweenness = 4_000_000
)

// criticality is what would cut many off, and the findings about it.
type criticality struct {
	nodes    []CriticalNode
	findings []analyses.Finding
}

// critical finds services that many depend on, articulation points, and the most central hosts.
func (m *mapping) critical(o Options) criticality {
	out := criticality{nodes: []CriticalNode{}}
	dependants := m.dependants(o)
	clients := map[graph.ID]bool{}
	for _, d := range m.deps {
		clients[d.client] = true
	}
	all := m.machines(clients)
	alone := map[graph.ID][]*service{} // by server
	for _, s := range m.sorted {
		cut := m.machines(dependants[s.id])
		if cut < o.ManyClients || !s.Critical && float64(cut) < o.ManyShare*float64(all) || m.external(s.server) {
			continue
		}
		out.nodes = append(out.nodes, CriticalNode{ID: s.ID, Why: "shared", CutClients: cut, Label: s.label})
		if (s.Critical || !spare[s.Application]) && !m.replicated(s) {
			alone[s.server] = append(alone[s.server], s)
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(alone), graph.ID.Compare) {
		out.findings = append(out.findings, m.single(alone[id], dependants, all))
	}
	ids, number := m.hosts()
	g := simple.NewUndirectedGraph()
	for i := range ids {
		g.AddNode(simple.Node(i))
	}
	for _, d := range m.deps {
		if a, b := number[d.client], number[m.served[d.service].server]; a != b {
			g.SetEdge(simple.Edge{F: simple.Node(a), T: simple.Node(b)})
		}
	}
	for _, cut := range articulation(g, len(ids)) {
		if cut.parts < 2 || cut.lost < o.ManyClients {
			continue
		}
		h := m.site.HostByID(ids[cut.node])
		if h == nil || m.external(h.ID) {
			continue
		}
		out.nodes = append(out.nodes, CriticalNode{ID: h.ID.String(), Why: "articulation", CutClients: cut.lost, Label: h.Address.String()})
	}
	if n := len(ids); n >= fewHosts && n*g.Edges().Len() <= maxBetweenness {
		between := network.Betweenness(g)
		if id, ok := most(between); ok {
			h := m.site.HostByID(ids[id])
			if h != nil && !slices.ContainsFunc(out.nodes, func(c CriticalNode) bool { return c.ID == h.ID.String() }) {
				out.nodes = append(out.nodes, CriticalNode{ID: h.ID.String(), Why: "centrality", CutClients: g.From(id).Len(), Label: h.Address.String()})
			}
		}
	}
	slices.SortStableFunc(out.nodes, func(a, b CriticalNode) int {
		return cmp.Or(cmp.Compare(b.CutClients, a.CutClients), cmp.Compare(a.Why, b.Why), cmp.Compare(a.Label, b.Label))
	})
	return out
}

// sameScore is how far apart two scores may be, as a share, and still be equal: sums of the same parts in another order differ in the last bits.
const sameScore = 1e-9

// machines counts the hosts behind endpoints: addresses that one MAC, which is no router's, claims are one. Who was merely seen behind a MAC is for himself:
// it may be a router's that nothing shows to be one.
func (m *mapping) machines(endpoints map[graph.ID]bool) int {
	n, macs := 0, map[string]bool{}
	for id := range endpoints {
		h := m.site.HostByID(id)
		if h == nil || h.Forwards || len(h.Claimed) != 1 {
			n++
			continue
		}
		macs[h.Claimed[0]] = true
	}
	return n + len(macs)
}

// most returns the node with the highest score, the lowest identifier among equals.
func most(score map[int64]float64) (int64, bool) {
	best, found := int64(0), false
	for _, id := range slices.Sorted(maps.Keys(score)) {
		if score[id] > 0 && (!found || score[id] > score[best]*(1+sameScore)) {
			best, found = id, true
		}
	}
	return best, found
}

// dependants returns, for each service, the clients that use it or something that requires it.
func (m *mapping) dependants(o Options) map[graph.ID]map[graph.ID]bool {
	out := map[graph.ID]map[graph.ID]bool{}
	for id, s := range m.served {
		out[id] = maps.Clone(s.clients)
	}
	needs := m.pooled()
	for _, r := range m.requires {
		if r.Confidence >= o.RequireWeight {
			needs = append(needs, need{r.Service, r.Needs})
		}
	}
	for range len(m.served) { // to a fixed point; each round carries clients one step further down
		changed := false
		for _, n := range needs {
			for c := range out[n.service] {
				if !out[n.on][c] {
					out[n.on][c] = true
					changed = true
				}
			}
		}
		if !changed {
			break
		}
	}
	return out
}

// need is a service that needs another.
type need struct{ service, on graph.ID }

// A pooled connection is one of few, each of many packets, that last for most of the life of what its client serves. Its requests nest in nothing, so
// that the graph's REQUIRES cannot show them.
const (
	poolSize    = 16
	poolPackets = 20
)

// interactive applications are long because people are.
var interactive = map[string]bool{"ssh": true, "telnet": true, "rdp": true, "vnc": true, "x11": true, "irc": true, "bgp": true, "rlogin": true}

// pooled returns what servers keep connections to.
func (m *mapping) pooled() []need {
	serves := map[graph.ID][]*service{} // by server
	for _, s := range m.sorted {
		if s.Clients >= 2 {
			serves[s.server] = append(serves[s.server], s)
		}
	}
	var out []need
	for _, d := range m.deps {
		on := m.served[d.service]
		if on.Transport != "tcp" || interactive[on.Application] || m.external(on.server) {
			continue
		}
		var n, packets int64
		first, last := d.rows[0].First, d.rows[0].Last
		for _, r := range d.rows {
			n += r.Conversations
			packets += r.PacketsUp + r.PacketsDown
			first, last = min(first, r.First), max(last, r.Last)
		}
		if n > poolSize || packets < poolPackets*n {
			continue
		}
		for _, s := range serves[d.client] {
			if both := min(last, s.Last) - max(first, s.First); on.server != s.server && 2*both >= s.Last-s.First {
				out = append(out, need{s.id, on.id})
			}
		}
	}
	return out
}

// external reports whether a host is outside what the operator runs.
func (m *mapping) external(id graph.ID) bool {
	h := m.site.HostByID(id)
	return h != nil && (h.Zone == analyses.Internet || h.Zone == "" && h.Address.IsGlobalUnicast() && !h.Address.IsPrivate())
}

// spare are applications without which clients go on for a while.
var spare = map[string]bool{"ntp": true, "syslog": true, "snmp": true, "netflow": true, "ipfix": true, "sflow": true, "nbns": true, "nbdgm": true, "ssdp": true, "mdns": true, "llmnr": true, "dhcp": true}

// failsOver are applications whose clients have a list of servers and ask the next one of it only when the first is silent.
var failsOver = map[string]bool{"dns": true, "ldap": true, "kerberos": true, "radius": true, "tacacs": true, "sip": true}

// replicated reports whether another server serves the same: the same transport, port and, as far as known, application, under a shared name or to at
// least half of the same clients; to any of them, where clients fail over.
func (m *mapping) replicated(s *service) bool {
	names := m.hostNames(s)
	return slices.ContainsFunc(m.sorted, func(o *service) bool {
		if o.server == s.server || o.Transport != s.Transport || o.Port != s.Port || o.Application != s.Application && o.Application != "" && s.Application != "" {
			return false
		}
		shared := 0
		for c := range s.clients {
			if o.clients[c] {
				shared++
			}
		}
		return 2*shared >= len(s.clients) || shared > 0 && failsOver[s.Application] && o.Application == s.Application ||
			slices.ContainsFunc(m.hostNames(o), func(n string) bool { return slices.Contains(names, n) })
	})
}

// hostNames are the names of a service and those that DNS gives its host: several hosts of one name are a set.
func (m *mapping) hostNames(s *service) []string {
	names := s.Names
	if h := m.site.HostByID(s.server); h != nil {
		for _, n := range h.Names {
			if n.Evidence == "dns" {
				names = append(slices.Clip(names), n.Name)
			}
		}
	}
	return names
}

// servers counts those of the clients that serve several others themselves.
func (m *mapping) servers(clients map[graph.ID]bool, but graph.ID) int {
	at := map[graph.ID]bool{}
	for _, s := range m.sorted {
		if clients[s.server] && s.server != but && s.Clients >= 2 && !spare[s.Application] {
			at[s.server] = true
		}
	}
	return len(at)
}

// single reports the services of one host that many depend on and that no other host serves. It is medium where one of them is declared critical or other
// servers need it, so that more than it would stop; low where its clients alone would miss it.
func (m *mapping) single(ss []*service, dependants map[graph.ID]map[graph.ID]bool, all int) analyses.Finding {
	lose := map[graph.ID]int{} // machines, by service
	for _, s := range ss {
		lose[s.id] = m.machines(dependants[s.id])
	}
	slices.SortStableFunc(ss, func(a, b *service) int { return cmp.Compare(lose[b.id], lose[a.id]) })
	cut, direct := map[graph.ID]bool{}, map[graph.ID]bool{}
	first, last := ss[0].First, ss[0].Last
	var names, witness []string
	sev := analyses.Low
	for _, s := range ss {
		maps.Copy(cut, dependants[s.id])
		maps.Copy(direct, s.clients)
		first, last = min(first, s.First), max(last, s.Last)
		witness = analyses.Union(witness, s.witness, maxList)
		names = append(names, fmt.Sprintf("%s/%d (%s)", s.Transport, s.Port, cmp.Or(s.Application, "unknown application")))
		if s.Critical {
			sev = analyses.Medium
		}
	}
	if n := len(names); n > 4 {
		names = append(names[:4], fmt.Sprintf("%d more", n-4))
	}
	s := ss[0]
	lost := m.machines(cut)
	text := fmt.Sprintf("%s %s: %d of %d clients depend on it", s.address, strings.Join(names, ", "), lost, all)
	if n := m.servers(direct, s.server); n >= 2 {
		sev = analyses.Medium
		text += fmt.Sprintf(", %d of them servers themselves", n)
	}
	if n := lost - m.machines(direct); n > 0 {
		text += fmt.Sprintf(", %d through other services", n)
	}
	f := analyses.NewFinding("dependency/single-point-of-failure", sev, 0.7, text+", and no other server of its kind was seen", analyses.Subject{Kind: "endpoint", ID: s.server.String(), Label: s.address.String()})
	for _, s := range ss[:min(len(ss), maxPairs)] { // subjects beyond the identity of the finding
		f.Subjects = append(f.Subjects, subject(s))
	}
	f.First, f.Last, f.Count = first, last, int64(lost)
	filter := analyses.AddressFilter(s.address)
	if len(ss) == 1 {
		filter = filterOf(s)
	}
	f.Evidence = analyses.EvidenceOf(witness, filter)
	return f
}

func subject(s *service) analyses.Subject {
	return analyses.Subject{Kind: "service", ID: s.ID, Label: s.label}
}

func filterOf(s *service) string { return analyses.ServiceFilter(s.address, s.Transport, s.Port) }

// cycles finds services that need each other in a circle.
func (m *mapping) cycles(o Options) []analyses.Finding {
	services := m.sorted
	number := map[graph.ID]int64{}
	g := simple.NewDirectedGraph()
	for i, s := range services {
		number[s.id] = int64(i)
		g.AddNode(simple.Node(i))
	}
	for _, r := range m.requires {
		if a, b := number[r.Service], number[r.Needs]; a != b && r.Confidence >= o.RequireWeight {
			g.SetEdge(simple.Edge{F: simple.Node(a), T: simple.Node(b)})
		}
	}
	var fs []analyses.Finding
	for _, part := range topo.TarjanSCC(g) {
		if len(part) < 2 {
			continue
		}
		slices.SortFunc(part, func(a, b graphNode) int { return cmp.Compare(a.ID(), b.ID()) })
		var subjects []analyses.Subject
		var labels []string
		first, last := services[part[0].ID()].First, services[part[0].ID()].Last
		for _, n := range part {
			s := services[n.ID()]
			subjects = append(subjects, subject(s))
			labels = append(labels, s.label)
			first, last = min(first, s.First), max(last, s.Last)
		}
		f := analyses.NewFinding("dependency/cycle", analyses.Info, 0.6, fmt.Sprintf("%d services need each other: %s", len(part), strings.Join(labels, ", ")), subjects...)
		f.First, f.Last, f.Count = first, last, int64(len(part))
		f.Evidence = analyses.EvidenceOf(services[part[0].ID()].witness, filterOf(services[part[0].ID()]))
		fs = append(fs, f)
	}
	return fs
}

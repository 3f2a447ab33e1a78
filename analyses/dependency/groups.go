package dependency

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/graph/community"
	"gonum.org/v1/gonum/graph/simple"

	"netscope.example/nsgraph/graph"
)

// everyone is the share of all hosts that makes a service infrastructure, which joins no group.
const everyone = 0.5

// groups finds communities of at least two hosts, the largest first.
func (m *mapping) groups() []Group {
	ids, number := m.hosts()
	g := simple.NewWeightedUndirectedGraph(0, 0)
	for i := range ids {
		g.AddNode(simple.Node(i))
	}
	for _, d := range m.deps {
		s := m.served[d.service]
		a, b := number[d.client], number[s.server]
		if a == b || len(ids) > 4 && float64(len(s.clients)) > everyone*float64(len(ids)) {
			continue
		}
		w, _ := g.Weight(a, b)
		for _, r := range d.rows {
			w += float64(r.Conversations)
		}
		g.SetWeightedEdge(simple.WeightedEdge{F: simple.Node(a), T: simple.Node(b), W: w})
	}
	if g.Edges().Len() == 0 {
		return []Group{}
	}
	parts := community.Modularize(g, 1, rand.NewPCG(1, 1)).Communities() // a fixed seed: equal graphs, equal groups
	out := []Group{}
	for _, part := range parts {
		if len(part) < 2 {
			continue
		}
		var members []string
		slices.SortFunc(part, func(a, b graphNode) int { return cmp.Compare(a.ID(), b.ID()) })
		for _, n := range part {
			members = append(members, m.hostLabel(ids[n.ID()]))
		}
		slices.Sort(members)
		out = append(out, Group{Members: members})
	}
	slices.SortFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(len(b.Members), len(a.Members)), slices.Compare(a.Members, b.Members))
	})
	for i := range out {
		out[i].Name = fmt.Sprintf("group %d", i+1)
	}
	return out
}

// hostLabel is the address, with its context where that is not the default.
func (m *mapping) hostLabel(id graph.ID) string {
	h := m.site.HostByID(id)
	if h == nil {
		return id.String()
	}
	if h.Context != graph.DefaultContext {
		return h.Context + " " + h.Address.String()
	}
	return h.Address.String()
}

// waves orders the groups so that each next one cuts the fewest dependencies between what has moved and what has not.
func (m *mapping) waves(groups []Group) []Wave {
	home := map[string]int{}
	for i, g := range groups {
		for _, h := range g.Members {
			home[h] = i + 1
		}
	}
	between := map[[2]int]int{} // dependencies between groups; group 0 never moves
	for _, d := range m.deps {
		a, b := home[m.hostLabel(d.client)], home[m.hostLabel(m.served[d.service].server)]
		if a != b {
			between[[2]int{min(a, b), max(a, b)}]++
		}
	}
	moved := map[int]bool{}
	cut := func(moved map[int]bool) int {
		n := 0
		for k, w := range between {
			if moved[k[0]] != moved[k[1]] {
				n += w
			}
		}
		return n
	}
	out := []Wave{}
	for len(moved) < len(groups) && len(groups) <= 200 { // beyond that nobody plans by hand, and the choice is cubic
		best, at := -1, 0
		for i := range groups {
			if moved[i+1] {
				continue
			}
			moved[i+1] = true
			if c := cut(moved); best < 0 || c < best {
				best, at = c, i
			}
			delete(moved, i+1)
		}
		moved[at+1] = true
		out = append(out, Wave{Wave: len(out) + 1, Members: groups[at].Members, Cut: best})
	}
	return out
}

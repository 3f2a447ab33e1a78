package dependency

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"netscope.example/nsgraph/graph"
)

// everyone is the share of all hosts that makes a service infrastructure, which joins no group.
const everyone = 0.5

// groups finds communities of at least two hosts, the largest first, and the position from 1 of each host's group.
func (m *mapping) groups() (groups []Group, home map[graph.ID]int) {
	ids, number := m.hosts()
	weights := map[[2]int]float64{}
	for i := range m.deps {
		d := &m.deps[i]
		s := m.served[d.service]
		a, b := number[d.client], number[s.server]
		if a == b || len(ids) > 4 && float64(len(s.clients)) > everyone*float64(len(ids)) {
			continue
		}
		for _, r := range d.rows {
			weights[[2]int{min(a, b), max(a, b)}] += float64(r.Conversations)
		}
	}
	g := make(mesh, len(ids))
	for _, k := range slices.SortedFunc(maps.Keys(weights), func(a, b [2]int) int { return cmp.Or(a[0]-b[0], a[1]-b[1]) }) {
		g[k[0]] = append(g[k[0]], link{k[1], weights[k]})
		g[k[1]] = append(g[k[1]], link{k[0], weights[k]})
	}
	parts := map[int][]graph.ID{}
	for i, c := range communities(g) {
		parts[c] = append(parts[c], ids[i])
	}
	type community struct {
		Group
		hosts []graph.ID
	}
	var found []community
	for _, hosts := range parts {
		if len(hosts) < 2 {
			continue
		}
		c := community{hosts: hosts}
		for _, h := range hosts {
			c.Members = append(c.Members, m.hostLabel(h))
		}
		slices.Sort(c.Members)
		found = append(found, c)
	}
	slices.SortFunc(found, func(a, b community) int {
		return cmp.Or(cmp.Compare(len(b.Members), len(a.Members)), slices.Compare(a.Members, b.Members))
	})
	groups, home = []Group{}, map[graph.ID]int{}
	for i, c := range found {
		c.Name = fmt.Sprintf("group %d", i+1)
		groups = append(groups, c.Group)
		for _, h := range c.hosts {
			home[h] = i + 1
		}
	}
	return groups, home
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

// maxWaves is up to how many groups somebody plans their order by hand.
const maxWaves = 200

// waves orders the groups so that each next one cuts the fewest dependencies between what has moved and what has not.
func (m *mapping) waves(groups []Group, home map[graph.ID]int) []Wave {
	between := map[[2]int]int{} // dependencies between groups; group 0 never moves
	for _, d := range m.deps {
		a, b := home[d.client], home[m.served[d.service].server]
		if a != b {
			between[[2]int{min(a, b), max(a, b)}]++
		}
	}
	near := make([]map[int]int, len(groups)+1) // the same, by group
	for k, w := range between {
		for i, g := range k {
			if near[g] == nil {
				near[g] = map[int]int{}
			}
			near[g][k[1-i]] += w
		}
	}
	moved := make([]bool, len(groups)+1)
	out := []Wave{}
	for cut := 0; len(out) < len(groups) && len(groups) <= maxWaves; {
		best, at := 0, 0
		for g := 1; g <= len(groups); g++ {
			if moved[g] {
				continue
			}
			c := cut
			for to, w := range near[g] {
				if moved[to] {
					c -= w
				} else {
					c += w
				}
			}
			if at == 0 || c < best {
				best, at = c, g
			}
		}
		moved[at], cut = true, best
		out = append(out, Wave{Wave: len(out) + 1, Members: groups[at-1].Members, Cut: best})
	}
	return out
}

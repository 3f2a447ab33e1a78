package build

import (
	"slices"

	"netscope.example/nsgraph/capture/fact"
)

// groups are sets of places that are one address space. The root of a set is its first place in order.
type groups struct {
	order  []uint32
	rank   map[uint32]int
	parent map[uint32]uint32
	hard   map[uint32]uint32 // root when gather began
}

func newGroups(order []uint32) *groups {
	g := &groups{order: order, rank: map[uint32]int{}, parent: map[uint32]uint32{}}
	for i, p := range order {
		g.rank[p], g.parent[p] = i, p
	}
	return g
}

func (g *groups) root(p uint32) uint32 {
	for {
		up, ok := g.parent[p]
		if !ok || up == p {
			return p
		}
		g.parent[p] = g.parent[up]
		p = up
	}
}

// join makes one set of two; places that are not in the order stay out.
func (g *groups) join(a, b uint32) {
	if _, ok := g.parent[a]; !ok {
		return
	}
	if _, ok := g.parent[b]; !ok {
		return
	}
	a, b = g.root(a), g.root(b)
	if g.rank[b] < g.rank[a] {
		a, b = b, a
	}
	g.parent[b] = a
}

// pair returns the two sets of two places, in order.
func (g *groups) pair(a, b uint32) [2]uint32 {
	a, b = g.root(a), g.root(b)
	if g.rank[b] < g.rank[a] {
		a, b = b, a
	}
	return [2]uint32{a, b}
}

// members returns the places of p's set in order.
func (g *groups) members(p uint32) []uint32 {
	p = g.root(p)
	var m []uint32
	for _, q := range g.order {
		if g.root(q) == p {
			m = append(m, q)
		}
	}
	return m
}

// first returns the root that p's set had before gather.
func (g *groups) first(p uint32) uint32 {
	if r, ok := g.hard[p]; ok {
		return r
	}
	return g.root(p)
}

// gather joins sets that share a router and no address: first those that are whole address spaces, then the others, if the routers that they
// share are those of one address space alone.
func (g *groups) gather(whole map[uint32]bool, shared map[[2]uint32]int, gateways map[uint32]map[fact.MAC]bool) {
	g.hard = map[uint32]uint32{}
	for _, p := range g.order {
		g.hard[p] = g.root(p)
	}
	if len(whole) == 0 {
		return
	}
	routers := map[uint32]map[fact.MAC]bool{} // by root
	for _, p := range g.order {
		r := g.hard[p]
		if routers[r] == nil {
			routers[r] = map[fact.MAC]bool{}
		}
		for m := range gateways[p] {
			routers[r][m] = true
		}
	}
	var roots []uint32
	for _, p := range g.order {
		if g.hard[p] == p {
			roots = append(roots, p)
		}
	}
	meet := func(a, b uint32) bool {
		for m := range routers[a] {
			if routers[b][m] {
				return true
			}
		}
		return false
	}
	conflict := func(a, b uint32) bool { // between any two of the sets that a and b are in now
		for p, n := range shared {
			x, y := g.root(p[0]), g.root(p[1])
			if n > 0 && (x == g.root(a) && y == g.root(b) || x == g.root(b) && y == g.root(a)) {
				return true
			}
		}
		return false
	}
	spaces := slices.DeleteFunc(slices.Clone(roots), func(r uint32) bool { return !whole[r] })
	for i, a := range spaces {
		for _, b := range spaces[i+1:] {
			if meet(a, b) && !conflict(a, b) && g.root(a) != g.root(b) {
				g.join(a, b)
			}
		}
	}
	type joining struct{ r, to uint32 }
	var joins []joining
	for _, r := range roots {
		if whole[r] {
			continue
		}
		var near []uint32
		for _, s := range spaces {
			if to := g.root(s); meet(r, s) && !conflict(r, s) && !slices.Contains(near, to) {
				near = append(near, to)
			}
		}
		if len(near) == 1 {
			joins = append(joins, joining{r, near[0]})
		}
	}
	for _, j := range joins {
		g.join(j.r, j.to)
	}
}

package dependency

import (
	"cmp"
	"maps"
	"slices"
)

// link is a weighted edge to a node.
type link struct {
	to     int
	weight float64
}

// mesh is an undirected weighted graph of nodes 0 to n-1: each edge is in the lists of both its ends, one to itself once, with twice its weight.
type mesh [][]link

// communities returns the community of each node, numbered in the order of their first nodes: those of the highest modularity that moving nodes one by one
// and joining what has gathered finds (Blondel et al. 2008). Nodes are visited in their order, so equal graphs give equal communities.
func communities(g mesh) []int {
	home := make([]int, len(g))
	for i := range home {
		home[i] = i
	}
	for {
		part := gather(g)
		for i := range home {
			home[i] = part[home[i]]
		}
		joined := g.join(part)
		if len(joined) == len(g) {
			return home
		}
		g = joined
	}
}

// maxPasses bounds the passes over all nodes; after the first few, hardly any node moves.
const maxPasses = 50

// gather moves nodes to the neighbouring community that gains most, until none moves. The communities are numbered from 0, without gaps.
func gather(g mesh) []int {
	part := make([]int, len(g))
	degree, total := make([]float64, len(g)), make([]float64, len(g)) // of a node, and of a community
	all := 0.0
	for i, ls := range g {
		part[i] = i
		for _, l := range ls {
			degree[i] += l.weight
		}
		total[i] = degree[i]
		all += degree[i]
	}
	weight := make([]float64, len(g)) // from the node at hand to a community
	var near []int
	for range maxPasses {
		again := false
		for i, ls := range g {
			near = near[:0]
			for _, l := range ls {
				if c := part[l.to]; l.to != i {
					if weight[c] == 0 {
						near = append(near, c)
					}
					weight[c] += l.weight
				}
			}
			from := part[i]
			total[from] -= degree[i]
			best, gain := from, weight[from]-total[from]*degree[i]/all
			for _, c := range near {
				if x := weight[c] - total[c]*degree[i]/all; x > gain+1e-9 || x > gain-1e-9 && c < best && best != from {
					best, gain = c, x
				}
				weight[c] = 0
			}
			total[best] += degree[i]
			if best != from {
				part[i], again = best, true
			}
		}
		if !again {
			break
		}
	}
	return renumber(part)
}

func renumber(part []int) []int {
	number := map[int]int{}
	for i, c := range part {
		n, ok := number[c]
		if !ok {
			n = len(number)
			number[c] = n
		}
		part[i] = n
	}
	return part
}

// join makes each community one node.
func (g mesh) join(part []int) mesh {
	n := 0
	for _, c := range part {
		n = max(n, c+1)
	}
	out := make(mesh, n)
	weights := make([]map[int]float64, len(out))
	for i, ls := range g {
		c := part[i]
		if weights[c] == nil {
			weights[c] = map[int]float64{}
		}
		for _, l := range ls {
			weights[c][part[l.to]] += l.weight
		}
	}
	for c, w := range weights {
		for _, to := range slices.SortedFunc(maps.Keys(w), cmp.Compare[int]) {
			out[c] = append(out[c], link{to, w[to]})
		}
	}
	return out
}

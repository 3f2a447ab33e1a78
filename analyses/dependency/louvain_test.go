package dependency

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/graph/community"
	"gonum.org/v1/gonum/graph/simple"
)

// planted draws blocks of eight nodes, an edge inside a block with probability in, between blocks with out.
func planted(r *rand.Rand, blocks int, in, out float64) (mesh, *simple.WeightedUndirectedGraph) {
	n := 8 * blocks
	g, h := make(mesh, n), simple.NewWeightedUndirectedGraph(0, 0)
	for i := range n {
		h.AddNode(simple.Node(i))
	}
	for i := range n {
		for j := range i {
			p := out
			if i/8 == j/8 {
				p = in
			}
			if r.Float64() < p {
				w := float64(1 + r.IntN(3))
				g[i], g[j] = append(g[i], link{j, w}), append(g[j], link{i, w})
				h.SetWeightedEdge(simple.WeightedEdge{F: simple.Node(i), T: simple.Node(j), W: w})
			}
		}
	}
	return g, h
}

// The communities are about as modular as those that gonum finds, by gonum's own measure.
func TestCommunities(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		blocks  int
		in, out float64
	}{{1, 1, 0}, {3, 0.9, 0.02}, {6, 0.8, 0.05}, {10, 0.6, 0.03}, {5, 0.3, 0.3}} {
		g, h := planted(r, c.blocks, c.in, c.out)
		parts := make([][]graphNode, 8*c.blocks)
		for i, p := range communities(g) {
			parts[p] = append(parts[p], simple.Node(i))
		}
		mine := community.Q(h, parts, 1)
		want := community.Q(h, community.Modularize(h, 1, rand.NewPCG(1, 1)).Communities(), 1)
		if mine < want-0.03 {
			t.Errorf("%+v: modularity %.3f, gonum's %.3f", c, mine, want)
		}
	}
	g, _ := planted(r, 4, 1, 0)
	if got := communities(g); !reflect.DeepEqual(got, []int{
		0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3,
	}) {
		t.Errorf("%v", got)
	}
	if got := communities(mesh{nil, nil}); !reflect.DeepEqual(got, []int{0, 1}) { // nodes without edges stay alone
		t.Errorf("%v", got)
	}
	if got := communities(nil); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

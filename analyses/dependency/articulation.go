package dependency

import (
	"slices"

	gonum "gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/simple"
)

type graphNode = gonum.Node

// cutVertex is a node whose removal splits its component.
type cutVertex struct {
	node  int
	parts int // into which its component falls
	lost  int // nodes outside the largest part
}

// articulation returns the cut vertices of g, whose nodes are 0 to n-1, by node (Hopcroft and Tarjan 1973, without recursion).
func articulation(g *simple.UndirectedGraph, n int) []cutVertex {
	near := make([][]int, n)
	for i := range n {
		it := g.From(int64(i))
		for it.Next() {
			near[i] = append(near[i], int(it.Node().ID()))
		}
		slices.Sort(near[i])
	}
	depth, low, size := make([]int, n), make([]int, n), make([]int, n)
	var cuts []cutVertex
	for root := range n {
		if depth[root] != 0 {
			continue
		}
		cuts = append(cuts, search(root, near, depth, low, size)...)
	}
	slices.SortFunc(cuts, func(a, b cutVertex) int { return a.node - b.node })
	return cuts
}

// search walks one component depth first. Depths begin at 1; 0 is unvisited.
func search(root int, near [][]int, depth, low, size []int) []cutVertex {
	type frame struct{ node, parent, next int }
	parts := map[int][]int{} // sizes of the parts that a node cuts off
	stack := []frame{{root, -1, 0}}
	depth[root], low[root], size[root] = 1, 1, 1
	total, rootChildren := 1, 0
	for len(stack) > 0 {
		f := &stack[len(stack)-1]
		if f.next < len(near[f.node]) {
			to := near[f.node][f.next]
			f.next++
			switch {
			case to == f.parent:
			case depth[to] != 0:
				low[f.node] = min(low[f.node], depth[to])
			default:
				depth[to], low[to], size[to] = depth[f.node]+1, depth[f.node]+1, 1
				total++
				stack = append(stack, frame{to, f.node, 0})
			}
			continue
		}
		child := *f
		stack = stack[:len(stack)-1]
		if child.parent < 0 {
			break
		}
		p := child.parent
		size[p] += size[child.node]
		low[p] = min(low[p], low[child.node])
		if p == root {
			rootChildren++
			parts[p] = append(parts[p], size[child.node])
		} else if low[child.node] >= depth[p] {
			parts[p] = append(parts[p], size[child.node])
		}
	}
	var cuts []cutVertex
	for node, sizes := range parts {
		if node == root && rootChildren < 2 {
			continue
		}
		rest := total - 1
		for _, s := range sizes {
			rest -= s
		}
		all := slices.Clone(sizes)
		if node != root {
			all = append(all, rest)
		}
		cuts = append(cuts, cutVertex{node: node, parts: len(all), lost: total - 1 - slices.Max(all)})
	}
	return cuts
}

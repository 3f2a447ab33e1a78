package cookbook

import (
	"cmp"
	"iter"
	"slices"

	"netscope.example/nsgraph/graph"
)

// TogetherRow is a pair of hosts, the lesser first.
type TogetherRow struct {
	AContext      string `graph:"a_context"`
	A             string `graph:"a"`
	BContext      string `graph:"b_context"`
	B             string `graph:"b"`
	Packets       int64  `graph:"packets"`
	Conversations int64  `graph:"conversations"`
	Bytes         int64  `graph:"bytes"`
	Services      int64  `graph:"services"` // that one offers the other
}

// Together lists chatty pairs.
var Together = graph.Query[TogetherRow]{
	Name:   "impact/together",
	Group:  groupImpact,
	Doc:    "The pairs of hosts that exchange most packets, and so would feel a longer way between them first: they should move together.",
	Params: []graph.Param{limitParam(50)},
	Cypher: cypher("impact-together"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[TogetherRow] {
		type pair struct{ a, b ClientKey }
		at := map[pair]*TogetherRow{}
		services := map[pair]map[graph.ID]bool{}
		for f := range flows(v) {
			e := f.server(v)
			if e == nil || f.Established == 0 || f.Src == e.ID {
				continue
			}
			k := pair{clientKey(f.client), clientKey(e)}
			if k.a.compare(k.b) > 0 {
				k.a, k.b = k.b, k.a
			}
			r := group(at, k)
			r.AContext, r.A, r.BContext, r.B = k.a.ClientContext, k.a.Client, k.b.ClientContext, k.b.Client
			r.Packets += f.PacketsUp + f.PacketsDown
			r.Conversations += f.Conversations
			r.Bytes += f.BytesUp + f.BytesDown
			if services[k] == nil {
				services[k] = map[graph.ID]bool{}
			}
			services[k][f.Dst] = true
		}
		rows := make([]TogetherRow, 0, len(at))
		for k, r := range at {
			r.Services = int64(len(services[k]))
			rows = append(rows, *r)
		}
		slices.SortFunc(rows, func(x, y TogetherRow) int {
			return cmp.Or(cmp.Compare(y.Packets, x.Packets), cmp.Compare(x.AContext, y.AContext), cmp.Compare(x.A, y.A), cmp.Compare(x.BContext, y.BContext), cmp.Compare(x.B, y.B))
		})
		return slices.Values(first(rows, number(p, "limit")))
	},
}

package cookbook

import (
	"cmp"
	"iter"
	"slices"

	"netscope.example/nsgraph/graph"
)

// SharedRow is a service that two applications need.
type SharedRow struct {
	ServiceKey
	Applications []string `graph:"applications"` // protocols
	DepthA       int64    `graph:"depth_a"`      // steps from the first application; 1: its own servers use it
	DepthB       int64    `graph:"depth_b"`
}

// Shared lists the infrastructure that two applications share.
var Shared = graph.Query[SharedRow]{
	Name:  "impact/shared",
	Group: groupImpact,
	Doc:   "Services outside two declared applications that the servers of both need, at any depth: what must move last, or twice.",
	Params: []graph.Param{
		required(text("a", "name of the first application", "erp")), required(text("b", "name of the second application", "mail")), depthParam(),
	},
	Cypher: cypher("impact-shared"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[SharedRow] {
		a, b, limit := str(p, "a"), str(p, "b"), min(number(p, "depth"), maxDepth)-1
		ls := newLinks(v)
		of := groupsOf(v, graph.TypePartOf)
		var hosts [2]map[graph.ID]int64
		for i, name := range []string{a, b} {
			var start []graph.ID
			for s, apps := range of {
				if svc := v.Service(s); svc != nil && apps[name] && v.Endpoint(svc.Endpoint) != nil {
					start = append(start, svc.Endpoint)
				}
			}
			hosts[i] = distances(start, limit, ls.hosts)
		}
		at := map[graph.ID]*SharedRow{}
		apps := map[graph.ID]set{}
		for f := range flows(v) {
			da, okA := hosts[0][f.Src]
			db, okB := hosts[1][f.Src]
			if !okA && !okB || f.Established == 0 || of[f.Dst][a] || of[f.Dst][b] {
				continue
			}
			r := group(at, f.Dst)
			r.ServiceKey = serviceKey(f.service)
			if okA && (r.DepthA == 0 || da+1 < r.DepthA) {
				r.DepthA = da + 1
			}
			if okB && (r.DepthB == 0 || db+1 < r.DepthB) {
				r.DepthB = db + 1
			}
			if apps[f.Dst] == nil {
				apps[f.Dst] = set{}
			}
			apps[f.Dst][f.Application] = true
		}
		var rows []SharedRow
		for id, r := range at {
			if r.DepthA > 0 && r.DepthB > 0 {
				r.Applications = apps[id].sorted()
				rows = append(rows, *r)
			}
		}
		slices.SortFunc(rows, func(x, y SharedRow) int {
			return cmp.Or(cmp.Compare(x.DepthA+x.DepthB, y.DepthA+y.DepthB), x.ServiceKey.compare(y.ServiceKey))
		})
		return slices.Values(rows)
	},
}

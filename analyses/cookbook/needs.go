package cookbook

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"netscope.example/nsgraph/graph"
)

// NeedsRow is a service that is needed.
type NeedsRow struct {
	Depth int64 `graph:"depth"` // 1: used by itself; 2: used by a host that it uses; …
	ServiceKey
	Applications  []string `graph:"applications"`
	Hosts         int64    `graph:"hosts"` // that use it, among those at this depth
	Conversations int64    `graph:"conversations"`
}

// Needs lists all that an address needs.
var Needs = graph.Query[NeedsRow]{
	Name:   "impact/needs",
	Group:  groupImpact,
	Doc:    "Everything an address needs, to any depth: the services that it uses, those that their hosts use, and so on.",
	Params: []graph.Param{addressParam("who needs"), contextParam(), depthParam()},
	Cypher: cypher("impact-needs"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[NeedsRow] {
		address, context := str(p, "address"), str(p, "context")
		var start []graph.ID
		for i := range v.Endpoints {
			if e := &v.Endpoints[i]; addressText(e.Address) == address && wants(context, e.Context) {
				start = append(start, e.ID)
			}
		}
		hosts := distances(start, min(number(p, "depth"), maxDepth)-1, newLinks(v).hosts)

		type sum struct {
			NeedsRow
			apps  set
			hosts map[graph.ID]bool
		}
		at := map[graph.ID]*sum{}
		for f := range flows(v) {
			d, ok := hosts[f.Src]
			if !ok || f.Established == 0 {
				continue
			}
			r := at[f.Dst]
			if r == nil || d+1 < r.Depth {
				r = &sum{NeedsRow{Depth: d + 1, ServiceKey: serviceKey(f.service)}, set{}, map[graph.ID]bool{}}
				at[f.Dst] = r
			}
			if d+1 > r.Depth {
				continue // used from nearer by, too
			}
			r.apps[f.Application], r.hosts[f.Src] = true, true
			r.Conversations += f.Conversations
		}
		rows := make([]NeedsRow, 0, len(at))
		for _, r := range at {
			r.Applications, r.Hosts = r.apps.sorted(), int64(len(r.hosts))
			rows = append(rows, r.NeedsRow)
		}
		slices.SortFunc(rows, func(a, b NeedsRow) int {
			return cmp.Or(cmp.Compare(a.Depth, b.Depth), a.ServiceKey.compare(b.ServiceKey))
		})
		return slices.Values(rows)
	},
}

// link is a service that a host uses and another one offers.
type link struct{ service, server graph.ID }

// links are what hosts use of whom, each once.
type links map[graph.ID]map[link]bool

// newLinks joins USES that were answered with OFFERS.
func newLinks(v *graph.View) links {
	offers := map[graph.ID]map[graph.ID]bool{}
	for i := range v.Offers {
		o := &v.Offers[i]
		if offers[o.Dst] == nil {
			offers[o.Dst] = map[graph.ID]bool{}
		}
		offers[o.Dst][o.Src] = true
	}
	ls := links{}
	for i := range v.Uses {
		u := &v.Uses[i]
		if u.Established == 0 {
			continue
		}
		for server := range offers[u.Dst] {
			if ls[u.Src] == nil {
				ls[u.Src] = map[link]bool{}
			}
			ls[u.Src][link{u.Dst, server}] = true
		}
	}
	return ls
}

// hosts returns the hosts whose services a host uses.
func (ls links) hosts(id graph.ID) []graph.ID {
	servers := map[graph.ID]bool{}
	for l := range ls[id] {
		servers[l.server] = true
	}
	return slices.Collect(maps.Keys(servers))
}

package cookbook

import (
	"cmp"
	"iter"
	"slices"

	"netscope.example/nsgraph/graph"
)

// ImpactRow is a service that breaks, and one of its clients.
type ImpactRow struct {
	Depth int64 `graph:"depth"` // services between the client and what goes: 0, the client itself uses it
	ServiceKey
	ClientKey                // empty: nobody was seen to use the service
	Conversations int64      `graph:"conversations"`
	Last          graph.Time `graph:"last"`
}

// ImpactAddress lists what breaks without an address.
var ImpactAddress = graph.Query[ImpactRow]{
	Name:   "impact/address",
	Group:  groupImpact,
	Doc:    "What breaks if an address goes: its services, the services that need these at any depth, and their clients.",
	Params: []graph.Param{addressParam("the address that goes"), contextParam(), depthParam()},
	Cypher: cypher("impact-address"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[ImpactRow] {
		address, context := str(p, "address"), str(p, "context")
		return impact(v, number(p, "depth"), func(s *graph.Service) bool { return addressText(s.Address) == address && wants(context, s.Context) })
	},
}

// ImpactService lists what breaks without a service.
var ImpactService = graph.Query[ImpactRow]{
	Name:  "impact/service",
	Group: groupImpact,
	Doc:   "What breaks if one service goes: the services that need it at any depth, and all their clients.",
	Params: []graph.Param{
		addressParam("address of the service that goes"), {Name: "port", Doc: "its port", Default: int64(0), Required: true, Example: "5432"},
		{Name: "transport", Doc: "its transport", Default: "tcp", Example: "tcp"}, contextParam(), depthParam(),
	},
	Cypher: cypher("impact-service"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[ImpactRow] {
		want := ServiceKey{str(p, "context"), str(p, "address"), str(p, "transport"), number(p, "port")}
		return impact(v, number(p, "depth"), func(s *graph.Service) bool {
			k := serviceKey(s)
			if want.ServerContext == "" {
				k.ServerContext = ""
			}
			return k == want
		})
	},
}

// impact follows REQUIRES from the services that go to those that need them.
func impact(v *graph.View, depth int64, goes func(*graph.Service) bool) iter.Seq[ImpactRow] {
	needed := map[graph.ID][]graph.ID{} // by whom
	for i := range v.Requires {
		needed[v.Requires[i].Dst] = append(needed[v.Requires[i].Dst], v.Requires[i].Src)
	}
	var start []graph.ID
	for i := range v.Services {
		if goes(&v.Services[i]) {
			start = append(start, v.Services[i].ID)
		}
	}
	broken := distances(start, min(depth, maxDepth), func(id graph.ID) []graph.ID { return needed[id] })

	type pair struct{ client, service graph.ID }
	at := map[pair]*ImpactRow{}
	used := map[graph.ID]bool{}
	for f := range flows(v) {
		d, ok := broken[f.Dst]
		if !ok || f.Established == 0 {
			continue
		}
		used[f.Dst] = true
		r := group(at, pair{f.Src, f.Dst})
		r.Depth, r.ServiceKey, r.ClientKey = d, serviceKey(f.service), clientKey(f.client)
		r.Conversations += f.Conversations
		r.Last = max(r.Last, f.To-1)
	}
	rows := make([]ImpactRow, 0, len(at))
	for _, r := range at {
		rows = append(rows, *r)
	}
	for id, d := range broken {
		if !used[id] {
			rows = append(rows, ImpactRow{Depth: d, ServiceKey: serviceKey(v.Service(id))})
		}
	}
	slices.SortFunc(rows, func(a, b ImpactRow) int {
		return cmp.Or(cmp.Compare(a.Depth, b.Depth), a.ServiceKey.compare(b.ServiceKey), a.ClientKey.compare(b.ClientKey))
	})
	return slices.Values(rows)
}

// distances returns how many steps from start each node is, up to a limit.
func distances(start []graph.ID, limit int64, next func(graph.ID) []graph.ID) map[graph.ID]int64 {
	at := map[graph.ID]int64{}
	if limit < 0 {
		return at
	}
	for _, id := range start {
		at[id] = 0
	}
	for d := int64(1); d <= limit && len(start) > 0; d++ {
		var reached []graph.ID
		for _, id := range start {
			for _, n := range next(id) {
				if _, ok := at[n]; !ok {
					at[n] = d
					reached = append(reached, n)
				}
			}
		}
		start = reached
	}
	return at
}

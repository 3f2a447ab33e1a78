package cookbook

import (
	"cmp"
	"iter"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// CrossingRow is a service that another zone uses.
type CrossingRow struct {
	From string `graph:"from_zone"`
	To   string `graph:"to_zone"`
	ServiceKey
	Application   string   `graph:"application"`
	Clients       int64    `graph:"clients"`
	Conversations int64    `graph:"conversations"`
	Bytes         int64    `graph:"bytes"`
	Rules         []string `graph:"rules"` // what the policy says of the zone and the service
	Span
}

// Crossings lists what crosses zone boundaries.
var Crossings = graph.Query[CrossingRow]{
	Name:   "zones/crossings",
	Group:  groupZones,
	Doc:    "What talks across a zone boundary, and by which rule of the policy.",
	Params: []graph.Param{text("source", "zone of the clients; empty: all", "users"), text("target", "zone of the servers; empty: all", "servers")},
	Cypher: cypher("zones-crossings"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[CrossingRow] {
		source, target := str(p, "source"), str(p, "target")
		zones := groupsOf(v, graph.TypeInZone)
		type pair struct {
			zone    string
			service graph.ID
		}
		rules := map[pair]set{}
		for m := range members(v, graph.TypeReaches) {
			k := pair{v.NamedNode(m.Src).Name, m.Dst}
			if rules[k] == nil {
				rules[k] = set{}
			}
			rules[k][m.Why] = true
		}
		type key struct {
			from, to string
			service  graph.ID
			app      string
		}
		type sum struct {
			CrossingRow
			clients map[graph.ID]bool
		}
		at := map[key]*sum{}
		for f := range flows(v) {
			if f.Established == 0 {
				continue
			}
			for a := range zones[f.Src] {
				for b := range zones[f.service.Endpoint] {
					if a == b || !wants(source, a) || !wants(target, b) {
						continue
					}
					k := key{a, b, f.Dst, f.Application}
					r := at[k]
					if r == nil {
						r = &sum{CrossingRow{From: a, To: b, ServiceKey: serviceKey(f.service), Application: f.Application,
							Rules: rules[pair{a, f.Dst}].sorted()}, map[graph.ID]bool{}}
						at[k] = r
					}
					r.clients[f.Src] = true
					r.Conversations += f.Conversations
					r.Bytes += f.BytesUp + f.BytesDown
					r.Span.add(&f.Rel)
				}
			}
		}
		rows := analyses.Ordered(at, func(a, b *sum) int {
			return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), a.ServiceKey.compare(b.ServiceKey), cmp.Compare(a.Application, b.Application))
		})
		return func(yield func(CrossingRow) bool) {
			for r := range rows {
				r.Clients = int64(len(r.clients))
				if !yield(r.CrossingRow) {
					return
				}
			}
		}
	},
}

package cookbook

import (
	"cmp"
	"iter"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// ApplicationRow is an application that uses another.
type ApplicationRow struct {
	From          string `graph:"from_application"` // one of whose servers asks; empty: clients that belong to none
	To            string `graph:"to_application"`
	Clients       int64  `graph:"clients"`
	Services      int64  `graph:"services"`
	Conversations int64  `graph:"conversations"`
	Bytes         int64  `graph:"bytes"`
	Span
}

// ApplicationMap lists which declared application uses which.
var ApplicationMap = graph.Query[ApplicationRow]{
	Name:   "impact/applications",
	Group:  groupImpact,
	Doc:    "The application map: which declared application uses which other one, and how much clients of no application use each.",
	Cypher: cypher("impact-applications"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[ApplicationRow] {
		of := groupsOf(v, graph.TypePartOf)
		runs := map[graph.ID]set{} // applications of a host
		for id, apps := range of {
			s := v.Service(id)
			if s == nil {
				continue
			}
			if runs[s.Endpoint] == nil {
				runs[s.Endpoint] = set{}
			}
			for a := range apps {
				runs[s.Endpoint][a] = true
			}
		}
		type key struct{ from, to string }
		type sum struct {
			ApplicationRow
			clients, services map[graph.ID]bool
		}
		at := map[key]*sum{}
		for f := range flows(v) {
			if f.Established == 0 {
				continue
			}
			from := runs[f.Src]
			if from == nil {
				from = set{"": true}
			}
			for a := range from {
				for b := range of[f.Dst] {
					if a == b {
						continue
					}
					r := at[key{a, b}]
					if r == nil {
						r = &sum{ApplicationRow{From: a, To: b}, map[graph.ID]bool{}, map[graph.ID]bool{}}
						at[key{a, b}] = r
					}
					r.clients[f.Src], r.services[f.Dst] = true, true
					r.Conversations += f.Conversations
					r.Bytes += f.BytesUp + f.BytesDown
					r.Span.add(&f.Rel)
				}
			}
		}
		rows := analyses.Ordered(at, func(x, y *sum) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To)) })
		return func(yield func(ApplicationRow) bool) {
			for r := range rows {
				r.Clients, r.Services = int64(len(r.clients)), int64(len(r.services))
				if !yield(r.ApplicationRow) {
					return
				}
			}
		}
	},
}

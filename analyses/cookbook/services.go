package cookbook

import (
	"cmp"
	"iter"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// VersionRow is a service in one application and version.
type VersionRow struct {
	Application string `graph:"application"`
	Version     string `graph:"version"` // or banner; empty: none was seen
	ServiceKey
	Clients int64 `graph:"clients"`
	Span
}

// Versions lists services by application and version.
var Versions = graph.Query[VersionRow]{
	Name:   "services/versions",
	Group:  groupServices,
	Doc:    "Services by application and by the version or banner that they or their clients showed.",
	Params: []graph.Param{text("application", "application protocol; empty: all", "ssh")},
	Cypher: cypher("services-versions"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[VersionRow] {
		app := str(p, "application")
		type key struct {
			app, version string
			service      graph.ID
		}
		type sum struct {
			VersionRow
			clients map[graph.ID]bool
		}
		at := map[key]*sum{}
		for f := range flows(v) {
			if f.Established == 0 || !wants(app, f.Application) {
				continue
			}
			versions := f.Versions
			if len(versions) == 0 {
				versions = []string{""}
			}
			for _, x := range versions {
				k := key{f.Application, x, f.Dst}
				r := at[k]
				if r == nil {
					r = &sum{VersionRow{Application: f.Application, Version: x, ServiceKey: serviceKey(f.service)}, map[graph.ID]bool{}}
					at[k] = r
				}
				r.clients[f.Src] = true
				r.Span.add(&f.Rel)
			}
		}
		rows := analyses.Ordered(at, func(a, b *sum) int {
			return cmp.Or(cmp.Compare(a.Application, b.Application), cmp.Compare(a.Version, b.Version), a.ServiceKey.compare(b.ServiceKey))
		})
		return func(yield func(VersionRow) bool) {
			for r := range rows {
				r.Clients = int64(len(r.clients))
				if !yield(r.VersionRow) {
					return
				}
			}
		}
	},
}

// ServiceRow sums up a service.
type ServiceRow struct {
	ServiceKey
	Applications  []string `graph:"applications"` // protocols
	Names         []string `graph:"names"`        // by which clients asked for it
	Clients       int64    `graph:"clients"`
	Conversations int64    `graph:"conversations"`
	Established   int64    `graph:"established"`
	Bytes         int64    `graph:"bytes"`
	Span
}

// services sums up the flows to each service.
func services(v *graph.View, keep func(flow) bool) map[graph.ID]*ServiceRow {
	at := map[graph.ID]*ServiceRow{}
	type sets struct {
		apps, names set
		clients     map[graph.ID]bool
	}
	seen := map[graph.ID]*sets{}
	for f := range flows(v) {
		if !keep(f) {
			continue
		}
		r := group(at, f.Dst)
		s := seen[f.Dst]
		if s == nil {
			s = &sets{set{}, set{}, map[graph.ID]bool{}}
			seen[f.Dst] = s
			r.ServiceKey = serviceKey(f.service)
		}
		s.apps[f.Application], s.clients[f.Src] = true, true
		for _, n := range f.ServerNames {
			s.names[n] = true
		}
		r.Conversations += f.Conversations
		r.Established += f.Established
		r.Bytes += f.BytesUp + f.BytesDown
		r.Span.add(&f.Rel)
	}
	for id, s := range seen {
		r := at[id]
		r.Applications, r.Names, r.Clients = s.apps.sorted(), s.names.sorted(), int64(len(s.clients))
		r.Names = r.Names[:min(len(r.Names), maxList)]
	}
	return at
}

// ordered returns the services that keep wants, in order.
func ordered(at map[graph.ID]*ServiceRow, keep func(graph.ID, *ServiceRow) bool) iter.Seq[ServiceRow] {
	for id, r := range at {
		if !keep(id, r) {
			delete(at, id)
		}
	}
	return analyses.Ordered(at, func(a, b *ServiceRow) int { return a.ServiceKey.compare(b.ServiceKey) })
}

// Silent lists what was tried in vain.
var Silent = graph.Query[ServiceRow]{
	Name:   "services/silent",
	Group:  groupServices,
	Doc:    "Services that were tried but never answered: stale configuration, closed doors, things that are gone.",
	Cypher: cypher("services-silent"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[ServiceRow] {
		return ordered(services(v, func(flow) bool { return true }), func(_ graph.ID, r *ServiceRow) bool { return r.Established == 0 })
	},
}

// Unowned lists services that no application claims.
var Unowned = graph.Query[ServiceRow]{
	Name:   "services/unowned",
	Group:  groupServices,
	Doc:    "Services in use that belong to no declared application, so that nobody is known to answer for them.",
	Cypher: cypher("services-unowned"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[ServiceRow] {
		owned := groupsOf(v, graph.TypePartOf)
		return ordered(services(v, func(f flow) bool { return f.Established > 0 }), func(id graph.ID, _ *ServiceRow) bool { return owned[id] == nil })
	},
}

// Unused lists services that nobody uses any more.
var Unused = graph.Query[ServiceRow]{
	Name:   "services/unused",
	Group:  groupServices,
	Doc:    "Services that answered once but that nobody has used since a date.",
	Params: []graph.Param{sinceParam("the date")},
	Cypher: cypher("services-unused"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[ServiceRow] {
		since := instant(p, "since")
		return ordered(services(v, func(f flow) bool { return f.Established > 0 }), func(_ graph.ID, r *ServiceRow) bool { return r.Last < since })
	},
}

// SingleRow is a service with its only client.
type SingleRow struct {
	ServiceKey
	ClientKey
	Applications  []string `graph:"applications"`
	Conversations int64    `graph:"conversations"`
	Span
}

// SingleClient lists services with one client.
var SingleClient = graph.Query[SingleRow]{
	Name:   "services/single-client",
	Group:  groupServices,
	Doc:    "Services that exactly one client uses: candidates to retire, or to move with it.",
	Cypher: cypher("services-single-client"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[SingleRow] {
		clients := map[ServiceKey]int{}
		var all []DependencyRow
		for r := range dependencies(v, func(f flow) bool { return f.Established > 0 }) {
			clients[r.ServiceKey]++
			all = append(all, r)
		}
		var rows []SingleRow
		for _, r := range all {
			if clients[r.ServiceKey] == 1 {
				rows = append(rows, SingleRow{r.ServiceKey, r.ClientKey, r.Applications, r.Conversations, r.Span})
			}
		}
		slices.SortFunc(rows, func(a, b SingleRow) int { return a.ServiceKey.compare(b.ServiceKey) })
		return slices.Values(rows)
	},
}

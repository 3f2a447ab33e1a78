package cookbook

import (
	"cmp"
	"iter"
	"slices"

	"netscope.example/nsgraph/graph"
)

// Dependencies lists who depended on what in the window.
var Dependencies = graph.Query[DependencyRow]{
	Name:   "time/dependencies",
	Group:  groupTime,
	Doc:    "Who was answered by which service, as it was in the window (--at, --since, --until), as it was known then (--known-at).",
	Params: []graph.Param{text("application", "application protocol; empty: all", "dns")},
	Cypher: cypher("time-dependencies"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[DependencyRow] {
		app := str(p, "application")
		return dependencies(v, func(f flow) bool { return f.Established > 0 && wants(app, f.Application) })
	},
}

// New lists dependencies that were not there before.
var New = graph.Query[DependencyRow]{
	Name:   "time/new",
	Group:  groupTime,
	Doc:    "Dependencies that were seen for the first time at or after a date.",
	Params: []graph.Param{sinceParam("the date")},
	Cypher: cypher("time-new"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[DependencyRow] {
		since := instant(p, "since")
		return which(dependencies(v, func(f flow) bool { return f.Established > 0 }), func(r DependencyRow) bool { return r.First >= since })
	},
}

// Gone lists dependencies that are there no more.
var Gone = graph.Query[DependencyRow]{
	Name:   "time/gone",
	Group:  groupTime,
	Doc:    "Dependencies that have not been seen since a date.",
	Params: []graph.Param{sinceParam("the date")},
	Cypher: cypher("time-gone"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[DependencyRow] {
		since := instant(p, "since")
		return which(dependencies(v, func(f flow) bool { return f.Established > 0 }), func(r DependencyRow) bool { return r.Last < since })
	},
}

// HistoryRow is one interval of a dependency.
type HistoryRow struct {
	Span
	ServerContext string     `graph:"server_context"`
	Transport     string     `graph:"transport"`
	Port          int64      `graph:"port"`
	Application   string     `graph:"application"`
	ClientVLAN    string     `graph:"client_vlan"`
	ServerVLAN    string     `graph:"server_vlan"`
	Conversations int64      `graph:"conversations"`
	Established   int64      `graph:"established"`
	Bytes         int64      `graph:"bytes"`
	Known         graph.Time `graph:"known"` // when it was ingested
	ID            graph.ID   `graph:"id"`
}

// History lists the intervals of one dependency.
var History = graph.Query[HistoryRow]{
	Name:  "time/history",
	Group: groupTime,
	Doc:   "The history of one dependency: each interval in which the client used the server, and when that became known.",
	Params: []graph.Param{
		required(text("client", "address of the client", "10.10.0.7")), required(text("server", "address of the server", "10.90.0.5")),
		{Name: "port", Doc: "port of the service; 0: all", Default: int64(0), Example: "443"},
	},
	Cypher: cypher("time-history"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[HistoryRow] {
		client, server, port := str(p, "client"), str(p, "server"), number(p, "port")
		known := map[graph.ID]graph.Time{}
		for _, b := range v.Batches {
			known[b.ID] = b.Known
		}
		var rows []HistoryRow
		for f := range flows(v) {
			s := serviceKey(f.service)
			if s.Server != server || port != 0 && s.Port != port || addressText(f.client.Address) != client {
				continue
			}
			rows = append(rows, HistoryRow{Span: Span{f.From, f.To - 1}, ServerContext: s.ServerContext, Transport: s.Transport, Port: s.Port, Application: f.Application,
				ClientVLAN: f.ClientVLAN, ServerVLAN: f.ServerVLAN, Conversations: f.Conversations, Established: f.Established, Bytes: f.BytesUp + f.BytesDown,
				Known: known[f.Batch], ID: f.ID})
		}
		slices.SortFunc(rows, func(a, b HistoryRow) int {
			return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last), a.ID.Compare(b.ID))
		})
		return slices.Values(rows)
	},
}

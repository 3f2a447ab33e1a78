package cookbook

import (
	"cmp"
	"iter"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// TunnelRow is a tunnel between two endpoints.
type TunnelRow struct {
	Kind string `graph:"kind"` // gre, vxlan, …
	ClientKey
	ServiceKey
	Packets int64 `graph:"packets"`
	Bytes   int64 `graph:"bytes"`
	Span
}

// Tunnels lists the tunnels.
var Tunnels = graph.Query[TunnelRow]{
	Name:   "network/tunnels",
	Group:  groupNetwork,
	Doc:    "The tunnels between endpoints, by kind.",
	Cypher: cypher("network-tunnels"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[TunnelRow] {
		type key struct {
			kind            string
			client, service graph.ID
		}
		at := map[key]*TunnelRow{}
		for f := range flows(v) {
			if f.Carries == "" {
				continue
			}
			r := group(at, key{f.Carries, f.Src, f.Dst})
			r.Kind, r.ClientKey, r.ServiceKey = f.Carries, clientKey(f.client), serviceKey(f.service)
			r.Packets += f.PacketsUp + f.PacketsDown
			r.Bytes += f.BytesUp + f.BytesDown
			r.Span.add(&f.Rel)
		}
		return analyses.Ordered(at, func(a, b *TunnelRow) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), a.ClientKey.compare(b.ClientKey), a.ServiceKey.compare(b.ServiceKey))
		})
	},
}

// TunnelledRow is an application inside a tunnel.
type TunnelledRow struct {
	Tunnel        string `graph:"tunnel"` // "vxlan 5000"
	Application   string `graph:"application"`
	Clients       int64  `graph:"clients"`
	Services      int64  `graph:"services"`
	Conversations int64  `graph:"conversations"`
	Bytes         int64  `graph:"bytes"`
	Span
}

// Tunnelled lists what tunnels carry.
var Tunnelled = graph.Query[TunnelledRow]{
	Name:   "network/tunnelled",
	Group:  groupNetwork,
	Doc:    "What each tunnel carries, by application.",
	Params: []graph.Param{text("tunnel", "the tunnel, or the beginning of its name; empty: all", "vxlan 5000")},
	Cypher: cypher("network-tunnelled"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[TunnelledRow] {
		type key struct{ tunnel, app string }
		type sum struct {
			TunnelledRow
			clients, services map[graph.ID]bool
		}
		at := map[key]*sum{}
		for f := range flows(v) {
			if f.Tunnel == "" || !strings.HasPrefix(f.Tunnel, str(p, "tunnel")) {
				continue
			}
			k := key{f.Tunnel, f.Application}
			r := at[k]
			if r == nil {
				r = &sum{TunnelledRow{Tunnel: f.Tunnel, Application: f.Application}, map[graph.ID]bool{}, map[graph.ID]bool{}}
				at[k] = r
			}
			r.clients[f.Src], r.services[f.Dst] = true, true
			r.Conversations += f.Conversations
			r.Bytes += f.BytesUp + f.BytesDown
			r.Span.add(&f.Rel)
		}
		rows := analyses.Ordered(at, func(a, b *sum) int {
			return cmp.Or(cmp.Compare(a.Tunnel, b.Tunnel), cmp.Compare(a.Application, b.Application))
		})
		return func(yield func(TunnelledRow) bool) {
			for r := range rows {
				r.Clients, r.Services = int64(len(r.clients)), int64(len(r.services))
				if !yield(r.TunnelledRow) {
					return
				}
			}
		}
	},
}

package cookbook

import (
	"cmp"
	"iter"
	"slices"

	"netscope.example/nsgraph/graph"
)

// TalkerRow sums up what an endpoint exchanged.
type TalkerRow struct {
	Context         string `graph:"context"`
	Address         string `graph:"address"`
	Bytes           int64  `graph:"bytes"`
	BytesSent       int64  `graph:"bytes_sent"`
	BytesReceived   int64  `graph:"bytes_received"`
	PacketsSent     int64  `graph:"packets_sent"`
	PacketsReceived int64  `graph:"packets_received"`
	Peers           int64  `graph:"peers"`
}

// Talkers lists the endpoints with most traffic.
var Talkers = graph.Query[TalkerRow]{
	Name:   "traffic/talkers",
	Group:  groupTraffic,
	Doc:    "The endpoints that exchange most bytes, whether they ask or answer.",
	Params: []graph.Param{limitParam(20)},
	Cypher: cypher("traffic-talkers"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[TalkerRow] {
		at := map[graph.ID]*TalkerRow{}
		peers := map[graph.ID]map[graph.ID]bool{}
		exchanged := func(e, with *graph.Endpoint, up, down, packetsUp, packetsDown int64) {
			r := group(at, e.ID)
			r.Context, r.Address = e.Context, addressText(e.Address)
			r.Bytes += up + down
			r.BytesSent += up
			r.BytesReceived += down
			r.PacketsSent += packetsUp
			r.PacketsReceived += packetsDown
			if peers[e.ID] == nil {
				peers[e.ID] = map[graph.ID]bool{}
			}
			peers[e.ID][with.ID] = true
		}
		for f := range flows(v) {
			if e := f.server(v); e != nil {
				exchanged(f.client, e, f.BytesUp, f.BytesDown, f.PacketsUp, f.PacketsDown)
				exchanged(e, f.client, f.BytesDown, f.BytesUp, f.PacketsDown, f.PacketsUp)
			}
		}
		rows := make([]TalkerRow, 0, len(at))
		for id, r := range at {
			r.Peers = int64(len(peers[id]))
			rows = append(rows, *r)
		}
		slices.SortFunc(rows, func(a, b TalkerRow) int {
			return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Context, b.Context), cmp.Compare(a.Address, b.Address))
		})
		return slices.Values(first(rows, number(p, "limit")))
	},
}

// FailingRow is a client whose conversations with a service fail.
type FailingRow struct {
	ClientKey
	ServiceKey
	Failed        int64 `graph:"failed"`
	Conversations int64 `graph:"conversations"`
	Established   int64 `graph:"established"`
	Refused       int64 `graph:"refused"`    // by the server, or by another one for it
	Prohibited    int64 `graph:"prohibited"` // by an ICMP message of a filter
	Unreachable   int64 `graph:"unreachable"`
	Unanswered    int64 `graph:"unanswered"`
	Span
}

// Failing lists who fails to reach what.
var Failing = graph.Query[FailingRow]{
	Name:   "traffic/failing",
	Group:  groupTraffic,
	Doc:    "Conversations that fail: refused, prohibited, unreachable or unanswered, most failures first.",
	Params: []graph.Param{{Name: "min", Doc: "how many failures between a client and a service are worth a row", Default: int64(1), Example: "10"}, limitParam(100)},
	Cypher: cypher("traffic-failing"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[FailingRow] {
		type key struct{ client, service graph.ID }
		at := map[key]*FailingRow{}
		for f := range flows(v) {
			r := group(at, key{f.Src, f.Dst})
			r.ClientKey, r.ServiceKey = clientKey(f.client), serviceKey(f.service)
			r.Conversations += f.Conversations
			r.Established += f.Established
			r.Refused += f.Refused + f.Foreign
			r.Prohibited += f.Prohibited
			r.Unreachable += f.Unreachable
			r.Unanswered += f.Unanswered
			r.Span.add(&f.Rel)
		}
		var rows []FailingRow
		for _, r := range at {
			r.Failed = r.Refused + r.Prohibited + r.Unreachable + r.Unanswered
			if r.Failed > 0 && r.Failed >= number(p, "min") {
				rows = append(rows, *r)
			}
		}
		slices.SortFunc(rows, func(a, b FailingRow) int {
			return cmp.Or(cmp.Compare(b.Failed, a.Failed), a.ClientKey.compare(b.ClientKey), a.ServiceKey.compare(b.ServiceKey))
		})
		return slices.Values(first(rows, number(p, "limit")))
	},
}

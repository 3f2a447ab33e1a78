package bandwidth

import (
	"cmp"
	_ "embed" // the Cypher files
	"iter"
	"net/netip"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

//go:embed volumes.cypher
var volumesCypher string

//go:embed protocols.cypher
var protocolsCypher string

//go:embed timeline.cypher
var timelineCypher string

// maxList is how many names and witnesses a row keeps.
const maxList = 8

// VolumesRow is what one endpoint and one service moved in one application.
type VolumesRow struct {
	Client             graph.ID   `graph:"client"`
	Service            graph.ID   `graph:"service"`
	Server             graph.ID   `graph:"server"`
	ServerAddress      netip.Addr `graph:"server_address"`
	Transport          string     `graph:"transport"`
	Port               uint16     `graph:"port"`
	Application        string     `graph:"application"`
	Kind               string     `graph:"evidence_kind"` // payload, name, dns, port, unknown
	Carries            string     `graph:"carries"`       // it is a tunnel: what flows inside is counted as well
	Tunnel             string     `graph:"tunnel"`        // it is inside one
	Conversations      int64      `graph:"conversations"`
	BytesUp            int64      `graph:"bytes_up"`
	BytesDown          int64      `graph:"bytes_down"`
	Packets            int64      `graph:"packets"`
	Retransmitted      int64      `graph:"retransmitted"`       // segments
	RetransmittedBytes int64      `graph:"retransmitted_bytes"` // of payload
	Payload            int64      `graph:"payload"`
	RTTCount           int64      `graph:"rtt_count"`
	RTTMin             int64      `graph:"rtt_min_ns"`  // 0 without samples
	RTTBuckets         []int64    `graph:"rtt_buckets"` // bucket, count, …; a bucket may come again
	Points             []string   `graph:"points"`
	First              graph.Time `graph:"first"`
	Last               graph.Time `graph:"last"`
	ServerNames        []string   `graph:"server_names"`
	Witness            []string   `graph:"evidence"`
}

// Volumes lists how much each endpoint and service moved, by application.
var Volumes = graph.Query[VolumesRow]{
	Name:   "bandwidth/volumes",
	Doc:    "How much each endpoint exchanged with each service, by application and by how that is known.",
	Cypher: volumesCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[VolumesRow] {
		return analyses.PerCommunication(v, func(rows *analyses.Rows[VolumesRow], c *graph.Communication, u *graph.Uses) {
			r, fresh := rows.At(func(r *VolumesRow) bool {
				return r.Kind == u.Evidence && r.Carries == u.Carries && r.Tunnel == u.Tunnel
			})
			if s := c.Service; fresh {
				*r = VolumesRow{Client: u.Src, Service: u.Dst, Server: s.Endpoint, ServerAddress: s.Address, Transport: s.Transport, Port: s.Port,
					Application: u.Application, Kind: u.Evidence, Carries: u.Carries, Tunnel: u.Tunnel, First: u.From, Last: u.To - 1}
			}
			r.add(u)
		}, func(a, b *VolumesRow) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Carries, b.Carries), cmp.Compare(a.Tunnel, b.Tunnel))
		})
	},
}

func (r *VolumesRow) add(u *graph.Uses) {
	r.Conversations += u.Conversations
	r.BytesUp += u.BytesUp
	r.BytesDown += u.BytesDown
	r.Packets += u.PacketsUp + u.PacketsDown
	r.Retransmitted += u.Retransmitted
	r.RetransmittedBytes += u.RetransmittedBytes
	r.Payload += u.PayloadUp + u.PayloadDown
	if u.RTTCount > 0 && (r.RTTCount == 0 || u.RTTMin < r.RTTMin) {
		r.RTTMin = u.RTTMin
	}
	r.RTTCount += u.RTTCount
	r.RTTBuckets = analyses.Join(r.RTTBuckets, u.RTTBuckets)
	r.Points = analyses.Union(r.Points, u.Points, maxList)
	r.First, r.Last = min(r.First, u.From), max(r.Last, u.To-1)
	r.ServerNames = analyses.Union(r.ServerNames, u.ServerNames, maxList)
	r.Witness = analyses.Union(r.Witness, u.Witness, maxList)
}

// ProtocolsRow is the traffic of one network or transport protocol, frames counted once.
type ProtocolsRow struct {
	Name    string `graph:"name"`
	Packets int64  `graph:"packets"`
	Bytes   int64  `graph:"bytes"`
}

// Protocols lists the traffic by protocol.
var Protocols = graph.Query[ProtocolsRow]{
	Name:   "bandwidth/protocols",
	Doc:    "The traffic of each protocol, frames counted once.",
	Cypher: protocolsCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[ProtocolsRow] {
		at := map[graph.ID]*ProtocolsRow{}
		for _, c := range v.Carried {
			n := v.NamedNode(c.Dst)
			if n == nil {
				continue
			}
			if at[n.ID] == nil {
				at[n.ID] = &ProtocolsRow{Name: n.Name}
			}
			at[n.ID].Packets += c.Packets
			at[n.ID].Bytes += c.Bytes
		}
		return analyses.Ordered(at, func(a, b *ProtocolsRow) int { return cmp.Compare(a.Name, b.Name) })
	},
}

// TimelineRow is the traffic of one application in one step of time.
type TimelineRow struct {
	At          int64  `graph:"at"` // Unix seconds at which the step starts
	Application string `graph:"application"`
	Bytes       int64  `graph:"bytes"`
}

// Timeline lists the traffic of applications over time.
var Timeline = graph.Query[TimelineRow]{
	Name:   "bandwidth/timeline",
	Doc:    "The traffic of each application over time.",
	Params: []graph.Param{{Name: "step", Doc: "Seconds of one step.", Default: int64(60), Example: "3600"}},
	Cypher: timelineCypher,
	Local: func(v *graph.View, p graph.Params) iter.Seq[TimelineRow] {
		step := max(1, p.Args["step"].(int64))
		type key struct {
			at  int64
			app string
		}
		at := map[key]*TimelineRow{}
		for i := range v.Uses {
			u := &v.Uses[i]
			for n, t := range u.At {
				k := key{t - t%step, u.Application}
				if at[k] == nil {
					at[k] = &TimelineRow{At: k.at, Application: k.app}
				}
				at[k].Bytes += u.AtUp[n] + u.AtDown[n]
			}
		}
		return analyses.Ordered(at, func(a, b *TimelineRow) int {
			return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Application, b.Application))
		})
	},
}

// Queries lists the queries of this analysis.
func Queries() []graph.Question { return []graph.Question{Volumes, Protocols, Timeline} }

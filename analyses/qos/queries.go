package qos

import (
	"cmp"
	_ "embed" // the Cypher files
	"iter"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

//go:embed marks.cypher
var marksCypher string

//go:embed priorities.cypher
var prioritiesCypher string

//go:embed treatment.cypher
var treatmentCypher string

//go:embed streams.cypher
var streamsCypher string

// maxList is how many names and witnesses a row keeps.
const maxList = 8

// MarksRow counts the packets of one code point that one side of a client–service pair sent.
type MarksRow struct {
	Client        graph.ID   `graph:"client"`
	ClientAddress netip.Addr `graph:"client_address"`
	Service       graph.ID   `graph:"service"`
	Server        graph.ID   `graph:"server"`
	ServerAddress netip.Addr `graph:"server_address"`
	Transport     string     `graph:"transport"`
	Port          uint16     `graph:"port"`
	Application   string     `graph:"application"`
	Direction     string     `graph:"direction"` // up: sent by the client
	DSCP          int64      `graph:"dscp"`
	Packets       int64      `graph:"packets"`
	Bytes         int64      `graph:"bytes"`
	First         graph.Time `graph:"first"`
	Last          graph.Time `graph:"last"`
	ServerNames   []string   `graph:"server_names"`
	Witness       []string   `graph:"evidence"`
}

type pairKey struct {
	client, service graph.ID
	app             string
}

// Marks counts, for each client and service, the packets of each DSCP in each direction.
var Marks = graph.Query[MarksRow]{
	Name:   "qos/marks",
	Doc:    "How many packets each client and service sent to each other with each DSCP.",
	Cypher: marksCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[MarksRow] {
		return analyses.PerCommunication(v, func(rows *analyses.Rows[MarksRow], c *graph.Communication, u *graph.Uses) {
			for d, list := range [][]int64{u.DSCPUp, u.DSCPDown} {
				for t := range slices.Chunk(list, 3) {
					if len(t) < 3 {
						break
					}
					r, fresh := rows.At(func(r *MarksRow) bool { return r.Direction == directions[d] && r.DSCP == t[0] })
					if fresh {
						*r = MarksRow{Client: c.Client.ID, ClientAddress: c.Client.Address, Service: c.Service.ID, Server: c.Service.Endpoint, ServerAddress: c.Service.Address,
							Transport: c.Service.Transport, Port: c.Service.Port, Application: c.Application, Direction: directions[d], DSCP: t[0], First: u.From, Last: u.To - 1}
					}
					r.Packets += t[1]
					r.Bytes += t[2]
					r.First, r.Last = min(r.First, u.From), max(r.Last, u.To-1)
					r.ServerNames = analyses.Union(r.ServerNames, u.ServerNames, maxList)
					r.Witness = analyses.Union(r.Witness, u.Witness, maxList)
				}
			}
		}, func(a, b *MarksRow) int {
			return cmp.Or(cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.DSCP, b.DSCP))
		})
	},
}

// directions name the side that sent: the client, and the service.
var directions = []string{"up", "down"}

// PrioritiesRow counts the packets of one 802.1p priority.
type PrioritiesRow struct {
	Client      graph.ID `graph:"client"`
	Service     graph.ID `graph:"service"`
	Application string   `graph:"application"`
	Direction   string   `graph:"direction"`
	PCP         int64    `graph:"pcp"`
	Packets     int64    `graph:"packets"`
}

// Priorities counts, for each client and service, the tagged packets of each 802.1p priority in each direction.
var Priorities = graph.Query[PrioritiesRow]{
	Name:   "qos/priorities",
	Doc:    "How many tagged packets each client and service sent to each other with each 802.1p priority.",
	Cypher: prioritiesCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[PrioritiesRow] {
		return analyses.PerCommunication(v, func(rows *analyses.Rows[PrioritiesRow], c *graph.Communication, u *graph.Uses) {
			for d, list := range [][]int64{u.PCPUp, u.PCPDown} {
				for pcp, n := range list {
					if n == 0 {
						continue
					}
					r, fresh := rows.At(func(r *PrioritiesRow) bool { return r.Direction == directions[d] && r.PCP == int64(pcp) })
					if fresh {
						*r = PrioritiesRow{Client: c.Client.ID, Service: c.Service.ID, Application: c.Application, Direction: directions[d], PCP: int64(pcp)}
					}
					r.Packets += n
				}
			}
		}, func(a, b *PrioritiesRow) int {
			return cmp.Or(cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.PCP, b.PCP))
		})
	},
}

// TreatmentRow is how the network treated the packets of a client–service pair.
type TreatmentRow struct {
	Client        graph.ID   `graph:"client"`
	ClientAddress netip.Addr `graph:"client_address"`
	Service       graph.ID   `graph:"service"`
	Server        graph.ID   `graph:"server"`
	ServerAddress netip.Addr `graph:"server_address"`
	Transport     string     `graph:"transport"`
	Port          uint16     `graph:"port"`
	Application   string     `graph:"application"`
	Packets       int64      `graph:"packets"`
	Bytes         int64      `graph:"bytes"`
	Retransmitted int64      `graph:"retransmitted"`       // segments
	Again         int64      `graph:"retransmitted_bytes"` // of payload
	Payload       int64      `graph:"payload"`
	Copies        int64      `graph:"copies"` // sightings beyond the first
	Points        []string   `graph:"points"`
	RTTCount      int64      `graph:"rtt_count"`
	RTTSum        int64      `graph:"rtt_sum_ns"`
	RTTMin        int64      `graph:"rtt_min_ns"` // 0 without samples
	RTTMax        int64      `graph:"rtt_max_ns"`
	First         graph.Time `graph:"first"`
	Last          graph.Time `graph:"last"`
	RTTBuckets    []int64    `graph:"rtt_buckets"` // bucket, count, …; a bucket may come again
	ServerNames   []string   `graph:"server_names"`
	Witness       []string   `graph:"evidence"`
}

// Treatment lists round-trip times and retransmissions of each client and service.
var Treatment = graph.Query[TreatmentRow]{
	Name:   "qos/treatment",
	Doc:    "Round-trip times and retransmissions between each client and service.",
	Cypher: treatmentCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[TreatmentRow] {
		return analyses.PerCommunication(v, func(rows *analyses.Rows[TreatmentRow], c *graph.Communication, u *graph.Uses) {
			r, fresh := rows.At(func(*TreatmentRow) bool { return true })
			if fresh {
				*r = TreatmentRow{Client: c.Client.ID, ClientAddress: c.Client.Address, Service: c.Service.ID, Server: c.Service.Endpoint, ServerAddress: c.Service.Address,
					Transport: c.Service.Transport, Port: c.Service.Port, Application: c.Application, First: u.From, Last: u.To - 1}
			}
			r.Packets += u.PacketsUp + u.PacketsDown
			r.Bytes += u.BytesUp + u.BytesDown
			r.Retransmitted += u.Retransmitted
			r.Again += u.RetransmittedBytes
			r.Payload += u.PayloadUp + u.PayloadDown
			r.Copies += u.Copies
			r.Points = analyses.Union(r.Points, u.Points, maxList)
			if u.RTTCount > 0 && (r.RTTCount == 0 || u.RTTMin < r.RTTMin) {
				r.RTTMin = u.RTTMin
			}
			r.RTTCount += u.RTTCount
			r.RTTSum += u.RTTSum
			r.RTTMax = max(r.RTTMax, u.RTTMax)
			r.First, r.Last = min(r.First, u.From), max(r.Last, u.To-1)
			r.RTTBuckets = analyses.Join(r.RTTBuckets, u.RTTBuckets)
			r.ServerNames = analyses.Union(r.ServerNames, u.ServerNames, maxList)
			r.Witness = analyses.Union(r.Witness, u.Witness, maxList)
		}, nil)
	},
}

// Streams lists the RTP streams.
var Streams = graph.Query[graph.Stream]{
	Name:   "qos/streams",
	Doc:    "The RTP streams with their codec, loss, jitter and marks.",
	Cypher: streamsCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[graph.Stream] {
		rows := slices.Clone(v.Streams)
		slices.SortFunc(rows, func(a, b graph.Stream) int {
			return cmp.Or(cmp.Compare(a.Src, b.Src), cmp.Compare(a.Dst, b.Dst), cmp.Compare(a.SSRC, b.SSRC), a.ID.Compare(b.ID))
		})
		return slices.Values(rows)
	},
}

// Queries lists the queries of this analysis.
func Queries() []graph.Question {
	return []graph.Question{Marks, Priorities, Treatment, Transitions, Crossings, ECN, Rates, Streams}
}

package qos

import (
	"cmp"
	_ "embed" // the Cypher files
	"iter"
	"net/netip"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

//go:embed transitions.cypher
var transitionsCypher string

//go:embed crossings.cypher
var crossingsCypher string

//go:embed ecn.cypher
var ecnCypher string

//go:embed rates.cypher
var ratesCypher string

// TransitionsRow counts packets whose DSCP changed between two sightings.
type TransitionsRow struct {
	FromPoint string     `graph:"from_point"`
	ToPoint   string     `graph:"to_point"`
	FromVLAN  string     `graph:"from_vlan"`
	ToVLAN    string     `graph:"to_vlan"`
	ToMAC     string     `graph:"to_mac"` // who sent the later sighting: the router, if it is one
	FromDSCP  int64      `graph:"from_dscp"`
	ToDSCP    int64      `graph:"to_dscp"`
	Packets   int64      `graph:"packets"`
	First     graph.Time `graph:"first"`
	Last      graph.Time `graph:"last"`
	Example   string     `graph:"example"`
	Witness   []string   `graph:"evidence"`
}

// Transitions lists where packets were remarked.
var Transitions = graph.Query[TransitionsRow]{
	Name:   "qos/transitions",
	Doc:    "Packets whose DSCP changed between two sightings, by place and code points.",
	Cypher: transitionsCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[TransitionsRow] {
		type key struct {
			fromPoint, toPoint, fromVLAN, toVLAN, mac string
			from, to                                  int64
		}
		at := map[key]*TransitionsRow{}
		for i := range v.Copied {
			c := &v.Copied[i]
			if c.FromDSCP == c.ToDSCP {
				continue
			}
			k := key{v.Point(c.Src).Name, v.Point(c.Dst).Name, c.FromVLAN, c.ToVLAN, c.ToMAC, c.FromDSCP, c.ToDSCP}
			r := at[k]
			if r == nil {
				r = &TransitionsRow{FromPoint: k.fromPoint, ToPoint: k.toPoint, FromVLAN: k.fromVLAN, ToVLAN: k.toVLAN, ToMAC: k.mac, FromDSCP: k.from, ToDSCP: k.to,
					First: c.From, Last: c.To - 1, Example: c.Example}
				at[k] = r
			}
			r.Packets += c.Packets
			r.First, r.Last = min(r.First, c.From), max(r.Last, c.To-1)
			r.Witness = analyses.Union(r.Witness, c.Witness, maxList)
		}
		return analyses.Ordered(at, func(a, b *TransitionsRow) int {
			return cmp.Or(cmp.Compare(a.FromPoint, b.FromPoint), cmp.Compare(a.ToPoint, b.ToPoint), cmp.Compare(a.FromVLAN, b.FromVLAN), cmp.Compare(a.ToVLAN, b.ToVLAN),
				cmp.Compare(a.ToMAC, b.ToMAC), cmp.Compare(a.FromDSCP, b.FromDSCP), cmp.Compare(a.ToDSCP, b.ToDSCP))
		})
	},
}

// CrossingsRow sums up the packets of one code point that were seen at one place and again at another.
type CrossingsRow struct {
	FromPoint  string     `graph:"from_point"`
	ToPoint    string     `graph:"to_point"`
	FromVLAN   string     `graph:"from_vlan"`
	ToVLAN     string     `graph:"to_vlan"`
	ToMAC      string     `graph:"to_mac"`
	DSCP       int64      `graph:"dscp"` // at the earlier sighting
	Packets    int64      `graph:"packets"`
	ECTCleared int64      `graph:"ect_cleared"`
	DelayMin   int64      `graph:"delay_min_ns"` // between the sightings; two clocks' difference is in it
	DelayMax   int64      `graph:"delay_max_ns"`
	DelaySum   int64      `graph:"delay_sum_ns"`
	First      graph.Time `graph:"first"`
	Last       graph.Time `graph:"last"`
	Example    string     `graph:"example"`
	Witness    []string   `graph:"evidence"`
}

// Crossings lists the packets that were seen twice, with the delay between.
var Crossings = graph.Query[CrossingsRow]{
	Name:   "qos/crossings",
	Doc:    "Packets seen at one place and again at another: their delay between, and the ECN marks that were cleared, by code point.",
	Cypher: crossingsCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[CrossingsRow] {
		type key struct {
			fromPoint, toPoint, fromVLAN, toVLAN, mac string
			dscp                                      int64
		}
		at := map[key]*CrossingsRow{}
		for i := range v.Copied {
			c := &v.Copied[i]
			k := key{v.Point(c.Src).Name, v.Point(c.Dst).Name, c.FromVLAN, c.ToVLAN, c.ToMAC, c.FromDSCP}
			r := at[k]
			if r == nil {
				r = &CrossingsRow{FromPoint: k.fromPoint, ToPoint: k.toPoint, FromVLAN: k.fromVLAN, ToVLAN: k.toVLAN, ToMAC: k.mac, DSCP: k.dscp,
					DelayMin: c.DelayMin, DelayMax: c.DelayMax, First: c.From, Last: c.To - 1, Example: c.Example}
				at[k] = r
			}
			r.Packets += c.Packets
			r.ECTCleared += c.ECTCleared
			r.DelayMin, r.DelayMax = min(r.DelayMin, c.DelayMin), max(r.DelayMax, c.DelayMax)
			r.DelaySum += c.DelaySum
			r.First, r.Last = min(r.First, c.From), max(r.Last, c.To-1)
			r.Witness = analyses.Union(r.Witness, c.Witness, maxList)
		}
		return analyses.Ordered(at, func(a, b *CrossingsRow) int {
			return cmp.Or(cmp.Compare(a.FromPoint, b.FromPoint), cmp.Compare(a.ToPoint, b.ToPoint), cmp.Compare(a.FromVLAN, b.FromVLAN), cmp.Compare(a.ToVLAN, b.ToVLAN),
				cmp.Compare(a.ToMAC, b.ToMAC), cmp.Compare(a.DSCP, b.DSCP))
		})
	},
}

// ECNRow counts the ECN marks that one side of a client–service pair sent, where any says that congestion was experienced.
type ECNRow struct {
	Client        graph.ID   `graph:"client"`
	ClientAddress netip.Addr `graph:"client_address"`
	Service       graph.ID   `graph:"service"`
	Server        graph.ID   `graph:"server"`
	ServerAddress netip.Addr `graph:"server_address"`
	Transport     string     `graph:"transport"`
	Port          uint16     `graph:"port"`
	Application   string     `graph:"application"`
	Direction     string     `graph:"direction"`
	ECT           int64      `graph:"ect"` // ECT(0) and ECT(1)
	CE            int64      `graph:"ce"`
	First         graph.Time `graph:"first"`
	Last          graph.Time `graph:"last"`
	Witness       []string   `graph:"evidence"`
}

// ECN counts packets that experienced congestion.
var ECN = graph.Query[ECNRow]{
	Name:   "qos/ecn",
	Doc:    "How many packets of each client and service say that congestion was experienced, beside those that only can.",
	Cypher: ecnCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[ECNRow] {
		each := analyses.PerCommunication(v, func(rows *analyses.Rows[ECNRow], c *graph.Communication, u *graph.Uses) {
			for d, n := range [][]int64{u.ECNUp, u.ECNDown} {
				if len(n) != 4 {
					continue
				}
				r, fresh := rows.At(func(r *ECNRow) bool { return r.Direction == directions[d] })
				if fresh {
					*r = ECNRow{Client: c.Client.ID, ClientAddress: c.Client.Address, Service: c.Service.ID, Server: c.Service.Endpoint, ServerAddress: c.Service.Address,
						Transport: c.Service.Transport, Port: c.Service.Port, Application: c.Application, Direction: directions[d], First: u.From, Last: u.To - 1}
				}
				r.ECT += n[1] + n[2]
				r.CE += n[3]
				r.First, r.Last = min(r.First, u.From), max(r.Last, u.To-1)
				r.Witness = analyses.Union(r.Witness, u.Witness, maxList)
			}
		}, func(a, b *ECNRow) int { return cmp.Compare(a.Direction, b.Direction) })
		return func(yield func(ECNRow) bool) {
			for r := range each {
				if r.CE > 0 && !yield(r) {
					return
				}
			}
		}
	},
}

// RatesRow is what one client and one service moved in one step of time.
type RatesRow struct {
	Client      graph.ID `graph:"client"`
	Service     graph.ID `graph:"service"`
	Application string   `graph:"application"`
	At          int64    `graph:"at"`     // Unix seconds
	Step        int64    `graph:"step_s"` // seconds
	Up          int64    `graph:"bytes_up"`
	Down        int64    `graph:"bytes_down"`
}

// Rates lists the traffic of some services over time.
var Rates = graph.Query[RatesRow]{
	Name:   "qos/rates",
	Doc:    "The traffic of each client of some services over time.",
	Params: []graph.Param{{Name: "services", Doc: "Identifiers of services.", Default: []string{}, Example: "0hq5…,1v2c…"}},
	Cypher: ratesCypher,
	Local: func(v *graph.View, p graph.Params) iter.Seq[RatesRow] {
		services := map[string]bool{}
		for _, id := range p.Args["services"].([]string) {
			services[id] = true
		}
		return func(yield func(RatesRow) bool) {
			for _, c := range v.Communications() {
				if !services[c.Service.ID.String()] {
					continue
				}
				at := map[int64]*RatesRow{}
				for _, u := range c.Uses {
					for n, t := range u.At {
						r := at[t]
						if r == nil {
							r = &RatesRow{Client: c.Client.ID, Service: c.Service.ID, Application: c.Application, At: t}
							at[t] = r
						}
						r.Step = max(r.Step, u.Step)
						r.Up += u.AtUp[n]
						r.Down += u.AtDown[n]
					}
				}
				for r := range analyses.Ordered(at, func(a, b *RatesRow) int { return cmp.Compare(a.At, b.At) }) {
					if !yield(r) {
						return
					}
				}
			}
		}
	},
}

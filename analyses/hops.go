package analyses

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/graph"
)

// HopRow says between which MACs the packets of a communication passed where each direction was first seen.
type HopRow struct {
	ID            graph.ID   `graph:"id"`
	Client        graph.ID   `graph:"client"`
	Context       string     `graph:"context"` // of the client
	ClientAddress netip.Addr `graph:"client_address"`
	Server        graph.ID   `graph:"server"`
	ServerAddress netip.Addr `graph:"server_address"`
	Transport     string     `graph:"transport"`
	Port          uint16     `graph:"port"`
	ClientVLAN    string     `graph:"client_vlan"` // where the client's packets were first seen
	ServerVLAN    string     `graph:"server_vlan"`
	Tunnel        string     `graph:"tunnel"`
	ClientMAC     string     `graph:"client_mac"` // source and destination of the client's first frame
	ClientNext    string     `graph:"client_next"`
	ServerMAC     string     `graph:"server_mac"`
	ServerNext    string     `graph:"server_next"`
	PacketsUp     int64      `graph:"packets_up"`
	PacketsDown   int64      `graph:"packets_down"`
	TTLUp         int64      `graph:"ttl_up_max"`
	TTLDown       int64      `graph:"ttl_down_max"`
	Conversations int64      `graph:"conversations"`
	Established   int64      `graph:"established"`
	Points        []string   `graph:"points"`
	First         graph.Time `graph:"first"`
	Last          graph.Time `graph:"last"`
	Witness       []string   `graph:"evidence"`
}

// Hops lists the hops of all communications on links that have MACs.
var Hops = graph.Query[HopRow]{
	Name:   "inventory/hops",
	Doc:    "Between which hardware addresses and in which VLANs the packets of each communication passed, each direction where it was first seen.",
	Cypher: cypher("hops"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[HopRow] {
		type hop struct {
			use    *graph.Uses
			server *graph.Service
		}
		var hops []hop // rows are large: each is made when it is asked for
		for i := range v.Uses {
			u := &v.Uses[i]
			s := v.Service(u.Dst)
			if s != nil && v.Endpoint(u.Src) != nil && (u.PacketsUp > 0 && u.ClientMAC != "" || u.PacketsDown > 0 && u.ServerMAC != "") {
				hops = append(hops, hop{u, s})
			}
		}
		slices.SortFunc(hops, func(a, b hop) int {
			return cmp.Or(a.use.Src.Compare(b.use.Src), a.server.Endpoint.Compare(b.server.Endpoint), cmp.Compare(a.use.From, b.use.From), a.use.ID.Compare(b.use.ID))
		})
		return func(yield func(HopRow) bool) {
			for _, h := range hops {
				u, s, c := h.use, h.server, v.Endpoint(h.use.Src)
				if !yield(HopRow{
					ID: u.ID, Client: c.ID, Context: c.Context, ClientAddress: c.Address, Server: s.Endpoint, ServerAddress: s.Address, Transport: s.Transport, Port: s.Port,
					ClientVLAN: u.ClientVLAN, ServerVLAN: u.ServerVLAN, Tunnel: u.Tunnel, ClientMAC: u.ClientMAC, ClientNext: u.ClientNext, ServerMAC: u.ServerMAC,
					ServerNext: u.ServerNext, PacketsUp: u.PacketsUp, PacketsDown: u.PacketsDown, TTLUp: u.TTLUpMax, TTLDown: u.TTLDownMax,
					Conversations: u.Conversations, Established: u.Established, Points: u.Points, First: u.From, Last: u.To - 1, Witness: u.Witness,
				}) {
					return
				}
			}
		}
	},
}

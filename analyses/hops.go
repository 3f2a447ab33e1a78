package analyses

import (
	"cmp"
	"iter"
	"net/netip"

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
		return PerUse(v, func(u Use) bool {
			return u.PacketsUp > 0 && u.ClientMAC != "" || u.PacketsDown > 0 && u.ServerMAC != ""
		}, func(a, b Use) int {
			return cmp.Or(a.Src.Compare(b.Src), a.Service.Endpoint.Compare(b.Service.Endpoint), cmp.Compare(a.From, b.From), a.ID.Compare(b.ID))
		}, func(u Use) HopRow {
			c, s := u.Client, u.Service
			return HopRow{
				ID: u.ID, Client: c.ID, Context: c.Context, ClientAddress: c.Address, Server: s.Endpoint, ServerAddress: s.Address, Transport: s.Transport, Port: s.Port,
				ClientVLAN: u.ClientVLAN, ServerVLAN: u.ServerVLAN, Tunnel: u.Tunnel, ClientMAC: u.ClientMAC, ClientNext: u.ClientNext, ServerMAC: u.ServerMAC,
				ServerNext: u.ServerNext, PacketsUp: u.PacketsUp, PacketsDown: u.PacketsDown, TTLUp: u.TTLUpMax, TTLDown: u.TTLDownMax,
				Conversations: u.Conversations, Established: u.Established, Points: u.Points, First: u.From, Last: u.To - 1, Witness: u.Witness,
			}
		})
	},
}

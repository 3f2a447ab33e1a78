package configuration

import (
	"cmp"
	_ "embed" // the Cypher files
	"iter"
	"net/netip"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

//go:embed statements.cypher
var statementsCypher string

//go:embed claims.cypher
var claimsCypher string

//go:embed tcp.cypher
var tcpCypher string

//go:embed loops.cypher
var loopsCypher string

//go:embed servers.cypher
var serversCypher string

// StatementRow is one setting that one speaker said during one interval.
type StatementRow struct {
	ID      graph.ID   `graph:"id"`
	Node    graph.ID   `graph:"node"`
	Device  bool       `graph:"device"` // false: the speaker is an endpoint
	Speaker string     `graph:"speaker"`
	Setting string     `graph:"setting"`
	Value   string     `graph:"value"`
	VLAN    string     `graph:"vlan"`
	Tunnel  string     `graph:"tunnel"`
	Group   string     `graph:"group"`
	Port    string     `graph:"port"`
	MAC     string     `graph:"mac"`
	Address string     `graph:"address"`
	Point   string     `graph:"point"`
	Count   int64      `graph:"count"`
	Gaps    bool       `graph:"gaps"`
	First   graph.Time `graph:"first"`
	Last    graph.Time `graph:"last"`
	Witness []string   `graph:"evidence"`
}

// Statements lists what devices and hosts say of their configuration.
var Statements = graph.Query[StatementRow]{
	Name: "configuration/statements",
	Doc:  "What devices and hosts say of their configuration, where, and from when to when.",
	Params: []graph.Param{
		{Name: "protocol", Doc: "Only settings of this protocol; empty: all.", Default: "", Example: "ospf"},
	},
	Cypher: statementsCypher,
	Local: func(v *graph.View, p graph.Params) iter.Seq[StatementRow] {
		protocol := p.Args["protocol"].(string)
		var rows []StatementRow
		for i := range v.States {
			r := &v.States[i]
			if protocol != "" && !strings.HasPrefix(r.Setting, protocol+".") {
				continue
			}
			rows = append(rows, StatementRow{
				ID: r.ID, Node: r.Src, Device: v.Device(r.Src) != nil, Speaker: r.Speaker, Setting: r.Setting, Value: r.Value, VLAN: r.VLAN,
				Tunnel: r.Tunnel, Group: r.Group, Port: r.Port, MAC: r.MAC, Address: r.Address, Point: r.Point, Count: r.Count, Gaps: r.Gaps,
				First: r.From, Last: r.To - 1, Witness: r.Witness,
			})
		}
		slices.SortFunc(rows, func(a, b StatementRow) int {
			return cmp.Or(cmp.Compare(a.Setting, b.Setting), cmp.Compare(a.First, b.First), a.ID.Compare(b.ID))
		})
		return slices.Values(rows)
	},
}

// ClaimRow is a MAC that claimed an address by ARP or neighbour discovery, or sent from one that another MAC claimed.
type ClaimRow struct {
	ID        graph.ID   `graph:"id"`
	Endpoint  graph.ID   `graph:"endpoint"`
	Context   string     `graph:"context"`
	Address   netip.Addr `graph:"address"`
	MAC       string     `graph:"mac"`
	Vendor    string     `graph:"vendor"`
	VLAN      string     `graph:"vlan"`
	Tunnel    string     `graph:"tunnel"`
	Point     string     `graph:"point"`
	Packets   int64      `graph:"packets"` // claims included
	Claims    int64      `graph:"claims"`
	Announces int64      `graph:"announces"`
	TTLMax    int64      `graph:"ttl_max"` // of its IP packets; 0: it sent none
	First     graph.Time `graph:"first"`   // claim; packet, if it claimed nothing
	Last      graph.Time `graph:"last"`
	SeenFirst graph.Time `graph:"seen_first"` // packet of any kind
	SeenLast  graph.Time `graph:"seen_last"`
	Router    bool       `graph:"router"`
	Virtual   string     `graph:"virtual"`
	Witness   []string   `graph:"evidence"`
}

// Claims lists which MACs claimed which addresses, and who else sent from these.
var Claims = graph.Query[ClaimRow]{
	Name:   "configuration/address-claims",
	Doc:    "Which MACs claimed which addresses by ARP or neighbour discovery, who else sent from these, and when.",
	Cypher: claimsCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[ClaimRow] {
		claimed := map[graph.ID]bool{}
		for i := range v.HasMAC {
			if r := &v.HasMAC[i]; r.Claims > 0 {
				claimed[r.Src] = true
			}
		}
		var rows []ClaimRow
		for i := range v.HasMAC {
			r := &v.HasMAC[i]
			if !claimed[r.Src] {
				continue
			}
			e, m := v.Endpoint(r.Src), v.MAC(r.Dst)
			if e == nil {
				continue // a device
			}
			first, last := r.From, r.To-1
			if r.Claims > 0 {
				first, last = r.FirstClaim, r.LastClaim
			}
			rows = append(rows, ClaimRow{
				ID: r.ID, Endpoint: e.ID, Context: e.Context, Address: e.Address, MAC: m.Address, Vendor: m.Vendor, VLAN: r.VLAN, Tunnel: r.Tunnel,
				Point: r.Point, Packets: r.Packets, Claims: r.Claims, Announces: r.Announces, TTLMax: r.TTLMax, First: first, Last: last,
				SeenFirst: r.From, SeenLast: r.To - 1, Router: r.Router, Virtual: r.Virtual, Witness: r.Witness,
			})
		}
		slices.SortFunc(rows, func(a, b ClaimRow) int {
			return cmp.Or(cmp.Compare(a.Address.String(), b.Address.String()), cmp.Compare(a.First, b.First), a.ID.Compare(b.ID))
		})
		return slices.Values(rows)
	},
}

// TCPRow is what the TCP conversations between a client and a service showed. Up is client to server; scale, window and zero windows of
// Up are the client's.
type TCPRow struct {
	ID               graph.ID   `graph:"id"`
	Client           graph.ID   `graph:"client"`
	ClientAddress    netip.Addr `graph:"client_address"`
	Server           graph.ID   `graph:"server"`
	ServerAddress    netip.Addr `graph:"server_address"`
	Service          graph.ID   `graph:"service"`
	Port             uint16     `graph:"port"`
	Application      string     `graph:"application"`
	Handshakes       int64      `graph:"handshakes"`
	PayloadUp        int64      `graph:"payload_up"`
	PayloadDown      int64      `graph:"payload_down"`
	RTTCount         int64      `graph:"rtt_count"`
	RTTMin           int64      `graph:"rtt_min_ns"`
	MSSUp            int64      `graph:"mss_up"` // the smallest offered; 0: none seen
	MSSDown          int64      `graph:"mss_down"`
	ScaleUp          int64      `graph:"scale_up"` // -1 not offered, -2 not seen
	ScaleDown        int64      `graph:"scale_down"`
	WindowMaxUp      int64      `graph:"window_max_up"`
	WindowMaxDown    int64      `graph:"window_max_down"`
	ZeroWindowsUp    int64      `graph:"zero_windows_up"`
	ZeroWindowsDown  int64      `graph:"zero_windows_down"`
	ZeroWindowUpMs   int64      `graph:"zero_window_up_ms"`
	ZeroWindowDownMs int64      `graph:"zero_window_down_ms"`
	ClientVLAN       string     `graph:"client_vlan"`
	ServerVLAN       string     `graph:"server_vlan"`
	StrippedScale    int64      `graph:"stripped_scale"` // handshakes that lost the option on their way
	StrippedSACK     int64      `graph:"stripped_sack"`
	StrippedTime     int64      `graph:"stripped_timestamps"`
	ClampedUp        int64      `graph:"mss_clamped_up"` // MSS of a copy of the client's SYN; 0 the same
	ClampedDown      int64      `graph:"mss_clamped_down"`
	UnackedUp        int64      `graph:"unacked_up"`
	UnackedDown      int64      `graph:"unacked_down"`
	FullUp           int64      `graph:"window_full_up"` // times the client's receive window was filled
	FullDown         int64      `graph:"window_full_down"`
	UseUp            int64      `graph:"window_use_up"` // per mille of the client's window that the best of the transfers to it filled
	UseDown          int64      `graph:"window_use_down"`
	First            graph.Time `graph:"first"`
	Last             graph.Time `graph:"last"`
	Witness          []string   `graph:"evidence"`
}

// TCP lists the TCP settings and stalls of clients and services.
var TCP = graph.Query[TCPRow]{
	Name:   "configuration/tcp",
	Doc:    "Segment sizes, window scaling, round-trip times and closed receive windows between clients and TCP services.",
	Cypher: tcpCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[TCPRow] {
		return analyses.PerUse(v, func(u analyses.Use) bool { return u.Service.Transport == "tcp" }, func(a, b analyses.Use) int {
			return cmp.Or(a.Src.Compare(b.Src), a.Dst.Compare(b.Dst), cmp.Compare(a.From, b.From), a.ID.Compare(b.ID))
		}, func(u analyses.Use) TCPRow {
			c, s := u.Client, u.Service
			return TCPRow{
				ID: u.ID, Client: c.ID, ClientAddress: c.Address, Server: s.Endpoint, ServerAddress: s.Address, Service: s.ID, Port: s.Port,
				Application: u.Application, Handshakes: u.Handshakes, PayloadUp: u.PayloadUp, PayloadDown: u.PayloadDown, RTTCount: u.RTTCount,
				RTTMin: u.RTTMin, MSSUp: u.MSSUp, MSSDown: u.MSSDown, ScaleUp: u.ScaleUp, ScaleDown: u.ScaleDown, WindowMaxUp: u.WindowMaxUp, WindowMaxDown: u.WindowMaxDown,
				ZeroWindowsUp: u.ZeroWindowsUp, ZeroWindowsDown: u.ZeroWindowsDown, ZeroWindowUpMs: u.ZeroWindowUpMs,
				ZeroWindowDownMs: u.ZeroWindowDownMs, ClientVLAN: u.ClientVLAN, ServerVLAN: u.ServerVLAN, StrippedScale: u.StrippedScale,
				StrippedSACK: u.StrippedSACK, StrippedTime: u.StrippedTimestamps, ClampedUp: u.ClampedUp, ClampedDown: u.ClampedDown,
				UnackedUp: u.UnackedUp, UnackedDown: u.UnackedDown, FullUp: u.WindowFullUp, FullDown: u.WindowFullDown, UseUp: u.WindowUseUp, UseDown: u.WindowUseDown, First: u.From, Last: u.To - 1, Witness: u.Witness,
			}
		})
	},
}

// Queries lists the queries of this analysis.
func Queries() []graph.Question {
	return []graph.Question{Statements, Claims, TCP, Loops, Servers, Forwarded}
}

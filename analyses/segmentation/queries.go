package segmentation

import (
	"cmp"
	_ "embed" // the Cypher files
	"iter"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

//go:embed flows.cypher
var flowsCypher string

//go:embed copies.cypher
var copiesCypher string

//go:embed macs.cypher
var macsCypher string

//go:embed vlans.cypher
var vlansCypher string

//go:embed native.cypher
var nativeCypher string

//go:embed dhcp.cypher
var dhcpCypher string

// maxList is how many witnesses and blockers a row keeps.
const maxList = 8

// FlowsRow sums up what one endpoint exchanged with one service in one application between two VLANs.
type FlowsRow struct {
	Client        graph.ID   `graph:"client"`
	ClientContext string     `graph:"client_context"`
	ClientAddress netip.Addr `graph:"client_address"`
	Service       graph.ID   `graph:"service"`
	Server        graph.ID   `graph:"server"`
	ServerContext string     `graph:"server_context"`
	ServerAddress netip.Addr `graph:"server_address"`
	Transport     string     `graph:"transport"`
	Port          uint16     `graph:"port"`
	Application   string     `graph:"application"`
	ClientVLAN    string     `graph:"client_vlan"`
	ServerVLAN    string     `graph:"server_vlan"`
	Tunnel        string     `graph:"tunnel"`
	Parent        string     `graph:"parent"`
	Carries       string     `graph:"carries"`   // what it is a tunnel of: "gre"; "" none
	Certainty     float64    `graph:"certainty"` // of the direction, the least
	Conversations int64      `graph:"conversations"`
	Established   int64      `graph:"established"`
	Refused       int64      `graph:"refused"`
	Foreign       int64      `graph:"refused_foreign"`
	Prohibited    int64      `graph:"prohibited"`
	Unreachable   int64      `graph:"unreachable"`
	Unanswered    int64      `graph:"unanswered"`
	OneWay        int64      `graph:"one_way"`
	Reached       int64      `graph:"reached"`
	Bytes         int64      `graph:"bytes"`
	PacketsUp     int64      `graph:"packets_up"`
	PacketsDown   int64      `graph:"packets_down"`
	First         graph.Time `graph:"first"`
	Last          graph.Time `graph:"last"`
	Blockers      []string   `graph:"blocked_by"`
	Witness       []string   `graph:"evidence"`
}

// Flows lists who exchanged, or tried to exchange, what with whom.
var Flows = graph.Query[FlowsRow]{
	Name:   "segmentation/flows",
	Doc:    "Who exchanged, or tried to exchange, what with whom, and how it ended.",
	Cypher: flowsCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[FlowsRow] {
		return analyses.PerCommunication(v, func(rows *analyses.Rows[FlowsRow], of *graph.Communication, u *graph.Uses) {
			r, fresh := rows.At(func(r *FlowsRow) bool {
				return r.ClientVLAN == u.ClientVLAN && r.ServerVLAN == u.ServerVLAN && r.Tunnel == u.Tunnel && r.Parent == u.Parent
			})
			if c, s := of.Client, of.Service; fresh {
				*r = FlowsRow{Client: c.ID, ClientContext: c.Context, ClientAddress: c.Address, Service: s.ID, Server: s.Endpoint, ServerContext: s.Context,
					ServerAddress: s.Address, Transport: s.Transport, Port: s.Port, Application: u.Application, ClientVLAN: u.ClientVLAN,
					ServerVLAN: u.ServerVLAN, Tunnel: u.Tunnel, Parent: u.Parent, Certainty: u.Certainty, First: u.From, Last: u.To - 1}
			}
			r.add(u)
		}, func(a, b *FlowsRow) int {
			return cmp.Or(cmp.Compare(a.ClientVLAN, b.ClientVLAN), cmp.Compare(a.ServerVLAN, b.ServerVLAN),
				cmp.Compare(a.Tunnel, b.Tunnel), cmp.Compare(a.Parent, b.Parent))
		})
	},
}

func (r *FlowsRow) add(u *graph.Uses) {
	r.Certainty = min(r.Certainty, u.Certainty)
	r.Carries = max(r.Carries, u.Carries)
	r.Conversations += u.Conversations
	r.Established += u.Established
	r.Refused += u.Refused
	r.Foreign += u.Foreign
	r.Prohibited += u.Prohibited
	r.Unreachable += u.Unreachable
	r.Unanswered += u.Unanswered
	r.OneWay += u.OneWay
	r.Reached += u.Reached
	r.Bytes += u.BytesUp + u.BytesDown
	r.PacketsUp += u.PacketsUp
	r.PacketsDown += u.PacketsDown
	r.First, r.Last = min(r.First, u.From), max(r.Last, u.To-1)
	r.Blockers = union(r.Blockers, u.Blockers)
	r.Witness = union(r.Witness, u.Witness)
}

// CopiesRow sums up frames that were seen unchanged in two VLANs.
type CopiesRow struct {
	FromPoint  string     `graph:"from_point"`
	ToPoint    string     `graph:"to_point"`
	FromVLAN   string     `graph:"from_vlan"`
	ToVLAN     string     `graph:"to_vlan"`
	Packets    int64      `graph:"packets"`
	Broadcasts int64      `graph:"broadcasts"`
	First      graph.Time `graph:"first"`
	Last       graph.Time `graph:"last"`
	MACs       []string   `graph:"macs"` // their sources
	Example    string     `graph:"example"`
	Witness    []string   `graph:"evidence"`
}

// Copies lists the frames that were seen unchanged in two VLANs.
var Copies = graph.Query[CopiesRow]{
	Name:   "segmentation/bridged-frames",
	Doc:    "Frames that were seen unchanged in two VLANs.",
	Cypher: copiesCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[CopiesRow] {
		type key struct{ fromPoint, toPoint, from, to string }
		at := map[key]*CopiesRow{}
		for i := range v.Copied {
			c := &v.Copied[i]
			if c.Kind != "bridged" || c.FromVLAN == c.ToVLAN {
				continue
			}
			k := key{v.Point(c.Src).Name, v.Point(c.Dst).Name, c.FromVLAN, c.ToVLAN}
			r := at[k]
			if r == nil {
				r = &CopiesRow{FromPoint: k.fromPoint, ToPoint: k.toPoint, FromVLAN: k.from, ToVLAN: k.to, First: c.From, Last: c.To - 1, Example: c.Example}
				at[k] = r
			}
			r.Packets += c.Packets
			r.Broadcasts += c.Broadcasts
			r.First, r.Last = min(r.First, c.From), max(r.Last, c.To-1)
			r.MACs = union(r.MACs, []string{c.FromMAC})
			r.Witness = union(r.Witness, c.Witness)
		}
		return analyses.Ordered(at, func(a, b *CopiesRow) int {
			return cmp.Or(cmp.Compare(a.FromPoint, b.FromPoint), cmp.Compare(a.ToPoint, b.ToPoint), cmp.Compare(a.FromVLAN, b.FromVLAN), cmp.Compare(a.ToVLAN, b.ToVLAN))
		})
	},
}

// MACsRow is an address behind a MAC in a VLAN at a capture point.
type MACsRow struct {
	MAC      string     `graph:"mac"`
	Vendor   string     `graph:"vendor"`
	VLAN     string     `graph:"vlan"`
	Tunnel   string     `graph:"tunnel"`
	Point    string     `graph:"point"`
	Endpoint graph.ID   `graph:"endpoint"`
	Context  string     `graph:"context"`
	Address  netip.Addr `graph:"address"`
	Router   bool       `graph:"router"`
	Virtual  string     `graph:"virtual"`
	Provider bool       `graph:"service_tag"` // a tag is a provider's
	Packets  int64      `graph:"packets"`
	Claims   int64      `graph:"claims"`
	TTLMax   int64      `graph:"ttl_max"` // of its IP packets; 0 none
	First    graph.Time `graph:"first"`
	Last     graph.Time `graph:"last"`
	Witness  []string   `graph:"evidence"`
}

// MACs lists which addresses were seen behind which MACs, where and when.
var MACs = graph.Query[MACsRow]{
	Name:   "segmentation/macs",
	Doc:    "Which addresses were seen behind which MACs, in which VLANs, and when.",
	Cypher: macsCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[MACsRow] {
		type key struct {
			mac, endpoint       graph.ID
			vlan, tunnel, point string
		}
		at := map[key]*MACsRow{}
		for i := range v.HasMAC {
			h := &v.HasMAC[i]
			e, m := v.Endpoint(h.Src), v.MAC(h.Dst)
			if e == nil {
				continue // a device
			}
			k := key{h.Dst, h.Src, h.VLAN, h.Tunnel, h.Point}
			r := at[k]
			if r == nil {
				r = &MACsRow{MAC: m.Address, Vendor: m.Vendor, VLAN: h.VLAN, Tunnel: h.Tunnel, Point: h.Point, Endpoint: e.ID, Context: e.Context,
					Address: e.Address, First: h.From, Last: h.To - 1}
				at[k] = r
			}
			r.Router = r.Router || h.Router
			r.Virtual = max(r.Virtual, h.Virtual)
			r.Provider = r.Provider || h.ServiceTag
			r.Packets += h.Packets
			r.Claims += h.Claims
			r.TTLMax = max(r.TTLMax, h.TTLMax)
			r.First, r.Last = min(r.First, h.From), max(r.Last, h.To-1)
			r.Witness = union(r.Witness, h.Witness)
		}
		return analyses.Ordered(at, func(a, b *MACsRow) int {
			return cmp.Or(cmp.Compare(a.MAC, b.MAC), cmp.Compare(a.VLAN, b.VLAN), cmp.Compare(a.Tunnel, b.Tunnel), cmp.Compare(a.Point, b.Point),
				a.Endpoint.Compare(b.Endpoint))
		})
	},
}

// VLANsRow is a VLAN with its traffic and population.
type VLANsRow struct {
	Domain    string   `graph:"domain"`
	VLAN      string   `graph:"vlan"`
	Packets   int64    `graph:"packets"`
	Bytes     int64    `graph:"bytes"`
	Endpoints int64    `graph:"endpoints"` // that live in it
	Prefixes  []string `graph:"prefixes"`
}

// VLANs lists the VLANs.
var VLANs = graph.Query[VLANsRow]{
	Name:   "segmentation/vlans",
	Doc:    "The VLANs with their traffic, the endpoints that live in them, and their prefixes.",
	Cypher: vlansCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[VLANsRow] {
		at := map[graph.ID]*VLANsRow{}
		live := map[[2]graph.ID]bool{}
		row := func(id graph.ID) *VLANsRow {
			n := v.VLAN(id)
			if n == nil {
				return nil
			}
			if at[id] == nil {
				at[id] = &VLANsRow{Domain: n.Domain, VLAN: n.VLAN}
			}
			return at[id]
		}
		for _, c := range v.Carried {
			if r := row(c.Dst); r != nil {
				r.Packets += c.Packets
				r.Bytes += c.Bytes
			}
		}
		homes := map[graph.ID][]graph.ID{}
		for _, i := range v.InVLAN {
			if k := [2]graph.ID{i.Src, i.Dst}; i.Local && !live[k] && v.Endpoint(i.Src) != nil {
				live[k] = true
				row(i.Dst).Endpoints++
				homes[i.Src] = append(homes[i.Src], i.Dst)
			}
		}
		for _, m := range v.Members {
			if m.Type != graph.TypeInSubnet {
				continue
			}
			for _, h := range homes[m.Src] {
				if p := v.Subnet(m.Dst).Prefix.String(); !slices.Contains(at[h].Prefixes, p) {
					at[h].Prefixes = append(at[h].Prefixes, p)
				}
			}
		}
		for _, r := range at {
			slices.Sort(r.Prefixes)
		}
		return analyses.Ordered(at, func(a, b *VLANsRow) int { return cmp.Or(cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.VLAN, b.VLAN)) })
	},
}

// NativeRow is what a neighbour says of the untagged VLAN of its port.
type NativeRow struct {
	Setting string     `graph:"setting"` // cdp.native_vlan, lldp.pvid, pvst.vlan
	Speaker string     `graph:"speaker"`
	Port    string     `graph:"port"`
	Value   string     `graph:"value"`
	VLAN    string     `graph:"vlan"` // in which it was heard
	Tunnel  string     `graph:"tunnel"`
	Point   string     `graph:"point"`
	Count   int64      `graph:"count"`
	First   graph.Time `graph:"first"`
	Last    graph.Time `graph:"last"`
	Witness []string   `graph:"evidence"`
}

// Native lists what neighbours say of the untagged VLAN of their ports.
var Native = graph.Query[NativeRow]{
	Name:   "segmentation/native-vlans",
	Doc:    "What neighbours say of the native or port VLAN of their ports: CDP, LLDP and PVST+.",
	Cypher: nativeCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[NativeRow] {
		type key struct{ setting, speaker, port, value, vlan, tunnel, point string }
		at := map[key]*NativeRow{}
		for i := range v.States {
			s := &v.States[i]
			if s.Setting != "cdp.native_vlan" && s.Setting != "lldp.pvid" && s.Setting != "pvst.vlan" {
				continue
			}
			k := key{s.Setting, s.Speaker, s.Port, s.Value, s.VLAN, s.Tunnel, s.Point}
			r := at[k]
			if r == nil {
				r = &NativeRow{Setting: s.Setting, Speaker: s.Speaker, Port: s.Port, Value: s.Value, VLAN: s.VLAN, Tunnel: s.Tunnel, Point: s.Point, First: s.From, Last: s.To - 1}
				at[k] = r
			}
			r.Count += s.Count
			r.First, r.Last = min(r.First, s.From), max(r.Last, s.To-1)
			r.Witness = union(r.Witness, s.Witness)
		}
		return analyses.Ordered(at, func(a, b *NativeRow) int {
			return cmp.Or(cmp.Compare(a.Setting, b.Setting), cmp.Compare(a.Point, b.Point), cmp.Compare(a.VLAN, b.VLAN), cmp.Compare(a.Tunnel, b.Tunnel),
				cmp.Compare(a.Speaker, b.Speaker), cmp.Compare(a.Port, b.Port), cmp.Compare(a.Value, b.Value))
		})
	},
}

// DHCPRow is an endpoint that answered as a DHCP server.
type DHCPRow struct {
	Endpoint graph.ID   `graph:"endpoint"`
	Context  string     `graph:"context"`
	Address  netip.Addr `graph:"address"`
	VLAN     string     `graph:"vlan"`
	MAC      string     `graph:"mac"`
	Count    int64      `graph:"count"`
	First    graph.Time `graph:"first"`
	Last     graph.Time `graph:"last"`
	Witness  []string   `graph:"evidence"`
}

// DHCPServers lists who answered as a DHCP server.
var DHCPServers = graph.Query[DHCPRow]{
	Name:   "segmentation/dhcp-servers",
	Doc:    "Who answered as a DHCP server, in which VLAN.",
	Cypher: dhcpCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[DHCPRow] {
		type key struct {
			endpoint  graph.ID
			vlan, mac string
		}
		at := map[key]*DHCPRow{}
		for i := range v.States {
			s := &v.States[i]
			e := v.Endpoint(s.Src)
			if s.Setting != "dhcp.server" || e == nil {
				continue
			}
			k := key{s.Src, s.VLAN, s.MAC}
			r := at[k]
			if r == nil {
				r = &DHCPRow{Endpoint: e.ID, Context: e.Context, Address: e.Address, VLAN: s.VLAN, MAC: s.MAC, First: s.From, Last: s.To - 1}
				at[k] = r
			}
			r.Count += s.Count
			r.First, r.Last = min(r.First, s.From), max(r.Last, s.To-1)
			r.Witness = union(r.Witness, s.Witness)
		}
		return analyses.Ordered(at, func(a, b *DHCPRow) int {
			return cmp.Or(a.Endpoint.Compare(b.Endpoint), cmp.Compare(a.VLAN, b.VLAN), cmp.Compare(a.MAC, b.MAC))
		})
	},
}

// Queries lists the queries of this analysis.
func Queries() []graph.Question {
	return []graph.Question{Flows, Copies, MACs, VLANs, Native, Trunking, Tags, DHCPServers, Announcers}
}

// union appends to a what it lacks of b, up to maxList.
func union(a, b []string) []string { return analyses.Union(a, b, maxList) }

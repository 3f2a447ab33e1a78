package analyses

import (
	"cmp"
	"embed"
	"iter"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/graph"
)

//go:embed cypher/*.cypher
var cypherFiles embed.FS

// cypher returns an embedded statement; its absence is a bug that every test would show.
func cypher(name string) string {
	b, err := cypherFiles.ReadFile("cypher/" + name + ".cypher")
	if err != nil {
		panic(err)
	}
	return string(b)
}

// TrafficRow is one endpoint with what it sent and received, as client and as server.
type TrafficRow struct {
	ID              graph.ID   `graph:"id"`
	Context         string     `graph:"context"`
	Address         netip.Addr `graph:"address"`
	PacketsSent     int64      `graph:"packets_sent"`
	PacketsReceived int64      `graph:"packets_received"`
	BytesSent       int64      `graph:"bytes_sent"`
	BytesReceived   int64      `graph:"bytes_received"`
	AsClient        int64      `graph:"as_client"` // established conversations
	AsServer        int64      `graph:"as_server"`
	First           graph.Time `graph:"first"` // zero: it exchanged nothing
	Last            graph.Time `graph:"last"`
}

// Traffic lists all endpoints with their traffic, by ID.
var Traffic = graph.Query[TrafficRow]{
	Name:   "inventory/traffic",
	Doc:    "Every endpoint with the packets and bytes that it sent and received.",
	Cypher: cypher("traffic"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[TrafficRow] {
		rows := make([]TrafficRow, len(v.Endpoints))
		at := make(map[graph.ID]*TrafficRow, len(v.Endpoints))
		for i, e := range v.Endpoints {
			rows[i] = TrafficRow{ID: e.ID, Context: e.Context, Address: e.Address}
			at[e.ID] = &rows[i]
		}
		for i := range v.Uses {
			u := &v.Uses[i]
			if r := at[u.Src]; r != nil {
				r.add(u.PacketsUp, u.PacketsDown, u.BytesUp, u.BytesDown, u.Rel)
				r.AsClient += u.Established
			}
			s := v.Service(u.Dst)
			if s == nil {
				continue
			}
			if r := at[s.Endpoint]; r != nil {
				r.add(u.PacketsDown, u.PacketsUp, u.BytesDown, u.BytesUp, u.Rel)
				r.AsServer += u.Established
			}
		}
		slices.SortFunc(rows, func(a, b TrafficRow) int { return a.ID.Compare(b.ID) })
		return slices.Values(rows)
	},
}

func (r *TrafficRow) add(ps, pr, bs, br int64, rel graph.Rel) {
	r.PacketsSent += ps
	r.PacketsReceived += pr
	r.BytesSent += bs
	r.BytesReceived += br
	if r.First == 0 || rel.From < r.First {
		r.First = rel.From
	}
	r.Last = max(r.Last, rel.To-1)
}

// PlaceRow says where an endpoint lives: a VLAN, or a subnet.
type PlaceRow struct {
	Endpoint graph.ID `graph:"endpoint"`
	Domain   string   `graph:"domain"`
	VLAN     string   `graph:"vlan"`
	Local    bool     `graph:"local"`
	Packets  int64    `graph:"packets"`
}

// Places lists the VLANs of each endpoint, by endpoint, domain and VLAN.
var Places = graph.Query[PlaceRow]{
	Name:   "inventory/vlans",
	Doc:    "The VLANs in which each endpoint was seen, and whether it lives there.",
	Cypher: cypher("vlans"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[PlaceRow] {
		type key struct {
			endpoint, vlan graph.ID
		}
		at := map[key]*PlaceRow{}
		for i := range v.InVLAN {
			r := &v.InVLAN[i]
			k := key{r.Src, r.Dst}
			p := at[k]
			if v.Endpoint(r.Src) == nil {
				continue // a device
			}
			if p == nil {
				n := v.VLAN(r.Dst)
				p = &PlaceRow{Endpoint: r.Src, Domain: n.Domain, VLAN: n.VLAN}
				at[k] = p
			}
			p.Packets += r.Packets
			p.Local = p.Local || r.Local
		}
		return Ordered(at, func(a, b *PlaceRow) int {
			return cmp.Or(a.Endpoint.Compare(b.Endpoint), cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.VLAN, b.VLAN))
		})
	},
}

// SubnetRow is a subnet of an endpoint.
type SubnetRow struct {
	Endpoint graph.ID     `graph:"endpoint"`
	Prefix   netip.Prefix `graph:"prefix"`
	Why      string       `graph:"why"`
}

// Subnets lists the subnets of each endpoint, by endpoint, prefix and reason.
var Subnets = graph.Query[SubnetRow]{
	Name:   "inventory/subnets",
	Doc:    "The subnets of each endpoint, and how they are known.",
	Cypher: cypher("subnets"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[SubnetRow] {
		at := map[SubnetRow]*SubnetRow{}
		for _, m := range v.Members {
			if m.Type != graph.TypeInSubnet || v.Endpoint(m.Src) == nil {
				continue
			}
			r := SubnetRow{Endpoint: m.Src, Prefix: v.Subnet(m.Dst).Prefix, Why: m.Why}
			at[r] = &r
		}
		return Ordered(at, func(a, b *SubnetRow) int {
			return cmp.Or(a.Endpoint.Compare(b.Endpoint), cmp.Compare(a.Prefix.String(), b.Prefix.String()), cmp.Compare(a.Why, b.Why))
		})
	},
}

// HardwareRow is a MAC behind which an endpoint was seen.
type HardwareRow struct {
	Endpoint graph.ID `graph:"endpoint"`
	MAC      string   `graph:"mac"`
	Vendor   string   `graph:"vendor"`
	Router   bool     `graph:"router"`
	Claimed  bool     `graph:"claimed"` // by ARP or ND
	Packets  int64    `graph:"packets"`
}

// Hardware lists the MACs of each endpoint, by endpoint and MAC.
var Hardware = graph.Query[HardwareRow]{
	Name:   "inventory/macs",
	Doc:    "The hardware addresses behind which each endpoint was seen.",
	Cypher: cypher("macs"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[HardwareRow] {
		type key struct{ endpoint, mac graph.ID }
		at := map[key]*HardwareRow{}
		for i := range v.HasMAC {
			h := &v.HasMAC[i]
			k := key{h.Src, h.Dst}
			r := at[k]
			if v.Endpoint(h.Src) == nil {
				continue
			}
			if r == nil {
				m := v.MAC(h.Dst)
				r = &HardwareRow{Endpoint: h.Src, MAC: m.Address, Vendor: m.Vendor}
				at[k] = r
			}
			r.Packets += h.Packets
			r.Router = r.Router || h.Router
			r.Claimed = r.Claimed || h.Claims > 0
		}
		return Ordered(at, func(a, b *HardwareRow) int {
			return cmp.Or(a.Endpoint.Compare(b.Endpoint), cmp.Compare(a.MAC, b.MAC))
		})
	},
}

// NameRow is a name of an endpoint.
type NameRow struct {
	Endpoint graph.ID `graph:"endpoint"`
	Name     string   `graph:"name"`
	Evidence string   `graph:"evidence"`
	Count    int64    `graph:"count"`
}

// Names lists the names of each endpoint, by endpoint, name and evidence.
var Names = graph.Query[NameRow]{
	Name:   "inventory/names",
	Doc:    "The names of each endpoint, and what showed them.",
	Cypher: cypher("names"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[NameRow] {
		type key struct {
			endpoint, name graph.ID
			evidence       string
		}
		at := map[key]*NameRow{}
		for i := range v.KnownAs {
			k := &v.KnownAs[i]
			id := key{k.Src, k.Dst, k.Evidence}
			r := at[id]
			if v.Endpoint(k.Src) == nil {
				continue
			}
			if r == nil {
				r = &NameRow{Endpoint: k.Src, Name: v.NamedNode(k.Dst).Name, Evidence: k.Evidence}
				at[id] = r
			}
			r.Count += k.Count
		}
		return Ordered(at, func(a, b *NameRow) int {
			return cmp.Or(a.Endpoint.Compare(b.Endpoint), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Evidence, b.Evidence))
		})
	},
}

// Captures lists the ingested inputs by path and SHA-256.
var Captures = graph.Query[graph.Capture]{
	Name:   "inventory/captures",
	Doc:    "The ingested captures with their counts, damage and timeline.",
	Cypher: cypher("captures"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[graph.Capture] {
		rows := slices.Clone(v.Captures)
		slices.SortFunc(rows, func(a, b graph.Capture) int {
			return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.SHA256, b.SHA256))
		})
		return slices.Values(rows)
	},
}

// Artefacts lists what the captures themselves add to the picture, by kind, point and ID.
var Artefacts = graph.Query[graph.Artefact]{
	Name:   "inventory/artefacts",
	Doc:    "Properties of the captures that can fool an analysis.",
	Cypher: cypher("artefacts"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[graph.Artefact] {
		rows := slices.Clone(v.Artefacts)
		slices.SortFunc(rows, func(a, b graph.Artefact) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Point, b.Point), a.ID.Compare(b.ID))
		})
		return slices.Values(rows)
	},
}

// CountsRow says how large a graph is.
type CountsRow struct {
	Endpoints     int64 `graph:"endpoints"`
	Services      int64 `graph:"services"`
	Dependencies  int64 `graph:"dependencies"` // client–service pairs that were established
	Conversations int64 `graph:"conversations"`
	VLANs         int64 `graph:"vlans"`
	Devices       int64 `graph:"devices"`
	Contexts      int64 `graph:"contexts"`
}

// Counts is one row: the size of the graph.
var Counts = graph.Query[CountsRow]{
	Name:   "inventory/counts",
	Doc:    "How many endpoints, services, dependencies, conversations, VLANs, devices and contexts there are.",
	Cypher: cypher("counts"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[CountsRow] {
		r := CountsRow{Endpoints: int64(len(v.Endpoints)), VLANs: int64(len(v.VLANs)), Devices: int64(len(v.Devices))}
		contexts := map[string]bool{}
		for _, e := range v.Endpoints {
			contexts[e.Context] = true
		}
		r.Contexts = int64(len(contexts))
		services := map[graph.ID]bool{}
		pairs := map[[2]graph.ID]bool{}
		for i := range v.Uses {
			u := &v.Uses[i]
			r.Conversations += u.Conversations
			if u.Established > 0 {
				services[u.Dst] = true
				pairs[[2]graph.ID{u.Src, u.Dst}] = true
			}
		}
		r.Services, r.Dependencies = int64(len(services)), int64(len(pairs))
		return slices.Values([]CountsRow{r})
	},
}

// Inventory lists the queries of this package.
func Inventory() []graph.Question {
	return []graph.Question{Traffic, Served, Pairs, Places, Subnets, Hardware, Names, Captures, Artefacts, Counts, Hops}
}

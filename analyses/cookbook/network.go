package cookbook

import (
	"cmp"
	"iter"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// NeighbourRow is what one device announced to another.
type NeighbourRow struct {
	Device    string `graph:"device"` // who announced itself
	Port      string `graph:"port"`
	Neighbour string `graph:"neighbour"`
	Protocol  string `graph:"protocol"`
	Name      string `graph:"name"` // by which the device calls itself
	Platform  string `graph:"platform"`
	Version   string `graph:"version"`
	Count     int64  `graph:"count"`
	Span
}

// Neighbours lists devices and their neighbours.
var Neighbours = graph.Query[NeighbourRow]{
	Name:   "network/neighbours",
	Group:  groupNetwork,
	Doc:    "Devices and the neighbours to which they announced themselves, by LLDP, CDP, OSPF and their like.",
	Params: []graph.Param{text("device", "device or address on either side; empty: all", "sw1")},
	Cypher: cypher("network-neighbours"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[NeighbourRow] {
		device := str(p, "device")
		type key struct{ from, port, to, protocol string }
		at := map[key]*NeighbourRow{}
		for i := range v.ConnectedTo {
			c := &v.ConnectedTo[i]
			k := key{hostName(v, c.Src), c.FromPort, hostName(v, c.Dst), c.Protocol}
			if device != "" && device != k.from && device != k.to {
				continue
			}
			r := group(at, k)
			r.Device, r.Port, r.Neighbour, r.Protocol = k.from, k.port, k.to, k.protocol
			r.Name, r.Platform, r.Version = max(r.Name, c.FromName), max(r.Platform, c.Platform), max(r.Version, c.Version)
			r.Count += c.Count
			r.Span.add(&c.Rel)
		}
		return analyses.Ordered(at, func(a, b *NeighbourRow) int {
			return cmp.Or(cmp.Compare(a.Device, b.Device), cmp.Compare(a.Port, b.Port), cmp.Compare(a.Neighbour, b.Neighbour), cmp.Compare(a.Protocol, b.Protocol))
		})
	},
}

// RouterRow is what a router forwards for.
type RouterRow struct {
	Router  string `graph:"router"` // device or address
	Kind    string `graph:"kind"`   // subnet, vlan
	Context string `graph:"context"`
	Network string `graph:"network"` // prefix or VLAN
	Why     string `graph:"why"`
	Count   int64  `graph:"count"`
	Span
}

// Routers lists what forwards for whom.
var Routers = graph.Query[RouterRow]{
	Name:   "network/routers",
	Group:  groupNetwork,
	Doc:    "Routers and the subnets and VLANs for which they forward, and how this was learned.",
	Cypher: cypher("network-routers"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[RouterRow] {
		at := map[RouterRow]*RouterRow{} // by all but the measures
		for m := range members(v, graph.TypeRoutes) {
			k := RouterRow{Router: hostName(v, m.Src), Kind: "vlan", Why: m.Why}
			if s := v.Subnet(m.Dst); s != nil {
				k.Kind, k.Context, k.Network = "subnet", s.Context, prefixText(s.Prefix)
			} else if n := v.VLAN(m.Dst); n != nil {
				k.Context, k.Network = n.Domain, n.VLAN
			}
			r := at[k]
			if r == nil {
				row := k
				r = &row
				at[k] = r
			}
			r.Count += m.Count
			r.Span.add(&m.Rel)
		}
		return analyses.Ordered(at, func(a, b *RouterRow) int {
			return cmp.Or(cmp.Compare(a.Router, b.Router), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Context, b.Context), cmp.Compare(a.Network, b.Network), cmp.Compare(a.Why, b.Why))
		})
	},
}

// SettingRow is a value that a speaker stated.
type SettingRow struct {
	Speaker string `graph:"speaker"` // device or address
	Setting string `graph:"setting"`
	Group   string `graph:"group"`
	Port    string `graph:"port"`
	VLAN    string `graph:"vlan"`
	Value   string `graph:"value"`
	Count   int64  `graph:"count"`
	Span
}

// Settings lists what devices said of themselves.
var Settings = graph.Query[SettingRow]{
	Name:  "network/settings",
	Group: groupNetwork,
	Doc:   "The settings that a device or host stated in its packets, with their values and when it stated them.",
	Params: []graph.Param{
		text("speaker", "device or address; empty: all", "sw1"), text("setting", "setting, or the beginning of its name; empty: all", "ospf."),
	},
	Cypher: cypher("network-settings"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[SettingRow] {
		speaker, setting := str(p, "speaker"), str(p, "setting")
		at := map[SettingRow]*SettingRow{} // by all but the measures
		for i := range v.States {
			s := &v.States[i]
			if !wants(speaker, s.Speaker) || !strings.HasPrefix(s.Setting, setting) {
				continue
			}
			k := SettingRow{Speaker: s.Speaker, Setting: s.Setting, Group: s.Group, Port: s.Port, VLAN: s.VLAN, Value: s.Value}
			r := at[k]
			if r == nil {
				row := k
				r = &row
				at[k] = r
			}
			r.Count += s.Count
			r.Span.add(&s.Rel)
		}
		return analyses.Ordered(at, func(a, b *SettingRow) int {
			return cmp.Or(cmp.Compare(a.Speaker, b.Speaker), cmp.Compare(a.Setting, b.Setting), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Port, b.Port),
				cmp.Compare(a.VLAN, b.VLAN), cmp.Compare(a.Value, b.Value))
		})
	},
}

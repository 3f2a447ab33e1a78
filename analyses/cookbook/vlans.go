package cookbook

import (
	"cmp"
	"iter"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// PopulationRow sums up who is in a VLAN.
type PopulationRow struct {
	Domain  string `graph:"domain"` // tunnel that carries the VLAN; empty: none
	VLAN    string `graph:"vlan"`
	Living  int64  `graph:"living"`  // addresses that speak there themselves
	Seen    int64  `graph:"seen"`    // addresses whose frames were merely seen there
	Devices int64  `graph:"devices"` // that speak there, as switches and routers
	Packets int64  `graph:"packets"`
	Span
}

// Population lists how many live in each VLAN.
var Population = graph.Query[PopulationRow]{
	Name:   "vlans/population",
	Group:  groupZones,
	Doc:    "Every VLAN with the number of addresses that live there, of those that were merely seen, and of devices.",
	Cypher: cypher("vlans-population"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[PopulationRow] {
		type hosts struct{ living, seen, devices map[graph.ID]bool }
		at := map[graph.ID]*PopulationRow{}
		of := map[graph.ID]*hosts{}
		for i := range v.InVLAN {
			in := &v.InVLAN[i]
			n := v.VLAN(in.Dst)
			r := group(at, in.Dst)
			h := of[in.Dst]
			if h == nil {
				h = &hosts{map[graph.ID]bool{}, map[graph.ID]bool{}, map[graph.ID]bool{}}
				of[in.Dst] = h
				r.Domain, r.VLAN = n.Domain, n.VLAN
			}
			switch {
			case v.Endpoint(in.Src) == nil:
				h.devices[in.Src] = true
			case in.Local:
				h.living[in.Src] = true
			default:
				h.seen[in.Src] = true
			}
			r.Packets += in.Packets
			r.Span.add(&in.Rel)
		}
		for id, r := range at {
			h := of[id]
			r.Living, r.Devices = int64(len(h.living)), int64(len(h.devices))
			for e := range h.seen {
				if !h.living[e] {
					r.Seen++
				}
			}
		}
		return analyses.Ordered(at, func(a, b *PopulationRow) int {
			return cmp.Or(cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.VLAN, b.VLAN))
		})
	},
}

// OtherVLANRow is a service in another VLAN that a client needs.
type OtherVLANRow struct {
	ClientKey
	Domain string `graph:"other_domain"`
	VLAN   string `graph:"other_vlan"` // where the server lives
	ServiceKey
	Applications  []string `graph:"applications"`
	Conversations int64    `graph:"conversations"`
	Bytes         int64    `graph:"bytes"`
	Span
}

// OtherVLANs lists what endpoints of one VLAN need of others.
var OtherVLANs = graph.Query[OtherVLANRow]{
	Name:   "vlans/needs",
	Group:  groupZones,
	Doc:    "The endpoints that live in one VLAN and use services in another one.",
	Params: []graph.Param{required(text("vlan", "VLAN of the clients", "10")), text("other", "VLAN of the servers; empty: any other", "20")},
	Cypher: cypher("vlans-needs"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[OtherVLANRow] {
		vlan, other := str(p, "vlan"), str(p, "other")
		homes := map[graph.ID]map[graph.ID]bool{}
		inVLAN := map[graph.ID]bool{}
		for i := range v.InVLAN {
			in := &v.InVLAN[i]
			if !in.Local {
				continue
			}
			if homes[in.Src] == nil {
				homes[in.Src] = map[graph.ID]bool{}
			}
			homes[in.Src][in.Dst] = true
			inVLAN[in.Src] = inVLAN[in.Src] || v.VLAN(in.Dst).VLAN == vlan
		}
		server := map[ServiceKey]graph.ID{}
		clients := dependencies(v, func(f flow) bool {
			server[serviceKey(f.service)] = f.service.Endpoint
			return f.Established > 0 && inVLAN[f.Src]
		})
		return sorted(func(yield func(OtherVLANRow) bool) {
			for d := range clients {
				for id := range homes[server[d.ServiceKey]] {
					if n := v.VLAN(id); n.VLAN != vlan && wants(other, n.VLAN) &&
						!yield(OtherVLANRow{d.ClientKey, n.Domain, n.VLAN, d.ServiceKey, d.Applications, d.Conversations, d.Bytes, d.Span}) {
						return
					}
				}
			}
		}, func(a, b OtherVLANRow) int {
			return cmp.Or(a.ClientKey.compare(b.ClientKey), cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.VLAN, b.VLAN), a.ServiceKey.compare(b.ServiceKey))
		})
	},
}

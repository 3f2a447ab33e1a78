package cookbook

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// WhoRow is an endpoint with all that says who it is. Its lists are in order, at most 16 each.
type WhoRow struct {
	Context      string   `graph:"context"`
	Address      string   `graph:"address"`
	Names        []string `graph:"names"`
	MACs         []string `graph:"macs"` // with vendor
	VLANs        []string `graph:"vlans"`
	Zones        []string `graph:"zones"`
	Groups       []string `graph:"groups"`
	Services     []string `graph:"services"` // that answered: "tcp/443 tls"
	Applications []string `graph:"applications"`
}

// Who says who an address, a name or a MAC is.
var Who = graph.Query[WhoRow]{
	Name:   "identity/who",
	Group:  groupIdentity,
	Doc:    "Who an address, a name or a MAC is: names, hardware, VLANs, zones, groups, what it offers and to which application it belongs.",
	Params: []graph.Param{required(text("who", "address, name or MAC, as the graph writes it", "10.90.0.5"))},
	Cypher: cypher("identity-who"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[WhoRow] {
		who := str(p, "who")
		names, macs, vlans := map[graph.ID]set{}, map[graph.ID]set{}, map[graph.ID]set{}
		is := map[graph.ID]bool{}
		for i := range v.Endpoints {
			is[v.Endpoints[i].ID] = addressText(v.Endpoints[i].Address) == who
		}
		for i := range v.KnownAs {
			k := &v.KnownAs[i]
			n := v.NamedNode(k.Dst).Name
			add(names, k.Src, n)
			is[k.Src] = is[k.Src] || n == who
		}
		for i := range v.HasMAC {
			h := &v.HasMAC[i]
			m := v.MAC(h.Dst)
			add(macs, h.Src, joined(m.Address, m.Vendor))
			is[h.Src] = is[h.Src] || m.Address == who
		}
		for i := range v.InVLAN {
			n := v.VLAN(v.InVLAN[i].Dst)
			add(vlans, v.InVLAN[i].Src, joined(n.Domain, n.VLAN))
		}
		zones, groups, apps := groupsOf(v, graph.TypeInZone), groupsOf(v, graph.TypeInGroup), groupsOf(v, graph.TypePartOf)
		offered, partOf := map[graph.ID]set{}, map[graph.ID]set{}
		for f := range flows(v) {
			e := f.service.Endpoint
			if f.Established == 0 {
				continue
			}
			add(offered, e, joined(fmt.Sprintf("%s/%d", f.service.Transport, f.service.Port), f.Application))
			for a := range apps[f.Dst] {
				add(partOf, e, a)
			}
		}
		var rows []WhoRow
		for i := range v.Endpoints {
			e := &v.Endpoints[i]
			if !is[e.ID] {
				continue
			}
			rows = append(rows, WhoRow{Context: e.Context, Address: addressText(e.Address), Names: names[e.ID].listed(), MACs: macs[e.ID].listed(), VLANs: vlans[e.ID].listed(),
				Zones: zones[e.ID].listed(), Groups: groups[e.ID].listed(), Services: offered[e.ID].listed(), Applications: partOf[e.ID].listed()})
		}
		slices.SortFunc(rows, func(a, b WhoRow) int {
			return cmp.Or(cmp.Compare(a.Context, b.Context), cmp.Compare(a.Address, b.Address))
		})
		return slices.Values(rows)
	},
}

func add(to map[graph.ID]set, id graph.ID, s string) {
	if to[id] == nil {
		to[id] = set{}
	}
	to[id][s] = true
}

// listed returns at most maxList texts, in order.
func (s set) listed() []string {
	l := s.sorted()
	return l[:min(len(l), maxList)]
}

// joined puts a space between what is not empty.
func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}

// NameRow is a name of an address.
type NameRow struct {
	Context  string `graph:"context"`
	Address  string `graph:"address"`
	Name     string `graph:"name"`
	Evidence string `graph:"evidence"` // what showed it: dns, dhcp, sni, …
	Count    int64  `graph:"count"`
	Span
}

// NamesOf lists the names of an address.
var NamesOf = graph.Query[NameRow]{
	Name:   "identity/names",
	Group:  groupIdentity,
	Doc:    "All names of an address, what showed them and when.",
	Params: []graph.Param{addressParam("the address")},
	Cypher: cypher("identity-names"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[NameRow] {
		address := str(p, "address")
		type key struct {
			endpoint, name graph.ID
			evidence       string
		}
		at := map[key]*NameRow{}
		for i := range v.KnownAs {
			k := &v.KnownAs[i]
			e := v.Endpoint(k.Src)
			if e == nil || addressText(e.Address) != address {
				continue
			}
			r := group(at, key{k.Src, k.Dst, k.Evidence})
			r.Context, r.Address, r.Name, r.Evidence = e.Context, address, v.NamedNode(k.Dst).Name, k.Evidence
			r.Count += k.Count
			r.Span.add(&k.Rel)
		}
		return analyses.Ordered(at, func(a, b *NameRow) int {
			return cmp.Or(cmp.Compare(a.Context, b.Context), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Evidence, b.Evidence))
		})
	},
}

// SharedAddressRow is an address that means several hosts.
type SharedAddressRow struct {
	Address  string   `graph:"address"`
	Contexts []string `graph:"contexts"`
}

// SharedAddresses lists addresses that mean several hosts.
var SharedAddresses = graph.Query[SharedAddressRow]{
	Name:   "identity/shared-addresses",
	Group:  groupIdentity,
	Doc:    "Addresses that mean different hosts in several contexts: what must be readdressed, or kept apart, when networks are joined.",
	Cypher: cypher("identity-shared-addresses"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[SharedAddressRow] {
		contexts := map[string]set{}
		for i := range v.Endpoints {
			e := &v.Endpoints[i]
			a := addressText(e.Address)
			if contexts[a] == nil {
				contexts[a] = set{}
			}
			contexts[a][e.Context] = true
		}
		var rows []SharedAddressRow
		for a, c := range contexts {
			if len(c) > 1 {
				rows = append(rows, SharedAddressRow{a, c.sorted()})
			}
		}
		slices.SortFunc(rows, func(a, b SharedAddressRow) int { return cmp.Compare(a.Address, b.Address) })
		return slices.Values(rows)
	},
}

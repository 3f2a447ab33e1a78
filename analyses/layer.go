package analyses

import (
	"cmp"
	"context"
	"iter"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/graph"
)

// ServedRow is a service with the names by which clients asked for it.
type ServedRow struct {
	Service     graph.ID   `graph:"service"`
	Context     string     `graph:"context"`
	Address     netip.Addr `graph:"address"`
	Transport   string     `graph:"transport"`
	Port        uint16     `graph:"port"`
	Application string     `graph:"application"`
	Names       []string   `graph:"names"`
	First       graph.Time `graph:"first"`
	Last        graph.Time `graph:"last"`
}

// Served lists the services by application.
var Served = graph.Query[ServedRow]{
	Name:   "inventory/services",
	Doc:    "Every service that was used or tried, in each application, with the names by which clients asked for it.",
	Cypher: cypher("services"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[ServedRow] {
		type key struct {
			service graph.ID
			app     string
		}
		at := map[key]*ServedRow{}
		for i := range v.Uses {
			u := &v.Uses[i]
			s := v.Service(u.Dst)
			if s == nil {
				continue
			}
			k := key{u.Dst, u.Application}
			r := at[k]
			if r == nil {
				r = &ServedRow{Service: s.ID, Context: s.Context, Address: s.Address, Transport: s.Transport, Port: s.Port, Application: u.Application, First: u.From, Last: u.To - 1}
				at[k] = r
			}
			r.Names = Union(r.Names, u.ServerNames, maxPackets)
			r.First, r.Last = min(r.First, u.From), max(r.Last, u.To-1)
		}
		return Ordered(at, func(a, b *ServedRow) int {
			return cmp.Or(cmp.Compare(a.Service.String(), b.Service.String()), cmp.Compare(a.Application, b.Application))
		})
	},
}

// Layer returns what the site adds to a graph: its zones, groups and applications as nodes, with their members and the time for which they were seen. It is
// what graph.Store.SetIntent takes.
func (s *Site) Layer(ctx context.Context, q graph.Querier, p graph.Params) (graph.Contents, error) {
	var c graph.Contents
	named := func(l graph.Label, name string) graph.ID {
		id := graph.NewNamedID(l, name)
		if !slices.ContainsFunc(c.Named, func(n graph.Named) bool { return n.ID == id }) {
			c.Named = append(c.Named, graph.Named{ID: id, Label: l, Name: name})
		}
		return id
	}
	member := func(t graph.Type, from, to graph.ID, first, last graph.Time, why string) {
		if first == 0 && last == 0 {
			return // it exchanged nothing
		}
		c.Members = append(c.Members, graph.Member{Type: t, Why: why, Count: 1,
			Rel: graph.Rel{ID: graph.NewID(string(t), from.String(), to.String()), Src: from, Dst: to, From: first, To: last + 1}})
	}
	for _, h := range s.Hosts() {
		if h.Zone != "" {
			member(graph.TypeInZone, h.ID, named(graph.LabelZone, h.Zone), h.Traffic.First, h.Traffic.Last, s.ZonesFrom)
		}
		for _, g := range s.Groups(h) {
			member(graph.TypeInGroup, h.ID, named(graph.LabelGroup, g), h.Traffic.First, h.Traffic.Last, "declared")
		}
	}
	for _, a := range s.Intent.Applications {
		named(graph.LabelApplication, a.Name)
	}
	seen := map[[2]graph.ID]bool{}
	for r, err := range Served.Run(ctx, q, window(p)) {
		if err != nil {
			return c, err
		}
		a := s.Application(r.Address, r.Transport, r.Port, r.Application, r.Names)
		if a == nil {
			continue
		}
		id := graph.NewNamedID(graph.LabelApplication, a.Name)
		if k := [2]graph.ID{r.Service, id}; !seen[k] {
			seen[k] = true
			member(graph.TypePartOf, r.Service, id, r.First, r.Last, "declared")
		}
	}
	c.Sort()
	return c, nil
}

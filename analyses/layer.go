package analyses

import (
	"cmp"
	"context"
	"iter"
	"net/netip"

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
			return cmp.Or(a.Service.Compare(b.Service), cmp.Compare(a.Application, b.Application))
		})
	},
}

// Layer returns what the site adds to a graph: its zones, groups and applications as nodes, with their members and the time for which they were seen. It is
// what graph.Store.SetIntent takes.
func (s *Site) Layer(ctx context.Context, q graph.Querier, p graph.Params) (graph.Contents, error) {
	l := layer{members: map[graph.ID]int{}, known: map[graph.ID]bool{}}
	for _, h := range s.Hosts() {
		if h.Zone != "" {
			l.member(graph.TypeInZone, h.ID, l.named(graph.LabelZone, h.Zone), h.Traffic.First, h.Traffic.Last, s.ZonesFrom)
		}
		for _, g := range s.Groups(h) {
			l.member(graph.TypeInGroup, h.ID, l.named(graph.LabelGroup, g), h.Traffic.First, h.Traffic.Last, "declared")
		}
	}
	for _, a := range s.Intent.Applications {
		l.named(graph.LabelApplication, a.Name)
	}
	for r, err := range Served.Run(ctx, q, window(p)) {
		if err != nil {
			return l.Contents, err
		}
		if a := s.Application(r.Address, r.Transport, r.Port, r.Application, r.Names); a != nil {
			l.member(graph.TypePartOf, r.Service, l.named(graph.LabelApplication, a.Name), r.First, r.Last, "declared")
		}
	}
	return l.Contents, nil
}

// layer collects nodes and memberships, each once.
type layer struct {
	graph.Contents
	members map[graph.ID]int // position in Members
	known   map[graph.ID]bool
}

func (l *layer) named(label graph.Label, name string) graph.ID {
	id := graph.NewNamedID(label, name)
	if !l.known[id] {
		l.known[id] = true
		l.Named = append(l.Named, graph.Named{ID: id, Label: label, Name: name})
	}
	return id
}

// member adds a membership for [first, last], or extends it. What exchanged nothing has no time and none.
func (l *layer) member(t graph.Type, from, to graph.ID, first, last graph.Time, why string) {
	if first == 0 && last == 0 {
		return
	}
	id := graph.NewID(string(t), from.String(), to.String())
	if i, ok := l.members[id]; ok {
		m := &l.Members[i]
		m.From, m.To = min(m.From, first), max(m.To, last+1)
		return
	}
	l.members[id] = len(l.Members)
	l.Members = append(l.Members, graph.Member{Type: t, Why: why, Count: 1, Rel: graph.Rel{ID: id, Src: from, Dst: to, From: first, To: last + 1}})
}

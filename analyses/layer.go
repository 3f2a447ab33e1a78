package analyses

import (
	"cmp"
	"context"
	"iter"
	"net/netip"
	"strconv"

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

// PairRow is what one endpoint exchanged with one service in one application.
type PairRow struct {
	Client        graph.ID   `graph:"client"`
	Service       graph.ID   `graph:"service"`
	ServerContext string     `graph:"server_context"`
	ServerAddress netip.Addr `graph:"server_address"`
	Transport     string     `graph:"transport"`
	Port          uint16     `graph:"port"`
	Application   string     `graph:"application"`
	Conversations int64      `graph:"conversations"`
	First         graph.Time `graph:"first"`
	Last          graph.Time `graph:"last"`
}

// Pairs lists who used which service, by application.
var Pairs = graph.Query[PairRow]{
	Name:   "inventory/pairs",
	Doc:    "Every endpoint with every service that answered it, in each application.",
	Cypher: cypher("pairs"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[PairRow] {
		return PerCommunication(v, func(rows *Rows[PairRow], c *graph.Communication, u *graph.Uses) {
			if u.Established == 0 {
				return
			}
			r, fresh := rows.At(func(*PairRow) bool { return true })
			if s := c.Service; fresh {
				*r = PairRow{Client: u.Src, Service: s.ID, ServerContext: s.Context, ServerAddress: s.Address, Transport: s.Transport, Port: s.Port,
					Application: u.Application, First: u.From, Last: u.To - 1}
			}
			r.Conversations += u.Conversations
			r.First, r.Last = min(r.First, u.From), max(r.Last, u.To-1)
		}, nil)
	},
}

// Layer returns what the site adds to a graph: its zones, groups and applications as nodes, with their members and the time for which they were seen, and what the
// policy says of each zone that was seen to use a service of another one. It is what graph.Store.SetIntent takes.
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
	err := s.reaches(ctx, q, p, &l)
	l.Sort() // stores want the order of identifiers
	return l.Contents, err
}

// reaches adds which zone used which service of another zone, and what the policy says of it.
func (s *Site) reaches(ctx context.Context, q graph.Querier, p graph.Params, l *layer) error {
	for r, err := range Pairs.Run(ctx, q, window(p)) {
		if err != nil {
			return err
		}
		client, server := s.HostByID(r.Client), s.Host(r.ServerContext, r.ServerAddress)
		if client == nil || server == nil || client.Zone == "" || server.Zone == "" || client.Zone == server.Zone {
			continue
		}
		d := s.Decide(client.Zone, server.Zone, r.Transport, r.Port, r.Application)
		l.add(graph.TypeReaches, l.named(graph.LabelZone, client.Zone), r.Service, r.First, r.Last, s.why(d), r.Conversations)
	}
	return nil
}

// why says what decided: "deny by default", "allow by web".
func (s *Site) why(d Decision) string {
	switch {
	case s.Intent.Policy == nil:
		return "no policy"
	case d.Rule < 0:
		return d.Action + " by default"
	}
	return d.Action + " by " + cmp.Or(s.Intent.Policy.Rules[d.Rule].Name, "rule "+strconv.Itoa(d.Rule+1))
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
	l.put(graph.NewID(string(t), from.String(), to.String()), t, from, to, first, last, why).Count = 1
}

// add adds n conversations to a relationship of this reason.
func (l *layer) add(t graph.Type, from, to graph.ID, first, last graph.Time, why string, n int64) {
	l.put(graph.NewID(string(t), from.String(), to.String(), why), t, from, to, first, last, why).Count += n
}

// put returns a relationship that holds during [first, last] too.
func (l *layer) put(id graph.ID, t graph.Type, from, to graph.ID, first, last graph.Time, why string) *graph.Member {
	i, ok := l.members[id]
	if !ok {
		i = len(l.Members)
		l.members[id] = i
		l.Members = append(l.Members, graph.Member{Type: t, Why: why, Rel: graph.Rel{ID: id, Src: from, Dst: to, From: first, To: last + 1}})
	}
	m := &l.Members[i]
	m.From, m.To = min(m.From, first), max(m.To, last+1)
	return m
}

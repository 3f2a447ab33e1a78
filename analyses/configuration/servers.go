package configuration

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// ServerRow is a host that asks a name, time or log server, or that exchanges fragments.
type ServerRow struct {
	ID            graph.ID   `graph:"id"`
	Client        graph.ID   `graph:"client"`
	ClientAddress netip.Addr `graph:"client_address"`
	Server        graph.ID   `graph:"server"`
	ServerAddress netip.Addr `graph:"server_address"`
	Transport     string     `graph:"transport"`
	Port          uint16     `graph:"port"`
	Application   string     `graph:"application"`
	ClientVLAN    string     `graph:"client_vlan"`
	Tunnel        string     `graph:"tunnel"`
	Conversations int64      `graph:"conversations"`
	Established   int64      `graph:"established"`
	PacketsUp     int64      `graph:"packets_up"`
	PacketsDown   int64      `graph:"packets_down"`
	Fragments     int64      `graph:"fragments"`
	FragmentsUp   int64      `graph:"fragments_up"`
	First         graph.Time `graph:"first"`
	Last          graph.Time `graph:"last"`
	Witness       []string   `graph:"evidence"`
}

// serverRules are the applications whose clients in one segment should ask the same servers.
var serverRules = map[string]string{
	"dns": "configuration/resolver-mismatch", "ntp": "configuration/ntp-mismatch", "syslog": "configuration/syslog-mismatch",
}

// Servers lists which hosts ask which name, time and log servers, and who exchanges fragments.
var Servers = graph.Query[ServerRow]{
	Name:   "configuration/servers",
	Doc:    "Which hosts ask which name, time and log servers, and between whom fragments pass.",
	Cypher: serversCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[ServerRow] {
		return analyses.PerUse(v, func(u analyses.Use) bool {
			return serverRules[u.Application] != "" && u.Parent == "" || u.Fragments > 0
		}, func(a, b analyses.Use) int {
			return cmp.Or(a.Src.Compare(b.Src), a.Service.Endpoint.Compare(b.Service.Endpoint), cmp.Compare(a.From, b.From), a.ID.Compare(b.ID))
		}, func(u analyses.Use) ServerRow {
			c, s := u.Client, u.Service
			return ServerRow{ID: u.ID, Client: c.ID, ClientAddress: c.Address, Server: s.Endpoint, ServerAddress: s.Address, Transport: s.Transport,
				Port: s.Port, Application: u.Application, ClientVLAN: u.ClientVLAN, Tunnel: u.Tunnel, Conversations: u.Conversations, Established: u.Established,
				PacketsUp: u.PacketsUp, PacketsDown: u.PacketsDown, Fragments: u.Fragments, FragmentsUp: u.FragmentsUp, First: u.From, Last: u.To - 1, Witness: u.Witness}
		})
	},
}

// chooser is a host with the servers of one application that it asks.
type chooser struct {
	client graph.ID
	addr   netip.Addr
	rows   []*ServerRow
}

func (c *chooser) asks(a netip.Addr) bool {
	return slices.ContainsFunc(c.rows, func(r *ServerRow) bool { return r.ServerAddress == a })
}

// serverChoice compares which servers the hosts of one network ask, as far as a VLAN shows them: routed packets of many networks may come into it. Who serves the application itself forwards, and has other servers by design.
func (j *judge) serverChoice() {
	type group struct {
		app, vlan, tunnel string
		net               netip.Prefix // /24 or /64
	}
	at := map[group]map[graph.ID]*chooser{}
	serves := map[string]map[graph.ID]bool{"dns": {}, "ntp": {}, "syslog": {}}
	for i := range j.servers {
		r := &j.servers[i]
		group := group{r.Application, r.ClientVLAN, r.Tunnel, network(r.ClientAddress)}
		if serverRules[r.Application] == "" || r.ServerAddress.IsMulticast() || r.Application != "syslog" && r.Established == 0 {
			continue
		}
		serves[r.Application][r.Server] = true
		if at[group] == nil {
			at[group] = map[graph.ID]*chooser{}
		}
		c := at[group][r.Client]
		if c == nil {
			c = &chooser{client: r.Client, addr: r.ClientAddress}
			at[group][r.Client] = c
		}
		c.rows = append(c.rows, r)
	}
	groups := slices.SortedFunc(maps.Keys(at), func(a, b group) int {
		return cmp.Or(cmp.Compare(a.app, b.app), cmp.Compare(a.vlan, b.vlan), cmp.Compare(a.tunnel, b.tunnel), a.net.Addr().Compare(b.net.Addr()))
	})
	for _, g := range groups {
		hosts := slices.SortedFunc(maps.Values(at[g]), func(a, b *chooser) int { return cmp.Or(a.addr.Compare(b.addr), a.client.Compare(b.client)) })
		j.choice(g.app, g.vlan, hosts, serves[g.app])
	}
}

// network returns the /24 or /64 of an address.
func network(a netip.Addr) netip.Prefix {
	bits := 64
	if a.Is4() {
		bits = 24
	}
	p, _ := a.WithZone("").Prefix(bits)
	return p
}

// choice finds hosts that ask none of the servers that the majority asks.
func (j *judge) choice(app, vlan string, hosts []*chooser, serves map[graph.ID]bool) {
	counts := map[netip.Addr]int{}
	for _, h := range hosts {
		seen := map[netip.Addr]bool{}
		for _, r := range h.rows {
			if !seen[r.ServerAddress] {
				seen[r.ServerAddress] = true
				counts[r.ServerAddress]++
			}
		}
	}
	var usual []netip.Addr
	best := 0
	for _, a := range slices.SortedFunc(maps.Keys(counts), netip.Addr.Compare) {
		if n := counts[a]; n >= j.o.FamilyMin && float64(n) >= j.o.Support*float64(len(hosts)) {
			usual, best = append(usual, a), max(best, n)
		}
	}
	if len(usual) == 0 {
		return
	}
	for _, h := range hosts {
		if serves[h.client] || slices.ContainsFunc(usual, h.asks) {
			continue
		}
		var own, witness []string
		var n int64
		f := analyses.NewFinding(serverRules[app], analyses.Low, analyses.Round(0.8*float64(best)/float64(len(hosts))), "", analyses.Subject{Kind: "endpoint", ID: h.client.String(), Label: h.addr.String()})
		f.First, f.Last = h.rows[0].First, h.rows[0].Last
		for _, r := range h.rows {
			f.First, f.Last = min(f.First, r.First), max(f.Last, r.Last)
			n += r.Conversations
			witness = append(witness, r.Witness...)
			if a := r.ServerAddress.String(); !slices.Contains(own, a) {
				own = append(own, a)
			}
		}
		slices.Sort(own)
		f.Text = fmt.Sprintf("%s%s asks %s server %s (%s), %d of %d hosts there ask %s", h.addr, inVLAN(vlan), app, list(own), analyses.Count(n, "conversation"), best, len(hosts), usual[0])
		f.Count = max(n, 1)
		f.Evidence = analyses.EvidenceOf(witness, app+" && "+analyses.AddressFilter(h.addr))
		j.add(f)
	}
}

// Fragmentation is sustained if a sender's fragments are so many, of so much of what it sends, for so long.
const (
	manyFragments  = 50
	fragmentShare  = 0.1
	fragmentedSpan = int64(3e9)
)

// nfsPort is the service whose datagrams are fragmented by design.
const nfsPort = 2049

// fragmentation finds senders whose datagrams are fragmented all the time.
func (j *judge) fragmentation() {
	for i := range j.servers {
		r := &j.servers[i]
		if r.Port == nfsPort || int64(r.Last-r.First) < fragmentedSpan {
			continue
		}
		j.fragments(r, r.Client, r.ClientAddress, r.ServerAddress, r.FragmentsUp, r.PacketsUp)
		j.fragments(r, r.Server, r.ServerAddress, r.ClientAddress, r.Fragments-r.FragmentsUp, r.PacketsDown)
	}
}

func (j *judge) fragments(r *ServerRow, id graph.ID, from, to netip.Addr, n, packets int64) {
	if n < manyFragments || float64(n) < fragmentShare*float64(packets) {
		return
	}
	f := analyses.NewFinding("configuration/fragmentation", analyses.Low, 0.9,
		fmt.Sprintf("%s sends %s %d fragments in %s during %d s", from, analyses.ServiceLabel(to, r.Transport, r.Port), n, analyses.Count(packets, "packet"), int64(r.Last-r.First)/1e9),
		analyses.Subject{Kind: "endpoint", ID: id.String(), Label: from.String()})
	f.First, f.Last, f.Count = r.First, r.Last, n
	f.Evidence = analyses.EvidenceOf(r.Witness, analyses.AddressFilter(from)+" && "+analyses.AddressFilter(to))
	j.add(f)
}

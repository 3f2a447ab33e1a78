package configuration

import (
	"cmp"
	_ "embed" // the Cypher file
	"fmt"
	"iter"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

//go:embed forwarded.cypher
var forwardedCypher string

// ForwardedRow is an endpoint whose packets came into a VLAN from a router.
type ForwardedRow struct {
	ID       graph.ID   `graph:"id"`
	Endpoint graph.ID   `graph:"endpoint"`
	MAC      string     `graph:"mac"` // the router's
	VLAN     string     `graph:"vlan"`
	Tunnel   string     `graph:"tunnel"`
	Virtual  string     `graph:"virtual"`
	Packets  int64      `graph:"packets"`
	First    graph.Time `graph:"first"`
	Last     graph.Time `graph:"last"`
}

// Forwarded lists whose packets came into which VLAN from which router.
var Forwarded = graph.Query[ForwardedRow]{
	Name:   "configuration/forwarded",
	Doc:    "Whose packets came into which VLAN from which router, and when.",
	Cypher: forwardedCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[ForwardedRow] {
		var rows []ForwardedRow
		for i := range v.HasMAC {
			r := &v.HasMAC[i]
			if e, m := v.Endpoint(r.Src), v.MAC(r.Dst); e != nil && m != nil && r.Router && r.Claims == 0 {
				rows = append(rows, ForwardedRow{ID: r.ID, Endpoint: e.ID, MAC: m.Address, VLAN: r.VLAN, Tunnel: r.Tunnel, Virtual: r.Virtual, Packets: r.Packets, First: r.From, Last: r.To - 1})
			}
		}
		slices.SortFunc(rows, func(a, b ForwardedRow) int {
			return cmp.Or(cmp.Compare(a.MAC, b.MAC), a.Endpoint.Compare(b.Endpoint), cmp.Compare(a.First, b.First), a.ID.Compare(b.ID))
		})
		return slices.Values(rows)
	},
}

// asymmetricConversations is how many conversations must come by one router and return by another: one or two may belong to a change of route.
const asymmetricConversations = 3

// visit is an endpoint in a layer-2 world in which it does not live.
type visit struct {
	endpoint     graph.ID
	vlan, tunnel string
}

// twoWays is a segment, the router by which packets come into it and the one to which the answers go.
type twoWays struct{ vlan, tunnel, in, out string }

// detour is what takes two ways.
type detour struct {
	local, remote []string
	conversations int64
	first, last   graph.Time
	witness       []string
}

// asymmetry finds segments into which an endpoint's packets come from one router while its neighbours there answer to another. The virtual MACs of a
// redundancy group are no routers of their own: its active member sends with its own address.
func (j *judge) asymmetry(hops graph.Seq[analyses.HopRow]) error {
	routers, lives := j.routerAddresses()
	from := map[visit][]*ForwardedRow{}
	for i := range j.forwarded {
		r := &j.forwarded[i]
		k := visit{r.Endpoint, r.VLAN, r.Tunnel}
		from[k] = append(from[k], r)
	}
	at := map[twoWays]*detour{}
	for r, err := range hops {
		if err != nil {
			return err
		}
		if r.Established == 0 || r.PacketsUp == 0 || r.PacketsDown == 0 {
			continue
		}
		if v := (visit{r.Server, r.ClientVLAN, r.Tunnel}); !lives[v] && r.ClientNext != r.ServerMAC { // answers to whom they came from take one way
			j.twoWays(at, from, routers, &r, v, r.ClientAddress, r.ServerAddress, r.ClientNext)
		}
		if v := (visit{r.Client, r.ServerVLAN, r.Tunnel}); !lives[v] && r.ServerNext != r.ClientMAC {
			j.twoWays(at, from, routers, &r, v, r.ServerAddress, r.ClientAddress, r.ServerNext)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(at), func(a, b twoWays) int {
		return cmp.Or(cmp.Compare(a.vlan, b.vlan), cmp.Compare(a.tunnel, b.tunnel), cmp.Compare(a.in, b.in), cmp.Compare(a.out, b.out))
	}) {
		d := at[k]
		if d.conversations < asymmetricConversations {
			continue
		}
		in, out := routers[router{k.in, k.vlan, k.tunnel}], routers[router{k.out, k.vlan, k.tunnel}]
		where := ""
		if p := place(&StatementRow{VLAN: k.vlan, Tunnel: k.tunnel}); p != "" {
			where = " in " + p
		}
		slices.Sort(d.local)
		slices.Sort(d.remote)
		text := fmt.Sprintf("packets of %s reach %s%s through router %s, and the answers go to %s, want one way: %d conversations", list(d.remote), list(d.local), where, in, out, d.conversations)
		f := analyses.NewFinding("configuration/asymmetric-route", analyses.Medium, 0.8, text, segmentSubject(strings.TrimSpace("route "+where)),
			analyses.Subject{Kind: "mac", ID: graph.NewID(string(graph.LabelMAC), k.in).String(), Label: in.String() + " (" + k.in + ")"},
			analyses.Subject{Kind: "mac", ID: graph.NewID(string(graph.LabelMAC), k.out).String(), Label: out.String() + " (" + k.out + ")"})
		f.First, f.Last, f.Count = d.first, d.last, d.conversations
		f.Evidence = analyses.EvidenceOf(d.witness, fmt.Sprintf("eth.src == %s || eth.dst == %s", k.in, k.out))
		j.add(f)
	}
	return nil
}

// router is a MAC in a layer-2 world.
type router struct{ mac, vlan, tunnel string }

// routerAddresses returns the lowest address that each MAC claims in a layer-2 world, and who lives there: claims an address in it. Virtual MACs
// have none of their own.
func (j *judge) routerAddresses() (routers map[router]netip.Addr, lives map[visit]bool) {
	routers, lives = map[router]netip.Addr{}, map[visit]bool{}
	for i := range j.claims {
		r := &j.claims[i]
		if r.Claims == 0 {
			continue
		}
		lives[visit{r.Endpoint, r.VLAN, r.Tunnel}] = true
		k := router{r.MAC, r.VLAN, r.Tunnel}
		if r.Virtual == "" && !r.Address.IsLinkLocalUnicast() && (!routers[k].IsValid() || r.Address.Less(routers[k])) {
			routers[k] = r.Address
		}
	}
	return routers, lives
}

// twoWays notes a communication of a local host with a remote one, which is heard from other routers than the one that the local host answers to.
func (j *judge) twoWays(at map[twoWays]*detour, from map[visit][]*ForwardedRow, routers map[router]netip.Addr, r *analyses.HopRow, v visit, local, remote netip.Addr, out string) {
	if local.Is4() != remote.Is4() || !routers[router{out, v.vlan, v.tunnel}].IsValid() {
		return // not sent to a router, or to one of which nothing is known
	}
	in := ""
	for _, f := range from[v] {
		switch {
		case f.MAC == out, f.Virtual != "":
			return // it comes that way, too
		case routers[router{f.MAC, v.vlan, v.tunnel}].IsValid() && f.First <= r.Last && r.First <= f.Last:
			in = cmp.Or(in, f.MAC)
		}
	}
	if in == "" {
		return
	}
	k := twoWays{v.vlan, v.tunnel, in, out}
	d := at[k]
	if d == nil {
		d = &detour{first: r.First, last: r.Last}
		at[k] = d
	}
	d.first, d.last = min(d.first, r.First), max(d.last, r.Last)
	d.conversations += r.Conversations
	d.local = analyses.Union(d.local, []string{local.String()}, 1000)
	d.remote = analyses.Union(d.remote, []string{remote.String()}, 1000)
	d.witness = analyses.Union(d.witness, r.Witness, maxCited)
}

package segmentation

import (
	"cmp"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
)

// pair is an ordered pair of zones.
type pair struct{ from, to string }

// fate is what became of denied attempts.
type fate uint8

const (
	through  fate = iota // established, or data that proves it
	refused              // by the destination itself
	arrived              // in the destination's segment, which did not answer
	stopped              // by another device, which said so
	vanished             // without an answer, though the destination answers others
	carried              // inside a tunnel between hosts of zones
)

// breach is denied attempts of one client at one service that shared a fate.
type breach struct {
	fate  fate
	row   *FlowsRow
	pair  pair
	rank  int // of the policy rule that denies; -1 the default
	count int64
}

// rule names what a fate is reported as.
func (f fate) rule() string {
	switch f {
	case through:
		return "segmentation/forbidden-flow"
	case refused, arrived:
		return "segmentation/forbidden-reached"
	case carried:
		return "segmentation/tunnel-crossing"
	}
	return "segmentation/forbidden-blocked"
}

// judge decides flows by the policy of a site.
type judge struct {
	site      *analyses.Site
	o         Options
	artefacts []graph.Artefact
	cells     map[pair]*Cell
	breaches  []breach
	answers   map[graph.ID]bool // servers that answered someone
	answering map[string]bool   // zones with such servers
	inView    map[string]bool   // zones whose own segment was in view
	shown     map[string]bool   // those of which hosts were seen there
	tunnels   map[string][]carrier
	parents   map[parentKey]bool // established; whether the policy lets them
	single    graph.ID           // the only endpoint that all unicast traffic touches: the capture was taken at that host
	unjudged  int64
}

// newJudge learns what must be known before the first flow is judged. seen are the names of the capture points of the graph.
func newJudge(site *analyses.Site, flows []FlowsRow, artefacts []graph.Artefact, seen map[string]bool, o Options) *judge {
	j := &judge{site: site, o: o, artefacts: artefacts, cells: map[pair]*Cell{}, answers: map[graph.ID]bool{}, answering: map[string]bool{}, inView: map[string]bool{}, parents: map[parentKey]bool{}, tunnels: map[string][]carrier{}, shown: map[string]bool{}}
	for _, h := range site.Hosts() {
		if h.Zone != "" && (h.Local || len(h.MACs) > 0 && !h.Router) {
			j.inView[h.Zone], j.shown[h.Zone] = true, true
		}
	}
	points := false
	for _, p := range site.Intent.Points {
		if !seen[p.Name] {
			continue // declared, but nothing of it is in this graph
		}
		points = points || len(p.VLANs) > 0
		for _, z := range site.Intent.Zones {
			if slices.ContainsFunc(z.VLANs, func(v intent.Range) bool { return overlaps(v, p.VLANs) }) {
				j.inView[z.Name] = true
			}
		}
	}
	if !points {
		j.single = hostView(flows)
	}
	for i := range flows {
		r := &flows[i]
		j.carrier(r)
		if r.Established > 0 {
			j.answers[r.Server] = true
			j.answering[j.zones(r).to] = true
			k := parentKey{r.Client, r.Server, r.Application}
			j.parents[k] = j.parents[k] || j.decide(r).Action != "deny"
		}
	}
	return j
}

func overlaps(v intent.Range, rs intent.Ranges) bool {
	return slices.ContainsFunc(rs, func(r intent.Range) bool { return r.From <= v.To && v.From <= r.To })
}

// hostView returns the endpoint that takes part in all unicast conversations, if there is exactly one, there are several conversations, and all are in one
// VLAN: who sees more VLANs than one stands at a trunk.
func hostView(flows []FlowsRow) graph.ID {
	var candidates []graph.ID
	vlans := map[string]bool{}
	n := 0
	for i := range flows {
		r := &flows[i]
		vlans[r.ClientVLAN], vlans[r.ServerVLAN] = true, true
		if r.ServerAddress.IsMulticast() || r.Client == r.Server {
			continue
		}
		n++
		if n == 1 {
			candidates = []graph.ID{r.Client, r.Server}
			continue
		}
		candidates = slices.DeleteFunc(candidates, func(c graph.ID) bool { return c != r.Client && c != r.Server })
	}
	delete(vlans, "")
	if len(candidates) == 1 && n > 1 && len(vlans) < 2 {
		return candidates[0]
	}
	return graph.ID{}
}

// parentKey is two endpoints and the application by which they may announce secondary channels.
type parentKey struct {
	client, server graph.ID
	app            string
}

// zones returns the zones of a flow.
func (j *judge) zones(r *FlowsRow) pair {
	return pair{j.site.Zone(r.ClientContext, r.ClientAddress, r.ClientVLAN), j.site.Zone(r.ServerContext, r.ServerAddress, r.ServerVLAN)}
}

func (j *judge) decide(r *FlowsRow) analyses.Decision {
	z := j.zones(r)
	return j.site.Decide(z.from, z.to, r.Transport, r.Port, r.Application)
}

// flows judges all rows.
func (j *judge) flows(rows []FlowsRow) {
	for i := range rows {
		r := &rows[i]
		if r.ServerAddress.IsMulticast() || !r.ServerAddress.IsValid() || r.ServerAddress.IsUnspecified() || r.ClientAddress.IsUnspecified() || isBroadcast(r.ServerAddress) {
			continue // group traffic stays in its segment
		}
		if j.relays(r) {
			continue
		}
		z := j.zones(r)
		d := j.site.Decide(z.from, z.to, r.Transport, r.Port, r.Application)
		c := j.cell(z)
		c.Count += r.Conversations
		c.Bytes += r.Bytes
		switch {
		case d.Action != "deny", j.announced(r):
			if r.Established+r.OneWay+r.Refused > 0 {
				c.Verdict = worse(c.Verdict, "allowed-seen")
			}
		case r.Certainty < j.o.SureDirection && j.policy(pair{z.to, z.from}) != "deny": // it may be the answer of an allowed one
			j.unjudged += r.Conversations
		case j.secondary(r):
			if n := r.Established + min(r.OneWay, r.Reached); n > 0 {
				c.Verdict = worse(c.Verdict, "forbidden-seen")
				c.Forbidden += n
			}
		case j.smuggled(r, z):
			j.breaches = append(j.breaches, breach{fate: carried, row: r, pair: z, rank: d.Rule, count: r.Conversations})
			c.Verdict = worse(c.Verdict, "forbidden-seen")
			c.Forbidden += r.Conversations
		default:
			j.denied(r, z, d, c)
		}
	}
}

// relays reports whether a flow is a gateway's that asks a DHCP server for the hosts of its segment, which is no traffic of the zone that its address is
// in. Both use the server's port: where no message shows who asks, or an expected server is said to, the gateway may be taken for the server.
func (j *judge) relays(r *FlowsRow) bool {
	if r.Application != "dhcp" && r.Application != "dhcpv6" {
		return false
	}
	if j.forwards(r.Client, r.ClientAddress) {
		return true
	}
	expected, declared := j.site.Expected("dhcp", r.ClientAddress)
	return (r.Certainty < j.o.SureDirection || declared && expected) && j.forwards(r.Server, r.ServerAddress)
}

// forwards reports whether an endpoint is a gateway, by what it was seen to do or by declaration.
func (j *judge) forwards(id graph.ID, a netip.Addr) bool {
	h := j.site.HostByID(id)
	return h != nil && h.Forwards || slices.ContainsFunc(j.site.Intent.Gateways, func(g intent.Gateway) bool {
		return slices.ContainsFunc(g.Addresses, func(p intent.Prefix) bool { return p.Contains(a) })
	})
}

// announced reports whether a flow is a secondary channel of a conversation that the policy lets.
func (j *judge) announced(r *FlowsRow) bool {
	return r.Parent != "" && (j.parents[parentKey{r.Client, r.Server, r.Parent}] || j.parents[parentKey{r.Server, r.Client, r.Parent}])
}

// secondary reports whether a denied flow is a channel that a conversation in view announced: that one's finding tells it.
func (j *judge) secondary(r *FlowsRow) bool {
	if r.Parent == "" {
		return false
	}
	_, up := j.parents[parentKey{r.Client, r.Server, r.Parent}]
	_, down := j.parents[parentKey{r.Server, r.Client, r.Parent}]
	return up || down
}

// denied sorts denied attempts by what became of them. TCP data or acknowledgements in one direction prove a connection, of which the capture shows that
// direction; other data must have been seen in the destination's segment.
func (j *judge) denied(r *FlowsRow, z pair, d analyses.Decision, c *Cell) {
	add := func(f fate, n int64, verdict string) {
		if n <= 0 {
			return
		}
		j.breaches = append(j.breaches, breach{fate: f, row: r, pair: z, rank: d.Rule, count: n})
		c.Verdict = worse(c.Verdict, verdict)
		if f < stopped {
			c.Forbidden += n
		} else {
			c.Blocked += n
		}
	}
	oneWay := min(r.OneWay, r.Reached)
	if r.Transport == "tcp" {
		oneWay = r.OneWay
	}
	lost := max(0, r.Reached-r.OneWay)
	add(through, r.Established+oneWay, "forbidden-seen")
	add(refused, r.Refused, "forbidden-reached")
	add(arrived, lost, "forbidden-reached")
	add(stopped, r.Foreign+r.Prohibited, "forbidden-blocked")
	if r.Established+oneWay+r.Refused+lost == 0 && r.PacketsUp > 1 && j.inView[z.to] && (j.answers[r.Server] || j.shown[z.to] && j.answering[z.to]) {
		add(vanished, r.Unanswered, "forbidden-blocked")
	}
}

var verdictRank = map[string]int{"": 0, "allowed-seen": 1, "forbidden-blocked": 2, "forbidden-reached": 3, "forbidden-seen": 4}

func worse(a, b string) string {
	if verdictRank[b] > verdictRank[a] {
		return b
	}
	return a
}

func (j *judge) cell(z pair) *Cell {
	c := j.cells[z]
	if c == nil {
		c = &Cell{From: cmp.Or(z.from, analyses.NoZone), To: cmp.Or(z.to, analyses.NoZone), Policy: j.policy(z)}
		j.cells[z] = c
	}
	return c
}

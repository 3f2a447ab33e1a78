package segmentation

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// pair is an ordered pair of zones.
type pair struct{ from, to string }

// breach collects denied flows of one client to one service.
type breach struct {
	rule   string
	row    FlowsRow
	pair   pair
	rank   int // of the policy rule that denies; -1 the default
	count  int64
	silent bool // blocked without an answer
}

// judge decides flows by the policy of a site.
type judge struct {
	site      *analyses.Site
	o         Options
	artefacts []graph.Artefact
	cells     map[pair]*Cell
	breaches  []breach
	answers   map[graph.ID]bool // servers that answered someone
	inView    map[string]bool   // zones whose own segment was in view
	parents   map[string]bool   // client, server and application of flows that may announce secondary channels
	single    graph.ID          // the only endpoint that all unicast traffic touches: the capture was taken at that host
	unjudged  int64
}

func newJudge(site *analyses.Site, flows []FlowsRow, artefacts []graph.Artefact, o Options) *judge {
	j := &judge{site: site, o: o, artefacts: artefacts, cells: map[pair]*Cell{}, answers: map[graph.ID]bool{}, inView: map[string]bool{}, parents: map[string]bool{}}
	for _, h := range site.Hosts() {
		if h.Zone != "" && (h.Local || len(h.MACs) > 0 && !h.Router) {
			j.inView[h.Zone] = true
		}
	}
	for _, p := range site.Intent.Points {
		for _, z := range site.Intent.Zones {
			for _, v := range z.VLANs {
				for n := v.From; n <= v.To; n++ {
					if p.VLANs.Contains(n) {
						j.inView[z.Name] = true
					}
				}
			}
		}
	}
	j.single = hostView(flows)
	for i := range flows {
		r := &flows[i]
		if r.Established > 0 {
			j.answers[r.Server] = true
			j.parents[parentKey(r.ClientAddress.String(), r.ServerAddress.String(), r.Application)] = j.decide(r).Action != "deny"
		}
	}
	return j
}

// hostView returns the endpoint that takes part in all unicast conversations, if there is exactly one and there are several conversations.
func hostView(flows []FlowsRow) graph.ID {
	var candidates []graph.ID
	n := 0
	for _, r := range flows {
		if r.ServerAddress.IsMulticast() || r.Client == r.Server {
			continue
		}
		n++
		if candidates == nil {
			candidates = []graph.ID{r.Client, r.Server}
			continue
		}
		candidates = slices.DeleteFunc(candidates, func(c graph.ID) bool { return c != r.Client && c != r.Server })
		if len(candidates) == 0 {
			return graph.ID{}
		}
	}
	if len(candidates) == 1 && n > 1 {
		return candidates[0]
	}
	return graph.ID{}
}

func parentKey(client, server, app string) string { return client + " " + server + " " + app }

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
		z := j.zones(r)
		d := j.site.Decide(z.from, z.to, r.Transport, r.Port, r.Application)
		c := j.cell(z)
		c.Count += r.Conversations
		c.Bytes += r.Bytes
		if d.Action != "deny" {
			if c.Verdict == "" && r.Established+r.OneWay+r.Refused > 0 {
				c.Verdict = "allowed-seen"
			}
			continue
		}
		if j.doubtful(r, z) {
			j.unjudged += r.Conversations
			continue
		}
		j.denied(r, z, d, c)
	}
}

// doubtful reports whether a denied flow may be an allowed one: a secondary channel of an allowed conversation, or the answer of one whose
// direction is uncertain.
func (j *judge) doubtful(r *FlowsRow, z pair) bool {
	if r.Parent != "" && (j.parents[parentKey(r.ClientAddress.String(), r.ServerAddress.String(), r.Parent)] ||
		j.parents[parentKey(r.ServerAddress.String(), r.ClientAddress.String(), r.Parent)]) {
		return true
	}
	if r.Certainty >= j.o.SureDirection {
		return false
	}
	return j.policy(pair{z.to, z.from}) != "deny"
}

// denied sorts a denied flow into what became of it.
func (j *judge) denied(r *FlowsRow, z pair, d analyses.Decision, c *Cell) {
	add := func(rule string, n int64, silent bool) {
		j.breaches = append(j.breaches, breach{rule: rule, row: *r, pair: z, rank: d.Rule, count: n, silent: silent})
	}
	stopped := r.Foreign + r.Prohibited
	switch {
	case r.Established+r.OneWay > 0 && (r.Established > 0 || r.Reached > 0):
		c.Forbidden += r.Conversations
		add("segmentation/forbidden-flow", r.Established+r.OneWay, false)
		c.Verdict = worse(c.Verdict, "forbidden-seen")
	case r.Refused > 0 || r.Reached > 0:
		c.Forbidden += r.Conversations
		add("segmentation/forbidden-reached", max(r.Refused, r.Reached), false)
		c.Verdict = worse(c.Verdict, "forbidden-reached")
	case stopped > 0:
		c.Blocked += stopped
		add("segmentation/forbidden-blocked", stopped, false)
		c.Verdict = worse(c.Verdict, "forbidden-blocked")
	case r.Unanswered > 0 && r.PacketsUp > r.Conversations && j.answers[r.Server] && j.inView[z.to]:
		c.Blocked += r.Unanswered
		add("segmentation/forbidden-blocked", r.Unanswered, true)
		c.Verdict = worse(c.Verdict, "forbidden-blocked")
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

// policy sums up what the rules say of a pair: allow or deny if all traffic meets one fate, mixed if not, observe if none is judged.
func (j *judge) policy(z pair) string {
	p := j.site.Intent.Policy
	if p == nil {
		return "observe"
	}
	rest := j.site.Decide(z.from, z.to, "\x00", 0, "") // matches only rules without services, and the defaults
	for _, r := range p.Rules {
		if r.From != "any" && r.From != z.from || r.To != "any" && r.To != z.to {
			continue
		}
		if len(r.Services) == 0 {
			break
		}
		if r.Action != rest.Action {
			return "mixed"
		}
	}
	return rest.Action
}

// matrix returns a cell for every ordered pair of zones, and for pairs without a zone that have traffic, and the score.
func (j *judge) matrix() ([]Cell, Score) {
	zones := j.site.Zones()
	for _, a := range zones {
		for _, b := range zones {
			if a != b {
				j.cell(pair{a, b})
			}
		}
	}
	order := map[string]int{"": len(zones)}
	for i, z := range zones {
		order[z] = i
	}
	keys := slices.SortedFunc(maps.Keys(j.cells), func(a, b pair) int {
		return cmp.Or(cmp.Compare(order[a.from], order[b.from]), cmp.Compare(order[a.to], order[b.to]))
	})
	cells := make([]Cell, 0, len(keys))
	var s Score
	for _, k := range keys {
		c := j.cells[k]
		observable := j.observable(k)
		if c.Verdict == "" {
			c.Verdict = j.silence(c, observable)
		}
		if (c.Policy == "deny" || c.Policy == "mixed") && k.from != k.to && k.from != "" && k.to != "" {
			violated := c.Verdict == "forbidden-seen" || c.Verdict == "forbidden-reached"
			if observable || violated {
				s.Observable++
			}
			if violated {
				s.Violated++
			}
		}
		cells = append(cells, *c)
	}
	s.Value, s.Low, s.High = wilson(s.Observable-s.Violated, s.Observable)
	return cells, s
}

// silence is the verdict on a pair in which nothing was established and no attempt was judged.
func (j *judge) silence(c *Cell, observable bool) string {
	switch {
	case c.Count > 0 && c.Policy != "deny":
		return "allowed-unused" // attempts that nothing answered
	case !observable:
		return "unobservable"
	case c.Policy == "allow" || c.Policy == "mixed":
		return "allowed-unused"
	}
	return "not-seen"
}

// observable reports whether traffic of the pair would have been seen: one of the segments was in view, at a point that sees more than one
// host, or at the host that is in one of the zones.
func (j *judge) observable(z pair) bool {
	if !j.single.IsZero() {
		h := j.site.HostByID(j.single)
		return h != nil && (h.Zone == z.from || h.Zone == z.to)
	}
	return j.inView[z.from] || j.inView[z.to]
}

// findings turns breaches into findings: one for each client and service, or one for each client and zone beyond MaxTargets.
func (j *judge) findings() []analyses.Finding {
	type key struct {
		rule   string
		client graph.ID
		to     string
	}
	groups := map[key][]breach{}
	for _, b := range j.breaches {
		k := key{b.rule, b.row.Client, b.pair.to}
		groups[k] = append(groups[k], b)
	}
	keys := slices.SortedFunc(maps.Keys(groups), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.rule, b.rule), cmp.Compare(a.client.String(), b.client.String()), cmp.Compare(a.to, b.to))
	})
	var fs []analyses.Finding
	for _, k := range keys {
		g := groups[k]
		if len(g) > j.o.MaxTargets {
			fs = append(fs, j.sweep(g))
			continue
		}
		byService := map[graph.ID][]breach{}
		var services []graph.ID
		for _, b := range g {
			if byService[b.row.Service] == nil {
				services = append(services, b.row.Service)
			}
			byService[b.row.Service] = append(byService[b.row.Service], b)
		}
		for _, s := range services {
			fs = append(fs, j.finding(byService[s]))
		}
	}
	return fs
}

// finding reports the denied flows of one client to one service.
func (j *judge) finding(bs []breach) analyses.Finding {
	b := bs[0]
	r := &b.row
	service := serviceLabel(r)
	text := fmt.Sprintf("%s (%s) to %s (%s): %s", r.ClientAddress, cmp.Or(b.pair.from, analyses.NoZone), service, cmp.Or(b.pair.to, analyses.NoZone), j.what(bs))
	f := analyses.NewFinding(b.rule, j.severity(b), j.confidence(b), text,
		analyses.Subject{Kind: "endpoint", ID: r.Client.String(), Label: r.ClientAddress.String()},
		analyses.Subject{Kind: "service", ID: r.Service.String(), Label: service})
	j.finish(&f, bs)
	return f
}

// sweep reports the denied flows of one client to many services of one zone.
func (j *judge) sweep(bs []breach) analyses.Finding {
	b := bs[0]
	services := map[graph.ID]string{}
	for _, x := range bs {
		services[x.row.Service] = serviceLabel(&x.row)
	}
	text := fmt.Sprintf("%s (%s) to %d services of %s: %s", b.row.ClientAddress, cmp.Or(b.pair.from, analyses.NoZone), len(services), cmp.Or(b.pair.to, analyses.NoZone), j.what(bs))
	f := analyses.NewFinding(b.rule, j.severity(b), j.confidence(b), text,
		analyses.Subject{Kind: "endpoint", ID: b.row.Client.String(), Label: b.row.ClientAddress.String()},
		analyses.Subject{Kind: "zone", ID: graph.NewNamedID(graph.LabelZone, b.pair.to).String(), Label: b.pair.to})
	n := 0
	for _, x := range bs { // subjects beyond the identity of the finding
		if l, ok := services[x.row.Service]; ok && n < j.o.MaxTargets {
			f.Subjects = append(f.Subjects, analyses.Subject{Kind: "service", ID: x.row.Service.String(), Label: l})
			delete(services, x.row.Service)
			n++
		}
	}
	j.finish(&f, bs)
	return f
}

// what says what became of the flows and what the policy wants.
func (j *judge) what(bs []breach) string {
	var n int64
	var blockers []string
	silent := true
	apps := []string{}
	for _, b := range bs {
		n += b.count
		blockers = union(blockers, b.row.Blockers)
		silent = silent && b.silent
		if a := b.row.Application; a != "" && !slices.Contains(apps, a) && len(apps) < 3 {
			apps = append(apps, a)
		}
	}
	wanted := "policy " + j.policyName(bs[0].rank) + " denies it"
	as := ""
	if len(apps) > 0 {
		as = " of " + strings.Join(apps, ", ")
	}
	switch bs[0].rule {
	case "segmentation/forbidden-flow":
		return fmt.Sprintf("%s%s established, %s", plural(n, "conversation"), as, wanted)
	case "segmentation/forbidden-reached":
		return fmt.Sprintf("%s reached the host, which itself refused, %s", plural(n, "attempt"), wanted)
	}
	by := "without an answer"
	if !silent {
		by = "by " + cmp.Or(strings.Join(blockers, ", "), "an unknown device")
	}
	return fmt.Sprintf("%s stopped %s, %s", plural(n, "attempt"), by, wanted)
}

// plural writes a count with its noun.
func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (j *judge) policyName(rank int) string {
	if rank < 0 {
		return "default"
	}
	return "rule " + j.site.Intent.Policy.Rules[rank].Name
}

// severity is the rule's own, or what the policy rule asks for a breach of it.
func (j *judge) severity(b breach) analyses.Severity {
	sev := map[string]analyses.Severity{"segmentation/forbidden-flow": analyses.High, "segmentation/forbidden-reached": analyses.Medium}[b.rule]
	if b.rule == "segmentation/forbidden-flow" && b.rank >= 0 {
		if s, err := analyses.ParseSeverity(j.site.Intent.Policy.Rules[b.rank].Severity); err == nil {
			return s
		}
	}
	return sev
}

// confidence follows from how sure the direction is and from how the flow was seen.
func (j *judge) confidence(b breach) float64 {
	c := 0.5 + b.row.Certainty/2
	if b.row.Established == 0 && b.rule == "segmentation/forbidden-flow" {
		c *= 0.8 // one-way data
	}
	if b.silent {
		c *= 0.8
	}
	return analyses.Round(c)
}

// finish adds times, counts, evidence and the artefacts that could explain the finding as well.
func (j *judge) finish(f *analyses.Finding, bs []breach) {
	f.Count = 0
	f.First, f.Last = bs[0].row.First, bs[0].row.Last
	var witness []string
	for _, b := range bs {
		f.Count += b.count
		f.First, f.Last = min(f.First, b.row.First), max(f.Last, b.row.Last)
		witness = union(witness, b.row.Witness)
	}
	r := &bs[0].row
	filter := analyses.AddressFilter(r.ClientAddress)
	if len(bs) == 1 || f.Subjects[1].Kind == "service" {
		filter = analyses.ConversationFilter(r.ClientAddress, r.ServerAddress, r.Transport, r.Port)
	}
	f.Evidence = analyses.EvidenceOf(witness, filter)
	if bs[0].silent {
		f.ExplainedBy = analyses.Explain(j.artefacts, "one-way", "loss")
	}
}

func serviceLabel(r *FlowsRow) string {
	return analyses.ServiceLabel(r.ServerAddress, r.Transport, r.Port)
}

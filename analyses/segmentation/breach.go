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

// findings turns breaches into findings: one for each client and service, or one for each client and zone beyond MaxTargets.
func (j *judge) findings() []analyses.Finding {
	type key struct {
		rule   string
		client graph.ID
		to     string
	}
	groups := map[key][]breach{}
	for _, b := range j.breaches {
		k := key{b.fate.rule(), b.row.Client, b.pair.to}
		groups[k] = append(groups[k], b)
	}
	keys := slices.SortedFunc(maps.Keys(groups), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.rule, b.rule), a.client.Compare(b.client), cmp.Compare(a.to, b.to))
	})
	var fs []analyses.Finding
	for _, k := range keys {
		g := groups[k]
		byService := map[graph.ID][]breach{}
		var services []graph.ID
		for _, b := range g {
			if byService[b.row.Service] == nil {
				services = append(services, b.row.Service)
			}
			byService[b.row.Service] = append(byService[b.row.Service], b)
		}
		if len(services) > j.o.MaxTargets {
			fs = append(fs, j.sweep(g, len(services)))
			continue
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
	r := b.row
	service := serviceLabel(r)
	text := fmt.Sprintf("%s (%s) to %s (%s): %s", r.ClientAddress, cmp.Or(b.pair.from, analyses.NoZone), service, cmp.Or(b.pair.to, analyses.NoZone), j.what(bs))
	f := analyses.NewFinding(b.fate.rule(), j.severity(bs), j.confidence(bs), text,
		analyses.Subject{Kind: "endpoint", ID: r.Client.String(), Label: r.ClientAddress.String()},
		analyses.Subject{Kind: "service", ID: r.Service.String(), Label: service})
	j.finish(&f, bs)
	return f
}

// sweep reports the denied flows of one client to n services of one zone, of which it names the first MaxTargets.
func (j *judge) sweep(bs []breach, n int) analyses.Finding {
	b := bs[0]
	to := cmp.Or(b.pair.to, analyses.NoZone)
	text := fmt.Sprintf("%s (%s) to %d services of %s: %s", b.row.ClientAddress, cmp.Or(b.pair.from, analyses.NoZone), n, to, j.what(bs))
	f := analyses.NewFinding(b.fate.rule(), j.severity(bs), j.confidence(bs), text,
		analyses.Subject{Kind: "endpoint", ID: b.row.Client.String(), Label: b.row.ClientAddress.String()},
		analyses.Subject{Kind: "zone", ID: graph.NewNamedID(graph.LabelZone, to).String(), Label: to})
	named := map[graph.ID]bool{}
	for _, x := range bs { // subjects beyond the identity of the finding
		if id := x.row.Service; !named[id] && len(named) < j.o.MaxTargets {
			named[id] = true
			f.Subjects = append(f.Subjects, analyses.Subject{Kind: "service", ID: id.String(), Label: serviceLabel(x.row)})
		}
	}
	j.finish(&f, bs)
	return f
}

// what says what became of the flows and what the policy wants.
func (j *judge) what(bs []breach) string {
	var n [carried + 1]int64
	var blockers, apps []string
	for _, b := range bs {
		n[b.fate] += b.count
		blockers = union(blockers, b.row.Blockers)
		if a := b.row.Application; a != "" && len(apps) < 3 {
			apps = union(apps, []string{a})
		}
	}
	as := ""
	if len(apps) > 0 {
		as = " of " + strings.Join(apps, ", ")
	}
	var said []string
	say := func(f fate, noun, text string) {
		if n[f] > 0 {
			said = append(said, analyses.Count(n[f], noun)+text)
		}
	}
	say(through, "conversation", as+" established")
	say(refused, "attempt", " reached the host, which itself refused")
	say(arrived, "attempt", " reached the host's segment without an answer")
	say(stopped, "attempt", " stopped by "+cmp.Or(strings.Join(blockers, ", "), "an unknown device"))
	say(vanished, "attempt", " stopped without an answer")
	say(carried, "conversation", as+" inside "+bs[0].row.Tunnel+j.ends(bs[0].row))
	return strings.Join(said, ", ") + ", policy " + j.policyName(bs[0].rank) + " denies it"
}

func (j *judge) policyName(rank int) string {
	if rank < 0 {
		return "default"
	}
	return "rule " + j.site.Intent.Policy.Rules[rank].Name
}

// severity is the rule's own, or what the policy rules ask for a breach; an attempt that only reached the host is at most medium.
func (j *judge) severity(bs []breach) analyses.Severity {
	worst := analyses.Info
	for _, b := range bs {
		sev := map[string]analyses.Severity{"segmentation/forbidden-flow": analyses.High, "segmentation/tunnel-crossing": analyses.High, "segmentation/forbidden-reached": analyses.Medium}[b.fate.rule()]
		if b.rank >= 0 {
			if asked, err := analyses.ParseSeverity(j.site.Intent.Policy.Rules[b.rank].Severity); err == nil && (b.fate == through || b.fate == carried) {
				sev = asked
			} else if err == nil {
				sev = min(sev, asked)
			}
		}
		worst = max(worst, sev)
	}
	return worst
}

// confidence follows from how sure the direction is and from how the flow was seen; the surest counts.
func (j *judge) confidence(bs []breach) float64 {
	best := 0.0
	for _, b := range bs {
		c := 0.5 + b.row.Certainty/2
		switch {
		case b.fate == through && b.row.Established == 0, b.fate == arrived, b.fate == vanished:
			c *= 0.8 // nobody answered in view
		}
		best = max(best, c)
	}
	return analyses.Round(best)
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
	r := bs[0].row
	filter := analyses.AddressFilter(r.ClientAddress)
	if len(bs) == 1 || f.Subjects[1].Kind == "service" {
		filter = analyses.ConversationFilter(r.ClientAddress, r.ServerAddress, r.Transport, r.Port)
	}
	f.Evidence = analyses.EvidenceOf(witness, filter)
	if !slices.ContainsFunc(bs, func(b breach) bool { return b.fate != vanished }) {
		f.ExplainedBy = analyses.Explain(j.artefacts, "one-way", "loss")
	}
}

func serviceLabel(r *FlowsRow) string {
	return analyses.ServiceLabel(r.ServerAddress, r.Transport, r.Port)
}

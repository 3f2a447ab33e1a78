// Package segmentation asks: is the network segmented as intended?
//
// Method: every conversation is a flow between two zones, declared or inferred, that the policy allows, denies or merely observes. A denied
// flow was established, reached its destination, which itself refused, or was stopped before. A zone pair that no capture point could
// have seen is unobservable, one that nothing tried is unused or not seen; neither is a pass. Frames that appear unchanged in two VLANs show that these are bridged;
// routed copies of a packet do not.
//
// Source: the verdicts follow Cisco Secure Workload's permitted, escaped and rejected, extended by what cannot be seen; the score is the share of
// observable denied zone pairs without a breach, with Wilson's interval (E. B. Wilson, 1927).
package segmentation

import (
	"context"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// Options choose what counts. The zero value stands for the defaults.
type Options struct {
	// MaxTargets is how many services in one zone a client may breach before they become one finding. Default 50.
	MaxTargets int
	// SureDirection is the certainty of a conversation's direction below which a denied flow is not judged if the policy allows the
	// reverse. Default 0.8.
	SureDirection float64
}

// Report is the segmentation section of a report.
type Report struct {
	ZonesSource string             `json:"zones_source"` // declared, inferred
	Matrix      []Cell             `json:"matrix"`
	Omitted     int                `json:"pairs_omitted"` // pairs of many zones without traffic that the matrix leaves out
	Score       Score              `json:"score"`
	VLANs       []VLAN             `json:"vlans"`
	Unjudged    int64              `json:"unjudged_conversations"` // denied in one direction, allowed in the other, and the direction is uncertain
	Findings    []analyses.Finding `json:"-"`
}

// Cell is the verdict on the traffic from one zone to another.
type Cell struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Policy    string `json:"policy"`  // allow, deny, mixed, observe
	Verdict   string `json:"verdict"` // allowed-seen, forbidden-seen, forbidden-reached, forbidden-blocked, allowed-unused, not-seen, unobservable
	Count     int64  `json:"conversations"`
	Bytes     int64  `json:"bytes"`
	Forbidden int64  `json:"forbidden_conversations"`
	Blocked   int64  `json:"blocked_attempts"`
}

// Score is the share of observable denied zone pairs without a breach; Low and High bound it at 95 %. Without such a pair it is 0, between 0 and 1.
type Score struct {
	Value      float64 `json:"value"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Observable int     `json:"pairs_observable"`
	Violated   int     `json:"pairs_violated"`
}

// VLAN is a VLAN with its traffic and population.
type VLAN struct {
	VLAN      string   `json:"vlan"`
	Packets   int64    `json:"packets"`
	Bytes     int64    `json:"bytes"`
	Endpoints int64    `json:"endpoints"`
	Prefixes  []string `json:"prefixes"`
	Domain    string   `json:"domain,omitempty"` // the tunnel that carries it
}

// Rules are the rules that Run can raise.
func Rules() []string {
	return []string{
		"segmentation/forbidden-flow", "segmentation/forbidden-reached", "segmentation/forbidden-blocked", "segmentation/vlan-leak",
		"segmentation/mac-in-several-vlans", "segmentation/mac-flood", "segmentation/address-in-wrong-vlan", "segmentation/overlapping-address",
		"segmentation/double-tag", "segmentation/invalid-tag", "segmentation/native-vlan-mismatch", "segmentation/trunk-negotiation",
		"segmentation/unexpected-gateway", "segmentation/rogue-service", "segmentation/bridge-host", "segmentation/transit-path", "segmentation/unused-rule", "segmentation/broad-rule",
		"segmentation/tunnel-crossing", "segmentation/missing-hop", "segmentation/asymmetric-tag",
	}
}

// Analysis is this analysis with default options.
func Analysis() analyses.Analysis {
	return analyses.Analysis{Name: "segmentation", Rules: Rules(), Queries: Queries(),
		Run: func(ctx context.Context, q graph.Querier, p graph.Params, site *analyses.Site) (any, []analyses.Finding, error) {
			r, err := Run(ctx, q, p, site, Options{})
			return r, r.Findings, err
		}}
}

// Run answers for the window in p. Equal graphs, sites and options give equal reports.
func Run(ctx context.Context, q graph.Querier, p graph.Params, site *analyses.Site, o Options) (Report, error) {
	if o.MaxTargets == 0 {
		o.MaxTargets = 50
	}
	if o.SureDirection == 0 {
		o.SureDirection = 0.8
	}
	p.Args = nil
	r := Report{ZonesSource: site.ZonesFrom, Matrix: []Cell{}, VLANs: []VLAN{}}
	artefacts, err := analyses.Artefacts.All(ctx, q, p)
	if err != nil {
		return r, err
	}
	flows, err := Flows.All(ctx, q, p)
	if err != nil {
		return r, err
	}
	captures, err := analyses.Captures.All(ctx, q, p)
	if err != nil {
		return r, err
	}
	macs, err := MACs.All(ctx, q, p)
	if err != nil {
		return r, err
	}
	j := newJudge(site, flows, artefacts, seenPoints(captures, macs), o)
	j.flows(flows)
	r.Unjudged = j.unjudged
	r.Matrix, r.Score, r.Omitted = j.matrix()
	v := &sight{ctx: ctx, q: q, p: p, site: site, artefacts: artefacts, flows: flows, macs: macs}
	r.Findings = slices.Concat(j.findings(), j.transits(flows), j.rules(flows, captures, p),
		v.hardware(), v.floods(), v.strangers(), v.overlapping(), v.gateways(), v.bridges(), v.missingHops())
	for _, step := range []func() ([]analyses.Finding, error){v.leaks, v.doubleTags, v.invalidTags, v.nativeVLANs, v.negotiation, v.rogues, v.announcers, v.asymmetricTags} {
		fs, err := step()
		if err != nil {
			return r, err
		}
		r.Findings = append(r.Findings, fs...)
	}
	vlans, err := VLANs.All(ctx, q, p)
	if err != nil {
		return r, err
	}
	for _, v := range vlans {
		r.VLANs = append(r.VLANs, VLAN{v.VLAN, v.Packets, v.Bytes, v.Endpoints, append([]string{}, v.Prefixes...), v.Domain})
	}
	slices.SortStableFunc(r.VLANs, func(a, b VLAN) int { return analyses.CompareVLANs(a.VLAN, b.VLAN) })
	analyses.SortFindings(r.Findings)
	return r, nil
}

// sight is what the rules that do not judge flows look at.
type sight struct {
	ctx       context.Context // of one Run
	q         graph.Querier
	p         graph.Params
	site      *analyses.Site
	artefacts []graph.Artefact
	flows     []FlowsRow
	macs      []MACsRow
	claims    map[claim][]MACsRow          // filled by pretends
	own       map[spot]map[ownership]int   // how many addresses a MAC claims; likewise
	alive     map[spot]map[string]lifetime // when a MAC spoke; likewise
	between   map[string]bool              // MACs that forward for their neighbours; filled by gateways, which comes before announcers
}

// seenPoints returns the names of the capture points of the captures and of the frames in them.
func seenPoints(captures []graph.Capture, macs []MACsRow) map[string]bool {
	seen := map[string]bool{}
	for i := range captures {
		seen[captures[i].Point] = true
	}
	for i := range macs {
		seen[macs[i].Point] = true
	}
	return seen
}

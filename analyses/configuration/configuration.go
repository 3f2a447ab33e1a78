// Package configuration asks: are the devices configured alike where they must be, and does anything that they say, or that packets suffer,
// show a wrong setting?
//
// Method: what devices announce in clear (hellos, BPDUs, advertisements, offers, errors) is compared within the segment in which it must
// agree: a subnet, a redundancy group, a spanning tree, the two ends of a link. A difference counts if it is held at one time; a change on
// its way is none. What only one side says is unobservable, never a pass. Hosts of one family are compared with their declared baseline, or with their majority.
//
// Source: the assertions are SuzieQ's, reproduced from packets; RFC 2328, section 10.5, decides what OSPF neighbours must share.
package configuration

import (
	"context"
	"fmt"
	"time"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// Options choose what counts. The zero value stands for the defaults.
type Options struct {
	// Settle is how long two speakers must differ when one of them changed its setting. Default 40 s: OSPF's dead interval (RFC 2328,
	// C.3).
	Settle time.Duration
	// Window is how far apart two statements may lie that are compared. Default 10 minutes.
	Window time.Duration
	// PathRate is the rate in bit/s that a path is expected to carry; a window of 65,535 bytes must not cap it. Default 100 Mbit/s.
	PathRate float64
	// MinTransfer is the payload towards a receiver from which its window matters. Default 256 KiB, four unscaled windows.
	MinTransfer int64
	// ZeroWindow is for how long in all a receiver's window must stay closed. Default 1 s.
	ZeroWindow time.Duration
	// FamilyMin is how many devices a family needs before its majority counts. Default 3.
	FamilyMin int
	// Support is the share of a family that makes a majority. Default 0.75.
	Support float64
}

// Report is the configuration section of a report.
type Report struct {
	Assertions []Assertion        `json:"assertions"`
	Baselines  []Baseline         `json:"baselines"`
	Suppressed int                `json:"suppressed_findings,omitempty"` // beyond 200 of one rule
	Findings   []analyses.Finding `json:"-"`
}

// Verdict is the answer of an assertion.
type Verdict string

// Verdicts.
const (
	Agree        Verdict = "agree"
	Mismatch     Verdict = "mismatch"
	Unobservable Verdict = "unobservable" // only one side speaks, or nobody knows who is whose neighbour
)

// Assertion says whether a setting agrees where it must.
type Assertion struct {
	Name    string            `json:"name"`
	Subject string            `json:"subject"`
	Peers   []string          `json:"peers"`
	Verdict Verdict           `json:"verdict"`
	Values  map[string]string `json:"values"` // by peer, the last one said
}

// Baseline says what the devices of a family have in common.
type Baseline struct {
	Family    string   `json:"family"`
	Devices   int      `json:"devices"` // that state the attribute
	Attribute string   `json:"attribute"`
	Majority  string   `json:"majority"` // or the declared value
	Support   float64  `json:"support"`  // share of the devices that have it
	Deviants  []string `json:"deviants"`
	Declared  bool     `json:"declared,omitempty"`
}

// Rules are the rules that Run can raise.
func Rules() []string {
	return []string{
		"configuration/ospf-mismatch", "configuration/fhrp-conflict", "configuration/stp-conflict", "configuration/dhcp-conflict",
		"configuration/duplicate-address", "configuration/duplex-mismatch", "configuration/speed-mismatch", "configuration/mtu-mismatch",
		"configuration/path-mtu-reduced", "configuration/icmp-redirect", "configuration/unreachable", "configuration/eigrp-mismatch",
		"configuration/rip-mismatch", "configuration/isis-mismatch", "configuration/bgp-mismatch", "configuration/lacp-mismatch",
		"configuration/vtp-mismatch", "configuration/ra-conflict", "configuration/tcp-no-scaling", "configuration/tcp-mss-default", "configuration/tcp-zero-window", "configuration/tcp-window-limited",
		"configuration/tcp-scaling-stripped", "configuration/tcp-sack-stripped", "configuration/tcp-timestamps-stripped", "configuration/mss-clamped",
		"configuration/pmtu-blackhole", "configuration/bridging-loop", "configuration/routing-loop",
		"configuration/resolver-mismatch", "configuration/ntp-mismatch", "configuration/syslog-mismatch", "configuration/fragmentation", "configuration/pim-mismatch",
		"configuration/asymmetric-route", "configuration/baseline-deviation",
	}
}

// Analysis is this analysis with default options.
func Analysis() analyses.Analysis {
	return analyses.Analysis{Name: "configuration", Rules: Rules(), Queries: Queries(),
		Run: func(ctx context.Context, q graph.Querier, p graph.Params, site *analyses.Site) (any, []analyses.Finding, error) {
			r, err := Run(ctx, q, p, site, Options{})
			return r, r.Findings, err
		}}
}

// judge is one run.
type judge struct {
	o              Options
	settle, window int64 // nanoseconds
	site           *analyses.Site
	artefacts      []graph.Artefact
	rows           []StatementRow
	claims         []ClaimRow
	tcp            []TCPRow
	loops          []LoopRow
	servers        []ServerRow
	forwarded      []ForwardedRow
	raised         map[string]int // findings by rule
	report         *Report
}

// Run answers for the window in p. Equal graphs, sites and options give equal reports.
func Run(ctx context.Context, q graph.Querier, p graph.Params, site *analyses.Site, o Options) (Report, error) {
	r := Report{Assertions: []Assertion{}, Baselines: []Baseline{}}
	if err := o.complete(); err != nil {
		return r, err
	}
	j := &judge{o: o, settle: int64(o.Settle), window: int64(o.Window), site: site, raised: map[string]int{}, report: &r}
	p.Args = nil
	var err error
	if j.artefacts, err = analyses.Artefacts.All(ctx, q, p); err != nil {
		return r, err
	}
	if j.rows, err = Statements.All(ctx, q, p); err != nil {
		return r, err
	}
	if j.claims, err = Claims.All(ctx, q, p); err != nil {
		return r, err
	}
	if j.tcp, err = TCP.All(ctx, q, p); err != nil {
		return r, err
	}
	if j.loops, err = Loops.All(ctx, q, p); err != nil {
		return r, err
	}
	if j.servers, err = Servers.All(ctx, q, p); err != nil {
		return r, err
	}
	if j.forwarded, err = Forwarded.All(ctx, q, p); err != nil {
		return r, err
	}
	for _, rules := range []func(*judge){
		(*judge).ospf, (*judge).redundancy, (*judge).spanningTree, (*judge).dhcp, (*judge).addresses, (*judge).links, (*judge).icmp,
		(*judge).routing, (*judge).advertisements, (*judge).transport, (*judge).paths, (*judge).looping, (*judge).serverChoice, (*judge).fragmentation, (*judge).baselines,
	} {
		rules(j)
	}
	if err = j.asymmetry(analyses.Hops.Run(ctx, q, p)); err != nil {
		return r, err
	}
	analyses.SortFindings(r.Findings)
	return r, nil
}

// complete fills in defaults and refuses what makes no sense.
func (o *Options) complete() error {
	if o.Settle == 0 {
		o.Settle = 40 * time.Second
	}
	if o.Window == 0 {
		o.Window = 10 * time.Minute
	}
	if o.PathRate == 0 {
		o.PathRate = 100e6
	}
	if o.MinTransfer == 0 {
		o.MinTransfer = 1 << 18
	}
	if o.ZeroWindow == 0 {
		o.ZeroWindow = time.Second
	}
	if o.FamilyMin == 0 {
		o.FamilyMin = 3
	}
	if o.Support == 0 {
		o.Support = 0.75
	}
	switch {
	case o.Settle < 0 || o.Window < 0 || o.ZeroWindow < 0 || o.MinTransfer < 0:
		return fmt.Errorf("configuration: a negative limit: %+v", *o)
	case !(o.PathRate > 0):
		return fmt.Errorf("configuration: path rate %v, want > 0", o.PathRate)
	case o.FamilyMin < 3:
		return fmt.Errorf("configuration: families of %d, want 3 or more", o.FamilyMin)
	case !(0.5 < o.Support && o.Support <= 1):
		return fmt.Errorf("configuration: support %v, want 0.5 < s ≤ 1", o.Support)
	}
	return nil
}

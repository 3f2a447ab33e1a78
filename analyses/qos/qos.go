// Package qos asks: does traffic carry the mark of its class, and does the mark change its treatment?
//
// Method: a conversation belongs to the first class that matches it; what no class matches belongs to the class of its mark, and is not judged by it. A
// sender is mismarked if more than Tolerance of the packets that it sends in a class carry another DSCP. A class is effective if, while congestion was
// measured, its packets waited less than best effort's: between the same two capture points if both saw them, else they were lost less or their round trips
// grew less, between the same two zones. Without congestion it is untested, with too few samples insufficient. A reservation is violated if a class
// that lost packets got less than it, in the buckets of time in which a link that it crosses was congested.
//
// Source: RFC 2474 (the DS field); RFC 4594, figure 3, updated by RFC 8622 (LE); RFC 9435 (what changes marks); ITU-T G.107 and G.113 (MOS).
package qos

import (
	"context"
	"fmt"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// Options choose what counts. The zero value stands for the defaults.
type Options struct {
	Tolerance   float64 // share of a sender's packets of a class that may carry another mark. Default 0.05
	Untagged    int64   // packets at the beginning of a conversation that a classifier may miss. Default 10
	MinPackets  int64   // below which a stream, or a sender's priorities, are not judged. Default 20
	MinMarked   int64   // packets of a class below which a sender's marks are not judged. Default 4
	MinSamples  int64   // round-trip times, or RTP packets, that a class needs to be judged. Default 100
	MOS         float64 // below which a call is poor. Default 3.6
	LossPct     float64 // above which a call is poor. Default 1
	JitterMs    float64 // above which a call is poor. Default 30
	Congested   float64 // share of a declared capacity from which a link is congested. Default 0.9
	Retransmits float64 // share of best effort's TCP packets that says congestion. Default 0.01
}

func (o Options) defaults() (Options, error) {
	if !(0 <= o.Tolerance && o.Tolerance < 1) { // so written, it refuses NaN too
		return o, fmt.Errorf("qos: tolerance %v, want 0 ≤ t < 1", o.Tolerance)
	}
	for p, v := range map[*float64]float64{&o.Tolerance: 0.05, &o.MOS: 3.6, &o.LossPct: 1, &o.JitterMs: 30, &o.Congested: 0.9, &o.Retransmits: 0.01} {
		if *p == 0 {
			*p = v
		}
	}
	for p, v := range map[*int64]int64{&o.Untagged: 10, &o.MinPackets: 20, &o.MinMarked: 4, &o.MinSamples: 100} {
		if *p == 0 {
			*p = v
		}
	}
	return o, nil
}

// Report is the qos section of a report.
type Report struct {
	Classes     []Class            `json:"classes"`
	Marks       []Mark             `json:"marks"`
	Transitions []Transition       `json:"transitions"`
	Streams     []Stream           `json:"streams"`
	Findings    []analyses.Finding `json:"-"`
}

// Class is a traffic class and how it was treated.
type Class struct {
	Name        string      `json:"name"`
	DSCP        []int64     `json:"dscp"`
	Packets     int64       `json:"packets"`
	Bytes       int64       `json:"bytes"`
	RTTp50      float64     `json:"rtt_p50_ms"`
	RTTp95      float64     `json:"rtt_p95_ms"`
	RTTSamples  int64       `json:"rtt_samples"`
	Jitter      float64     `json:"jitter_ms"` // mean over its RTP packets
	LossPct     float64     `json:"loss_pct"`  // of its RTP packets
	Verdict     string      `json:"verdict"`   // effective, ineffective, untested, insufficient
	Why         string      `json:"why"`       // what the verdict rests on
	Reservation Reservation `json:"reservation"`
}

// Reservation compares what a class was promised with what it got.
type Reservation struct {
	Declared  float64 `json:"declared_mbps"`
	Delivered float64 `json:"delivered_p5_mbps"`
	Verdict   string  `json:"verdict"` // met, violated, untested
}

// Mark counts the packets of an application that carry a DSCP.
type Mark struct {
	Application string  `json:"application"`
	DSCP        int64   `json:"dscp"`
	Packets     int64   `json:"packets"`
	Share       float64 `json:"share"` // of the application's packets
}

// Transition counts packets whose DSCP changed between two sightings.
type Transition struct {
	FromPoint string `json:"from_point"`
	ToPoint   string `json:"to_point"`
	FromVLAN  string `json:"from_vlan"`
	ToVLAN    string `json:"to_vlan"`
	FromDSCP  int64  `json:"from_dscp"`
	ToDSCP    int64  `json:"to_dscp"`
	Packets   int64  `json:"packets"`
	Kind      string `json:"kind"` // as RFC 9435, section 4 names it
}

// Stream is one RTP stream.
type Stream struct {
	SSRC        int64      `json:"ssrc"`
	Src         string     `json:"src"`
	Dst         string     `json:"dst"`
	PayloadType int64      `json:"payload_type"`
	Codec       string     `json:"codec"`
	Packets     int64      `json:"packets"`
	Lost        int64      `json:"lost"`
	LossPct     float64    `json:"loss_pct"`
	JitterMean  float64    `json:"jitter_mean_ms"`
	JitterMax   float64    `json:"jitter_max_ms"`
	DeltaMax    float64    `json:"delta_max_ms"`
	MOS         float64    `json:"mos"` // 0: no estimate for this codec
	DSCP        int64      `json:"dscp"`
	Class       string     `json:"class"`
	First       graph.Time `json:"first"`
	Last        graph.Time `json:"last"`
}

// Rules are the rules that Run can raise.
func Rules() []string {
	return []string{"qos/mismarked", "qos/remarked", "qos/pcp-dscp-mismatch", "qos/poor-call", "qos/objective-missed", "qos/ineffective", "qos/untrusted-mark",
		"qos/asymmetric-mark", "qos/class-abuse", "qos/ecn-bleached", "qos/reservation-violated"}
}

// Analysis is this analysis with default options.
func Analysis() analyses.Analysis {
	return analyses.Analysis{Name: "qos", Rules: Rules(), Queries: Queries(),
		Run: func(ctx context.Context, q graph.Querier, p graph.Params, site *analyses.Site) (any, []analyses.Finding, error) {
			r, err := Run(ctx, q, p, site, Options{})
			return r, r.Findings, err
		}}
}

// judge is one run.
type judge struct {
	o           Options
	site        *analyses.Site
	plan        *plan
	marks       []MarksRow
	priorities  []PrioritiesRow
	treatment   []TreatmentRow
	transitions []TransitionsRow
	crossings   []CrossingsRow
	ecn         []ECNRow
	rates       []RatesRow // of services in classes with a reservation
	streams     []graph.Stream
	captures    []graph.Capture
	artefacts   []graph.Artefact
	heaviest    map[pairKey]int // class of most packets by client, service and application; absent: none
}

// Run answers for the window in p. Equal graphs, sites and options give equal reports.
func Run(ctx context.Context, q graph.Querier, p graph.Params, site *analyses.Site, o Options) (Report, error) {
	var r Report
	o, err := o.defaults()
	if err != nil {
		return r, err
	}
	p.Args = nil
	j := &judge{o: o, site: site}
	if err := j.load(ctx, q, p); err != nil {
		return r, err
	}
	j.plan = newPlan(site)
	if err := j.reserved(ctx, q, p); err != nil {
		return r, err
	}
	r.Marks = j.counted()
	r.Transitions = j.remarks()
	r.Streams = j.media()
	var judged []analyses.Finding
	r.Classes, judged = j.classes(r.Streams)
	r.Findings = slices.Concat(j.mismarked(), j.untrusted(), j.remarked(), j.disagreeing(), j.asymmetric(), j.abused(), j.bleached(), j.poor(r.Streams), j.cut(), j.missed(r.Streams), judged)
	analyses.SortFindings(r.Findings)
	return r, nil
}

func (j *judge) load(ctx context.Context, q graph.Querier, p graph.Params) (err error) {
	if j.marks, err = Marks.All(ctx, q, p); err != nil {
		return err
	}
	if j.priorities, err = Priorities.All(ctx, q, p); err != nil {
		return err
	}
	if j.treatment, err = Treatment.All(ctx, q, p); err != nil {
		return err
	}
	if j.transitions, err = Transitions.All(ctx, q, p); err != nil {
		return err
	}
	if j.crossings, err = Crossings.All(ctx, q, p); err != nil {
		return err
	}
	if j.ecn, err = ECN.All(ctx, q, p); err != nil {
		return err
	}
	if j.streams, err = Streams.All(ctx, q, p); err != nil {
		return err
	}
	if j.captures, err = analyses.Captures.All(ctx, q, p); err != nil {
		return err
	}
	j.artefacts, err = analyses.Artefacts.All(ctx, q, p)
	return err
}

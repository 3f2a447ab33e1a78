// Package bandwidth asks: where does the bandwidth go?
//
// Method: bytes are frame bytes, from the Ethernet header to the payload, without preamble and FCS. Totals, protocols and the timeline count each frame
// once, however often it was seen. Applications and groups count conversations: one inside a tunnel from its inner header on, the tunnel
// itself its frames, so that with tunnels the rows add up to more than the total. How an application is known is kept: payload, name, DNS answer, port.
package bandwidth

import (
	"context"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// Options choose thresholds. The zero value stands for the defaults.
type Options struct {
	Saturation    float64 // share of a link's declared capacity. Default 0.8
	Percentile    float64 // share of a link's capacity that the 95th percentile must stay under. Default 0.95
	Unidentified  float64 // share of bytes without a name. Default 0.1
	Retransmitted float64 // share of a service's payload. Default 0.02
	Points        int     // of the timeline, at most. Default 600
}

func (o Options) defaults() Options {
	set := func(p *float64, v float64) {
		if *p == 0 {
			*p = v
		}
	}
	set(&o.Saturation, 0.8)
	set(&o.Percentile, 0.95)
	set(&o.Unidentified, 0.1)
	set(&o.Retransmitted, 0.02)
	if o.Points == 0 {
		o.Points = 600
	}
	return o
}

// Report is the bandwidth section of a report.
type Report struct {
	Total           Total              `json:"total"`
	Applications    []Application      `json:"applications"`
	Declared        []Volume           `json:"declared_applications"`
	Protocols       []Protocol         `json:"protocols"`
	Groups          []Group            `json:"groups"` // declared groups, or zones where no groups are declared
	Timeline        Series             `json:"timeline"`
	Peaks           []Peak             `json:"peaks"`
	Trend           Trend              `json:"trend"`
	Recommendations []Recommendation   `json:"recommendations"`
	Findings        []analyses.Finding `json:"-"`
}

// Total is all traffic, each frame counted once.
type Total struct {
	Bytes   int64       `json:"bytes"`
	Packets int64       `json:"packets"`
	Mean    float64     `json:"mean_bps"`
	Peak    float64     `json:"peak_bps"`
	PeakAt  *graph.Time `json:"peak_at"`
	PeakFor int64       `json:"peak_step_s"` // seconds over which the peak is a mean
}

// Application is the traffic of what conversations speak.
type Application struct {
	Name          string   `json:"name"` // "unknown" if nothing names it
	Bytes         int64    `json:"bytes"`
	Packets       int64    `json:"packets"`
	Conversations int64    `json:"conversations"`
	Share         float64  `json:"share"` // of the bytes of all conversations
	Evidence      Evidence `json:"evidence"`
}

// Evidence splits bytes by how their application is known.
type Evidence struct {
	Payload int64 `json:"payload"`
	Name    int64 `json:"name"`
	DNS     int64 `json:"dns"`
	Port    int64 `json:"port"`
	Unknown int64 `json:"unknown"`
}

// Volume is a name with its bytes.
type Volume struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// Protocol is the traffic of a protocol.
type Protocol struct {
	Name    string  `json:"name"`
	Bytes   int64   `json:"bytes"`
	Packets int64   `json:"packets"`
	Share   float64 `json:"share"`
}

// Group is the traffic of a user group, or of a zone.
type Group struct {
	Name         string   `json:"name"`
	Out          int64    `json:"bytes_out"` // sent by its members
	In           int64    `json:"bytes_in"`
	Share        float64  `json:"share"` // of the bytes of all conversations; traffic between two groups is in both
	Applications []Volume `json:"applications"`
}

// Series is the traffic over time.
type Series struct {
	Step   int64   `json:"step_s"`
	Points []Point `json:"points"`
}

// Point is the traffic of one step.
type Point struct {
	At      graph.Time `json:"at"`
	Bytes   int64      `json:"bytes"`
	Packets int64      `json:"packets"`
}

// Peak is a busy period.
type Peak struct {
	From graph.Time `json:"from"`
	To   graph.Time `json:"to"`
	Mean float64    `json:"mean_bps"`
	Top  string     `json:"top"` // application with the most bytes
}

// Trend is the growth of the traffic.
type Trend struct {
	Slope      float64 `json:"slope_bps_per_day"`
	Confidence float64 `json:"confidence"` // share of the variance of the daily rates that the line explains; 0 with fewer than three days
}

// Recommendation is what could be done, with its reason.
type Recommendation struct {
	Action  string `json:"action"`
	Subject string `json:"subject"`
	Reason  string `json:"reason"`
}

// Rules are the rules that Run can raise.
func Rules() []string {
	return []string{"bandwidth/saturation", "bandwidth/peak", "bandwidth/unidentified", "bandwidth/retransmitted",
		"bandwidth/trend", "bandwidth/bulk-in-business-hours", "bandwidth/critical-starved"}
}

// Analysis is this analysis with default options.
func Analysis() analyses.Analysis {
	return analyses.Analysis{Name: "bandwidth", Rules: Rules(), Queries: Queries(),
		Run: func(ctx context.Context, q graph.Querier, p graph.Params, site *analyses.Site) (any, []analyses.Finding, error) {
			r, err := Run(ctx, q, p, site, Options{})
			return r, r.Findings, err
		}}
}

// Run answers for the window in p. Equal graphs, sites and options give equal reports.
func Run(ctx context.Context, q graph.Querier, p graph.Params, site *analyses.Site, o Options) (Report, error) {
	o = o.defaults()
	p.Args = nil
	r := Report{Peaks: []Peak{}, Recommendations: []Recommendation{}}
	captures, err := analyses.Captures.All(ctx, q, p)
	if err != nil {
		return r, err
	}
	volumes, err := Volumes.All(ctx, q, p)
	if err != nil {
		return r, err
	}
	protocols, err := Protocols.All(ctx, q, p)
	if err != nil {
		return r, err
	}
	artefacts, err := analyses.Artefacts.All(ctx, q, p)
	if err != nil {
		return r, err
	}
	fine := merge(captures, p, 0)
	r.Total = total(fine, captures)
	r.Timeline = merge(captures, p, o.Points)
	p.Args = map[string]any{"step": max(1, r.Timeline.Step)}
	over, err := Timeline.All(ctx, q, p)
	if err != nil {
		return r, err
	}
	r.Applications, r.Declared = applications(site, volumes)
	r.Protocols = shares(protocols)
	r.Groups = groups(site, volumes)
	r.Peaks = peaks(r.Timeline, over)
	r.Trend = trend(fine, captures)
	links, advice := saturation(site, captures, p, over, r.Timeline.Step, o)
	r.Recommendations = append(r.Recommendations, advice...)
	r.Findings = slices.Concat(links, growth(site, captures, p), bulk(captures, r.Timeline, over), starved(site, captures, volumes, p, o), peakFindings(r.Peaks, captures), unidentified(volumes, o), retransmitted(volumes, artefacts, o))
	analyses.SortFindings(r.Findings)
	return r, nil
}

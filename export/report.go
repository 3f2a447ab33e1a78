// Package export turns answers into what people and programs read: the report, in JSON, text and Markdown.
package export

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"sync"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// Schema names the report's contract.
const Schema = "nsgraph.report/1"

// Report is the answer to all questions that were asked. Its JSON form is a contract: fields are added, never changed.
type Report struct {
	Schema    string             `json:"schema"`
	Run       RunInfo            `json:"run"`
	Captures  []Capture          `json:"captures"`
	Window    Window             `json:"window"`
	Graph     Counts             `json:"graph"`
	Endpoints []Endpoint         `json:"endpoints"`
	Artefacts []Artefact         `json:"artefacts"`
	Analyses  map[string]any     `json:"analyses"` // by name: the section of each analysis that was asked
	Findings  []analyses.Finding `json:"findings"`
}

// RunInfo is the only part of a report that differs between two runs over the same input.
type RunInfo struct {
	Version       string     `json:"version"`
	Started       graph.Time `json:"started"`
	Duration      float64    `json:"duration_s"`
	PacketsPerSec float64    `json:"packets_per_s"`
}

// Capture is one input.
type Capture struct {
	Path          string      `json:"path"`
	SHA256        string      `json:"sha256"`
	Format        string      `json:"format"`
	LinkTypes     []string    `json:"link_types"`
	Point         string      `json:"point"`
	Packets       int64       `json:"packets"`
	Bytes         int64       `json:"bytes"`
	CapturedBytes int64       `json:"captured_bytes"`
	First         *graph.Time `json:"first"` // null: no packets
	Last          *graph.Time `json:"last"`
	Truncated     int64       `json:"truncated_packets"`
	Undecodable   int64       `json:"undecodable_packets"`
	Dropped       int64       `json:"dropped_packets"`
	Duplicates    int64       `json:"duplicates"`
	Complete      bool        `json:"complete"`
	Error         *string     `json:"error"`
	ClockOffset   float64     `json:"clock_offset_s"`
}

// Window is the packet time that the report covers; To is the time of the last packet.
type Window struct {
	From *graph.Time `json:"from"` // null: no packets
	To   *graph.Time `json:"to"`
}

// Counts says how large the graph is.
type Counts struct {
	Endpoints     int64 `json:"endpoints"`
	Services      int64 `json:"services"`
	Dependencies  int64 `json:"dependencies"`
	Conversations int64 `json:"conversations"`
	VLANs         int64 `json:"vlans"`
	Zones         int64 `json:"zones"`
	Devices       int64 `json:"devices"`
	Contexts      int64 `json:"contexts"`
}

// Endpoint is one host address.
type Endpoint struct {
	ID              string      `json:"id"`
	Context         string      `json:"context"`
	Address         netip.Addr  `json:"address"`
	MACs            []string    `json:"macs"`
	VLANs           []string    `json:"vlans"`
	Zone            string      `json:"zone"`
	Groups          []string    `json:"groups"`
	Names           []Name      `json:"names"`
	Vendor          string      `json:"vendor"`
	Roles           []string    `json:"roles"`
	PacketsSent     int64       `json:"packets_sent"`
	PacketsReceived int64       `json:"packets_received"`
	BytesSent       int64       `json:"bytes_sent"`
	BytesReceived   int64       `json:"bytes_received"`
	First           *graph.Time `json:"first"`
	Last            *graph.Time `json:"last"`
}

// Name is a name of an endpoint and what showed it.
type Name struct {
	Name     string `json:"name"`
	Evidence string `json:"evidence"`
}

// Artefact is a property of a capture that can fool an analysis.
type Artefact struct {
	Kind   string  `json:"kind"`
	Point  string  `json:"point"`
	Extent float64 `json:"extent"`
	Text   string  `json:"text"`
}

// Build asks the analyses in as, at the same time, over the part of the graph that p selects. q must be safe for concurrent reading, as all stores are.
func Build(ctx context.Context, q graph.Querier, p graph.Params, site *analyses.Site, as []analyses.Analysis) (*Report, error) {
	r := &Report{Schema: Schema, Captures: []Capture{}, Endpoints: []Endpoint{}, Artefacts: []Artefact{}, Analyses: map[string]any{}, Findings: []analyses.Finding{}}
	if err := r.inventory(ctx, q, p); err != nil {
		return nil, err
	}
	r.Graph.Zones = int64(len(site.Zones()))
	for _, h := range site.Hosts() {
		r.Endpoints = append(r.Endpoints, endpoint(site, h))
	}
	for _, x := range answers(ctx, q, p, site, as) {
		if x.err != nil {
			return nil, fmt.Errorf("analysis %s: %w", x.name, x.err)
		}
		r.Analyses[x.name] = x.section
		r.Findings = append(r.Findings, x.findings...)
	}
	analyses.SortFindings(r.Findings)
	return r, nil
}

// answer is what one analysis says.
type answer struct {
	name     string
	section  any
	findings []analyses.Finding
	err      error
}

// answers asks as many analyses at the same time as there are processors, as they only read: more would but hold more rows in memory.
func answers(ctx context.Context, q graph.Querier, p graph.Params, site *analyses.Site, as []analyses.Analysis) []answer {
	out := make([]answer, len(as))
	var wg sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, a := range as {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			out[i].name = a.Name
			out[i].section, out[i].findings, out[i].err = a.Run(ctx, q, p, site)
		})
	}
	wg.Wait()
	return out
}

// inventory fills in captures, artefacts, window and counts.
func (r *Report) inventory(ctx context.Context, q graph.Querier, p graph.Params) error {
	caps, err := analyses.Captures.All(ctx, q, p)
	if err != nil {
		return err
	}
	for _, c := range caps {
		r.Captures = append(r.Captures, NewCapture(c))
		if c.Packets > 0 {
			r.Window.widen(c.First, c.Last)
		}
	}
	r.Window.cut(p)
	arts, err := analyses.Artefacts.All(ctx, q, p)
	if err != nil {
		return err
	}
	for _, a := range arts {
		r.Artefacts = append(r.Artefacts, Artefact{a.Kind, a.Point, a.Extent, a.Text})
	}
	r.Graph, err = CountGraph(ctx, q, p)
	return err
}

func (w *Window) widen(first, last graph.Time) {
	if w.From == nil || first < *w.From {
		w.From = &first
	}
	if w.To == nil || last > *w.To {
		w.To = &last
	}
}

// cut limits the window to what p selects.
func (w *Window) cut(p graph.Params) {
	if w.From == nil {
		return
	}
	if p.From != 0 && p.From > *w.From {
		w.From = &p.From
	}
	if to := p.To - 1; p.To != 0 && to < *w.To {
		w.To = &to
	}
}

// NewCapture returns the report's form of a capture.
func NewCapture(c graph.Capture) Capture {
	out := Capture{Path: c.Path, SHA256: c.SHA256, Format: c.Format, LinkTypes: nonNil(c.LinkTypes), Point: c.Point, Packets: c.Packets,
		Bytes: c.Bytes, CapturedBytes: c.CapturedBytes, Truncated: c.Truncated, Undecodable: c.Undecodable, Dropped: c.Dropped,
		Duplicates: c.Duplicates, Complete: c.Complete, ClockOffset: c.ClockOffset}
	if c.Packets > 0 {
		out.First, out.Last = &c.First, &c.Last
	}
	if c.Error != "" {
		out.Error = &c.Error
	}
	return out
}

func endpoint(site *analyses.Site, h *analyses.Host) Endpoint {
	t := h.Traffic
	e := Endpoint{ID: h.ID.String(), Context: h.Context, Address: h.Address, MACs: nonNil(h.MACs), VLANs: nonNil(h.VLANs), Zone: h.Zone,
		Groups: nonNil(site.Groups(h)), Names: []Name{}, Vendor: h.Vendor, Roles: roles(h), PacketsSent: t.PacketsSent,
		PacketsReceived: t.PacketsReceived, BytesSent: t.BytesSent, BytesReceived: t.BytesReceived}
	for _, n := range h.Names {
		e.Names = append(e.Names, Name{n.Name, n.Evidence})
	}
	if t.First != 0 {
		e.First, e.Last = &t.First, &t.Last
	}
	return e
}

// roles says what a host does: it may be client, server and router at once.
func roles(h *analyses.Host) []string {
	rs := []string{}
	if h.Traffic.AsClient > 0 {
		rs = append(rs, "client")
	}
	if h.Traffic.AsServer > 0 {
		rs = append(rs, "server")
	}
	if h.Forwards {
		rs = append(rs, "router")
	}
	return rs
}

func nonNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// Worst returns the highest severity among the findings; false if there are none.
func (r *Report) Worst() (analyses.Severity, bool) {
	if len(r.Findings) == 0 {
		return 0, false
	}
	return slices.MaxFunc(r.Findings, func(a, b analyses.Finding) int { return cmp.Compare(a.Severity, b.Severity) }).Severity, true
}

// CountGraph returns the size of the part of the graph that p selects, zones excepted.
func CountGraph(ctx context.Context, q graph.Querier, p graph.Params) (Counts, error) {
	n, err := analyses.Counts.All(ctx, q, p)
	if err != nil || len(n) == 0 {
		return Counts{}, err
	}
	c := n[0]
	return Counts{Endpoints: c.Endpoints, Services: c.Services, Dependencies: c.Dependencies, Conversations: c.Conversations,
		VLANs: c.VLANs, Devices: c.Devices, Contexts: c.Contexts}, nil
}

// FindingRecords returns the form in which a store keeps findings.
func FindingRecords(fs []analyses.Finding) []graph.Finding {
	out := make([]graph.Finding, len(fs))
	for i, f := range fs {
		g := graph.Finding{Rule: f.Rule, Severity: f.Severity.String(), Confidence: f.Confidence, Text: f.Text, First: f.First, Last: f.Last, Open: true, Count: f.Count}
		if err := g.ID.UnmarshalText([]byte(f.ID)); err != nil {
			g.ID = graph.NewID("Finding", f.ID)
		}
		for _, s := range f.Subjects {
			g.Subjects = append(g.Subjects, s.Kind+" "+s.ID+" "+s.Label)
		}
		out[i] = g
	}
	return out
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/export"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/sqlite"
)

func (a *app) ingestCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "ingest CAPTURE...",
		Short: "Decode captures into a store",
		Long: `Decodes captures into a store and prints what was added. A capture that the store holds already is skipped. Captures that are named
together are read together: name capture points that saw the same packets in one command, so that each packet counts once.

` + captureHelp,
		Example: `  nsgraph ingest office.pcapng
  nsgraph ingest --store site.db core=core.pcap edge=edge.pcap`,
		Args: atLeastOne("a capture: a file, a folder, a glob, or - for standard input"),
		RunE: func(c *cobra.Command, args []string) error { return a.ingest(c.Context(), args) },
	}
	a.formatFlag(c, "text", "json")
	return c
}

// added is what ingest prints.
type added struct {
	Store    string           `json:"store"`
	Batch    string           `json:"batch"`
	Captures []export.Capture `json:"captures"`
	Skipped  []string         `json:"skipped"` // in the store already
	Graph    export.Counts    `json:"graph"`   // of the store, after
}

func (a *app) ingest(ctx context.Context, args []string) error {
	in, err := a.loadIntent()
	if err != nil {
		return err
	}
	src, missing, err := sources(args)
	if err != nil {
		return err
	}
	s, err := a.openStore(ctx, true)
	if err != nil {
		return err
	}
	defer s.Close()
	out := added{Store: a.storeName(), Skipped: []string{}, Captures: []export.Capture{}}
	known, err := held(ctx, s)
	if err != nil {
		return err
	}
	src, again, err := distinct(ctx, src, known)
	if err != nil {
		return err
	}
	for _, c := range again {
		out.Skipped = append(out.Skipped, c.path)
	}
	if len(src) == 0 {
		return a.printAdded(ctx, s, out)
	}
	d, interrupted := a.decodeSources(ctx, src, in)
	if d == nil {
		return interrupted
	}
	d.unread = append(missing, d.unread...)
	ctx = context.WithoutCancel(ctx)
	err = s.Apply(ctx, d.batch)
	switch {
	case errors.Is(err, graph.ErrExists):
		for _, c := range d.batch.Captures {
			out.Skipped = append(out.Skipped, c.Path)
		}
	case err != nil:
		return err
	default:
		out.Batch = d.batch.ID.String()
		for _, c := range d.batch.Captures {
			out.Captures = append(out.Captures, export.NewCapture(c))
		}
	}
	if err := a.declare(ctx, s, in); err != nil {
		return err
	}
	if err := a.printAdded(ctx, s, out); err != nil {
		return err
	}
	if interrupted != nil {
		return &exitError{exitInterrupted, errors.New("interrupted: the store holds what was read until then")}
	}
	return d.partial()
}

// held returns the captures of a store, by SHA-256, as [distinct] takes them.
func held(ctx context.Context, s graph.Store) (map[string]string, error) {
	batches, err := s.Batches(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]string{}
	for _, b := range batches {
		for _, sha := range b.Captures {
			known[sha] = "in the store"
		}
	}
	return known, nil
}

// declare writes the layer that the intent declares: zones, groups and applications with their members.
func (a *app) declare(ctx context.Context, s graph.Store, in *intent.Intent) error {
	if a.intent == "" {
		return nil
	}
	site, err := analyses.NewSite(ctx, s, graph.Params{}, in)
	if err != nil {
		return err
	}
	layer, err := site.Layer(ctx, s, graph.Params{})
	if err != nil {
		return err
	}
	return s.SetIntent(ctx, layer)
}

func (a *app) printAdded(ctx context.Context, s graph.Store, out added) error {
	n, err := export.CountGraph(ctx, s, graph.Params{})
	if err != nil {
		return err
	}
	out.Graph = n
	return a.answer(func(w io.Writer) error {
		if a.format == "json" {
			return export.JSON(w, out)
		}
		for _, c := range out.Captures {
			fmt.Fprintf(w, "added    %s: %s, %s", analyses.Printable(c.Path), export.Count(c.Packets, "packet"), export.Count(c.Bytes, "byte"))
			if c.Error != nil {
				fmt.Fprintf(w, ", then %s", analyses.Printable(*c.Error))
			}
			fmt.Fprintln(w)
		}
		for _, p := range out.Skipped {
			fmt.Fprintf(w, "skipped  %s: in the store already\n", analyses.Printable(p))
		}
		_, err := fmt.Fprintf(w, "%s holds %s, %s, %s, %s\n", analyses.Printable(out.Store), export.Count(n.Endpoints, "endpoint"),
			export.Count(n.Services, "service"), export.Count(n.Dependencies, "dependency"), export.Count(n.Conversations, "conversation"))
		return err
	})
}

func (a *app) reportCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "report [ANALYSIS...]",
		Short: "Answer from what a store holds",
		Long:  "Answers all five questions, or those that are named (segmentation, dependency, bandwidth, configuration, qos), from what a store holds.",
		Example: `  nsgraph report
  nsgraph report segmentation --intent site.yaml --since -24h -o json`,
		RunE: func(c *cobra.Command, args []string) error { return a.reportStore(c.Context(), args) },
	}
	for _, an := range allAnalyses() {
		c.ValidArgs = append(c.ValidArgs, an.Name)
	}
	a.reportFlags(c)
	a.windowFlags(c)
	return c
}

func (a *app) reportStore(ctx context.Context, names []string) error {
	as, err := chosen(names)
	if err != nil {
		return err
	}
	in, err := a.loadIntent()
	if err != nil {
		return err
	}
	start := time.Now()
	s, err := a.openStore(ctx, false)
	if err != nil {
		return err
	}
	defer s.Close()
	p, err := a.params(ctx, s)
	if err != nil {
		return err
	}
	r, err := a.report(ctx, s, p, in, as)
	if err != nil {
		return err
	}
	if len(r.Captures) == 0 {
		return fmt.Errorf("store %s: %w: no capture was ingested into it", a.storeName(), graph.ErrNoData)
	}
	if err := a.saveFindings(ctx, s, p, as, r); err != nil {
		return err
	}
	r.Run = export.RunInfo{Version: version(), Started: graph.Time(start.UnixNano()), Duration: time.Since(start).Seconds()}
	if err := a.printReport(r); err != nil {
		return err
	}
	return a.gate(r)
}

// chosen returns the analyses of the given names, all if there are none.
func chosen(names []string) ([]analyses.Analysis, error) {
	all := allAnalyses()
	if len(names) == 0 {
		return all, nil
	}
	var as []analyses.Analysis
	var known []string
	for _, an := range all {
		known = append(known, an.Name)
	}
	for _, n := range names {
		i := slices.Index(known, n)
		if i < 0 {
			return nil, unknownName("analysis", n, known)
		}
		as = append(as, all[i])
	}
	return as, nil
}

// saveFindings keeps the history of findings of a report over the whole store.
func (a *app) saveFindings(ctx context.Context, s graph.Store, p graph.Params, as []analyses.Analysis, r *export.Report) error {
	if p.From != 0 || p.To != 0 || len(p.Captures) > 0 {
		return nil // a window says nothing of what is outside it
	}
	var judged []string
	for _, an := range as {
		judged = append(judged, an.Rules...)
	}
	err := s.SaveFindings(ctx, judged, export.FindingRecords(r.Findings))
	if errors.Is(err, sqlite.ErrReadOnly) {
		a.log.Info("the history of findings is not kept", "store", a.storeName(), "why", err)
		return nil
	}
	return err
}

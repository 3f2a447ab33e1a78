package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/export"
	"netscope.example/nsgraph/export/markdown"
	"netscope.example/nsgraph/export/text"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

const captureHelp = `CAPTURE is a file, a folder (all captures in it), a glob, or - (standard input): pcap and pcapng, plain, gzip or zstd, by content and not by
name. NAME=FILE names the capture point; otherwise it is the pcapng interface name or the file's base name.`

func (a *app) analyzeCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "analyze CAPTURE...",
		Short: "Decode captures and answer all five questions",
		Long:  "Decodes captures, builds the graph in memory, answers all five questions and prints the report.\n\n" + captureHelp,
		Example: `  nsgraph analyze office.pcapng
  nsgraph analyze --intent site.yaml -o json --out report.json core1=trunk.pcap.zst
  tcpdump -i eth0 -w - | nsgraph analyze -`,
		Args: atLeastOne("a capture: a file, a folder, a glob, or - for standard input"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.analyze(c.Context(), args)
		},
	}
	a.reportFlags(c)
	a.windowTimeFlags(c)
	c.Flags().StringVar(&a.conversations, "conversations", "", "also write every conversation to `FILE`, a line of JSON each, in the order in which they end")
	return c
}

// reportFlags adds the flags of commands that print a report.
func (a *app) reportFlags(c *cobra.Command) {
	c.Flags().StringVar(&a.failOn, "fail-on", "", "exit with 3 if there is a finding of this `SEVERITY` or higher: info, low, medium, high, critical")
	c.PreRunE = func(*cobra.Command, []string) error {
		if a.failOn == "" || a.failOn == "none" {
			return nil
		}
		if _, err := analyses.ParseSeverity(a.failOn); err != nil {
			return usage("--fail-on: %w", err)
		}
		return nil
	}
	a.formatFlag(c, "text", "json", "jsonl", "md")
}

// windowTimeFlags adds the window flags that need no store.
func (a *app) windowTimeFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&a.since, "since", "", "only what held at or after `TIME`: RFC 3339, a date, Unix seconds, or before the last packet (2h ago, -2h)")
	f.StringVar(&a.until, "until", "", "only what held before `TIME`")
	f.StringVar(&a.at, "at", "", "only what held at `TIME`")
}

func (a *app) analyze(ctx context.Context, args []string) error {
	in, err := a.loadIntent()
	if err != nil {
		return err
	}
	start := time.Now()
	d, interrupted := a.decode(ctx, args, in)
	if d == nil {
		return interrupted
	}
	ctx = context.WithoutCancel(ctx) // what was decoded until the interrupt is answered for
	s := memory.New()
	if err := s.Apply(ctx, d.batch); err != nil {
		return err
	}
	p, err := a.params(ctx, s)
	if err != nil {
		return err
	}
	r, err := a.report(ctx, s, p, in, allAnalyses())
	if err != nil {
		return err
	}
	r.Run = export.RunInfo{Version: version(), Started: graph.Time(start.UnixNano()), Duration: time.Since(start).Seconds(),
		PacketsPerSec: float64(d.packets) / d.took.Seconds()}
	if err := a.printReport(r); err != nil {
		return err
	}
	if interrupted != nil {
		return &exitError{exitInterrupted, errors.New("interrupted: the report covers what was read until then")}
	}
	if err := a.gate(r); err != nil {
		return err
	}
	return d.partial()
}

// report resolves the site and asks the analyses.
func (a *app) report(ctx context.Context, q graph.Querier, p graph.Params, in *intent.Intent, as []analyses.Analysis) (*export.Report, error) {
	site, err := analyses.NewSite(ctx, q, p, in)
	if err != nil {
		return nil, err
	}
	return export.Build(ctx, q, p, site, as)
}

// printReport writes r in the chosen format.
func (a *app) printReport(r *export.Report) error {
	return a.answer(func(w io.Writer) error {
		switch a.format {
		case "json":
			return r.WriteJSON(w)
		case "jsonl":
			return r.WriteJSONL(w)
		case "md":
			return markdown.Write(w, r)
		}
		return text.Write(w, r, text.Options{Width: a.width(), Color: a.colored()})
	})
}

// gate is the error of findings at or above --fail-on, or nil.
func (a *app) gate(r *export.Report) error {
	if a.failOn == "" || a.failOn == "none" {
		return nil
	}
	min, err := analyses.ParseSeverity(a.failOn)
	if err != nil {
		return usage("--fail-on: %w", err)
	}
	if worst, ok := r.Worst(); ok && worst >= min {
		return &exitError{code: exitFindings}
	}
	return nil
}

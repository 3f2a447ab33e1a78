package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/dependency"
	"netscope.example/nsgraph/export"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/diff"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

func (a *app) diffCmd() *cobra.Command {
	var exitCode bool
	c := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Tell what changed between two snapshots, or two captures",
		Long: `Tells what changed between two snapshots of the store, or between two captures (files or folders); then nothing is stored. What is not seen any more has vanished
only if the new side would have shown it; else it is listed under what cannot be told, with the reason.`,
		Example: `  nsgraph diff before-migration after-migration
  nsgraph diff before.pcap after.pcap --exit-code`,
		Args: exactly(2, "two snapshots or two captures"),
		RunE: func(c *cobra.Command, args []string) error {
			n, err := a.diff(c.Context(), args[0], args[1])
			if err == nil && exitCode && n > 0 {
				return &exitError{code: exitFindings}
			}
			return err
		},
	}
	c.Flags().BoolVar(&exitCode, "exit-code", false, "exit with 3 if there are differences")
	a.formatFlag(c, "text", "json", "md")
	return c
}

// side is one of the two that are compared.
type side struct {
	view     *graph.View
	window   graph.Params
	findings []graph.Finding
}

// diff prints the difference and returns how many changes there are.
func (a *app) diff(ctx context.Context, before, after string) (int, error) {
	in, err := a.loadIntent()
	if err != nil {
		return 0, err
	}
	var sides [2]side
	var partial error
	old, recent := isCapture(before), isCapture(after)
	if old != recent {
		capture, other := before, after
		if recent {
			capture, other = after, before
		}
		return 0, usage("%s is a capture, and %s is no file: name two captures, or two snapshots", capture, other)
	}
	if old && recent {
		for i, name := range []string{before, after} {
			d, err := a.decode(ctx, []string{name}, in)
			if err != nil {
				return 0, err
			}
			s := memory.New()
			if err := s.Apply(ctx, d.batch); err != nil {
				return 0, err
			}
			if sides[i], err = a.side(ctx, s, graph.Params{}, in); err != nil {
				return 0, err
			}
			if partial == nil {
				partial = d.partial()
			}
		}
	} else if err := a.withStore(ctx, func(s graph.Store) error {
		for i, name := range []string{before, after} {
			p, err := a.snapshotParams(ctx, s, name)
			if err != nil {
				return err
			}
			if sides[i], err = a.side(ctx, s, p, in); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return 0, err
	}
	r, err := diff.Diff(sides[0].view, sides[1].view, diff.Options{OldName: before, NewName: after, OldWindow: sides[0].window, NewWindow: sides[1].window,
		OldFindings: sides[0].findings, NewFindings: sides[1].findings})
	if err != nil {
		return 0, err
	}
	for _, f := range append(dependency.Changes(r), dependency.Shifts(sides[0].view, sides[1].view)...) {
		r.Findings = append(r.Findings, f)
	}
	err = a.answer(func(w io.Writer) error {
		switch a.format {
		case "json":
			return export.JSON(w, r)
		case "md":
			return export.DiffMarkdown(w, r)
		}
		return export.DiffText(w, r)
	})
	if err != nil {
		return 0, err
	}
	return len(r.Changes), partial
}

// isCapture reports whether a name is that of a file or folder, or names a capture point's file.
func isCapture(name string) bool {
	if _, err := os.Stat(name); err == nil {
		return true
	}
	_, path, ok := strings.Cut(name, "=")
	_, err := os.Stat(path)
	return ok && err == nil
}

// snapshotParams returns what a snapshot of the store selects.
func (a *app) snapshotParams(ctx context.Context, s graph.Store, name string) (graph.Params, error) {
	snaps, err := s.Snapshots(ctx)
	if err != nil {
		return graph.Params{}, err
	}
	var names []string
	for _, sn := range snaps {
		if sn.Name == name {
			return sn.Params(), nil
		}
		names = append(names, sn.Name)
	}
	if len(names) == 0 {
		return graph.Params{}, usage("%s is neither a capture nor a snapshot; the store has no snapshots, make one with 'nsgraph snapshot create NAME'", name)
	}
	return graph.Params{}, unknownName("capture or snapshot", name, names)
}

// side loads a view with the findings on it, and the zones that the intent declares.
func (a *app) side(ctx context.Context, s graph.Store, p graph.Params, in *intent.Intent) (side, error) {
	site, err := analyses.NewSite(ctx, s, p, in)
	if err != nil {
		return side{}, err
	}
	r, err := export.Build(ctx, s, p, site, allAnalyses())
	if err != nil {
		return side{}, err
	}
	v, err := view(ctx, s, p)
	if err != nil {
		return side{}, err
	}
	if len(r.Captures) == 0 {
		return side{}, fmt.Errorf("diff: %w", graph.ErrNoData)
	}
	return side{view: v, window: p, findings: export.FindingRecords(r.Findings)}, nil
}

package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"netscope.example/nsgraph/export"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

func (a *app) intentCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "intent init|check|schema",
		Short: "Draft an intent file, check one, print its JSON Schema",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(&cobra.Command{
		Use:   "init [CAPTURE...]",
		Short: "Draft an intent file from captures, or from what the store holds",
		Example: `  nsgraph intent init office.pcapng --out site.yaml
  nsgraph intent init --store site.db > site.yaml`,
		RunE: func(c *cobra.Command, args []string) error { return a.draftIntent(c.Context(), args) },
	}, &cobra.Command{
		Use:   "check FILE",
		Short: "Check an intent file",
		Args:  exactly(1, "one intent file"),
		RunE: func(_ *cobra.Command, args []string) error {
			in, err := intent.Load(args[0])
			if err != nil {
				return &exitError{exitUsage, err}
			}
			a.warnOfApplications(in)
			return a.answer(func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "%s holds: %s, %s, %s, %s\n", args[0], export.Count(int64(len(in.Zones)), "zone"), export.Count(int64(rules(in)), "policy rule"),
					export.Count(int64(len(in.Groups)), "group"), export.Count(int64(len(in.Applications)), "application"))
				return err
			})
		},
	}, &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the intent file",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			schema, err := intent.SchemaJSON()
			if err != nil {
				return err
			}
			return a.answer(func(w io.Writer) error {
				_, err := w.Write(schema)
				return err
			})
		},
	})
	return c
}

func rules(in *intent.Intent) int {
	if in.Policy == nil {
		return 0
	}
	return len(in.Policy.Rules)
}

// draftIntent drafts from captures, or from the store if none are named.
func (a *app) draftIntent(ctx context.Context, args []string) error {
	var s graph.Store
	var partial error
	if len(args) > 0 {
		d, err := a.decode(ctx, args, &intent.Intent{})
		if err != nil {
			return err
		}
		m := memory.New()
		if err := m.Apply(ctx, d.batch); err != nil {
			return err
		}
		s, partial = m, d.partial()
	} else {
		var err error
		if s, err = a.openStore(ctx, false); err != nil {
			return err
		}
	}
	defer s.Close()
	v, err := view(ctx, s, graph.Params{})
	if err != nil {
		return err
	}
	if len(v.Endpoints) == 0 {
		return fmt.Errorf("intent init: %w: no host was seen", graph.ErrNoData)
	}
	if err := a.answer(func(w io.Writer) error { return intent.Write(w, intent.Draft(v)) }); err != nil {
		return err
	}
	if a.outFile != "" && !a.quiet {
		fmt.Fprintf(a.err, "wrote %s; check it with 'nsgraph intent check %s'\n", a.outFile, a.outFile)
	}
	return partial
}

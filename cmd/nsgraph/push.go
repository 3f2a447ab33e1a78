package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"netscope.example/nsgraph/export"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/neo4j"
)

func (a *app) pushCmd() *cobra.Command {
	var to string
	c := &cobra.Command{
		Use:   "push --to neo4j://HOST",
		Short: "Copy a store into Neo4j, again and again without doubling",
		Long: `Copies what a store holds into Neo4j: batches, the declared layer, snapshots and findings. What is there already is not doubled; what a killed push left half is
finished by the next. User and password come from NSGRAPH_NEO4J_USER and NSGRAPH_NEO4J_PASSWORD, or NSGRAPH_NEO4J_PASSWORD_FILE.`,
		Example: `  nsgraph push --to neo4j://localhost
  nsgraph push --store site.db --to 'bolt+s://graph.example:7687?database=network'`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !isURL(to) {
				return usage("--to %q is no server: want neo4j://HOST[:PORT], or one of %s", to, strings.Join(neo4j.Schemes, ", "))
			}
			return a.push(c.Context(), to)
		},
	}
	c.Flags().StringVar(&to, "to", "", "the `URL` of the server: neo4j://, bolt://, with +s or +ssc for TLS; ?database=NAME chooses the database")
	a.formatFlag(c, "text", "json")
	return c
}

func (a *app) push(ctx context.Context, to string) error {
	return a.withStore(ctx, func(from graph.Store) error {
		o, err := neo4j.FromEnvironment(to, os.Getenv)
		if err != nil {
			return &exitError{exitUsage, err}
		}
		s, err := neo4j.Open(ctx, o)
		if err != nil {
			return err
		}
		defer s.Close()
		start := time.Now()
		p, err := neo4j.Push(ctx, from, s, a.pushed(start))
		if err != nil {
			return err
		}
		return a.answer(func(w io.Writer) error {
			if a.format == "json" {
				return export.JSON(w, map[string]any{"to": to, "batches": p.Batches, "skipped": p.Skipped, "rows": p.Rows, "duration_s": time.Since(start).Seconds()})
			}
			_, err := fmt.Fprintf(w, "%d batches copied, %d were there already; %d nodes and relationships in %.1f s\n", p.Batches, p.Skipped, p.Rows, time.Since(start).Seconds())
			return err
		})
	})
}

// pushed shows the rows and their rate on standard error, at most ten times a second.
func (a *app) pushed(start time.Time) func(neo4j.Pushed) {
	if !a.showsProgress() {
		return nil
	}
	var last time.Time
	return func(p neo4j.Pushed) {
		if time.Since(last) < 100*time.Millisecond {
			return
		}
		last = time.Now()
		fmt.Fprintf(a.err, "\rbatch %d of %d, %d rows, %.0f rows/s ", p.Batches+p.Skipped+1, p.Of, p.Rows, float64(p.Rows)/time.Since(start).Seconds())
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/bandwidth"
	"netscope.example/nsgraph/analyses/configuration"
	"netscope.example/nsgraph/analyses/cookbook"
	"netscope.example/nsgraph/analyses/dependency"
	"netscope.example/nsgraph/analyses/qos"
	"netscope.example/nsgraph/analyses/segmentation"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/neo4j"
	"netscope.example/nsgraph/graph/sqlite"
)

// allAnalyses are the questions in the order in which reports answer them.
func allAnalyses() []analyses.Analysis {
	return []analyses.Analysis{segmentation.Analysis(), dependency.Analysis(), bandwidth.Analysis(), configuration.Analysis(), qos.Analysis()}
}

// allQuestions are the named queries: what a graph holds, what the analyses ask, what architects ask.
func allQuestions() []graph.Question {
	qs := analyses.Inventory()
	for _, a := range allAnalyses() {
		qs = append(qs, a.Queries...)
	}
	return append(qs, cookbook.Questions()...)
}

// openStore opens the store that --store names. create lets a file that is not there be made.
func (a *app) openStore(ctx context.Context, create bool) (graph.Store, error) {
	name := a.storeName()
	if isURL(name) {
		if scheme, _, _ := strings.Cut(name, "://"); !slices.Contains(neo4j.Schemes, scheme) {
			return nil, usage("--store %q is no store: want a file, or the URL of a server: %s", name, strings.Join(neo4j.Schemes, ", "))
		}
		o, err := neo4j.FromEnvironment(name, os.Getenv)
		if err != nil {
			return nil, &exitError{exitUsage, err}
		}
		return neo4j.Open(ctx, o)
	}
	if create {
		return sqlite.Open(ctx, name)
	}
	if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
		return nil, &exitError{exitUnreachable, fmt.Errorf("no store at %s: make one with 'nsgraph ingest CAPTURE...', or name another with --store", name)}
	}
	return sqlite.OpenExisting(ctx, name)
}

// view loads what p selects of a store. A server is asked for it only where Go must compare whole graphs.
func view(ctx context.Context, s graph.Store, p graph.Params) (*graph.View, error) {
	if n, ok := s.(*neo4j.Store); ok {
		return n.Select(ctx, p)
	}
	return s.View(ctx, p)
}

func (a *app) storeName() string {
	if a.store == "" {
		return "nsgraph.db"
	}
	return a.store
}

// isURL reports whether a store name is that of a server.
func isURL(name string) bool { return strings.Contains(name, "://") }

// span returns the first and last packet time of all captures in a store.
func span(ctx context.Context, s graph.Querier) (first, last graph.Time, err error) {
	cs, err := analyses.Captures.All(ctx, s, graph.Params{})
	if err != nil {
		return 0, 0, err
	}
	for _, c := range cs {
		if c.Packets == 0 {
			continue
		}
		if first == 0 && last == 0 {
			first, last = c.First, c.Last
		}
		first, last = min(first, c.First), max(last, c.Last)
	}
	return first, last, nil
}

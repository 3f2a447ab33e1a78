package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/bandwidth"
	"netscope.example/nsgraph/analyses/configuration"
	"netscope.example/nsgraph/analyses/dependency"
	"netscope.example/nsgraph/analyses/qos"
	"netscope.example/nsgraph/analyses/segmentation"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/sqlite"
)

// allAnalyses are the questions in the order in which reports answer them.
func allAnalyses() []analyses.Analysis {
	return []analyses.Analysis{segmentation.Analysis(), dependency.Analysis(), bandwidth.Analysis(), configuration.Analysis(), qos.Analysis()}
}

// allQuestions are the named queries of all analyses.
func allQuestions() []graph.Question {
	qs := analyses.Inventory()
	for _, a := range allAnalyses() {
		qs = append(qs, a.Queries...)
	}
	return qs
}

// openStore opens the store that --store names. create lets a file that is not there be made.
func (a *app) openStore(ctx context.Context, create bool) (graph.Store, error) {
	name := a.storeName()
	if !create {
		if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
			return nil, &exitError{exitUnreachable, fmt.Errorf("no store at %s: make one with 'nsgraph ingest CAPTURE...', or name another with --store", name)}
		}
	}
	return sqlite.Open(ctx, name)
}

func (a *app) storeName() string {
	if a.store == "" {
		return "nsgraph.db"
	}
	return a.store
}

// isNeo4j reports whether a store name is a Bolt URL.
func isNeo4j(name string) bool {
	scheme, _, ok := strings.Cut(name, "://")
	return ok && (strings.HasPrefix(scheme, "neo4j") || strings.HasPrefix(scheme, "bolt"))
}

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
		if first == 0 || c.First < first {
			first = c.First
		}
		last = max(last, c.Last)
	}
	return first, last, nil
}

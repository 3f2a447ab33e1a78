package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/neo4j"
)

// maxStatement is how long a statement may be, in bytes.
const maxStatement = 1 << 20

// free runs the Cypher of a file, or of standard input, on Neo4j.
func (a *app) free(c *cobra.Command, file string, params []string, timeout time.Duration, rows int) error {
	statement, err := readStatement(c, file)
	if err != nil {
		return err
	}
	if !isURL(a.storeName()) {
		return usage("free Cypher runs on Neo4j: name the server with --store neo4j://HOST; %s answers the named queries, see --list", a.storeName())
	}
	args := map[string]any{}
	for _, p := range params {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return usage("--param %q, want NAME=VALUE", p)
		}
		args[name] = value
	}
	ctx := c.Context()
	return a.withStore(ctx, func(s graph.Store) error {
		p, err := a.params(ctx, s)
		if err != nil {
			return err
		}
		args["from"], args["to"] = p.Window()
		columns, seq, err := s.(*neo4j.Store).Free(ctx, statement, args, neo4j.Limits{Timeout: timeout, Rows: rows})
		if errors.Is(err, neo4j.ErrNotReadOnly) {
			return &exitError{exitUsage, err}
		}
		if err != nil {
			return err
		}
		var cutErr error
		err = a.answer(func(w io.Writer) error { return a.writeRows(w, columns, untilCut(columns, seq, &cutErr)) })
		return errors.Join(err, cutErr)
	})
}

// untilCut turns rows into the form of named queries; an answer that a limit cut ends early and leaves the reason in cut.
func untilCut(columns []string, seq graph.Seq[[]any], cut *error) graph.Seq[graph.Row] {
	return func(yield func(graph.Row, error) bool) {
		for values, err := range seq {
			if errors.Is(err, neo4j.ErrCut) {
				*cut = err
				return
			}
			if !yield(graph.Row{Columns: columns, Values: values}, err) || err != nil {
				return
			}
		}
	}
}

func readStatement(c *cobra.Command, file string) (string, error) {
	in := c.InOrStdin()
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxStatement+1))
	if err != nil {
		return "", fmt.Errorf("read statement %s: %w", file, err)
	}
	if len(b) > maxStatement {
		return "", usage("statement %s is longer than %d bytes", file, maxStatement)
	}
	return strings.TrimSuffix(strings.TrimSpace(string(b)), ";"), nil
}

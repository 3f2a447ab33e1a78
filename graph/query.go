package graph

import (
	"context"
	"fmt"
	"iter"
	"strconv"

	"netscope.example/nsgraph/capture/fact"
)

// Seq is a sequence that can fail. An error ends it.
type Seq[T any] = fact.Seq[T]

// Params select what a query sees. The zero value sees everything.
type Params struct {
	From  Time // relationships that hold at some time in [From, To); zero: from the beginning
	To    Time // zero: Forever
	Known Time // only batches ingested at or before; zero: all
	// Captures limits to the batches that hold any of these SHA-256 values; empty: all.
	Captures []string
	// Args are the query's own parameters by name: string, int64, float64, bool, Time, or []string.
	Args map[string]any
}

// Param documents one of a query's own parameters.
type Param struct {
	Name     string
	Doc      string
	Default  any // also gives the type; never nil
	Required bool
	Example  string
}

// Query is a named question. It selects and aggregates; judgement is Go over its rows. Its rows have a total order, which both
// forms return.
type Query[R any] struct {
	Name   string // "segmentation/flows"
	Group  string // heading under which --list shows it; the part of Name before the slash, if empty
	Doc    string // one sentence that ends with a full stop
	Params []Param
	Cypher string // for Neo4j. Its columns are the `graph` tags of R, in any order. $from, $to, $known, $captures and the Params are set
	Local  func(v *View, p Params) iter.Seq[R]
}

// Querier answers queries: exactly one of the two is supported.
type Querier interface {
	// View returns the part of the graph that p selects, or nil if this querier answers in Cypher.
	View(ctx context.Context, p Params) (*View, error)
	// Cypher runs a statement and returns its rows, each a map from column to value.
	Cypher(ctx context.Context, statement string, params map[string]any) Seq[map[string]any]
}

// Run asks the query.
func (q Query[R]) Run(ctx context.Context, on Querier, p Params) Seq[R] {
	return func(yield func(R, error) bool) {
		var zero R
		p, err := q.complete(p)
		if err != nil {
			yield(zero, err)
			return
		}
		v, err := on.View(ctx, p)
		if err != nil {
			yield(zero, fmt.Errorf("query %s: %w", q.Name, err))
			return
		}
		if v != nil {
			for r := range q.Local(v, p) {
				if !yield(r, nil) {
					return
				}
			}
			return
		}
		for m, err := range on.Cypher(ctx, q.Cypher, p.cypher()) {
			if err != nil {
				yield(zero, fmt.Errorf("query %s: %w", q.Name, err))
				return
			}
			var r R
			if err := DecodeProperties(m, &r); err != nil {
				yield(zero, fmt.Errorf("query %s: %w", q.Name, err))
				return
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// All asks the query and collects its rows.
func (q Query[R]) All(ctx context.Context, on Querier, p Params) ([]R, error) {
	var parts [][]R // large answers are copied once, when their size is known
	var rows []R
	n := 0
	for r, err := range q.Run(ctx, on, p) {
		if err != nil {
			return nil, err
		}
		if len(rows) == partRows {
			parts, rows = append(parts, rows), make([]R, 0, partRows)
		}
		rows = append(rows, r)
		n++
	}
	if len(parts) == 0 {
		return rows, nil
	}
	all := make([]R, 0, n)
	for i, part := range append(parts, rows) {
		all = append(all, part...)
		clear(part)
		if i < len(parts) {
			parts[i] = nil
		}
	}
	return all, nil
}

const partRows = 4096

// complete fills in defaults and refuses unknown, missing and ill-typed arguments.
func (q Query[R]) complete(p Params) (Params, error) {
	args := make(map[string]any, len(q.Params))
	for _, d := range q.Params {
		v, ok := p.Args[d.Name]
		if !ok {
			if d.Required {
				return p, fmt.Errorf("query %s: parameter %s is missing: %s", q.Name, d.Name, d.Doc)
			}
			v = d.Default
		}
		if fmt.Sprintf("%T", v) != fmt.Sprintf("%T", d.Default) {
			return p, fmt.Errorf("query %s: parameter %s is %T, want %T", q.Name, d.Name, v, d.Default)
		}
		args[d.Name] = v
	}
	for n := range p.Args {
		if _, ok := args[n]; !ok {
			return p, fmt.Errorf("query %s: no parameter %q", q.Name, n)
		}
	}
	p.Args = args
	return p, nil
}

// cypher returns the statement's parameters; times are nanoseconds here, and a store's own type after it converted them.
func (p Params) cypher() map[string]any {
	m := make(map[string]any, len(p.Args)+4)
	for k, v := range p.Args {
		m[k] = v
	}
	m["from"], m["to"] = p.Window()
	m["known"] = p.Known
	if p.Known == 0 {
		m["known"] = Forever
	}
	m["captures"] = p.Captures
	if p.Captures == nil {
		m["captures"] = []string{}
	}
	return m
}

// Question is a query without its row type, for listing and for the command line.
type Question interface {
	Info() QuestionInfo
	// Rows asks the query and returns each row as its columns.
	Rows(ctx context.Context, on Querier, p Params) Seq[Row]
}

// QuestionInfo describes a query.
type QuestionInfo struct {
	Name, Group, Doc string
	Params           []Param
	Columns          []string // in the order of the row's fields
	Cypher           string
}

// Row is one answer: its columns in order.
type Row struct {
	Columns []string
	Values  []any
}

// Info describes the query.
func (q Query[R]) Info() QuestionInfo {
	var r R
	return QuestionInfo{Name: q.Name, Group: q.Group, Doc: q.Doc, Params: q.Params, Columns: PropertyNames(r), Cypher: q.Cypher}
}

// Rows asks the query and returns each row as its columns.
func (q Query[R]) Rows(ctx context.Context, on Querier, p Params) Seq[Row] {
	return func(yield func(Row, error) bool) {
		for r, err := range q.Run(ctx, on, p) {
			if err != nil {
				yield(Row{}, err)
				return
			}
			m := EncodeProperties(&r)
			cols := PropertyNames(r)
			vals := make([]any, len(cols))
			for i, c := range cols {
				vals[i] = m[c]
			}
			if !yield(Row{Columns: cols, Values: vals}, nil) {
				return
			}
		}
	}
}

func appendUint(b []byte, n uint64) []byte { return strconv.AppendUint(b, n, 10) }

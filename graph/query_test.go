package graph_test

import (
	"context"
	"errors"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/memory"
)

type clientRow struct {
	Client graph.ID `graph:"client"`
	Bytes  int64    `graph:"bytes"`
}

var clients = graph.Query[clientRow]{
	Name: "test/clients", Doc: "Who sent how much.", Cypher: "MATCH …",
	Params: []graph.Param{{Name: "min", Doc: "at least these bytes", Default: int64(0)}, {Name: "why", Doc: "says why", Default: "", Required: true}},
	Local: func(v *graph.View, p graph.Params) iter.Seq[clientRow] {
		return func(yield func(clientRow) bool) {
			for _, u := range v.Uses {
				if u.BytesUp >= p.Args["min"].(int64) && !yield(clientRow{u.Src, u.BytesUp}) {
					return
				}
			}
		}
	},
}

// server answers in Cypher with fixed rows, and keeps what it was asked.
type server struct {
	rows   []map[string]any
	err    error
	params map[string]any
}

func (s *server) View(context.Context, graph.Params) (*graph.View, error) { return nil, nil }

func (s *server) Cypher(_ context.Context, _ string, params map[string]any) graph.Seq[map[string]any] {
	s.params = params
	return func(yield func(map[string]any, error) bool) {
		for _, r := range s.rows {
			if !yield(r, nil) {
				return
			}
		}
		if s.err != nil {
			yield(nil, s.err)
		}
	}
}

func args(kv ...any) graph.Params {
	p := graph.Params{Args: map[string]any{}}
	for i := 0; i < len(kv); i += 2 {
		p.Args[kv[i].(string)] = kv[i+1]
	}
	return p
}

func TestQueryLocal(t *testing.T) {
	s := memory.New()
	if err := s.Apply(t.Context(), graphtest.Big("x", 20)); err != nil {
		t.Fatal(err)
	}
	rows, err := clients.All(t.Context(), s, args("why", "test", "min", int64(1500)))
	if err != nil || len(rows) != 5 { // 1500 to 1900
		t.Errorf("%d rows, %v", len(rows), err)
	}
	n := 0
	for r, err := range clients.Rows(t.Context(), s, args("why", "test")) {
		if err != nil || !slices.Equal(r.Columns, []string{"client", "bytes"}) || len(r.Values) != 2 {
			t.Fatalf("%+v, %v", r, err)
		}
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d rows before the break", n)
	}
}

func TestQueryArguments(t *testing.T) {
	for says, p := range map[string]graph.Params{
		"parameter why is missing: says why":  args(),
		"parameter min is string, want int64": args("why", "", "min", "x"),
		`no parameter "max"`:                  args("why", "", "max", int64(1)),
	} {
		if _, err := clients.All(t.Context(), memory.New(), p); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
		for _, err := range clients.Rows(t.Context(), memory.New(), p) {
			if err == nil {
				t.Error("a row instead of an error")
			}
		}
	}
}

func TestQueryCypher(t *testing.T) {
	id := graph.NewID("x")
	s := &server{rows: []map[string]any{{"client": id.String(), "bytes": int64(5)}}}
	rows, err := clients.All(t.Context(), s, graph.Params{Known: 7, Captures: []string{"aa"}, From: 3, Args: map[string]any{"why": "w"}})
	if err != nil || !slices.Equal(rows, []clientRow{{id, 5}}) {
		t.Errorf("%v, %v", rows, err)
	}
	want := map[string]any{"from": graph.Time(3), "to": graph.Forever, "known": graph.Time(7), "captures": []string{"aa"}, "min": int64(0), "why": "w"}
	if !maps.EqualFunc(s.params, want, func(a, b any) bool { return reflect.DeepEqual(a, b) }) {
		t.Errorf("parameters %v, want %v", s.params, want)
	}
	if _, err := clients.All(t.Context(), s, args("why", "")); err != nil {
		t.Fatal(err)
	}
	if s.params["from"] != graph.MinTime || s.params["known"] != graph.Forever || len(s.params["captures"].([]string)) != 0 {
		t.Errorf("everything: %v", s.params)
	}
	s.rows = []map[string]any{{"client": 5}}
	if _, err := clients.All(t.Context(), s, args("why", "")); err == nil || !strings.Contains(err.Error(), "query test/clients: property client") {
		t.Errorf("an ill-typed row: %v", err)
	}
	s.rows, s.err = nil, errors.New("gone")
	if _, err := clients.All(t.Context(), s, args("why", "")); !errors.Is(err, s.err) {
		t.Errorf("a failing server: %v", err)
	}
	closed := memory.New()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := clients.All(t.Context(), closed, args("why", "")); !errors.Is(err, memory.ErrClosed) {
		t.Errorf("a closed store: %v", err)
	}
}

func TestQuestion(t *testing.T) {
	var q graph.Question = clients
	info := q.Info()
	if info.Name != "test/clients" || info.Doc != "Who sent how much." || info.Cypher != "MATCH …" || len(info.Params) != 2 || !slices.Equal(info.Columns, []string{"client", "bytes"}) {
		t.Errorf("%+v", info)
	}
}

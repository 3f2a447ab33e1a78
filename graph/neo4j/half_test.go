package neo4j_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/memory"
	"netscope.example/nsgraph/graph/neo4j"
	"netscope.example/nsgraph/graph/neo4j/neo4jtest"
)

// holding returns a store with one batch of several transactions.
func holding(t *testing.T, known graph.Time) *memory.Store {
	t.Helper()
	s, b := memory.New(), graphtest.Big("half", 6000)
	b.Known = known
	if err := s.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return s
}

// half pushes until the first relationships are loaded.
func half(t *testing.T, to *neo4j.Store) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := neo4j.Push(ctx, holding(t, 1), to, func(p neo4j.Pushed) {
		if p.Rows > 4000+2 { // 1000 services, 3000 endpoints, a capture and its point
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v, want context.Canceled", err)
	}
	if bs, err := to.Batches(t.Context()); err != nil || len(bs) != 0 {
		t.Fatalf("half a batch is seen: %v, %v", bs, err)
	}
}

// TestHalfOfAnother begins anew where the half that is there was cut otherwise.
func TestHalfOfAnother(t *testing.T) {
	to := opened(t)
	half(t, to)
	from := holding(t, 2)
	pushed(t, from, to, 1, 0)
	equal(t, from, to)
	if got := counts(t, neo4jtest.Options(t)); got != "[[4003] [6000]]" { // and the batch's own node
		t.Errorf("%s nodes and relationships, want 4003 and 6000", got)
	}
}

// TestHalfRemoved takes out what a killed push left.
func TestHalfRemoved(t *testing.T) {
	to := opened(t)
	half(t, to)
	if err := to.Remove(t.Context(), graphtest.SHA("half")); err != nil {
		t.Fatal(err)
	}
	if got := counts(t, neo4jtest.Options(t)); got != "[[0] [0]]" {
		t.Errorf("%s nodes and relationships, want none", got)
	}
}

// TestRemovedMeanwhile lets another client take out a batch while it is loaded: it is loaded again.
func TestRemovedMeanwhile(t *testing.T) {
	to := opened(t)
	other, err := neo4j.Open(t.Context(), neo4jtest.Options(t))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	from, removed := holding(t, 1), false
	_, err = neo4j.Push(t.Context(), from, to, func(p neo4j.Pushed) {
		if !removed && p.Rows > 4002 {
			removed = true
			if err := other.Remove(t.Context(), graphtest.SHA("half")); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil || !removed {
		t.Fatal(err, removed)
	}
	equal(t, from, to)
	if got := counts(t, neo4jtest.Options(t)); got != "[[4003] [6000]]" {
		t.Errorf("%s nodes and relationships, want 4003 and 6000", got)
	}
}

// TestSchemaOfAnother refuses a graph of another version with what to do, and makes anew what somebody dropped.
func TestSchemaOfAnother(t *testing.T) {
	o := neo4jtest.Options(t)
	opened(t)
	neo4jtest.Query(t, o, "DROP CONSTRAINT nsgraph_lane")
	s, err := neo4j.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if got := neo4jtest.Query(t, o, "SHOW CONSTRAINTS YIELD name WHERE name = 'nsgraph_lane' RETURN name"); len(got) != 1 {
		t.Error("the constraint is missing")
	}
	neo4jtest.Query(t, o, "MATCH (s:Schema) SET s.version = 2")
	if s, err = neo4j.Open(t.Context(), o); err == nil {
		s.Close()
	}
	if want := "it has schema 2, this nsgraph has 3: push into an empty database"; !errors.Is(err, graph.ErrVersion) || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want ErrVersion with %q", err, want)
	}
}

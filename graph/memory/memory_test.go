package memory_test

import (
	"errors"
	"testing"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/memory"
)

func TestStore(t *testing.T) {
	graphtest.Run(t, func(*testing.T) graph.Store { return memory.New() })
}

func TestClosed(t *testing.T) {
	s := memory.New()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.View(t.Context(), graph.Params{}); !errors.Is(err, memory.ErrClosed) {
		t.Errorf("view: %v, want ErrClosed", err)
	}
	if err := s.Apply(t.Context(), graphtest.NewBatch("x", 1).Batch()); !errors.Is(err, memory.ErrClosed) {
		t.Errorf("apply: %v, want ErrClosed", err)
	}
}

func TestNoCypher(t *testing.T) {
	for _, err := range memory.New().Cypher(t.Context(), "RETURN 1", nil) {
		if !errors.Is(err, graph.ErrNoCypher) {
			t.Errorf("cypher: %v, want ErrNoCypher", err)
		}
		return
	}
	t.Error("no answer at all")
}

package graphtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"netscope.example/nsgraph/graph"
)

// testConcurrent lets writers and readers meet: each view shows whole batches.
func testConcurrent(t *testing.T, open Open) {
	const writers, each, uses = 3, 4, 50
	s := opened(t, open)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if err := s.Apply(context.Background(), Big(fmt.Sprint("concurrent ", w, i), uses)); err != nil {
					t.Errorf("apply: %v", err)
				}
			}
		})
	}
	for range 2 {
		wg.Go(func() {
			for range 10 {
				v, err := viewOf(context.Background(), s, graph.Params{})
				if err != nil {
					t.Errorf("view: %v", err)
					return
				}
				if len(v.Uses) != uses*len(v.Batches) || len(v.Captures) != len(v.Batches) {
					t.Errorf("%d uses and %d captures of %d batches, want %d and one of each", len(v.Uses), len(v.Captures), len(v.Batches), uses)
				}
			}
		})
	}
	wg.Go(func() {
		for i := range 5 {
			if err := s.CreateSnapshot(context.Background(), graph.Snapshot{Name: fmt.Sprint(i)}); err != nil {
				t.Errorf("snapshot: %v", err)
			}
			if err := s.SaveFindings(context.Background(), nil, []graph.Finding{{ID: graph.NewID(fmt.Sprint(i)), Rule: "a/b"}}); err != nil {
				t.Errorf("findings: %v", err)
			}
		}
	})
	wg.Wait()
	if v := view(t, s, graph.Params{}); len(v.Batches) != writers*each || len(v.Uses) != writers*each*uses {
		t.Errorf("%d batches, %d uses, want %d and %d", len(v.Batches), len(v.Uses), writers*each, writers*each*uses)
	}
}

func testCancelled(t *testing.T, open Open) {
	s := opened(t, open)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	calls := map[string]func() error{
		"Apply":          func() error { return s.Apply(ctx, office()) },
		"Remove":         func() error { return s.Remove(ctx, SHA("office")) },
		"Batches":        func() error { _, err := s.Batches(ctx); return err },
		"View":           func() error { _, err := viewOf(ctx, s, graph.Params{}); return err },
		"CreateSnapshot": func() error { return s.CreateSnapshot(ctx, graph.Snapshot{Name: "x"}) },
		"Snapshots":      func() error { _, err := s.Snapshots(ctx); return err },
		"DeleteSnapshot": func() error { return s.DeleteSnapshot(ctx, "x") },
		"SaveFindings":   func() error { return s.SaveFindings(ctx, nil, nil) },
		"Findings":       func() error { _, err := s.Findings(ctx); return err },
		"SetIntent":      func() error { return s.SetIntent(ctx, graph.Contents{}) },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", name, err)
		}
	}
	same(t, "nothing was applied", graph.NewView(graph.Contents{}, nil), view(t, s, graph.Params{}))
}

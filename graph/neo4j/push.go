package neo4j

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"netscope.example/nsgraph/graph"
)

// Pushed is what a push has done so far.
type Pushed struct {
	Batches, Skipped int // batches that were copied, and that were there
	Of               int // batches in all
	Rows             int // nodes and relationships that were loaded
}

// Push copies what another store holds into s: batches, the declared layer, snapshots and findings. What is there already is not doubled; a batch is
// seen whole or not at all, and one that a killed push left half loaded is finished by the next. told, if not nil, is called as rows are loaded. The
// error of a server that goes away wraps graph.ErrUnreachable and says which batches are missing.
func Push(ctx context.Context, from graph.Store, s *Store, told func(Pushed)) (Pushed, error) {
	var p Pushed
	if told == nil {
		told = func(Pushed) {}
	}
	batches, err := from.Batches(ctx)
	if err != nil {
		return p, err
	}
	p.Of = len(batches)
	there, err := s.Batches(ctx)
	if err != nil {
		return p, fmt.Errorf("push: cannot tell which of %d batches are missing: %w", p.Of, err)
	}
	missing := slices.DeleteFunc(batches, func(b graph.BatchInfo) bool {
		return slices.ContainsFunc(there, func(t graph.BatchInfo) bool { return t.ID == b.ID })
	})
	p.Skipped = p.Of - len(missing)
	for i, info := range missing {
		b, err := stored(ctx, from, info)
		if err != nil {
			return p, err
		}
		err = s.apply(ctx, b, func(rows int) { p.Rows += rows; told(p) })
		if errors.Is(err, graph.ErrExists) {
			p.Skipped++
			continue
		}
		if err != nil {
			return p, fmt.Errorf("push: %d of %d batches are missing, from %s on: %w", len(missing)-i, p.Of, info.ID, err)
		}
		p.Batches++
		told(p)
	}
	if err := s.pushDeclared(ctx, from); err != nil {
		return p, fmt.Errorf("push: all batches are there, the declared layer is missing: %w", err)
	}
	if err := s.pushRecords(ctx, from); err != nil {
		return p, fmt.Errorf("push: all batches are there, snapshots and findings are missing: %w", err)
	}
	return p, nil
}

// view reads the part of a store that p selects, whether it answers in Go or in Cypher.
func view(ctx context.Context, from graph.Store, p graph.Params) (*graph.View, error) {
	if s, ok := from.(*Store); ok {
		return s.Select(ctx, p)
	}
	return from.View(ctx, p)
}

// stored returns a batch as it was applied.
func stored(ctx context.Context, from graph.Store, info graph.BatchInfo) (*graph.Batch, error) {
	if len(info.Captures) == 0 {
		return nil, fmt.Errorf("batch %s has no captures by which it could be read", info.ID)
	}
	v, err := view(ctx, from, graph.Params{Captures: info.Captures})
	if err != nil {
		return nil, err
	}
	b := &graph.Batch{ID: info.ID, Known: info.Known, Contents: v.Contents}
	b.Members = slices.DeleteFunc(slices.Clone(b.Members), func(m graph.Member) bool { return m.Batch.IsZero() })
	own := map[graph.ID]bool{}
	for i := range b.Members {
		own[b.Members[i].Dst] = true
	}
	b.Named = slices.DeleteFunc(slices.Clone(b.Named), func(n graph.Named) bool { return declarable(n.Label) && !own[n.ID] })
	return b, nil
}

// declarable reports whether nodes of a label may come from the intent alone.
func declarable(l graph.Label) bool {
	return l == graph.LabelZone || l == graph.LabelGroup || l == graph.LabelApplication
}

// nothing is no capture's SHA-256: what it selects is the declared layer alone.
const nothing = "-"

func (s *Store) pushDeclared(ctx context.Context, from graph.Store) error {
	v, err := view(ctx, from, graph.Params{Captures: []string{nothing}})
	if err != nil {
		return err
	}
	if len(v.Members) == 0 {
		return nil
	}
	return s.SetIntent(ctx, v.Contents)
}

// pushRecords copies snapshots by name, and findings as they stand.
func (s *Store) pushRecords(ctx context.Context, from graph.Store) error {
	snaps, err := from.Snapshots(ctx)
	if err != nil {
		return err
	}
	for _, snap := range snaps {
		if err := s.CreateSnapshot(ctx, snap); err != nil && !errors.Is(err, graph.ErrExists) {
			return err
		}
	}
	fs, err := from.Findings(ctx)
	if err != nil || len(fs) == 0 {
		return err
	}
	rows := make([]any, len(fs))
	for i := range fs {
		rows[i] = properties(&fs[i])
	}
	return s.write(ctx, func(t tx) error {
		if err := t.lock(); err != nil {
			return err
		}
		if _, err := t.rows("UNWIND $rows AS r MERGE (f:Finding {id: r.id}) SET f += r", map[string]any{"rows": rows}); err != nil {
			return err
		}
		return t.about(fs)
	})
}

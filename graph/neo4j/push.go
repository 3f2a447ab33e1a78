package neo4j

import (
	"context"
	"errors"
	"fmt"

	"netscope.example/nsgraph/graph"
)

// Progress is told how far a push is: rows (nodes and relationships) of the batches that are new to the server.
type Progress struct {
	Batch, Batches int // the batch that is being loaded, from 1, and how many there are
	Rows, Total    int // of this batch
}

// Pushed says what a push did.
type Pushed struct {
	Batches   int // that the server had not
	Present   int // that it had
	Rows      int
	Snapshots int // that the server had not
	Findings  int
}

// source is what a push reads from: stores that answer by View, and this one.
type source interface {
	Select(ctx context.Context, p graph.Params) (*graph.View, error)
}

func view(ctx context.Context, from graph.Store, p graph.Params) (*graph.View, error) {
	if s, ok := from.(source); ok {
		return s.Select(ctx, p)
	}
	return from.View(ctx, p)
}

// Push copies batches, declared layer, snapshots and findings to the server. It may be called again and again: what is there is left alone, what an earlier
// push left half is finished. One batch at a time is in memory. tell may be nil.
func (s *Store) Push(ctx context.Context, from graph.Store, tell func(Progress)) (Pushed, error) {
	if tell == nil {
		tell = func(Progress) {}
	}
	var done Pushed
	infos, err := from.Batches(ctx)
	if err != nil {
		return done, err
	}
	have, err := s.Batches(ctx)
	if err != nil {
		return done, err
	}
	present := map[graph.ID]bool{}
	for _, b := range have {
		present[b.ID] = true
	}
	for i, info := range infos {
		if present[info.ID] {
			done.Present++
			continue
		}
		n, err := s.pushBatch(ctx, from, info, Progress{Batch: i + 1, Batches: len(infos)}, tell)
		if errors.Is(err, graph.ErrExists) { // another client was faster, or has its captures in a batch of its own
			done.Present++
			continue
		}
		if err != nil {
			return done, fmt.Errorf("push: %d of %d batches are on the server: %w", done.Batches+done.Present, len(infos), err)
		}
		done.Batches++
		done.Rows += n
	}
	if err := s.pushRest(ctx, from, &done); err != nil {
		return done, fmt.Errorf("push: all %d batches are on the server, the declared layer, snapshots or findings are missing: %w", len(infos), err)
	}
	return done, nil
}

// pushBatch copies the contribution of one batch. A batch without captures cannot be selected by them and has nothing to show.
func (s *Store) pushBatch(ctx context.Context, from graph.Store, info graph.BatchInfo, p Progress, tell func(Progress)) (rows int, err error) {
	b := &graph.Batch{ID: info.ID, Known: info.Known}
	if len(info.Captures) > 0 {
		v, err := view(ctx, from, graph.Params{Captures: info.Captures})
		if err != nil {
			return 0, err
		}
		b.Contents = v.Only(info.ID)
	}
	nodes, rels := b.Len()
	p.Total = nodes + rels
	tell(p)
	err = s.apply(ctx, b, func(n int) {
		p.Rows += n
		tell(p)
	})
	return p.Total, err
}

func (s *Store) pushRest(ctx context.Context, from graph.Store, done *Pushed) error {
	v, err := view(ctx, from, graph.Params{Captures: []string{"none"}}) // the declared layer alone
	if err != nil {
		return err
	}
	if err := s.SetIntent(ctx, v.Only(graph.ID{})); err != nil {
		return err
	}
	snaps, err := from.Snapshots(ctx)
	if err != nil {
		return err
	}
	for _, snap := range snaps {
		switch err := s.CreateSnapshot(ctx, snap); {
		case err == nil:
			done.Snapshots++
		case !errors.Is(err, graph.ErrExists):
			return err
		}
	}
	fs, err := from.Findings(ctx)
	if err != nil {
		return err
	}
	done.Findings = len(fs)
	return s.copyFindings(ctx, fs)
}

// copyFindings takes the history as it is.
func (s *Store) copyFindings(ctx context.Context, fs []graph.Finding) error {
	var rows []any
	for i := range fs {
		rows = append(rows, properties(&fs[i]))
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

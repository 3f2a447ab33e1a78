package neo4j

import (
	"context"
	"errors"
	"fmt"
	"time"

	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"netscope.example/nsgraph/graph"
)

// progress is told how many rows were loaded, by one caller at a time.
type progress func(rows int)

// Apply adds a batch. What an earlier client left of it is finished.
func (s *Store) Apply(ctx context.Context, b *graph.Batch) error {
	return s.apply(ctx, b, func(int) {})
}

func (s *Store) apply(ctx context.Context, b *graph.Batch, p progress) error {
	err := b.Check()
	if err != nil {
		return err
	}
	layout := layoutOf(b)
	const attempts = 3 // somebody may remove at the same time what is being loaded
	for range attempts {
		if err = s.begin(ctx, b, layout); err != nil {
			return err
		}
		var chunks int64
		if chunks, err = s.load(ctx, b, p); err == nil {
			err = s.finish(ctx, b.ID, chunks)
		}
		if !errors.Is(err, errMissing) {
			return err
		}
	}
	return err
}

// errMissing says that a batch or a node went away while a batch was loaded.
var errMissing = errors.New("another client removed what was being loaded")

// begin makes the batch's node with its lanes, or finds them as an earlier client left them. A half that was laid out otherwise is removed.
func (s *Store) begin(ctx context.Context, b *graph.Batch, layout string) error {
	info := b.Info()
	params := map[string]any{"id": b.ID.String(), "known": b.Known, "captures": info.Captures, "layout": layout, "lanes": lanes}
	if info.Captures == nil {
		params["captures"] = []string{}
	}
	for {
		var stale string
		err := s.repeatable(ctx, func(t tx) error {
			stale = ""
			if err := t.lock(); err != nil {
				return err
			}
			rows, err := t.rows(`MATCH (b:Batch) WHERE b.id = $id OR any(c IN b.captures WHERE c IN $captures)
RETURN b.id AS id, b.complete AS complete, b.removing IS NULL AND b.layout = $layout AS ours`, params)
			if err != nil {
				return err
			}
			resumed := false
			for _, r := range rows {
				switch id, _ := r["id"].(string); {
				case r["complete"] == true:
					return fmt.Errorf("batch %s: %w", b.ID, graph.ErrExists)
				case id == b.ID.String() && r["ours"] == true:
					resumed = true
				default:
					stale = id
				}
			}
			if stale != "" || resumed {
				return nil
			}
			_, err = t.rows(`CREATE (b:Batch {id: $id, known: $known, captures: $captures, complete: false, layout: $layout})
WITH b UNWIND range(0, $lanes - 1) AS n CREATE (l:Lane {id: b.id + ' ' + toString(n), batch: b.id, loaded: 0})`, params)
			return err
		})
		if err != nil || stale == "" {
			return err
		}
		if err := s.removeBatch(ctx, stale); err != nil { // of the same captures, left by a client that is gone
			return err
		}
	}
}

// finish makes a batch visible, all of whose chunks are loaded.
func (s *Store) finish(ctx context.Context, batch graph.ID, chunks int64) error {
	return s.repeatable(ctx, func(t tx) error {
		if err := t.lock(); err != nil {
			return err
		}
		params := map[string]any{"id": batch.String(), "chunks": chunks}
		if _, err := t.rows(`MATCH (b:Batch {id: $id}) WHERE NOT b.complete AND b.removing IS NULL
MATCH (l:Lane {batch: $id}) WITH b, collect(l) AS ls, sum(l.loaded) AS loaded WHERE loaded = $chunks
SET b.complete = true REMOVE b.layout FOREACH (l IN ls | DELETE l)`, params); err != nil {
			return err
		}
		n, err := t.number("MATCH (b:Batch {id: $id}) WHERE b.complete RETURN count(b) AS n", params)
		if err == nil && n == 0 {
			err = errMissing
		}
		return err
	})
}

// repeatable is write for what may run again even after it was committed: an answer to a commit that is lost is no failure.
func (s *Store) repeatable(ctx context.Context, f func(tx) error) error {
	for until := time.Now().Add(s.o.Patience); ; {
		err := s.write(ctx, f)
		if _, lost := errors.AsType[*driver.ConnectivityError](err); !lost || ctx.Err() != nil || time.Now().After(until) {
			return err
		}
	}
}

package neo4j

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"netscope.example/nsgraph/graph"
)

// load writes the chunks of a batch that are not in the graph, nodes before relationships, and returns how many there are.
func (s *Store) load(ctx context.Context, b *graph.Batch, p progress) (chunks int64, err error) {
	var mu sync.Mutex
	told := func(rows int) {
		mu.Lock()
		defer mu.Unlock()
		p(rows)
	}
	if chunks, err = s.loadAll(ctx, b.ID, nodeChunks(b), told); err != nil {
		return chunks, err
	}
	rels, err := s.loadAll(ctx, b.ID, relChunks(b, chunks), told)
	return chunks + rels, err
}

// loadAll writes chunks in all lanes at the same time: while the server works on some, the next are made.
func (s *Store) loadAll(ctx context.Context, batch graph.ID, chunks iter.Seq[chunk], told progress) (n int64, err error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var queues [lanes]chan chunk
	var wg sync.WaitGroup
	for i := range queues {
		queues[i] = make(chan chunk, 1)
		wg.Go(func() {
			if err := s.loadLane(ctx, fmt.Sprint(batch, " ", i), queues[i], told); err != nil {
				stop(err)
			}
		})
	}
	for c := range chunks {
		lane, _ := c.lane()
		select {
		case queues[lane] <- c:
			n++
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
	}
	for _, q := range queues {
		close(q)
	}
	wg.Wait()
	return n, context.Cause(ctx)
}

// loadLane writes the chunks of one lane but those that are counted already.
func (s *Store) loadLane(ctx context.Context, lane string, chunks <-chan chunk, told progress) error {
	loaded, err := s.loaded(ctx, lane)
	if err != nil {
		return err
	}
	for c := range chunks {
		if _, at := c.lane(); at >= loaded {
			if loaded, err = s.writeChunk(ctx, lane, c, told); err != nil {
				return err
			}
		}
	}
	return nil
}

// loaded returns how many chunks of a lane are in the graph.
func (s *Store) loaded(ctx context.Context, lane string) (n int64, err error) {
	err = s.read(ctx, func(t tx) error {
		rows, err := t.rows("MATCH (l:Lane {id: $lane}) RETURN l.loaded AS n", map[string]any{"lane": lane})
		if err == nil && len(rows) == 0 {
			err = fmt.Errorf("lane %s: %w", lane, errMissing)
		}
		if len(rows) > 0 {
			n, _ = rows[0]["n"].(int64)
		}
		return err
	})
	return n, err
}

// writeChunk writes a chunk and counts it, in one transaction, and returns how many chunks of its lane are then in the graph.
func (s *Store) writeChunk(ctx context.Context, lane string, c chunk, told progress) (loaded int64, err error) {
	_, at := c.lane()
	counted := int64(0)
	err = s.repeatable(ctx, func(t tx) error {
		// The first SET takes the lock, so that the condition sees what the last owner of it wrote.
		counted, err = t.number("MATCH (l:Lane {id: $lane}) SET l.locked = $at WITH l WHERE l.loaded = $at SET l.loaded = $at + 1 RETURN count(*) AS n", map[string]any{"lane": lane, "at": at})
		if err != nil || counted == 0 {
			return err
		}
		n, err := t.number(c.statement, map[string]any{"rows": c.rows})
		if err == nil && n != int64(c.len) {
			err = fmt.Errorf("%d of %d rows: %w", n, c.len, errMissing)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	if counted > 0 {
		told(c.len)
		return at + 1, nil
	}
	// Another client was faster, or this one's last answer was lost, or there is no such lane any more.
	if loaded, err = s.loaded(ctx, lane); err == nil && loaded <= at {
		err = fmt.Errorf("lane %s has %d chunks, not %d: %w", lane, loaded, at, errMissing)
	}
	return loaded, err
}

package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"netscope.example/nsgraph/graph"
)

// View reads the part of the graph that p selects, and no more than that. The last views are kept while the graph does not change.
func (s *Store) View(ctx context.Context, p graph.Params) (v *graph.View, err error) {
	err = s.tx(ctx, reading, func(c conn) error {
		gen, err := c.generation()
		if err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock() // who asks at the same time for the same view waits for it
		if v = s.views.Get(p, gen); v != nil {
			return nil
		}
		if v, err = c.view(p); err != nil {
			return err
		}
		if v.Findings, err = records[graph.Finding](c, findingTable, ""); err != nil {
			return err
		}
		graph.SortFindings(v.Findings)
		s.views.Put(p, gen, v)
		return nil
	})
	return v, err
}

func (c conn) view(p graph.Params) (*graph.View, error) {
	infos, err := c.batches()
	if err != nil {
		return nil, err
	}
	l := loader{conn: c, r: &reader{strings: map[string]string{}}}
	where, args := selection(p, infos)
	for _, t := range tables {
		if t.Rel || t.hasBatch() {
			w, a := where.node, args[2:]
			if t.Rel {
				w, a = where.rel, args
			}
			if err := l.load(t, w, a[:strings.Count(w, "?")]...); err != nil {
				return nil, err
			}
		}
	}
	if err := l.nodes(where.rel == ""); err != nil {
		return nil, err
	}
	l.all.Sort()
	return graph.Select(&l.all, infos, p), nil
}

// conditions are the WHERE clauses of relationships and of nodes that belong to a batch; empty: everything.
type conditions struct{ rel, node string }

// selection returns the conditions and their arguments: from, to, batches. Those of nodes begin at the third.
func selection(p graph.Params, infos []graph.BatchInfo) (w conditions, args []any) {
	from, to := p.Window()
	batches, all := []string{""}, true
	for _, b := range infos {
		if p.Selects(b) {
			batches = append(batches, b.ID.String())
		} else {
			all = false
		}
	}
	list, err := json.Marshal(batches)
	if err != nil {
		panic(err) // strings always can be
	}
	args = []any{int64(from), int64(to), string(list)}
	if from != graph.MinTime || to != graph.Forever || !all {
		w.rel = "WHERE valid_to > ? AND valid_from < ?"
	}
	if !all {
		w.node = "WHERE batch IN (SELECT value FROM json_each(?))"
		w.rel += " AND batch IN (SELECT value FROM json_each(?))"
	}
	return w, args
}

// loader collects rows.
type loader struct {
	conn
	r   *reader
	all graph.Contents
}

func (l *loader) load(t table, where string, args ...any) error {
	return l.scan(t, l.r, func() reflect.Value { return t.Append(&l.all) }, where, args...)
}

// nodes reads the nodes that belong to no batch: all of them, or those that the relationships read so far touch.
func (l *loader) nodes(whole bool) error {
	var ids map[graph.ID]bool
	if !whole {
		ids = l.touched()
	}
	points := map[string]bool{}
	for _, c := range l.all.Captures {
		points[c.Point] = true
	}
	for _, t := range tables {
		if t.Rel || t.hasBatch() || t.Name == string(graph.LabelEndpoint) {
			continue
		}
		if err := l.only(t, ids); err != nil {
			return err
		}
	}
	for i := range l.all.Services {
		if !whole {
			ids[l.all.Services[i].Endpoint] = true
		}
	}
	for _, t := range tables {
		switch {
		case t.Name == string(graph.LabelEndpoint):
			if err := l.only(t, ids); err != nil {
				return err
			}
		case t.Name == string(graph.LabelCapturePoint) && !whole:
			for name := range points {
				if err := l.load(t, "WHERE name = ?", name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (l *loader) touched() map[graph.ID]bool {
	ids := map[graph.ID]bool{}
	for _, t := range tables {
		if !t.Rel {
			continue
		}
		for v := range t.Values(&l.all) {
			r := v.Field(0).Addr().Interface().(*graph.Rel)
			ids[r.Src], ids[r.Dst] = true, true
		}
	}
	return ids
}

// only reads the rows of a table whose IDs are in ids; nil: all rows.
func (l *loader) only(t table, ids map[graph.ID]bool) error {
	if ids == nil {
		return l.load(t, "")
	}
	const chunk = 10_000
	list := make([]graph.ID, 0, min(chunk, len(ids)))
	flush := func() error {
		b, err := json.Marshal(list)
		if err != nil {
			return fmt.Errorf("identifiers: %w", err)
		}
		list = list[:0]
		return l.load(t, "WHERE id IN (SELECT value FROM json_each(?))", string(b))
	}
	for id := range ids {
		if list = append(list, id); len(list) == chunk {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

package sqlite

import (
	"context"
	"fmt"
	"reflect"

	"netscope.example/nsgraph/graph"
)

// each yields the elements of s for put.
func each[T any](s []T) func(func(reflect.Value) bool) {
	return func(yield func(reflect.Value) bool) {
		for i := range s {
			if !yield(reflect.ValueOf(&s[i]).Elem()) {
				return
			}
		}
	}
}

// records reads a whole table in order.
func records[T any](c conn, t table, order string) (rows []T, err error) {
	err = c.scan(t, &reader{strings: map[string]string{}}, func() reflect.Value {
		rows = append(rows, *new(T))
		return reflect.ValueOf(&rows[len(rows)-1]).Elem()
	}, order)
	return rows, err
}

// CreateSnapshot names an interval.
func (s *Store) CreateSnapshot(ctx context.Context, snap graph.Snapshot) error {
	snap, err := snap.Complete()
	if err != nil {
		return err
	}
	return s.tx(ctx, writing, func(c conn) error {
		_, found, err := c.number(`SELECT 1 FROM "Snapshot" WHERE name = ?`, snap.Name)
		if err != nil {
			return err
		}
		if found {
			return fmt.Errorf("snapshot %q: %w", snap.Name, graph.ErrExists)
		}
		return c.put(snapshotTable, "INSERT", each([]graph.Snapshot{snap}))
	})
}

// Snapshots lists them by name.
func (s *Store) Snapshots(ctx context.Context) (snaps []graph.Snapshot, err error) {
	err = s.tx(ctx, reading, func(c conn) error {
		snaps, err = records[graph.Snapshot](c, snapshotTable, "ORDER BY name")
		return err
	})
	return snaps, err
}

// DeleteSnapshot removes one.
func (s *Store) DeleteSnapshot(ctx context.Context, name string) error {
	return s.tx(ctx, writing, func(c conn) error {
		_, found, err := c.number(`DELETE FROM "Snapshot" WHERE name = ? RETURNING 1`, name)
		if err == nil && !found {
			err = fmt.Errorf("snapshot %q: %w", name, graph.ErrNotFound)
		}
		return err
	})
}

// SaveFindings merges the findings of one run.
func (s *Store) SaveFindings(ctx context.Context, judged []string, fs []graph.Finding) error {
	return s.tx(ctx, writing, func(c conn) error {
		before, err := records[graph.Finding](c, findingTable, "")
		if err != nil {
			return err
		}
		if err := c.put(findingTable, "INSERT OR REPLACE", each(graph.MergeFindings(before, judged, fs))); err != nil {
			return err
		}
		return c.changed()
	})
}

// Findings lists them by severity, rule, and ID.
func (s *Store) Findings(ctx context.Context) (fs []graph.Finding, err error) {
	err = s.tx(ctx, reading, func(c conn) error {
		fs, err = records[graph.Finding](c, findingTable, "")
		graph.SortFindings(fs)
		return err
	})
	return fs, err
}

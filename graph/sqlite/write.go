package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"

	"netscope.example/nsgraph/graph"
)

// Apply adds a batch in one transaction.
func (s *Store) Apply(ctx context.Context, b *graph.Batch) error {
	if err := b.Check(); err != nil {
		return err
	}
	return s.tx(ctx, writing, func(c conn) error {
		if err := c.exists(b); err != nil {
			return err
		}
		info := b.Info()
		captures := getList(reflect.ValueOf(&info.Captures).Elem())
		if err := c.exec(`INSERT INTO "Batch" VALUES (?, ?, ?)`, b.ID.String(), int64(b.Known), captures); err != nil {
			return err
		}
		if err := c.add(&b.Contents); err != nil {
			return err
		}
		return c.changed()
	})
}

func (c conn) exists(b *graph.Batch) error {
	_, found, err := c.number(`SELECT 1 FROM "Batch" WHERE id = ?`, b.ID.String())
	for i := 0; err == nil && !found && i < len(b.Captures); i++ {
		_, found, err = c.number(`SELECT 1 FROM "Capture" WHERE sha256 = ?`, b.Captures[i].SHA256)
	}
	if err == nil && found {
		err = fmt.Errorf("batch %s: %w", b.ID, graph.ErrExists)
	}
	return err
}

// add stores all rows of d; nodes may be there already.
func (c conn) add(d *graph.Contents) error {
	for _, t := range tables {
		verb := "INSERT"
		if !t.Rel {
			verb = "INSERT OR IGNORE"
		}
		if err := c.put(t, verb, t.Values(d)); err != nil {
			return err
		}
	}
	return nil
}

// Remove takes out the batch that holds the capture, and the nodes that only it showed.
func (s *Store) Remove(ctx context.Context, sha256 string) error {
	return s.tx(ctx, writing, func(c conn) error {
		var batch string
		err := c.query(func(v []driver.Value) error {
			batch = v[0].(string)
			return nil
		}, `SELECT batch FROM "Capture" WHERE sha256 = ?`, sha256)
		if err != nil {
			return err
		}
		if batch == "" {
			return fmt.Errorf("capture %s: %w", sha256, graph.ErrNotFound)
		}
		if err := c.exec(`DELETE FROM "Batch" WHERE id = ?`, batch); err != nil {
			return err
		}
		return c.removeLayer(batch)
	})
}

// removeLayer deletes all rows of a batch, and then the nodes that nothing touches.
func (c conn) removeLayer(batch string) error {
	for _, t := range tables {
		if !t.hasBatch() {
			continue
		}
		if err := c.exec(fmt.Sprintf(`DELETE FROM %q WHERE batch = ?`, t.Name), batch); err != nil {
			return err
		}
	}
	if err := c.sweep(); err != nil {
		return err
	}
	return c.changed()
}

func (t table) hasBatch() bool {
	_, ok := t.Row.FieldByName("Batch")
	return ok
}

// sweep deletes the nodes that no relationship touches. Those of one batch went with it; a capture point stays for its captures, an endpoint for its
// services.
func (c conn) sweep() error {
	var ends []string
	for _, t := range tables {
		if t.Rel {
			ends = append(ends, fmt.Sprintf(`SELECT src FROM %q UNION ALL SELECT dst FROM %q`, t.Name, t.Name))
		}
	}
	sql := `CREATE TEMP TABLE touched AS ` + strings.Join(ends, " UNION ALL ") + `; CREATE INDEX temp.touched_id ON touched (src);`
	for _, l := range []graph.Label{graph.LabelService, graph.LabelEndpoint} { // endpoints after the services that hold them
		sql += fmt.Sprintf(`DELETE FROM %q WHERE id NOT IN (SELECT src FROM temp.touched)`, l)
		if l == graph.LabelEndpoint {
			sql += fmt.Sprintf(` AND id NOT IN (SELECT endpoint FROM %q)`, graph.LabelService)
		}
		sql += ";"
	}
	for _, t := range tables {
		switch l := graph.Label(t.Name); {
		case t.Rel || t.hasBatch() || l == graph.LabelService || l == graph.LabelEndpoint:
		case l == graph.LabelCapturePoint:
			sql += fmt.Sprintf(`DELETE FROM %q WHERE id NOT IN (SELECT src FROM temp.touched) AND name NOT IN (SELECT point FROM %q);`, l, graph.LabelCapture)
		default:
			sql += fmt.Sprintf(`DELETE FROM %q WHERE id NOT IN (SELECT src FROM temp.touched);`, l)
		}
	}
	return c.exec(sql + `DROP TABLE temp.touched;`)
}

// SetIntent replaces the declared layer.
func (s *Store) SetIntent(ctx context.Context, d graph.Contents) error {
	return s.tx(ctx, writing, func(c conn) error {
		var failed error
		known := func(id graph.ID) (graph.Label, bool) {
			for _, t := range tables {
				if t.Rel {
					continue
				}
				_, ok, err := c.number(fmt.Sprintf(`SELECT 1 FROM %q WHERE id = ?`, t.Name), id.String())
				if err != nil {
					failed = err
				}
				if ok {
					return graph.Label(t.Name), true
				}
			}
			return "", false
		}
		if err := d.CheckIntent(known); failed != nil || err != nil {
			if failed != nil {
				return failed
			}
			return err
		}
		// Add before the sweep, so that it keeps the nodes that both layers touch.
		for _, t := range tables {
			if !t.Rel {
				continue
			}
			if err := c.exec(fmt.Sprintf(`DELETE FROM %q WHERE batch = ''`, t.Name)); err != nil {
				return err
			}
		}
		if err := c.add(&d); err != nil {
			return err
		}
		if err := c.sweep(); err != nil {
			return err
		}
		return c.changed()
	})
}

// Batches lists what was applied, ordered by ID.
func (s *Store) Batches(ctx context.Context) (infos []graph.BatchInfo, err error) {
	err = s.tx(ctx, reading, func(c conn) error {
		infos, err = c.batches()
		return err
	})
	return infos, err
}

func (c conn) batches() (infos []graph.BatchInfo, err error) {
	r := &reader{strings: map[string]string{}}
	err = c.query(func(v []driver.Value) error {
		var b graph.BatchInfo
		known, _ := v[1].(int64)
		b.Known = graph.Time(known)
		infos = append(infos, b)
		info := reflect.ValueOf(&infos[len(infos)-1]).Elem()
		if err := setID(r, info.FieldByName("ID"), v[0]); err != nil {
			return err
		}
		return setList(r, info.FieldByName("Captures"), v[2])
	}, `SELECT id, known, captures FROM "Batch" ORDER BY id`)
	return infos, err
}

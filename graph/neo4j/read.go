package neo4j

import (
	"context"
	"fmt"
	"reflect"

	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"netscope.example/nsgraph/graph"
)

// batches lists the complete batches, ordered by ID.
func (t tx) batches() (infos []graph.BatchInfo, err error) {
	err = t.each("MATCH (b:Batch) WHERE b.complete RETURN b.id AS id, b.known AS known, b.captures AS captures ORDER BY id", nil, func(m map[string]any) error {
		var b graph.BatchInfo
		if err := b.ID.UnmarshalText([]byte(m["id"].(string))); err != nil {
			return err
		}
		b.Known, _ = m["known"].(graph.Time)
		captures, _ := m["captures"].([]any)
		for _, c := range captures {
			b.Captures = append(b.Captures, c.(string))
		}
		infos = append(infos, b)
		return nil
	})
	return infos, err
}

// Batches lists what was applied, ordered by ID.
func (s *Store) Batches(ctx context.Context) (infos []graph.BatchInfo, err error) {
	err = s.read(ctx, func(t tx) error {
		infos, err = t.batches()
		return err
	})
	return infos, err
}

// selected returns the batches that p selects, as queries take them: the intent layer is the empty string.
func selected(p graph.Params, infos []graph.BatchInfo) []string {
	batches := []string{""}
	for _, b := range infos {
		if p.Selects(b) {
			batches = append(batches, b.ID.String())
		}
	}
	return batches
}

// Cypher runs a statement in a read transaction. It sets $from and $to as DateTime, $batches to the complete batches that $known and $captures select, and
// $all to false: a batch may begin to load at any time.
func (s *Store) Cypher(ctx context.Context, statement string, params map[string]any) graph.Seq[map[string]any] {
	return func(yield func(map[string]any, error) bool) {
		stopped, started := false, false
		err := s.streamed(ctx, func(t tx) error {
			infos, err := t.batches()
			if err != nil {
				return err
			}
			return t.each(statement, arguments(params, infos), func(m map[string]any) error {
				started = true
				if !yield(m, nil) {
					stopped = true
					return errStopped
				}
				return nil
			})
		}, func() bool { return started })
		if err != nil && !stopped {
			yield(nil, err)
		}
	}
}

var errStopped = fmt.Errorf("neo4j: the reader has enough")

// arguments completes the parameters of a statement.
func arguments(params map[string]any, infos []graph.BatchInfo) map[string]any {
	m := map[string]any{"from": graph.MinTime, "to": graph.Forever, "known": graph.Forever, "captures": []string{}}
	for k, v := range params {
		m[k] = v
	}
	var p graph.Params
	p.Known, _ = m["known"].(graph.Time)
	p.Captures, _ = m["captures"].([]string)
	m["batches"], m["all"] = selected(p, infos), false
	return m
}

// streamed is read for answers that are passed on while they come: once the first row has been, it is not tried again.
func (s *Store) streamed(ctx context.Context, f func(tx) error, started func() bool) error {
	const attempts = 3
	for i := 1; ; i++ {
		err := s.once(ctx, f)
		if err == nil || ctx.Err() != nil || started() || i == attempts || !driver.IsRetryable(err) {
			return s.wrap(ctx, err)
		}
	}
}

func (s *Store) once(ctx context.Context, f func(tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	session := s.session(ctx, driver.AccessModeRead)
	defer session.Close(context.WithoutCancel(ctx))
	t, err := session.BeginTransaction(ctx)
	if err != nil {
		return err
	}
	defer t.Close(context.WithoutCancel(ctx)) // rolls back
	return f(tx{ctx, t.Run})
}

// Select reads the part of the graph that p selects, for what needs the whole of it: a comparison of snapshots, a copy.
func (s *Store) Select(ctx context.Context, p graph.Params) (v *graph.View, err error) {
	err = s.read(ctx, func(t tx) error {
		infos, err := t.batches()
		if err != nil {
			return err
		}
		l := loader{tx: t, params: map[string]any{"batches": selected(p, infos)}, touched: map[string]map[string]bool{}}
		l.params["from"], l.params["to"] = p.Window()
		if err := l.load(); err != nil {
			return err
		}
		l.all.Sort()
		v = graph.Select(&l.all, infos, p)
		return nil
	})
	return v, err
}

// loader collects rows.
type loader struct {
	tx
	params  map[string]any
	all     graph.Contents
	touched map[string]map[string]bool // IDs by label
}

func (l *loader) load() error {
	for _, k := range graph.Kinds() {
		if k.Rel {
			if err := l.rels(k); err != nil {
				return err
			}
		}
	}
	for _, k := range graph.Kinds() {
		if _, owned := k.Row.FieldByName("Batch"); !k.Rel && owned {
			if err := l.nodes(k, fmt.Sprintf("MATCH (n:%s) WHERE n.batch IN $batches RETURN properties(n) AS p", k.Name), l.params); err != nil {
				return err
			}
		}
	}
	points := map[string]bool{}
	for _, c := range l.all.Captures {
		points[c.Point] = true
	}
	for name := range points {
		if err := l.nodes(kind(graph.LabelCapturePoint), "MATCH (n:CapturePoint {name: $name}) RETURN properties(n) AS p", map[string]any{"name": name}); err != nil {
			return err
		}
	}
	if err := l.touchedNodes(kind(graph.LabelService)); err != nil {
		return err
	}
	for _, s := range l.all.Services {
		l.touch(string(graph.LabelEndpoint), s.Endpoint.String())
	}
	for _, k := range graph.Kinds() {
		if _, owned := k.Row.FieldByName("Batch"); k.Rel || owned || k.Name == string(graph.LabelService) {
			continue
		}
		if err := l.touchedNodes(k); err != nil {
			return err
		}
	}
	return nil
}

func kind(l graph.Label) graph.Kind {
	for _, k := range graph.Kinds() {
		if k.Name == string(l) {
			return k
		}
	}
	panic("neo4j: no label " + string(l))
}

func (l *loader) touch(label, id string) {
	if l.touched[label] == nil {
		l.touched[label] = map[string]bool{}
	}
	l.touched[label][id] = true
}

func (l *loader) rels(k graph.Kind) error {
	statement := fmt.Sprintf(`MATCH (a)-[r:%s]->(b) WHERE r.valid_from < $to AND r.valid_to > $from AND r.batch IN $batches
RETURN a.id AS src, labels(a)[0] AS a, b.id AS dst, labels(b)[0] AS b, properties(r) AS p`, k.Name)
	return l.each(statement, l.params, func(m map[string]any) error {
		row, err := l.row(k, m)
		if err != nil {
			return err
		}
		r := row.Field(0).Addr().Interface().(*graph.Rel)
		l.touch(m["a"].(string), m["src"].(string))
		l.touch(m["b"].(string), m["dst"].(string))
		if err := r.Src.UnmarshalText([]byte(m["src"].(string))); err != nil {
			return err
		}
		return r.Dst.UnmarshalText([]byte(m["dst"].(string)))
	})
}

func (l *loader) row(k graph.Kind, m map[string]any) (row reflect.Value, err error) {
	row = k.Append(&l.all)
	p, _ := m["p"].(map[string]any)
	if err := graph.DecodeProperties(p, row.Addr().Interface()); err != nil {
		return row, fmt.Errorf("read %s: %w", k.Name, err)
	}
	return row, nil
}

func (l *loader) nodes(k graph.Kind, statement string, params map[string]any) error {
	return l.each(statement, params, func(m map[string]any) error {
		_, err := l.row(k, m)
		return err
	})
}

func (l *loader) touchedNodes(k graph.Kind) error {
	var ids []string
	for id := range l.touched[k.Name] {
		if ids = append(ids, id); len(ids) == maxRows {
			if err := l.byID(k, ids); err != nil {
				return err
			}
			ids = ids[:0]
		}
	}
	return l.byID(k, ids)
}

func (l *loader) byID(k graph.Kind, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return l.nodes(k, fmt.Sprintf("UNWIND $ids AS id MATCH (n:%s {id: id}) RETURN properties(n) AS p", k.Name), map[string]any{"ids": ids})
}

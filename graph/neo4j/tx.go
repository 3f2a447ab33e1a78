package neo4j

import (
	"context"
	"time"

	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"

	"netscope.example/nsgraph/graph"
)

// tx is one attempt of a transaction.
type tx struct {
	ctx context.Context
	run func(ctx context.Context, cypher string, params map[string]any) (driver.ResultWithContext, error)
}

func (s *Store) session(ctx context.Context, mode driver.AccessMode) driver.SessionWithContext {
	return s.driver.NewSession(ctx, driver.SessionConfig{DatabaseName: s.o.Database, AccessMode: mode})
}

// write runs f in a transaction, again and again while the server is away, deadlocked or busy, until patience ends: f must be able to run twice.
func (s *Store) write(ctx context.Context, f func(tx) error) error {
	if err := ctx.Err(); err != nil {
		return s.wrap(ctx, err)
	}
	session := s.session(ctx, driver.AccessModeWrite)
	defer session.Close(context.WithoutCancel(ctx))
	_, err := session.ExecuteWrite(ctx, func(t driver.ManagedTransaction) (any, error) { return nil, f(tx{ctx, t.Run}) })
	return s.wrap(ctx, err)
}

// read is write for transactions that change nothing.
func (s *Store) read(ctx context.Context, f func(tx) error) error {
	if err := ctx.Err(); err != nil {
		return s.wrap(ctx, err)
	}
	session := s.session(ctx, driver.AccessModeRead)
	defer session.Close(context.WithoutCancel(ctx))
	_, err := session.ExecuteRead(ctx, func(t driver.ManagedTransaction) (any, error) { return nil, f(tx{ctx, t.Run}) })
	return s.wrap(ctx, err)
}

// each calls row for each row of an answer.
func (t tx) each(cypher string, params map[string]any, row func(map[string]any) error) error {
	result, err := t.run(t.ctx, cypher, toServer(params))
	if err != nil {
		return err
	}
	for result.Next(t.ctx) {
		r := result.Record()
		m := make(map[string]any, len(r.Keys))
		for i, k := range r.Keys {
			m[k] = fromServer(r.Values[i])
		}
		if err := row(m); err != nil {
			return err
		}
	}
	return result.Err()
}

func (t tx) rows(cypher string, params map[string]any) (rows []map[string]any, err error) {
	err = t.each(cypher, params, func(m map[string]any) error {
		rows = append(rows, m)
		return nil
	})
	return rows, err
}

// number returns the column n of the only row.
func (t tx) number(cypher string, params map[string]any) (n int64, err error) {
	err = t.each(cypher, params, func(m map[string]any) error {
		n, _ = m["n"].(int64)
		return nil
	})
	return n, err
}

// dateTime is t as the server keeps it.
func dateTime(t graph.Time) time.Time { return t.Time() }

func toServer(params map[string]any) map[string]any {
	m := make(map[string]any, len(params))
	for k, v := range params {
		if t, ok := v.(graph.Time); ok {
			v = dateTime(t)
		}
		m[k] = v
	}
	return m
}

// fromServer turns times into ours, and nodes and relationships into their properties. A time beyond those that the graph can have becomes text.
func fromServer(v any) any {
	switch x := v.(type) {
	case time.Time:
		if x.Before(graph.MinTime.Time()) || x.After(graph.Forever.Time()) {
			return x.Format(time.RFC3339Nano)
		}
		return graph.Time(x.UnixNano())
	case []any:
		for i := range x {
			x[i] = fromServer(x[i])
		}
	case map[string]any:
		for k := range x {
			x[k] = fromServer(x[k])
		}
	case dbtype.Node:
		return fromServer(x.Props)
	case dbtype.Relationship:
		return fromServer(x.Props)
	case dbtype.Path:
		var path []any
		for i, n := range x.Nodes {
			if path = append(path, fromServer(n)); i < len(x.Relationships) {
				path = append(path, fromServer(x.Relationships[i]))
			}
		}
		return path
	}
	return v
}

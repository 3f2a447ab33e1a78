package neo4j

import (
	"context"
	"errors"
	"fmt"
	"strings"

	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"netscope.example/nsgraph/graph"
)

// valuesPerTransaction bounds the memory of one transaction, on both sides.
const valuesPerTransaction = 150_000

// maxRows and minRows bound the rows of a transaction.
const (
	maxRows = 10_000
	minRows = 500
)

// progress is told how many rows were loaded.
type progress func(rows int)

// Apply adds a batch. What an earlier client left of it is finished.
func (s *Store) Apply(ctx context.Context, b *graph.Batch) error {
	return s.apply(ctx, b, func(int) {})
}

func (s *Store) apply(ctx context.Context, b *graph.Batch, p progress) error {
	if err := b.Check(); err != nil {
		return err
	}
	resumed, err := s.begin(ctx, b)
	if err != nil {
		return err
	}
	const attempts = 3 // somebody may remove, at the same time, a node that nothing but this batch shows
	for range attempts {
		err = s.load(ctx, b, resumed, p)
		if !errors.Is(err, errMissing) {
			break
		}
		resumed = true
	}
	if err != nil {
		return err
	}
	return s.write(ctx, func(t tx) error {
		n, err := t.number("MATCH (b:Batch {id: $id}) WHERE b.removing IS NULL SET b.complete = true RETURN count(b) AS n", map[string]any{"id": b.ID.String()})
		if err == nil && n == 0 {
			err = errMissing
		}
		return err
	})
}

// errMissing says that a batch or a node went away while a batch was loaded.
var errMissing = errors.New("another client removed what was being loaded")

// begin makes the batch's node, or finds it as an earlier client left it.
func (s *Store) begin(ctx context.Context, b *graph.Batch) (resumed bool, err error) {
	info := b.Info()
	params := map[string]any{"id": b.ID.String(), "known": b.Known, "captures": info.Captures}
	if info.Captures == nil {
		params["captures"] = []string{}
	}
	for {
		var stale string
		err := s.write(ctx, func(t tx) error {
			stale, resumed = "", false
			if err := t.lock(); err != nil {
				return err
			}
			rows, err := t.rows(`MATCH (b:Batch) WHERE b.id = $id OR any(c IN b.captures WHERE c IN $captures)
RETURN b.id AS id, b.complete AS complete, b.removing IS NOT NULL AS removing`, params)
			if err != nil {
				return err
			}
			for _, r := range rows {
				switch {
				case r["complete"] == true:
					return fmt.Errorf("batch %s: %w", b.ID, graph.ErrExists)
				case r["id"] == b.ID.String() && r["removing"] == false:
					resumed = true
				default:
					stale = r["id"].(string)
				}
			}
			if stale != "" {
				return nil
			}
			_, err = t.rows("MERGE (b:Batch {id: $id}) SET b.known = $known, b.captures = $captures, b.complete = false", params)
			return err
		})
		if err != nil || stale == "" {
			return resumed, err
		}
		if err := s.removeBatch(ctx, stale); err != nil { // of the same captures, left by a client that is gone
			return false, err
		}
	}
}

// load writes nodes, then relationships.
func (s *Store) load(ctx context.Context, b *graph.Batch, resumed bool, p progress) error {
	for _, k := range graph.Kinds() {
		if k.Rel {
			continue
		}
		// The properties of a node follow from its key: there is nothing to change where it is there already.
		statement := fmt.Sprintf(`MATCH (b:Batch {id: $batch}) WHERE b.removing IS NULL
UNWIND $rows AS r MERGE (n:%s {id: r.id}) ON CREATE SET n += r RETURN count(*) AS n`, k.Name)
		c := chunk{store: s, batch: b.ID, statement: statement, size: chunkSize(k)}
		for row := range k.Rows(&b.Contents) {
			if err := c.add(ctx, properties(row), p); err != nil {
				return err
			}
		}
		if err := c.flush(ctx, p); err != nil {
			return err
		}
	}
	labels := b.Labels()
	for _, k := range graph.Kinds() {
		if !k.Rel {
			continue
		}
		if err := s.loadRels(ctx, k, &b.Contents, b.ID, func(id graph.ID) graph.Label { return labels[id] }, resumed, p); err != nil {
			return err
		}
	}
	return nil
}

// loadRels writes the relationships of one type, those between the same two labels together: the server finds their ends by index.
func (s *Store) loadRels(ctx context.Context, k graph.Kind, c *graph.Contents, batch graph.ID, label func(graph.ID) graph.Label, resumed bool, p progress) error {
	type ends struct{ src, dst graph.Label }
	chunks := map[ends]*chunk{}
	for row := range k.Rows(c) {
		r := row.(interface{ Relation() *graph.Rel }).Relation()
		e := ends{label(r.Src), label(r.Dst)}
		ch := chunks[e]
		if ch == nil {
			ch = &chunk{store: s, batch: batch, size: chunkSize(k), statement: relStatement(k, e.src, e.dst, !resumed), again: relStatement(k, e.src, e.dst, false)}
			chunks[e] = ch
		}
		m := map[string]any{"s": r.Src.String(), "d": r.Dst.String(), "p": properties(row)}
		if err := ch.add(ctx, m, p); err != nil {
			return err
		}
	}
	for _, src := range k.Src {
		for _, dst := range k.Dst {
			if ch := chunks[ends{src, dst}]; ch != nil {
				if err := ch.flush(ctx, p); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// relStatement returns the statement that writes relationships: CREATE is faster, MERGE can run again. The names are those of package graph.
func relStatement(k graph.Kind, src, dst graph.Label, create bool) string {
	verb := "MERGE (a)-[e:%[1]s {id: r.p.id}]->(b) ON CREATE SET e += r.p"
	if create {
		verb = "CREATE (a)-[e:%[1]s]->(b) SET e = r.p"
	}
	return fmt.Sprintf("MATCH (x:Batch {id: $batch}) WHERE x.removing IS NULL\nUNWIND $rows AS r MATCH (a:%[2]s {id: r.s}) MATCH (b:%[3]s {id: r.d})\n"+
		verb+" RETURN count(*) AS n", k.Name, src, dst)
}

func chunkSize(k graph.Kind) int {
	return max(minRows, min(maxRows, valuesPerTransaction/len(graph.PropertyNames(newRow(k)))))
}

// chunk collects the rows of one transaction.
type chunk struct {
	store     *Store
	batch     graph.ID
	statement string
	again     string // the form that can run again, "" if statement is that form
	size      int
	rows      []any
}

func (c *chunk) add(ctx context.Context, row map[string]any, p progress) error {
	if c.rows = append(c.rows, row); len(c.rows) < c.size {
		return nil
	}
	return c.flush(ctx, p)
}

func (c *chunk) flush(ctx context.Context, p progress) error {
	if len(c.rows) == 0 {
		return nil
	}
	work := func(t tx) error {
		n, err := t.number(c.statement, map[string]any{"batch": c.batch.String(), "rows": c.rows})
		if err == nil && n != int64(len(c.rows)) {
			err = fmt.Errorf("%d of %d rows: %w", n, len(c.rows), errMissing)
		}
		return err
	}
	err := c.store.write(ctx, work)
	if e, ok := errors.AsType[*driver.Neo4jError](err); ok && c.again != "" && strings.HasSuffix(e.Code, "ConstraintValidationFailed") {
		c.statement, c.again = c.again, "" // the answer to a commit was lost, or another client loads the same batch
		err = c.store.write(ctx, work)
	}
	p(len(c.rows))
	c.rows = c.rows[:0]
	return err
}

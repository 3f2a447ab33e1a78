package neo4j

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"netscope.example/nsgraph/graph"
)

// valuesPerTransaction bounds the memory of one transaction, on both sides.
const valuesPerTransaction = 150_000

// maxRows bounds the rows of a transaction.
const maxRows = 10_000

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
	l := loading{store: s, batch: b.ID, again: resumed, told: p}
	for _, k := range graph.Kinds() {
		if k.Rel {
			continue
		}
		// The properties of a node follow from its key: there is nothing to change where it is there already.
		merge := fmt.Sprintf("UNWIND $rows AS r MERGE (n:%s {id: r.id}) ON CREATE SET n += r RETURN count(*) AS n", k.Name)
		for row := range k.Rows(&b.Contents) {
			if err := l.add(ctx, part{create: merge, merge: merge}, properties(row)); err != nil {
				return err
			}
		}
	}
	if l.rows > maxRows/20 { // ends are found by index, which is slow for many that the same transaction makes
		if err := l.flush(ctx); err != nil {
			return err
		}
	}
	labels := b.Labels()
	for _, k := range graph.Kinds() {
		if !k.Rel {
			continue
		}
		statements := map[[2]graph.Label]part{} // those between the same two labels together: the server finds their ends by index
		for row := range k.Rows(&b.Contents) {
			r := row.(interface{ Relation() *graph.Rel }).Relation()
			ends := [2]graph.Label{labels[r.Src], labels[r.Dst]}
			if _, ok := statements[ends]; !ok {
				statements[ends] = part{create: relStatement(k, ends, true), merge: relStatement(k, ends, false)}
			}
			m := map[string]any{"s": r.Src.String(), "d": r.Dst.String(), "p": properties(row)}
			if err := l.add(ctx, statements[ends], m); err != nil {
				return err
			}
		}
	}
	return l.flush(ctx)
}

// relStatement returns the statement that writes relationships: CREATE is faster, MERGE can run again. Without
// the hints a plan that was made while the graph was small scans labels. The names are those of package graph.
func relStatement(k graph.Kind, ends [2]graph.Label, create bool) string {
	verb := "MERGE (a)-[e:%[1]s {id: r.p.id}]->(b) ON CREATE SET e += r.p"
	if create {
		verb = "CREATE (a)-[e:%[1]s]->(b) SET e = r.p"
	}
	return fmt.Sprintf("UNWIND $rows AS r MATCH (a:%[2]s {id: r.s}) USING INDEX SEEK a:%[2]s(id) MATCH (b:%[3]s {id: r.d}) USING INDEX SEEK b:%[3]s(id)\n"+verb+" RETURN count(*) AS n", k.Name, ends[0], ends[1])
}

// loading collects the rows of one transaction.
type loading struct {
	store  *Store
	batch  graph.ID
	again  bool // rows of this batch may be there
	told   progress
	parts  []part
	rows   int
	values int
}

// part is what one statement of a transaction loads.
type part struct {
	create, merge string
	rows          []any
}

func (l *loading) add(ctx context.Context, p part, row map[string]any) error {
	if n := len(l.parts); n == 0 || l.parts[n-1].merge != p.merge {
		i := slices.IndexFunc(l.parts, func(q part) bool { return q.merge == p.merge })
		if i < 0 {
			l.parts = append(l.parts, p)
		} else {
			l.parts[i], l.parts[n-1] = l.parts[n-1], l.parts[i]
		}
	}
	last := &l.parts[len(l.parts)-1]
	last.rows = append(last.rows, row)
	l.rows++
	if l.values += len(row); row["p"] != nil {
		l.values += len(row["p"].(map[string]any))
	}
	if l.rows < maxRows && l.values < valuesPerTransaction {
		return nil
	}
	return l.flush(ctx)
}

func (l *loading) flush(ctx context.Context) error {
	if l.rows == 0 {
		return nil
	}
	err := l.write(ctx)
	if e, ok := errors.AsType[*driver.Neo4jError](err); ok && !l.again && strings.HasSuffix(e.Code, "ConstraintValidationFailed") {
		l.again = true // the answer to a commit was lost, or another client loads the same batch
		err = l.write(ctx)
	}
	if err != nil {
		return err
	}
	l.told(l.rows)
	l.parts, l.rows, l.values = l.parts[:0], 0, 0
	return nil
}

// write writes what was collected, in one transaction, if the batch is still to be loaded.
func (l *loading) write(ctx context.Context) error {
	return l.store.write(ctx, func(t tx) error {
		// Setting locks: nobody begins to remove the batch before this transaction ends.
		n, err := t.number("MATCH (b:Batch {id: $batch}) WHERE b.removing IS NULL SET b.known = b.known RETURN count(b) AS n", map[string]any{"batch": l.batch.String()})
		if err == nil && n == 0 {
			err = fmt.Errorf("batch %s: %w", l.batch, errMissing)
		}
		for _, p := range l.parts {
			if err != nil {
				return err
			}
			statement := p.create
			if l.again {
				statement = p.merge
			}
			n, err = t.number(statement, map[string]any{"rows": p.rows})
			if err == nil && n != int64(len(p.rows)) {
				err = fmt.Errorf("%d of %d rows: %w", n, len(p.rows), errMissing)
			}
		}
		return err
	})
}

package neo4j

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"netscope.example/nsgraph/graph"
)

// Version is the version of constraints, indexes and the layout of batches. A graph of another version is refused.
const Version = 3

// labels of nodes that package graph does not define.
const (
	labelBatch  = "Batch"
	labelLane   = "Lane" // counts what is loaded of a batch that is not complete
	labelSchema = "Schema"
)

// indexed are properties by which queries look nodes up.
var indexed = [][2]string{
	{"Endpoint", "address"}, {"Service", "endpoint"}, {"Service", "address"}, {"Name", "name"}, {"MAC", "address"}, {"Capture", "sha256"}, {"Zone", "name"}, {"Application", "name"},
	{"Finding", "rule"},
}

// ddl lists the statements that make the schema; each may run again. Relationships need no constraint: nothing seeks them by id, and each is created in a
// transaction that counts it.
func ddl() []string {
	var ds []string
	node := func(label string) {
		ds = append(ds, fmt.Sprintf("CREATE CONSTRAINT nsgraph_%s IF NOT EXISTS FOR (n:%s) REQUIRE n.id IS UNIQUE", strings.ToLower(label), label))
	}
	for _, l := range []string{labelSchema, labelBatch, labelLane, string(graph.LabelSnapshot), string(graph.LabelFinding)} {
		node(l)
	}
	for _, k := range graph.Kinds() {
		if !k.Rel {
			node(k.Name)
		}
	}
	for _, i := range indexed {
		ds = append(ds, fmt.Sprintf("CREATE INDEX nsgraph_%s_%s IF NOT EXISTS FOR (n:%s) ON (n.%s)", strings.ToLower(i[0]), i[1], i[0], i[1]))
	}
	return ds
}

// checkSchema checks the version of what is in the database, and makes the constraints and indexes that it lacks.
func (s *Store) checkSchema(ctx context.Context) error {
	version, found, err := s.version(ctx)
	if err != nil {
		return err
	}
	if found && version != Version {
		return fmt.Errorf("store %s: %w: it has schema %d, this nsgraph has %d: push into an empty database", s.name(), graph.ErrVersion, version, Version)
	}
	have, err := s.constraints(ctx)
	if err != nil {
		return err
	}
	missing := slices.DeleteFunc(ddl(), func(d string) bool { return have[strings.Fields(d)[2]] })
	for _, d := range missing {
		if err := s.write(ctx, func(t tx) error { _, err := t.rows(d, nil); return err }); err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		if err := s.write(ctx, func(t tx) error { _, err := t.rows("CALL db.awaitIndexes(300)", nil); return err }); err != nil {
			return err
		}
	}
	if found {
		return nil
	}
	return s.write(ctx, func(t tx) error {
		_, err := t.rows("MERGE (s:Schema {id: 'nsgraph'}) ON CREATE SET s.version = $version, s.writes = 0", map[string]any{"version": Version})
		return err
	})
}

func (s *Store) version(ctx context.Context) (version int64, found bool, err error) {
	err = s.read(ctx, func(t tx) error {
		rows, err := t.rows("MATCH (s:Schema {id: 'nsgraph'}) RETURN s.version AS version", nil)
		if len(rows) > 0 {
			found = true
			version, _ = rows[0]["version"].(int64)
		}
		return err
	})
	return version, found, err
}

// constraints returns the names of the constraints and indexes that exist.
func (s *Store) constraints(ctx context.Context) (names map[string]bool, err error) {
	err = s.read(ctx, func(t tx) error {
		names = map[string]bool{}
		for _, q := range []string{"SHOW CONSTRAINTS YIELD name RETURN name", "SHOW INDEXES YIELD name RETURN name"} {
			if err := t.each(q, nil, func(m map[string]any) error {
				n, _ := m["name"].(string)
				names[n] = true
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	return names, err
}

// lock lets one client at a time change what several transactions could read and write at once; it holds until the transaction ends.
func (t tx) lock() error {
	_, err := t.rows("MATCH (s:Schema {id: 'nsgraph'}) SET s.writes = s.writes + 1", nil)
	return err
}

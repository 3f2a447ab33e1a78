package neo4j

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"netscope.example/nsgraph/graph"
)

// decoded reads rows whose column p is a map of properties.
func decoded[T any](t tx, cypher string) (out []T, err error) {
	err = t.each(cypher, nil, func(m map[string]any) error {
		var v T
		p, _ := m["p"].(map[string]any)
		out = append(out, v)
		return graph.DecodeProperties(p, &out[len(out)-1])
	})
	return out, err
}

// CreateSnapshot names an interval.
func (s *Store) CreateSnapshot(ctx context.Context, snap graph.Snapshot) error {
	snap, err := snap.Complete()
	if err != nil {
		return err
	}
	return s.write(ctx, func(t tx) error {
		if err := t.lock(); err != nil {
			return err
		}
		n, err := t.number("MATCH (s:Snapshot {id: $id}) RETURN count(s) AS n", map[string]any{"id": snap.ID.String()})
		if err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("snapshot %q: %w", snap.Name, graph.ErrExists)
		}
		_, err = t.rows("CREATE (s:Snapshot) SET s = $p", map[string]any{"p": properties(&snap)})
		return err
	})
}

// Snapshots lists them by name.
func (s *Store) Snapshots(ctx context.Context) (snaps []graph.Snapshot, err error) {
	err = s.read(ctx, func(t tx) error {
		snaps, err = decoded[graph.Snapshot](t, "MATCH (s:Snapshot) RETURN properties(s) AS p")
		return err
	})
	slices.SortFunc(snaps, func(a, b graph.Snapshot) int { return strings.Compare(a.Name, b.Name) })
	return snaps, err
}

// DeleteSnapshot removes one.
func (s *Store) DeleteSnapshot(ctx context.Context, name string) error {
	return s.write(ctx, func(t tx) error {
		n, err := t.number("MATCH (s:Snapshot {name: $name}) DELETE s RETURN count(*) AS n", map[string]any{"name": name})
		if err == nil && n == 0 {
			err = fmt.Errorf("snapshot %q: %w", name, graph.ErrNotFound)
		}
		return err
	})
}

const findings = "MATCH (f:Finding) RETURN properties(f) AS p"

// SaveFindings merges the findings of one run, and points them at the nodes that they are about. These ABOUT relationships belong to no batch and to no time:
// no window selects them.
func (s *Store) SaveFindings(ctx context.Context, judged []string, fs []graph.Finding) error {
	return s.write(ctx, func(t tx) error {
		if err := t.lock(); err != nil {
			return err
		}
		before, err := decoded[graph.Finding](t, findings)
		if err != nil {
			return err
		}
		var rows []any
		for _, f := range graph.MergeFindings(before, judged, fs) {
			rows = append(rows, properties(&f))
		}
		if _, err := t.rows("UNWIND $rows AS r MERGE (f:Finding {id: r.id}) SET f += r", map[string]any{"rows": rows}); err != nil {
			return err
		}
		return t.about(fs)
	})
}

// about links findings to their subjects ("kind id label") as far as these are nodes.
func (t tx) about(fs []graph.Finding) error {
	rows := map[string][]any{}
	for i := range fs {
		for _, s := range fs[i].Subjects {
			kind, rest, _ := strings.Cut(s, " ")
			id, _, _ := strings.Cut(rest, " ")
			rows[kind] = append(rows[kind], map[string]any{"f": fs[i].ID.String(), "n": id})
		}
	}
	var errs []error
	for _, k := range graph.Kinds() {
		kind := strings.ToLower(k.Name)
		if k.Name == string(graph.LabelCapturePoint) {
			kind = "point"
		}
		if k.Rel || rows[kind] == nil {
			continue
		}
		_, err := t.rows(fmt.Sprintf("UNWIND $rows AS r MATCH (f:Finding {id: r.f}) MATCH (n:%s {id: r.n}) MERGE (f)-[:ABOUT]->(n)", k.Name), map[string]any{"rows": rows[kind]})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Findings lists them by severity, rule, and ID.
func (s *Store) Findings(ctx context.Context) (fs []graph.Finding, err error) {
	err = s.read(ctx, func(t tx) error {
		fs, err = decoded[graph.Finding](t, findings)
		return err
	})
	graph.SortFindings(fs)
	return fs, err
}

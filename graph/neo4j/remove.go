package neo4j

import (
	"context"
	"fmt"
	"strings"

	"netscope.example/nsgraph/graph"
)

// Remove takes out the batch that holds the capture, and the nodes that only it showed. From the first transaction on nothing of it is visible.
func (s *Store) Remove(ctx context.Context, sha256 string) error {
	var id string
	err := s.read(ctx, func(t tx) error {
		rows, err := t.rows("MATCH (b:Batch) WHERE $sha256 IN b.captures RETURN b.id AS id ORDER BY id", map[string]any{"sha256": sha256})
		if err == nil && len(rows) == 0 {
			err = fmt.Errorf("capture %s: %w", sha256, graph.ErrNotFound)
		}
		if len(rows) > 0 {
			id = rows[0]["id"].(string)
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.removeBatch(ctx, id)
}

func (s *Store) removeBatch(ctx context.Context, id string) error {
	params := map[string]any{"batch": id}
	err := s.write(ctx, func(t tx) error {
		if err := t.lock(); err != nil {
			return err
		}
		if _, err := t.rows("MATCH (b:Batch {id: $batch}) SET b.complete = false, b.removing = true", params); err != nil {
			return err
		}
		_, err := t.rows("MATCH (l:Lane {batch: $batch}) DELETE l", params) // a client that loads it ends here
		return err
	})
	if err != nil {
		return err
	}
	for _, k := range graph.Kinds() {
		if err := s.deleteOf(ctx, k, params); err != nil {
			return err
		}
	}
	if err := s.sweep(ctx); err != nil {
		return err
	}
	return s.write(ctx, func(t tx) error {
		_, err := t.rows("MATCH (b:Batch {id: $batch}) WHERE b.removing DELETE b", params)
		return err
	})
}

// deleteOf deletes the rows of one kind that belong to a batch: their places are read once, then deleted by parts.
func (s *Store) deleteOf(ctx context.Context, k graph.Kind, params map[string]any) error {
	find, del := fmt.Sprintf("MATCH ()-[r:%s]->() WHERE r.batch = $batch RETURN elementId(r) AS id", k.Name), "UNWIND $ids AS id MATCH ()-[r]->() WHERE elementId(r) = id DELETE r"
	if !k.Rel {
		if _, ok := k.Row.FieldByName("Batch"); !ok {
			return nil
		}
		find, del = fmt.Sprintf("MATCH (n:%s) WHERE n.batch = $batch RETURN elementId(n) AS id", k.Name), "UNWIND $ids AS id MATCH (n) WHERE elementId(n) = id DETACH DELETE n"
	}
	var ids []string
	err := s.read(ctx, func(t tx) error {
		ids = ids[:0]
		return t.each(find, params, func(m map[string]any) error {
			ids = append(ids, m["id"].(string))
			return nil
		})
	})
	for err == nil && len(ids) > 0 {
		part := ids[:min(len(ids), maxRows)]
		ids = ids[len(part):]
		err = s.write(ctx, func(t tx) error {
			_, err := t.rows(del, map[string]any{"ids": part})
			return err
		})
	}
	return err
}

// sweep deletes the nodes that no relationship but a finding's touches, unless a batch is being loaded, whose relationships are still to come. A capture point
// stays for its captures, an endpoint for its services.
func (s *Store) sweep(ctx context.Context) error {
	return s.write(ctx, func(t tx) error {
		if err := t.lock(); err != nil { // no batch begins meanwhile
			return err
		}
		loading, err := t.number("MATCH (b:Batch) WHERE NOT b.complete AND b.removing IS NULL RETURN count(b) AS n", nil)
		if err != nil || loading > 0 {
			return err
		}
		order := []graph.Label{graph.LabelService}
		for _, k := range graph.Kinds() {
			if _, owned := k.Row.FieldByName("Batch"); !k.Rel && !owned && graph.Label(k.Name) != graph.LabelService {
				order = append(order, graph.Label(k.Name))
			}
		}
		for _, l := range order {
			var but strings.Builder
			switch l {
			case graph.LabelEndpoint:
				but.WriteString(" AND NOT EXISTS { MATCH (:Service {endpoint: n.id}) }")
			case graph.LabelCapturePoint:
				but.WriteString(" AND NOT EXISTS { MATCH (c:Capture) WHERE c.point = n.name }")
			}
			if _, err := t.rows(fmt.Sprintf("MATCH (n:%s) WHERE NOT EXISTS { MATCH (n)-[r]-() WHERE NOT r:ABOUT OR r.batch IS NOT NULL }%s DETACH DELETE n", l, but.String()), nil); err != nil {
				return err
			}
		}
		return nil
	})
}

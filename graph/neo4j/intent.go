package neo4j

import (
	"context"
	"fmt"

	"netscope.example/nsgraph/graph"
)

// SetIntent replaces the declared layer, in one transaction.
func (s *Store) SetIntent(ctx context.Context, c graph.Contents) error {
	labels := c.Labels()
	unknown := map[graph.ID]bool{}
	for _, k := range graph.Kinds() {
		if !k.Rel {
			continue
		}
		for row := range k.Rows(&c) {
			r := row.(interface{ Relation() *graph.Rel }).Relation()
			for _, id := range []graph.ID{r.Src, r.Dst} {
				if labels[id] == "" {
					unknown[id] = true
				}
			}
		}
	}
	err := s.write(ctx, func(t tx) error {
		if err := t.lock(); err != nil {
			return err
		}
		if err := t.labels(unknown, labels); err != nil {
			return err
		}
		if err := c.CheckIntent(func(id graph.ID) (graph.Label, bool) { l, ok := labels[id]; return l, ok }); err != nil {
			return err
		}
		for _, k := range graph.Kinds() {
			if err := t.declare(k, &c, labels); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.sweep(ctx)
}

// labels finds the labels of nodes that the store has.
func (t tx) labels(ids map[graph.ID]bool, labels map[graph.ID]graph.Label) error {
	if len(ids) == 0 {
		return nil
	}
	var list []string
	for id := range ids {
		list = append(list, id.String())
	}
	for _, k := range graph.Kinds() {
		if k.Rel {
			continue
		}
		err := t.each(fmt.Sprintf("UNWIND $ids AS id MATCH (n:%s {id: id}) RETURN n.id AS id", k.Name), map[string]any{"ids": list}, func(m map[string]any) error {
			var id graph.ID
			err := id.UnmarshalText([]byte(m["id"].(string)))
			labels[id] = graph.Label(k.Name)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// declare replaces what is declared of one kind.
func (t tx) declare(k graph.Kind, c *graph.Contents, labels map[graph.ID]graph.Label) error {
	if !k.Rel {
		var rows []any
		for row := range k.Rows(c) {
			rows = append(rows, properties(row))
		}
		if rows == nil {
			return nil
		}
		_, err := t.rows(fmt.Sprintf("UNWIND $rows AS r MERGE (n:%s {id: r.id}) ON CREATE SET n += r", k.Name), map[string]any{"rows": rows})
		return err
	}
	if _, err := t.rows(fmt.Sprintf("MATCH ()-[r:%s]->() WHERE r.batch = '' DELETE r", k.Name), nil); err != nil {
		return err
	}
	groups := map[[2]graph.Label][]any{}
	for row := range k.Rows(c) {
		r := row.(interface{ Relation() *graph.Rel }).Relation()
		g := [2]graph.Label{labels[r.Src], labels[r.Dst]}
		groups[g] = append(groups[g], map[string]any{"s": r.Src.String(), "d": r.Dst.String(), "p": properties(row)})
	}
	for g, rows := range groups {
		statement := fmt.Sprintf("UNWIND $rows AS r MATCH (a:%s {id: r.s}) MATCH (b:%s {id: r.d}) CREATE (a)-[e:%s]->(b) SET e = r.p", g[0], g[1], k.Name)
		if _, err := t.rows(statement, map[string]any{"rows": rows}); err != nil {
			return err
		}
	}
	return nil
}

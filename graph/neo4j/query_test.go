package neo4j_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/neo4j"
)

type clientRow struct {
	Address string     `graph:"address"`
	First   graph.Time `graph:"first"`
}

var clients = graph.Query[clientRow]{
	Name: "test/clients",
	Cypher: `MATCH (c:Endpoint)-[r:USES]->(:Service) WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
RETURN c.address AS address, r.valid_from AS first ORDER BY address`,
}

// TestQuery asks in Cypher, of everything and of parts.
func TestQuery(t *testing.T) {
	s := stocked(t)
	for what, c := range map[string]struct {
		p    graph.Params
		want []clientRow
	}{
		"all":    {graph.Params{}, []clientRow{{"10.10.0.7", 10}, {"10.10.0.8", 15}}},
		"window": {graph.Params{From: 20}, []clientRow{{"10.10.0.8", 15}}},
		"before": {graph.Params{Known: 99}, nil},
		"others": {graph.Params{Captures: []string{"none"}}, nil},
	} {
		got, err := clients.All(t.Context(), s, c.p)
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%s: %v, %v, want %v", what, got, err, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: row %d is %v, want %v", what, i, got[i], c.want[i])
			}
		}
	}
	for r, err := range clients.Run(t.Context(), s, graph.Params{}) { // who has enough ends the transaction
		if err != nil || r.Address != "10.10.0.7" {
			t.Errorf("%v, %v", r, err)
		}
		break
	}
	wrong := graph.Query[clientRow]{Name: "test/wrong", Cypher: "MATCH (c RETURN c"}
	if _, err := wrong.All(t.Context(), s, graph.Params{}); err == nil || !strings.Contains(err.Error(), "query test/wrong: store ") || errors.Is(err, graph.ErrUnreachable) {
		t.Errorf("%v, want which query and store", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := clients.All(ctx, s, graph.Params{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	for _, err := range s.Cypher(ctx, clients.Cypher, nil) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	}
	if p, err := neo4j.Push(t.Context(), s, s, nil); err != nil || p.Batches != 0 || p.Skipped != 1 {
		t.Errorf("onto itself: %+v, %v", p, err)
	}
}

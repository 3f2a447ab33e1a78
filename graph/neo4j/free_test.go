package neo4j_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/neo4j"
	"netscope.example/nsgraph/graph/neo4j/neo4jtest"
)

func free(ctx context.Context, s *neo4j.Store, statement string, params map[string]any, l neo4j.Limits) (columns []string, rows [][]any, err error) {
	columns, seq, err := s.Free(ctx, statement, params, l)
	if err != nil {
		return columns, nil, err
	}
	for row, err := range seq {
		if err != nil {
			return columns, rows, err
		}
		rows = append(rows, row)
	}
	return columns, rows, nil
}

// stocked is a store with clients .7 and .8, which use tcp/443 of .5.
func stocked(t *testing.T) *neo4j.Store {
	t.Helper()
	s := opened(t)
	b := graphtest.NewBatch("a", 100)
	web := b.Service("10.90.0.5", "tcp", 443)
	b.Uses(b.Endpoint("10.10.0.7"), web, 10, 20, nil)
	b.Uses(b.Endpoint("10.10.0.8"), web, 15, 30, nil)
	if err := s.Apply(t.Context(), b.Batch()); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFreeReads runs statements that read, of all the shapes that planners know, on a server: none is refused.
func TestFreeReads(t *testing.T) {
	s := stocked(t)
	for statement, want := range map[string]string{
		"RETURN 1 AS n;": "[[1]]",
		"MATCH (e:Endpoint)-[r:USES]->(s:Service) RETURN s.address AS a, count(DISTINCT e) AS n, collect(r.bytes_up) AS b ORDER BY n DESC LIMIT 5":                  "[[10.90.0.5 2 [0 0]]]",
		"MATCH (e:Endpoint {address: '10.10.0.7'}) OPTIONAL MATCH (e)-[r:OFFERS]->(x) RETURN r.set AS r, x.create AS x":                                             "[[<nil> <nil>]]",
		"MATCH p = shortestPath((a:Endpoint {address: '10.10.0.7'})-[*..4]-(b:Endpoint {address: '10.10.0.8'})) RETURN length(p) AS n":                              "[[2]]",
		"MATCH (e:Endpoint) WHERE EXISTS { (e)-[:USES]->(:Service) } AND NOT (e)-[:OFFERS]->() RETURN count(e) AS n":                                                "[[2]]",
		"MATCH (s:Service) RETURN COUNT { (s)<-[:USES]-() } AS n, COLLECT { MATCH (s)<-[r:USES]-() RETURN r.certainty } AS c":                                       "[[2 [1 1]]]",
		"UNWIND [3, 1, 2] AS x WITH x ORDER BY x SKIP 1 RETURN x UNION ALL UNWIND range(7, 8) AS x RETURN x":                                                        "[[2] [3] [7] [8]]",
		"UNWIND [1, 1] AS x RETURN x UNION RETURN 2 AS x":                                                                                                           "[[1] [2]]",
		"CALL db.labels() YIELD label WHERE label = 'Service' RETURN label":                                                                                         "[[Service]]",
		"MATCH (s:Service) CALL (s) { MATCH (s)<-[:USES]-(e) RETURN count(e) AS n } RETURN n":                                                                       "[[2]]",
		"MATCH (e:Endpoint) CALL { WITH e MATCH (e)-[r:USES]->() RETURN max(r.certainty) AS c } RETURN sum(c) AS c":                                                 "[[2]]",
		"MATCH (a:Endpoint)-[:USES]->(s)<-[:USES]-(b:Endpoint) WHERE a.id < b.id AND a:Endpoint&!Set RETURN count(*) AS n":                                          "[[1]]",
		"MATCH ((a)-[:USES]->(b)){1,2} RETURN count(*) AS n":                                                                                                        "[[2]]",
		"MATCH (b:Batch) WHERE b.id IN $batches RETURN count(b) AS n, $all AS a":                                                                                    "[[1 false]]",
		"MATCH ()-[r:USES]->() WHERE r.valid_from < $to AND r.valid_to > $from RETURN count(r) AS n":                                                                "[[2]]",
		"RETURN 'x; DELETE n' AS s, {create: 1, delete: {set: 2}}.delete.set AS m, \"/*\" AS c /* MERGE */ // SET":                                                  "[[x; DELETE n 2 /*]]",
		"WITH 1 AS `CREATE` RETURN `CREATE` AS start ORDER BY start":                                                                                                "[[1]]",
		"MATCH (start:Endpoint)-[load:USES]->(use) WITH start, load, use RETURN count(use) AS show":                                                                 "[[2]]",
		"RETURN datetime('1970-01-01T00:00:01Z') AS t, datetime('9999-12-31T00:00:00Z') AS far, duration.between(date('2024-01-01'), date('2024-01-03')).days AS d": "[[1970-01-01T00:00:01.000000000Z 9999-12-31T00:00:00Z 2]]",
		"MATCH p = (:Endpoint {address: '10.10.0.7'})-[r:USES]->(n) RETURN n.port AS n, properties(r).application AS a, size(nodes(p)) AS l":                        "[[443 tls 2]]",
		"RETURN [x IN [1, 2] WHERE x > 1 | x * 2] AS l, CASE WHEN 1 = 1. THEN 'y' ELSE 'n' END AS c":                                                                "",
		"RETURN reduce(a = 0, x IN [1, 2] | a + x) AS n, all(x IN [1] WHERE x > 0) AS b":                                                                            "[[3 true]]",
	} {
		_, rows, err := free(t.Context(), s, statement, nil, neo4j.Limits{})
		if want == "" { // the server's business
			if errors.Is(err, neo4j.ErrNotReadOnly) {
				t.Errorf("%s: %v", statement, err)
			}
			continue
		}
		if got := fmt.Sprint(rows); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", statement, got, err, want)
		}
	}
	columns, rows, err := free(t.Context(), s, "MATCH p = (e:Endpoint {address: $a})-[r]->(n) RETURN n, r, p", map[string]any{"a": "10.10.0.7"}, neo4j.Limits{})
	if err != nil || !slices.Equal(columns, []string{"n", "r", "p"}) || len(rows) != 1 {
		t.Fatalf("%v %v, %v", columns, rows, err)
	}
	if n, r := rows[0][0].(map[string]any), rows[0][1].(map[string]any); n["address"] != "10.90.0.5" || r["valid_from"] != graph.Time(10) || len(rows[0][2].([]any)) != 3 {
		t.Errorf("node, relationship, path: %v", rows[0])
	}
}

// TestFreeRefused runs statements that would do more than read, with the planner's check behind that of the words.
func TestFreeRefused(t *testing.T) {
	s := stocked(t)
	before := counts(t, neo4jtest.Options(t))
	for _, statement := range []string{
		"CREATE (n:X)", "MATCH (n) DETACH DELETE n", "MATCH (n) SET n.x = 1 RETURN n", "MATCH (n:Service) CALL (n) { CREATE (m:X) RETURN m } RETURN count(m) AS n",
		"CALL dbms.listConfig() YIELD name RETURN name", "LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l", "RETURN 1 AS n; RETURN 2 AS n",
	} {
		if _, rows, err := free(t.Context(), s, statement, nil, neo4j.Limits{}); !errors.Is(err, neo4j.ErrNotReadOnly) || rows != nil {
			t.Errorf("%s: %v, %v, want ErrNotReadOnly", statement, rows, err)
		}
	}
	for _, statement := range []string{"MATCH (n RETURN n", "RETURN $missing AS m", "RETURN 1 / 0 AS n"} {
		_, _, err := free(t.Context(), s, statement, nil, neo4j.Limits{})
		if err == nil || errors.Is(err, neo4j.ErrNotReadOnly) || errors.Is(err, graph.ErrUnreachable) {
			t.Errorf("%s: %v, want what the server says", statement, err)
		}
	}
	if after := counts(t, neo4jtest.Options(t)); after != before {
		t.Errorf("%s, before %s", after, before)
	}
}

func TestFreeLimits(t *testing.T) {
	s := opened(t)
	_, rows, err := free(t.Context(), s, "UNWIND range(1, 10) AS x RETURN x", nil, neo4j.Limits{Rows: 10})
	if err != nil || len(rows) != 10 {
		t.Errorf("as many as the limit: %d, %v", len(rows), err)
	}
	_, rows, err = free(t.Context(), s, "UNWIND range(1, 11) AS x RETURN x", nil, neo4j.Limits{Rows: 10})
	if !errors.Is(err, neo4j.ErrCut) || len(rows) != 10 || !strings.Contains(err.Error(), "more than 10 rows") {
		t.Errorf("one more: %d, %v, want ErrCut", len(rows), err)
	}
	_, rows, err = free(t.Context(), s, "UNWIND range(1, 100000000) AS x UNWIND range(1, 100000) AS y WITH x, y WHERE x + y < 0 RETURN x", nil, neo4j.Limits{Timeout: 2 * time.Second})
	if !errors.Is(err, neo4j.ErrCut) || len(rows) != 0 || !strings.Contains(err.Error(), "longer than 2s") {
		t.Errorf("too long: %d, %v, want ErrCut", len(rows), err)
	}
	_, seq, err := s.Free(t.Context(), "UNWIND range(1, 5000) AS x RETURN x", nil, neo4j.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range seq {
		if n++; err != nil {
			t.Fatal(err)
		}
		if n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d rows, want 3", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := free(ctx, s, "RETURN 1 AS n", nil, neo4j.Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

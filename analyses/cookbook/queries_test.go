package cookbook_test

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/bandwidth"
	"netscope.example/nsgraph/analyses/configuration"
	"netscope.example/nsgraph/analyses/cookbook"
	"netscope.example/nsgraph/analyses/dependency"
	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/analyses/qos"
	"netscope.example/nsgraph/analyses/segmentation"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/memory"
	"netscope.example/nsgraph/graph/neo4j/neo4jtest"
	"netscope.example/nsgraph/graph/sqlite"
)

// everything lists every named query there is.
func everything() []graph.Question {
	qs := cookbook.Questions()
	for _, more := range [][]graph.Question{
		analyses.Inventory(), segmentation.Queries(), dependency.Queries(), bandwidth.Queries(), configuration.Queries(), qos.Queries(),
	} {
		qs = append(qs, more...)
	}
	return qs
}

// world is what a store is filled with.
type world struct {
	name     string
	batches  []*graph.Batch
	intent   graph.Contents
	findings []graph.Finding
}

func (w world) fill(t testing.TB, s graph.Store) {
	t.Helper()
	for _, b := range w.batches {
		if err := s.Apply(context.Background(), b); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetIntent(context.Background(), w.intent); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveFindings(context.Background(), []string{"closed/rule"}, w.findings); err != nil {
		t.Fatal(err)
	}
}

// answer is the rows of a query as text, one a line; an error is an answer, too.
func answer(q graph.Question, on graph.Querier, p graph.Params) string {
	var b strings.Builder
	for r, err := range q.Rows(context.Background(), on, p) {
		if err != nil {
			return "error: " + err.Error()
		}
		fmt.Fprintf(&b, "%#v\n", r.Values)
	}
	return b.String()
}

// pools are the arguments with which queries are asked, by parameter.
var pools = map[string][]any{
	"address": {"10.90.0.1", "10.10.0.1", "10.90.0.2", "fd00::1", "10.9.9.9"}, "client": {"10.10.0.1", "10.10.0.2", "fd00::1"}, "server": {"10.90.0.1", "10.90.0.2"},
	"who": {"10.90.0.1", "10.10.0.1", "pc1.example", "02:00:00:00:00:01", "nobody"}, "context": {"", graph.DefaultContext, "tenant"},
	"transport": {"tcp", "udp"}, "port": {int64(0), int64(53), int64(443)}, "depth": {int64(0), int64(1), int64(2), int64(5), int64(99)},
	"limit": {int64(0), int64(1), int64(3), int64(1000)}, "min": {int64(0), int64(1), int64(4)}, "a": {"erp", "mail", "none"}, "b": {"mail", "erp"},
	"application": {"", "tls", "dns", "smb"}, "version": {"", "SSH", "b"}, "certificate": {"ab12", "erp.corp.example", "none"},
	"since":  {graph.Time(0), graph.Time(1003e9), graph.Time(1005e9), graph.Time(1006e9 - 1), graph.Time(1006e9), graph.Forever},
	"source": {"", "users", "guest", "servers"}, "target": {"", "servers", "guest", "users"}, "vlan": {"10", "20", "100.10"}, "other": {"", "10", "20"},
	"device": {"", "sw1", "r2"}, "speaker": {"", "s", "sw1"}, "setting": {"", "ospf.", "cdp.duplex"}, "tunnel": {"", "vxlan"}, "loss": {0.0, 3.0, 100.0},
	"rule": {"", "segmentation/", "x"}, "step": {int64(1), int64(60)}, "settings": {[]string{}, []string{"ospf.hello", "cdp.duplex"}},
	"services": {[]string{}, []string{graph.NewServiceID(graph.DefaultContext, netip.MustParseAddr("10.90.0.1"), "tcp", 443).String()}},
}

// arguments chooses the n-th combination of arguments.
func arguments(q graph.QuestionInfo, n int) map[string]any {
	args := map[string]any{}
	for i, p := range q.Params {
		pool := pools[p.Name]
		if pool == nil || reflect.TypeOf(pool[0]) != reflect.TypeOf(p.Default) {
			pool = []any{p.Default}
		}
		args[p.Name] = pool[(n/(i+1)+i*n)%len(pool)]
	}
	return args
}

// sameAnswers asks all queries with several arguments and windows, and compares.
func sameAnswers(t *testing.T, w world, want, got graph.Store, name string) (rows int) {
	t.Helper()
	windows := []graph.Params{
		{}, {From: 1003e9, To: 1006e9}, {From: 1005e9, To: 1005e9 + 1}, {Known: 2}, {From: fixture.At(5), To: fixture.At(6)}, {From: fixture.At(1e6)},
	}
	if len(w.batches) > 0 {
		windows = append(windows, graph.Params{Captures: []string{w.batches[0].Captures[0].SHA256}})
	}
	for i, q := range everything() {
		for turn := range 4 + i%2 { // all of it, and some windows, each with other arguments
			p := windows[turn*(i+turn)%len(windows)]
			p.Args = arguments(q.Info(), i+5*turn)
			a, b := answer(q, want, p), answer(q, got, p)
			if a != b {
				t.Errorf("%s %+v\nmemory:\n%s%s:\n%s", q.Info().Name, p, a, name, b)
			}
			rows += strings.Count(a, "\n")
		}
	}
	return rows
}

// others are the stores that the memory is compared with; each opens empty.
func others(t *testing.T) map[string]func(t *testing.T) graph.Store {
	t.Helper()
	return map[string]func(t *testing.T) graph.Store{
		"SQLite": func(t *testing.T) graph.Store {
			s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "nsgraph.db"))
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
		"Neo4j": func(t *testing.T) graph.Store { return neo4jtest.Open(t) },
	}
}

// TestQueries holds memory, SQLite and Neo4j to the same rows of every query, on fixtures and on random graphs.
func TestQueries(t *testing.T) {
	worlds := []world{
		{name: "empty"}, site(t),
		{name: "plain", batches: []*graph.Batch{graphtest.Full(graphtest.Plain)}, findings: findings},
		{name: "zero", batches: []*graph.Batch{graphtest.Full(graphtest.Zero)}},
	}
	n := 8
	if testing.Short() {
		n = 2
	}
	for i := range n {
		w := rapid.Custom(random).Example(i)
		w.name = fmt.Sprintf("random %d", i)
		worlds = append(worlds, w)
	}
	for name, open := range others(t) {
		t.Run(name, func(t *testing.T) {
			if name == "Neo4j" {
				neo4jtest.Options(t) // or skips
			}
			rows, worldsAsked := 0, 0
			for _, w := range worlds {
				t.Run(w.name, func(t *testing.T) {
					want, got := memory.New(), open(t)
					defer got.Close()
					w.fill(t, want)
					w.fill(t, got)
					rows += sameAnswers(t, w, want, got, name)
					worldsAsked++
				})
			}
			if rows < 50*worldsAsked && !t.Failed() {
				t.Errorf("%d rows compared: the graphs hold too little", rows)
			}
		})
	}
}

// random draws a few batches, zones, and what their policy says.
func random(t *rapid.T) world {
	w := world{findings: findings}
	for range rapid.IntRange(1, 3).Draw(t, "batches") {
		b := graphtest.Random(t)
		w.batches = append(w.batches, &b)
	}
	w.intent = graphtest.Intent(map[string][]string{
		"users": {"10.10.0.1", "10.10.0.2"}, "guest": {"10.10.0.3", "fd00::1", "10.10.0.1"}, "servers": {"10.90.0.1", "10.90.0.2"},
	})
	for i, s := range w.batches[0].Services {
		w.intent.Services = append(w.intent.Services, s)
		w.intent.Members = append(w.intent.Members, graph.Member{
			Rel:  graph.Rel{ID: graph.NewID("REACHES", fmt.Sprint(i)), Src: graph.NewNamedID(graph.LabelZone, "users"), Dst: s.ID, From: graph.MinTime, To: graph.Forever},
			Type: graph.TypeReaches, Count: 1, Why: []string{"allow by web", "deny by default"}[i%2],
		})
	}
	w.intent.Sort()
	return w
}

// findings of several ages and severities; one rule is judged and no longer raised.
var findings = []graph.Finding{
	{ID: graph.NewID("Finding", "1"), Rule: "segmentation/breach", Severity: "high", Text: "a", First: 1002e9, Last: 1005e9, Count: 2, Subjects: []string{}},
	{ID: graph.NewID("Finding", "2"), Rule: "dependency/single", Severity: "info", Text: "b", First: 1001e9, Last: 1009e9, Count: 1, Subjects: []string{}},
	{ID: graph.NewID("Finding", "3"), Rule: "segmentation/x", Severity: "critical", Text: "c", First: 1004e9, Last: 1004e9, Count: 1, Subjects: []string{}},
	{ID: graph.NewID("Finding", "4"), Rule: "segmentation/y", Severity: "high", Text: "d", First: 1001e9, Last: 1001e9, Count: 1, Subjects: []string{}},
}

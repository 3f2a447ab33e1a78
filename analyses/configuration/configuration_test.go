package configuration

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

func TestOptions(t *testing.T) {
	for name, o := range map[string]Options{
		"settle":   {Settle: -time.Second},
		"rate":     {PathRate: -1},
		"family":   {FamilyMin: 2},
		"support":  {Support: 0.5},
		"transfer": {MinTransfer: -1},
	} {
		if _, err := Run(t.Context(), memory.New(), graph.Params{}, &analyses.Site{Intent: &intent.Intent{}}, o); err == nil || !strings.HasPrefix(err.Error(), "configuration: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnalysis(t *testing.T) {
	a := Analysis()
	s := memory.New()
	if err := s.Apply(t.Context(), newWorld().says(r1, hello("ospf.hello=10")...).says(r2, hello("ospf.hello=5")...).b.Batch()); err != nil {
		t.Fatal(err)
	}
	section, fs, err := a.Run(t.Context(), s, graph.Params{}, &analyses.Site{Intent: &intent.Intent{}})
	if err != nil || len(fs) != 1 || !slices.Contains(a.Rules, fs[0].Rule) || len(a.Queries) != len(Queries()) {
		t.Fatalf("%v %+v", err, fs)
	}
	b, err := json.Marshal(section)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"baselines":[]`, `{"name":"ospf.area","subject":"10.0.0.0/24","peers":["10.0.0.1","10.0.0.2"],"verdict":"agree","values":{"10.0.0.1":"0.0.0.0","10.0.0.2":"0.0.0.0"}}`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s lacks %s", b, want)
		}
	}
	if strings.Contains(string(b), "indings") {
		t.Error("findings are in the section")
	}
}

// Equal graphs give equal reports, in whatever order their parts came.
func TestRunIsPure(t *testing.T) {
	a := newWorld().says(r1, hello("ospf.hello=10")...).says(r2, hello("ospf.hello=5")...).says(s1, "cdp.duplex=full").says(s2, "cdp.duplex=half").run(t)
	for range 5 {
		b := newWorld().says(r1, hello("ospf.hello=10")...).says(r2, hello("ospf.hello=5")...).says(s1, "cdp.duplex=full").says(s2, "cdp.duplex=half").run(t)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%+v\n%+v", a, b)
		}
	}
}

func TestStatementsOfOneProtocol(t *testing.T) {
	w := newWorld().says(r1, "ospf.hello=10", "ospf.dead=40").says(s1, "cdp.duplex=full")
	s := memory.New()
	if err := s.Apply(t.Context(), w.b.Batch()); err != nil {
		t.Fatal(err)
	}
	rows, err := Statements.All(t.Context(), s, graph.Params{Args: map[string]any{"protocol": "ospf"}})
	if err != nil || len(rows) != 2 || rows[0].Setting != "ospf.dead" || rows[1].Setting != "ospf.hello" {
		t.Fatalf("%v %+v", err, rows)
	}
	if r := rows[1]; !r.Device || r.Speaker != "1.1.1.1" || r.First != at(0) || r.Last != at(100) || r.Witness[0] != graphtest.SHA("capture")+":12,15" {
		t.Errorf("%+v", r)
	}
	for _, q := range Queries() {
		n := 0
		for _, err := range q.Rows(t.Context(), s, graph.Params{}) {
			if err != nil {
				t.Error(err)
			}
			n++
		}
		if q.Info().Name == "configuration/statements" && n != 3 {
			t.Errorf("%d statements", n)
		}
	}
}

// The Cypher form must name every column of the rows, and select by window and batch.
func TestCypherColumns(t *testing.T) {
	for _, q := range Queries() {
		i := q.Info()
		for _, c := range i.Columns {
			if !strings.Contains(i.Cypher, " AS "+c+",") && !strings.Contains(i.Cypher, " AS "+c+"\n") {
				t.Errorf("%s: no column %s", i.Name, c)
			}
		}
		if !strings.Contains(i.Cypher, "r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)") || !strings.Contains(i.Cypher, "\nORDER BY ") {
			t.Errorf("%s selects or orders otherwise", i.Name)
		}
	}
}

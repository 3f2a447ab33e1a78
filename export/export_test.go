package export_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/bandwidth"
	"netscope.example/nsgraph/analyses/configuration"
	"netscope.example/nsgraph/analyses/dependency"
	"netscope.example/nsgraph/analyses/qos"
	"netscope.example/nsgraph/analyses/segmentation"
	"netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/export"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
	"netscope.example/nsgraph/graph/diff"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

var asked = []analyses.Analysis{segmentation.Analysis(), dependency.Analysis(), bandwidth.Analysis(), configuration.Analysis(), qos.Analysis()}

// analyzed goes the whole way from a capture to a report.
func analyzed(path, intentPath string, p graph.Params) (*export.Report, error) {
	ctx := context.Background()
	in, err := intent.Load(intentPath)
	if err != nil {
		return nil, err
	}
	sources, err := capture.Sources([]string{path})
	if err != nil {
		return nil, err
	}
	batch, _, err := build.Run(ctx, capture.Run(ctx, sources, capture.Options{}), build.Options{Intent: in})
	if err != nil {
		return nil, err
	}
	store := memory.New()
	if err := store.Apply(ctx, batch); err != nil {
		return nil, err
	}
	site, err := analyses.NewSite(ctx, store, p, in)
	if err != nil {
		return nil, err
	}
	return export.Build(ctx, store, p, site, asked)
}

const (
	officeCapture = "../testdata/office.pcapng"
	officeIntent  = "../testdata/office.intent.yaml"
)

var office = sync.OnceValues(func() (*export.Report, error) { return analyzed(officeCapture, officeIntent, graph.Params{}) })

func report(t *testing.T) *export.Report {
	t.Helper()
	r, err := office()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBuild(t *testing.T) {
	r := report(t)
	if r.Schema != "nsgraph.report/1" || len(r.Captures) != 1 || r.Captures[0].Point != "core1" || !r.Captures[0].Complete || r.Captures[0].Error != nil {
		t.Errorf("schema %q, captures %+v", r.Schema, r.Captures)
	}
	if r.Window.From == nil || *r.Window.From != *r.Captures[0].First || *r.Window.To != *r.Captures[0].Last {
		t.Errorf("window %+v, want that of the capture", r.Window)
	}
	for _, a := range asked {
		if r.Analyses[a.Name] == nil {
			t.Errorf("no section %s", a.Name)
		}
	}
	if g := r.Graph; g.Endpoints != int64(len(r.Endpoints)) || g.Services == 0 || g.Dependencies == 0 || g.Conversations == 0 || g.VLANs == 0 || g.Zones == 0 || g.Contexts == 0 {
		t.Errorf("counts %+v with %d endpoints listed", g, len(r.Endpoints))
	}
	byAddress := map[string]export.Endpoint{}
	for _, e := range r.Endpoints {
		byAddress[e.Address.String()] = e
	}
	db, guest := byAddress["10.90.0.6"], byAddress["192.168.66.22"]
	if db.Zone != "servers" || strings.Join(db.Roles, " ") != "client server" || db.PacketsReceived == 0 || db.First == nil || guest.Zone != "guest" || guest.Roles[0] != "client" {
		t.Errorf("database %+v, guest %+v", db, guest)
	}
	if worst, ok := r.Worst(); !ok || worst != analyses.High {
		t.Errorf("worst %v, %v, want high", worst, ok)
	}
	for i := 1; i < len(r.Findings); i++ {
		if r.Findings[i].Severity > r.Findings[i-1].Severity {
			t.Errorf("%s comes after the milder %s", r.Findings[i].Rule, r.Findings[i-1].Rule)
		}
	}
}

// TestBuildWindow asks about a part of the time, and about no packets at all.
func TestBuildWindow(t *testing.T) {
	whole := report(t)
	from, to := *whole.Window.From+10e9, *whole.Window.From+20e9
	r, err := analyzed(officeCapture, officeIntent, graph.Params{From: from, To: to})
	if err != nil {
		t.Fatal(err)
	}
	if *r.Window.From != from || *r.Window.To != to-1 || r.Graph.Conversations >= whole.Graph.Conversations {
		t.Errorf("window %v to %v with %d conversations of %d", *r.Window.From, *r.Window.To, r.Graph.Conversations, whole.Graph.Conversations)
	}
	store := memory.New()
	site, err := analyses.NewSite(t.Context(), store, graph.Params{}, &intent.Intent{})
	if err != nil {
		t.Fatal(err)
	}
	empty, err := export.Build(t.Context(), store, graph.Params{}, site, asked)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := empty.Worst(); ok || empty.Window.From != nil || len(empty.Tables()) != 0 {
		t.Errorf("a report about nothing: window %+v, %d tables", empty.Window, len(empty.Tables()))
	}
	var b bytes.Buffer
	if err := empty.WriteJSON(&b); err != nil || strings.Contains(b.String(), `"captures": null`) || strings.Contains(b.String(), `"findings": null`) {
		t.Errorf("%v, lists are null in %.200s", err, &b)
	}
	if text := empty.Summary()[2].Text; text != "no traffic" {
		t.Errorf("bandwidth of nothing: %q", text)
	}
}

// TestWriteJSON holds the report to its contract: the same bytes again, lists instead of null, one object a line in the other form.
func TestWriteJSON(t *testing.T) {
	r := report(t)
	again, err := analyzed(officeCapture, officeIntent, graph.Params{})
	if err != nil {
		t.Fatal(err)
	}
	var a, b bytes.Buffer
	if err := errors.Join(r.WriteJSON(&a), again.WriteJSON(&b)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two runs over one capture differ")
	}
	var plain bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		t.Fatal(err)
	}
	var dense bytes.Buffer
	if err := json.Compact(&dense, a.Bytes()); err != nil {
		t.Fatal(err)
	}
	if got, want := dense.String(), strings.TrimSuffix(plain.String(), "\n"); got != want {
		t.Errorf("laid out: %.300s\nencoding/json: %.300s", got, want)
	}
	var back map[string]any
	if err := json.Unmarshal(a.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"schema", "run", "captures", "window", "graph", "endpoints", "artefacts", "analyses", "findings"} {
		if back[key] == nil {
			t.Errorf("%s is missing or null", key)
		}
	}
	var lines bytes.Buffer
	if err := r.WriteJSONL(&lines); err != nil {
		t.Fatal(err)
	}
	dec, n := json.NewDecoder(&lines), 0
	for ; dec.More(); n++ {
		var f analyses.Finding
		if err := dec.Decode(&f); err != nil {
			t.Fatal(err)
		}
		if f.ID != r.Findings[n].ID || len(f.Evidence) != len(r.Findings[n].Evidence) {
			t.Errorf("line %d is %s, want %s", n+1, f.ID, r.Findings[n].ID)
		}
	}
	if n != len(r.Findings) {
		t.Errorf("%d lines for %d findings", n, len(r.Findings))
	}
	for _, write := range []func() error{func() error { return r.WriteJSON(full{}) }, func() error { return r.WriteJSONL(full{}) }} {
		if err := write(); !errors.Is(err, errFull) {
			t.Errorf("a full disk: %v", err)
		}
	}
}

// TestJSON shows the layout.
func TestJSON(t *testing.T) {
	type inner struct {
		A int      `json:"a"`
		B []string `json:"b"`
	}
	v := struct {
		One  string         `json:"one"`
		None []int          `json:"none"`
		Many []inner        `json:"many"`
		In   inner          `json:"in"`
		Any  map[string]any `json:"any"`
		At   *graph.Time    `json:"at"`
		Not  int            `json:"-"`
	}{One: `x:"\,<`, None: []int{}, Many: []inner{{1, nil}, {2, []string{"p", "q"}}}, In: inner{3, []string{"r"}}, Any: map[string]any{"z": 1, "y": []int{}}}
	const want = `{
  "one": "x:\"\\,<",
  "none": [],
  "many": [
    {"a": 1, "b": null},
    {"a": 2, "b": ["p", "q"]}
  ],
  "in": {
    "a": 3,
    "b": [
      "r"
    ]
  },
  "any": {
    "y": [],
    "z": 1
  },
  "at": null
}
`
	var b strings.Builder
	if err := export.JSON(&b, v); err != nil || b.String() != want {
		t.Errorf("%v\n%s", err, &b)
	}
}

var errFull = errors.New("no space left")

// full is a disk without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestSummary holds each verdict to the findings: the office has one breach of high severity.
func TestSummary(t *testing.T) {
	want := map[string]string{"segmentation": "trouble", "dependency": "attention", "bandwidth": "ok", "configuration": "trouble", "qos": "attention"}
	r := report(t)
	for _, l := range r.Summary() {
		worst := "ok"
		for _, f := range r.Findings {
			if strings.HasPrefix(f.Rule, l.Analysis+"/") && f.Severity > analyses.Info && worst != "trouble" {
				worst = "attention"
				if f.Severity >= analyses.High {
					worst = "trouble"
				}
			}
		}
		if l.Verdict != worst || l.Text == "" || !strings.HasSuffix(l.Question, "?") {
			t.Errorf("%+v, want %s", l, worst)
		}
		if (l.Verdict == "trouble") != (want[l.Analysis] == "trouble") {
			t.Errorf("%s: %s, want %s", l.Analysis, l.Verdict, want[l.Analysis])
		}
	}
	if n := len((&export.Report{Analyses: map[string]any{"qos": qos.Report{}}}).Summary()); n != 1 {
		t.Errorf("%d verdicts for one question", n)
	}
}

// TestSummaryUnknown wants no pass where there was nothing to judge by.
func TestSummaryUnknown(t *testing.T) {
	for name, section := range map[string]any{
		"segmentation":  segmentation.Report{Matrix: []segmentation.Cell{{From: "a", To: "a", Policy: "observe", Verdict: "allowed-seen"}}},
		"dependency":    dependency.Report{},
		"bandwidth":     bandwidth.Report{},
		"configuration": configuration.Report{Assertions: []configuration.Assertion{{Verdict: configuration.Unobservable}}},
		"qos":           qos.Report{Classes: []qos.Class{{Verdict: "untested"}, {Verdict: "insufficient"}}, Marks: []qos.Mark{{Packets: 1}}},
	} {
		l := (&export.Report{Analyses: map[string]any{name: section}}).Summary()
		if len(l) != 1 || l[0].Verdict != "unknown" || l[0].Text == "" {
			t.Errorf("%s: %+v, want unknown", name, l)
		}
	}
	found := &export.Report{Analyses: map[string]any{"configuration": configuration.Report{}}}
	for _, rule := range []string{"b", "a", "b", "c", "d", "e"} {
		found.Findings = append(found.Findings, analyses.NewFinding("configuration/"+rule, analyses.Medium, 1, "", analyses.Subject{}))
	}
	if l := found.Summary(); l[0].Verdict != "attention" || !strings.HasSuffix(l[0].Text, "; found: b, a, c, d and 1 more") {
		t.Errorf("%+v, want the rules that were broken", l)
	}
	for text, classes := range map[string][]qos.Class{
		"no packet is marked; the one traffic class met no congestion":                                       {{Verdict: "untested"}},
		"no packet is marked; all 2 traffic classes had too few samples":                                     {{Verdict: "insufficient"}, {Verdict: "insufficient"}},
		"no packet is marked; of 2 traffic classes, 1 had no priority under congestion, 1 met no congestion": {{Verdict: "untested"}, {Verdict: "ineffective"}},
	} {
		r := &export.Report{Analyses: map[string]any{"qos": qos.Report{Classes: classes, Marks: []qos.Mark{{Packets: 1}}}}}
		if got := r.Summary()[0].Text; got != text {
			t.Errorf("%q, want %q", got, text)
		}
	}
	// who is most connected may be a client: nobody depends on it
	hub := &export.Report{Analyses: map[string]any{"dependency": dependency.Report{Dependencies: make([]dependency.Dependency, 2), CriticalNodes: []dependency.CriticalNode{
		{Label: "10.0.0.1", Why: "centrality", CutClients: 22}}}}}
	if got, want := hub.Summary()[0].Text, "2 dependencies on 0 services; most connected: 10.0.0.1, with 22 peers"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	l := (&export.Report{Analyses: map[string]any{"qos": qos.Report{Classes: []qos.Class{{Verdict: "effective"}, {Verdict: "untested"}}, Marks: []qos.Mark{{DSCP: 46, Packets: 1}}}}}).Summary()
	if want := "100.0 % of packets are marked; of 2 traffic classes, 1 had priority under congestion, 1 met no congestion"; l[0].Verdict != "ok" || l[0].Text != want {
		t.Errorf("%+v, want ok, %q", l[0], want)
	}
}

// TestTables wants rectangular tables of bounded length for each analysis.
func TestTables(t *testing.T) {
	r := report(t)
	seen := map[string]bool{}
	for _, table := range r.Tables() {
		seen[table.Analysis] = true
		if len(table.Rows) > 40 || len(table.Rows) == 0 {
			t.Errorf("%s: %d rows", table.Title, len(table.Rows))
		}
		for _, row := range table.Rows {
			if len(row) != len(table.Columns) {
				t.Errorf("%s: %d cells under %d columns: %v", table.Title, len(row), len(table.Columns), row)
			}
		}
	}
	if len(seen) != len(asked) {
		t.Errorf("tables of %v", seen)
	}
	many := bandwidth.Report{}
	for range 33 {
		many.Applications = append(many.Applications, bandwidth.Application{Name: "tls"})
	}
	tables := (&export.Report{Analyses: map[string]any{"bandwidth": many}}).Tables()
	if len(tables) != 1 || len(tables[0].Rows) != 20 || tables[0].More != 13 {
		t.Errorf("33 applications: %d tables, want one of 20 rows and 13 more", len(tables))
	}
}

func TestNumbers(t *testing.T) {
	for got, want := range map[string]string{
		export.Bytes(0): "0 B", export.Bytes(999): "999 B", export.Bytes(1000): "1 kB", export.Bytes(1_234_567): "1.23 MB", export.Bytes(999_999): "1 MB",
		export.Rate(1e9): "1 Gb/s", export.Number(-1234567): "-1,234,567", export.Number(999): "999", export.Percent(0.1234): "12.3 %",
		export.Count(1, "query"): "1 query", export.Count(1200, "query"): "1,200 queries", export.Count(0, "packet"): "0 packets",
		export.Duration(0.25): "250 ms", export.Duration(44.94): "44.9 s", export.Duration(720): "12 min", export.Duration(12600): "3.5 h", export.Duration(1036800): "12 days",
		export.Duration(0): "0 s", export.Duration(5e-6): "5 µs", export.Duration(7.5e9): "238 years", export.Count(2, "traffic class"): "2 traffic classes",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestFindingRecords keeps a finding's ID, so that a run over a store and a run over a file speak of the same finding.
func TestFindingRecords(t *testing.T) {
	r := report(t)
	records := export.FindingRecords(append(r.Findings[:1:1], analyses.Finding{ID: "of another tool", Rule: "x/y"}))
	if len(records) != 2 || records[0].ID.String() != r.Findings[0].ID || records[0].Severity != "high" || !records[0].Open || records[1].ID.IsZero() {
		t.Errorf("%+v", records)
	}
	if s := r.Findings[0].Subjects[0]; records[0].Subjects[0] != s.Kind+" "+s.ID+" "+s.Label {
		t.Errorf("subject %q", records[0].Subjects[0])
	}
}

// TestConversations lists every conversation of the office, and stops at a full disk.
func TestConversations(t *testing.T) {
	sources, err := capture.Sources([]string{officeCapture})
	if err != nil {
		t.Fatal(err)
	}
	var list bytes.Buffer
	facts, passed := export.Conversations(capture.Run(t.Context(), sources, capture.Options{}), &list), 0
	for _, err := range facts {
		if err != nil {
			t.Fatal(err)
		}
		passed++
	}
	var breach bool
	lines := 0
	for dec := json.NewDecoder(&list); dec.More(); lines++ {
		var c map[string]any
		if err := dec.Decode(&c); err != nil {
			t.Fatal(err)
		}
		breach = breach || c["client"] == "192.168.66.22" && c["server"] == "10.90.0.6" && c["server_port"] == 15432. && c["application"] == "postgresql"
	}
	if !breach || lines == 0 || lines >= passed {
		t.Errorf("%d conversations among %d facts, the breach is among them: %v", lines, passed, breach)
	}
	for _, err = range export.Conversations(capture.Run(t.Context(), sources, capture.Options{}), full{}) {
	}
	if !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
	for range export.Conversations(capture.Run(t.Context(), sources, capture.Options{}), &list) {
		break // the reader may stop
	}
}

// hostile is what a packet may hold: an escape sequence, a table's bar, markup, an override of the writing direction.
const hostile = "\x1b[2J|<b>`*_[x](y)\u202e\n"

func TestDiff(t *testing.T) {
	change := diff.Change{Change: diff.Changed, Subject: diff.Subject{Kind: "service", ID: "s", Label: hostile}, Attribute: "version", Before: "1", After: "2", Confidence: 0.9}
	moved := change
	moved.Change, moved.Attribute, moved.After = diff.Moved, "", "10.0.0.9"
	r := diff.Report{
		Old: diff.Side{Name: "before"}, New: diff.Side{Name: "after"}, Changes: []diff.Change{change, moved, {Change: diff.Appeared, Confidence: 1}},
		CannotTell: []diff.Unknown{{Subject: change.Subject, Text: "no coverage"}}, Findings: []any{analyses.NewFinding("dependency/x", analyses.High, 1, "it went")},
	}
	r.Counts.CannotTell = 1
	var text, md bytes.Buffer
	if err := errors.Join(export.DiffText(&text, r), export.DiffMarkdown(&md, r)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"of 1 nobody can tell", "HIGH     dependency/x  it went", `version "2", was "1" (confidence 0.90)`, "to 10.0.0.9", "CANNOT TELL"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in:\n%s", want, &text)
		}
	}
	if s := text.String() + md.String(); strings.ContainsAny(s, "\x1b\u202e") || strings.Contains(md.String(), "<b>") || strings.Contains(md.String(), " |<") {
		t.Errorf("what a packet says steers the terminal or the markup:\n%s", s)
	}
	if err := errors.Join(export.DiffText(full{}, r), export.DiffMarkdown(full{}, r)); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
}

// What cannot be told is listed up to a limit, without its subject twice; a finding that came is told with its text.
func TestDiffReads(t *testing.T) {
	r := diff.Report{Changes: []diff.Change{{Change: diff.Appeared, Subject: diff.Subject{Kind: "finding", Label: "a/b"}, Text: "finding a/b is new: it leaks: a lot", Confidence: 0.9}}}
	for i := range 45 {
		label := fmt.Sprintf("10.0.0.%d tcp/80", i)
		r.CannotTell = append(r.CannotTell, diff.Unknown{Subject: diff.Subject{Kind: "service", Label: label}, Text: "service " + label + ": seen once"})
	}
	var text bytes.Buffer
	if err := export.DiffText(&text, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"  service     10.0.0.39 tcp/80: seen once\n  … and 5 more: see -o json\n", "  appeared  finding     a/b (confidence 0.90)\n                        it leaks: a lot\n"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in:\n%s", want, &text)
		}
	}
}

func TestEscapeMarkdown(t *testing.T) {
	if got, want := export.EscapeMarkdown("a|b <i> `c` *d* _e_ [f] \\"), `a\|b &lt;i&gt; \`+"`c"+`\`+"`"+` \*d\* \_e\_ \[f] \\`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

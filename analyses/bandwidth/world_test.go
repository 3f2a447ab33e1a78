package bandwidth

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

const t0 = int64(fixture.T0) / 1e9

// load reads a fixture whose capture carried these bytes in each step from second 0; edit, if any, may change the batch.
func load(t testing.TB, text string, step int64, bytes []int64, edit func(*graph.Batch)) *memory.Store {
	t.Helper()
	b, err := fixture.Read("capture", text)
	if err != nil {
		t.Fatal(err)
	}
	c := &b.Captures[0]
	c.Step, c.First, c.Last = step, fixture.At(0), fixture.At(60)
	for i, n := range bytes {
		if n > 0 {
			c.At, c.AtBytes, c.AtPackets = append(c.At, t0+int64(i)*step), append(c.AtBytes, n), append(c.AtPackets, n/100)
			c.Packets, c.Bytes = c.Packets+n/100, c.Bytes+n
			c.Last = max(c.Last, fixture.At(float64((int64(i)+1)*step)))
		}
	}
	if edit != nil {
		edit(b)
	}
	b.Sort()
	s := memory.New()
	if err := s.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return s
}

func site(t testing.TB, q graph.Querier, declared string) *analyses.Site {
	t.Helper()
	in, err := intent.Parse("site.yaml", []byte(declared))
	if err != nil {
		t.Fatal(err)
	}
	s, err := analyses.NewSite(t.Context(), q, graph.Params{}, in)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func run(t testing.TB, q graph.Querier, declared string) Report {
	t.Helper()
	r, err := Run(t.Context(), q, graph.Params{}, site(t, q, declared), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// finds checks the findings of one rule, each "severity confidence: text".
func finds(t *testing.T, r Report, rule string, want ...string) {
	t.Helper()
	var got []string
	for _, f := range r.Findings {
		if !slices.Contains(Rules(), f.Rule) {
			t.Errorf("rule %s is not in Rules", f.Rule)
		}
		if f.First < fixture.T0-graph.Time(4000e9) || f.Last < f.First || f.Count < 1 || len(f.Subjects) == 0 || f.ExplainedBy == nil || f.Evidence == nil {
			t.Errorf("incomplete: %+v", f)
		}
		if len(f.Evidence) > 0 && (f.Evidence[0].Capture != "sha256:"+graphtest.SHA("capture") || f.Evidence[0].Packets == nil) {
			t.Errorf("%s: evidence %+v", f.Rule, f.Evidence)
		}
		if f.Rule == "bandwidth/"+rule {
			got = append(got, fmt.Sprintf("%s %v: %s", f.Severity, f.Confidence, f.Text))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// flat is n steps of the same bytes.
func flat(n int, bytes int64) []int64 { return slices.Repeat([]int64{bytes}, n) }

// failing answers n questions.
type failing struct {
	graph.Querier
	n int
}

func (f *failing) View(ctx context.Context, p graph.Params) (*graph.View, error) {
	if f.n--; f.n < 0 {
		return nil, graph.ErrUnreachable
	}
	return f.Querier.View(ctx, p)
}

// A store that fails at any question must not look like an idle network.
func TestErrors(t *testing.T) {
	q := load(t, "use 10.0.0.1 10.0.0.2 tcp/443", 1, flat(30, 1000), nil)
	s := site(t, q, "")
	n := 0
	for ; n < 40; n++ {
		if _, err := Run(t.Context(), &failing{q, n}, graph.Params{}, s, Options{}); err == nil {
			break
		}
	}
	if n != 5 {
		t.Errorf("Run is content with %d answers", n)
	}
}

func TestAnalysis(t *testing.T) {
	a := Analysis()
	q := load(t, "use 10.0.0.1 10.0.0.2 tcp/443", 1, nil, nil)
	section, fs, err := a.Run(t.Context(), q, graph.Params{Args: map[string]any{"x": 1}}, site(t, q, ""))
	if r, ok := section.(Report); err != nil || !ok || len(fs) != len(r.Findings) || a.Name != "bandwidth" {
		t.Errorf("%+v, %v, %v", section, fs, err)
	}
	for _, r := range a.Rules {
		if !strings.HasPrefix(r, "bandwidth/") {
			t.Error(r)
		}
	}
	for _, x := range a.Queries {
		i := x.Info()
		if !strings.HasPrefix(i.Name, "bandwidth/") || !strings.HasSuffix(i.Doc, ".") || !strings.Contains(i.Cypher, "$batches") {
			t.Errorf("%+v", i)
		}
		for _, c := range i.Columns {
			if !strings.Contains(i.Cypher, c) {
				t.Errorf("%s: the Cypher has no column %s", i.Name, c)
			}
		}
	}
}

// The same graph in another order gives the same report.
func TestOrder(t *testing.T) {
	const text = `
use 10.0.0.1 10.0.0.2 tcp/443 application=tls application_evidence=name bytes_up=500 at=0-9
use 10.0.0.3 10.0.0.2 tcp/443 application=tls application_evidence=payload bytes_down=700 at=3-50
use 10.0.0.4 10.0.0.5 tcp/99 retransmitted=20 retransmitted_bytes=900 payload_up=1000 at=5-20
use 10.0.0.4 10.0.0.6 tcp/99 retransmitted=20 retransmitted_bytes=900 payload_up=1000 at=5-20
`
	lines := strings.Split(strings.TrimSpace(text), "\n")
	slices.Reverse(lines)
	a, b := run(t, load(t, text, 1, flat(30, 1000), nil), ""), run(t, load(t, strings.Join(lines, "\n"), 1, flat(30, 1000), nil), "")
	strip := func(r Report) string { // witnesses number the lines
		for i := range r.Findings {
			r.Findings[i].Evidence = nil
		}
		return fmt.Sprintf("%+v %+v %+v %+v", r.Applications, r.Groups, r.Findings, r.Timeline)
	}
	if strip(a) != strip(b) {
		t.Errorf("\n%s\n%s", strip(a), strip(b))
	}
}

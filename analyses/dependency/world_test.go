package dependency

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

func load(t testing.TB, text string) *memory.Store {
	t.Helper()
	b, err := fixture.Read("capture", text)
	if err != nil {
		t.Fatal(err)
	}
	s := memory.New()
	if err := s.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return s
}

func run(t testing.TB, declared, text string, o Options) Report {
	t.Helper()
	q := load(t, text)
	in, err := intent.Parse("site.yaml", []byte(declared))
	if err != nil {
		t.Fatal(err)
	}
	site, err := analyses.NewSite(t.Context(), q, graph.Params{}, in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), q, graph.Params{}, site, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// finds checks the findings of rules, each "severity rule confidence: text", in the order of the report.
func finds(t *testing.T, fs []analyses.Finding, rules []string, want ...string) {
	t.Helper()
	var got []string
	for _, f := range fs {
		got = append(got, fmt.Sprintf("%s %s %v: %s", f.Severity, strings.TrimPrefix(f.Rule, "dependency/"), f.Confidence, f.Text))
		if !slices.Contains(rules, f.Rule) {
			t.Errorf("rule %s is not in the list of rules", f.Rule)
		}
		if len(f.Evidence) == 0 || !strings.HasPrefix(f.Evidence[0].Capture, "sha256:") || len(f.Evidence[0].Packets) == 0 || f.Evidence[0].Filter == "" {
			t.Errorf("%s: evidence %+v", f.Rule, f.Evidence)
		}
		if f.First < fixture.T0 || f.Last < f.First || f.Count < 1 || len(f.Subjects) == 0 || f.ExplainedBy == nil {
			t.Errorf("incomplete: %+v", f)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

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

func TestErrors(t *testing.T) {
	q := load(t, "use 10.0.0.1 10.0.0.2 tcp/443")
	site, err := analyses.NewSite(t.Context(), q, graph.Params{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for ; n < 10; n++ {
		if _, err := Run(t.Context(), &failing{q, n}, graph.Params{}, site, Options{}); err == nil {
			break
		}
	}
	if n != 3 {
		t.Errorf("Run is content with %d answers", n)
	}
}

func TestAnalysis(t *testing.T) {
	a := Analysis()
	q := load(t, "use 10.0.0.1 10.0.0.2 tcp/23 credentials=telnet")
	site, err := analyses.NewSite(t.Context(), q, graph.Params{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	section, fs, err := a.Run(t.Context(), q, graph.Params{Args: map[string]any{"x": 1}}, site)
	if r, ok := section.(Report); err != nil || !ok || len(r.Services) != 1 || len(fs) != 1 || a.Name != "dependency" {
		t.Errorf("%+v, %v, %v", section, fs, err)
	}
	for _, r := range slices.Concat(a.Rules, ChangeRules()) {
		if !strings.HasPrefix(r, "dependency/") {
			t.Error(r)
		}
	}
	for _, x := range a.Queries {
		i := x.Info()
		if !strings.HasPrefix(i.Name, "dependency/") || !strings.HasSuffix(i.Doc, ".") || !strings.Contains(i.Cypher, "$batches") {
			t.Errorf("%+v", i)
		}
		for _, c := range i.Columns {
			if !strings.Contains(i.Cypher, c) {
				t.Errorf("%s: the Cypher has no column %s", i.Name, c)
			}
		}
	}
}

// An empty graph gives empty lists, not null.
func TestEmpty(t *testing.T) {
	r := run(t, "", "", Options{})
	if r.Services == nil || r.Dependencies == nil || r.Requires == nil || r.CriticalNodes == nil || r.Groups == nil || r.Waves == nil || len(r.Findings) != 0 {
		t.Errorf("%+v", r)
	}
}

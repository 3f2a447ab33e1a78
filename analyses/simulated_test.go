package analyses_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/dependency"
	"netscope.example/nsgraph/analyses/segmentation"
	"netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/capture/simulate"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
	"netscope.example/nsgraph/graph/diff"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

// simulated is what the analyses make of a scenario.
type simulated struct {
	truth    *simulate.Truth
	view     *graph.View
	findings []analyses.Finding
}

func simulation(t *testing.T, name string) simulated {
	t.Helper()
	sc, err := simulate.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := sc.WriteFiles(t.Context(), simulate.Options{}, filepath.Join(t.TempDir(), name+".pcapng"))
	if err != nil {
		t.Fatal(err)
	}
	var in *intent.Intent
	if f.Intent != "" {
		text, err := os.ReadFile(f.Intent)
		if err != nil {
			t.Fatal(err)
		}
		if in, err = intent.Parse(name, text); err != nil {
			t.Fatal(err)
		}
	}
	src, err := capture.Sources(f.Captures)
	if err != nil {
		t.Fatal(err)
	}
	batch, _, err := build.Run(t.Context(), capture.Run(t.Context(), src, capture.Options{Workers: 1}), build.Options{Intent: in})
	if err != nil {
		t.Fatal(err)
	}
	q := memory.New()
	if err := q.Apply(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	site, err := analyses.NewSite(t.Context(), q, graph.Params{}, in)
	if err != nil {
		t.Fatal(err)
	}
	s := simulated{truth: f.Summary}
	for _, a := range []analyses.Analysis{segmentation.Analysis(), dependency.Analysis()} {
		_, fs, err := a.Run(t.Context(), q, graph.Params{}, site)
		if err != nil {
			t.Fatal(err)
		}
		s.findings = append(s.findings, fs...)
	}
	if s.view, err = q.View(t.Context(), graph.Params{}); err != nil {
		t.Fatal(err)
	}
	return s
}

// meets reports whether a finding is the one that a scenario expects: its rule, and every subject in a label.
func meets(f *analyses.Finding, x simulate.Expected) bool {
	return f.Rule == x.Rule && !slices.ContainsFunc(x.Subjects, func(want string) bool {
		return !slices.ContainsFunc(f.Subjects, func(s analyses.Subject) bool {
			return slices.ContainsFunc(strings.Fields(s.Label), func(w string) bool { return w == want })
		})
	})
}

// The scenarios of the library that show a rule of these two analyses, and their look-alikes.
func TestSimulated(t *testing.T) {
	if testing.Short() {
		t.Skip("package accuracy plays some of them")
	}
	list, err := simulate.List()
	if err != nil {
		t.Fatal(err)
	}
	rules := slices.Concat(segmentation.Rules(), dependency.Rules(), dependency.ChangeRules())
	for _, i := range list {
		if !strings.HasPrefix(i.Name, "segmentation-") && !strings.HasPrefix(i.Name, "dependency-") && i.Name != "office" {
			continue
		}
		t.Run(i.Name, func(t *testing.T) {
			s := simulation(t, i.Name)
			if i.Before != "" {
				r, err := diff.Diff(simulation(t, i.Before).view, s.view, diff.Options{})
				if err != nil {
					t.Fatal(err)
				}
				s.findings = append(s.findings, dependency.Changes(r)...)
			}
			var raised []string
			for _, f := range s.findings {
				raised = append(raised, f.Severity.String()+" "+f.Rule+" "+f.Text)
			}
			all := strings.Join(raised, "\n\t")
			for _, x := range s.truth.Expect.Must {
				if slices.Contains(rules, x.Rule) && !slices.ContainsFunc(s.findings, func(f analyses.Finding) bool { return meets(&f, x) }) {
					t.Errorf("no %s of %q among\n\t%s", x.Rule, x.Subjects, all)
				}
			}
			for _, rule := range s.truth.Expect.MustNot {
				if slices.ContainsFunc(s.findings, func(f analyses.Finding) bool { return f.Rule == rule }) {
					t.Errorf("%s must not be among\n\t%s", rule, all)
				}
			}
		})
	}
}

package segmentation

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

// finds checks the findings, each "severity rule confidence: text", in the order of the report, without the rules in but.
func finds(t *testing.T, r Report, want ...string) {
	t.Helper()
	var got []string
	for _, f := range r.Findings {
		got = append(got, fmt.Sprintf("%s %s %v: %s", f.Severity, strings.TrimPrefix(f.Rule, "segmentation/"), f.Confidence, f.Text))
		if !slices.Contains(Rules(), f.Rule) {
			t.Errorf("rule %s is not in Rules", f.Rule)
		}
		if len(f.Evidence) > 0 && (f.Evidence[0].Capture != "sha256:"+graphtest.SHA("capture") || len(f.Evidence[0].Packets) == 0 || f.Evidence[0].Filter == "") {
			t.Errorf("%s: evidence %+v", f.Rule, f.Evidence)
		}
		if f.First < fixture.T0 || f.Last < f.First || f.Last > fixture.At(600) || f.Count < 1 || len(f.Subjects) == 0 || f.ExplainedBy == nil {
			t.Errorf("incomplete: %+v", f)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// office is the declared site of most cases; hosts are its inhabitants.
const office = `
version: 1
zones:
  - {name: users, vlans: [10], prefixes: [10.10.0.0/16]}
  - {name: servers, vlans: [90], prefixes: [10.90.0.0/16]}
  - {name: guest, vlans: [66], prefixes: [192.168.66.0/24]}
policy:
  default: deny
  rules:
    - {name: web, from: users, to: servers, services: [tcp/443, "app:ftp"], action: allow}
    - {name: no-telnet, from: any, to: any, services: [tcp/23], action: deny, severity: critical}
    - {name: minor, from: users, to: guest, services: [udp/9], action: deny, severity: low}
services_expected: {dhcp: [10.90.0.2], dns: [10.90.0.3], ntp: []}
gateways: [{zone: users, addresses: [10.10.0.1, "fe80::1"], macs: ["02:00:00:00:00:fe"]}]
`

const hosts = `
host 10.10.0.7 02:00:00:00:00:07 10
host 10.90.0.5 02:00:00:00:00:05 90
host 192.168.66.4 02:00:00:00:00:66 66
`

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

// A store that fails at any question must not look like a network without faults.
func TestErrors(t *testing.T) {
	q := load(t, hosts)
	site, err := analyses.NewSite(t.Context(), q, graph.Params{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for ; n < 40; n++ {
		if _, err := Run(t.Context(), &failing{q, n}, graph.Params{}, site, Options{}); err == nil {
			break
		}
	}
	if n != 13 {
		t.Errorf("Run is content with %d answers", n)
	}
}

func TestAnalysis(t *testing.T) {
	a := Analysis()
	q := load(t, hosts+"use 10.10.0.7 10.90.0.5 tcp/22")
	in, _ := intent.Parse("site.yaml", []byte(office))
	site, err := analyses.NewSite(t.Context(), q, graph.Params{}, in)
	if err != nil {
		t.Fatal(err)
	}
	section, fs, err := a.Run(t.Context(), q, graph.Params{Args: map[string]any{"x": 1}}, site)
	if r, ok := section.(Report); err != nil || !ok || r.ZonesSource != "declared" || len(fs) != 1 || a.Name != "segmentation" {
		t.Errorf("%+v, %v, %v", section, fs, err)
	}
	for _, r := range a.Rules {
		if !strings.HasPrefix(r, "segmentation/") {
			t.Error(r)
		}
	}
	for _, x := range a.Queries {
		i := x.Info()
		if !strings.HasPrefix(i.Name, "segmentation/") || !strings.HasSuffix(i.Doc, ".") || !strings.Contains(i.Cypher, "$batches") {
			t.Errorf("%+v", i)
		}
		for _, c := range i.Columns {
			if !strings.Contains(i.Cypher, c) {
				t.Errorf("%s: the Cypher has no column %s", i.Name, c)
			}
		}
	}
}

package qos

import (
	"context"
	"fmt"
	"math"
	"reflect"
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

// load reads a fixture; edit, if any, may change the batch.
func load(t testing.TB, text string, edit ...func(*graph.Batch)) *memory.Store {
	t.Helper()
	b, err := fixture.Read("capture", text)
	if err != nil {
		t.Fatal(err)
	}
	b.Captures[0].First, b.Captures[0].Last = fixture.At(0), fixture.At(60)
	for _, e := range edit {
		e(b)
	}
	b.Sort()
	s := memory.New()
	if err := s.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return s
}

// carried gives the capture so many bytes in each second from second 0.
func carried(bytes ...int64) func(*graph.Batch) {
	return func(b *graph.Batch) {
		c := &b.Captures[0]
		c.Step = 1
		for i, n := range bytes {
			c.At, c.AtBytes, c.AtPackets = append(c.At, t0+int64(i)), append(c.AtBytes, n), append(c.AtPackets, 1)
		}
	}
}

// full is a link of 1 Mb/s that is congested for a minute.
var full = carried(slices.Repeat([]int64{125_000}, 61)...)

// second adds a capture at edge2, of the same time.
func second(b *graph.Batch) {
	c := b.Captures[0]
	c.SHA256, c.Point = graphtest.SHA("second"), "edge2"
	c.ID = graph.NewID("Capture", c.SHA256)
	b.Captures = append(b.Captures, c)
}

// stream adds an RTP stream of G.711 with a thousand packets, marked EF, which edit may change.
func stream(src, dst string, edit func(*graph.Stream)) func(*graph.Batch) {
	return func(b *graph.Batch) {
		s := graph.Stream{ID: graph.NewID("Stream", src, dst, fmt.Sprint(len(b.Streams))), Batch: b.ID, Src: src, Dst: dst, SSRC: 0xabc, Codec: "PCMU", ClockRate: 8000, ClockKnown: true,
			Packets: 1000, Expected: 1000, DSCP: []int64{46}, DSCPPackets: []int64{1000}, First: fixture.At(1), Last: fixture.At(21), Evidence: []string{b.Captures[0].SHA256 + ":7"}}
		if edit != nil {
			edit(&s)
		}
		b.Streams = append(b.Streams, s)
	}
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

func run(t testing.TB, declared string, q graph.Querier) Report {
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
		if f.First < fixture.T0 || f.Last < f.First || f.Last > fixture.At(60) || f.Count < 1 || len(f.Subjects) == 0 || f.ExplainedBy == nil {
			t.Errorf("incomplete: %+v", f)
		}
		if len(f.Evidence) == 0 || f.Evidence[0].Capture != "sha256:"+graphtest.SHA("capture") || len(f.Evidence[0].Packets) == 0 || f.Evidence[0].Filter == "" {
			t.Errorf("%s: evidence %+v", f.Rule, f.Evidence)
		}
		if f.Rule == "qos/"+rule {
			got = append(got, fmt.Sprintf("%s %v: %s", f.Severity, f.Confidence, f.Text))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: got\n\t%s\nwant\n\t%s", rule, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// office is the declared site of most cases.
const office = `
version: 1
zones:
  - {name: users, prefixes: [10.1.0.0/16], vlans: [10-19]}
  - {name: voice, prefixes: [10.2.0.0/16], vlans: [20]}
  - {name: guest, prefixes: [10.6.0.0/16], vlans: [66]}
  - {name: servers, prefixes: [10.9.0.0/16], vlans: [90]}
applications:
  - {name: erp, services: [tcp/8443], servers: [10.9.0.5]}
  - {name: pay, services: [tcp/8444], class: business}
qos:
  trust: [users, voice, servers]
  classes:
    - {name: voice, dscp: [EF], pcp: [5], match: ["app:rtp"], latency_ms: 150, jitter_ms: 20, loss_pct: 0.5}
    - {name: business, dscp: [AF31, AF32], match: ["application:erp", tcp/7000-7001], latency_ms: 300, reserved_mbps: 1}
    - {name: default, dscp: [CS0]}
links: [{point: core1, capacity_mbps: 1}]
points: [{name: core1}, {name: edge2}]
`

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

// A store that fails at any question must not look like a network in which all is well.
func TestErrors(t *testing.T) {
	declared := office
	q := load(t, "use 10.1.0.1 10.9.0.5 tcp/8443 dscp_up=26,9,900")
	s := site(t, q, declared)
	n := 0
	for ; n < 40; n++ {
		if _, err := Run(t.Context(), &failing{q, n}, graph.Params{}, s, Options{}); err == nil {
			break
		}
	}
	if n != 10 {
		t.Errorf("Run is content with %d answers", n)
	}
	for _, x := range []float64{-0.1, 1, math.NaN()} {
		if _, err := Run(t.Context(), q, graph.Params{}, s, Options{Tolerance: x}); err == nil || !strings.HasPrefix(err.Error(), "qos: tolerance") {
			t.Errorf("tolerance %v: %v", x, err)
		}
	}
}

func TestAnalysis(t *testing.T) {
	a := Analysis()
	q := load(t, "use 10.1.0.1 10.9.0.5 tcp/443 dscp_up=0,9,900")
	section, fs, err := a.Run(t.Context(), q, graph.Params{Args: map[string]any{"x": 1}}, site(t, q, ""))
	if r, ok := section.(Report); err != nil || !ok || len(fs) != 0 || a.Name != "qos" || len(r.Marks) != 1 || r.Streams == nil || r.Transitions == nil {
		t.Errorf("%+v, %v, %v", section, fs, err)
	}
	for _, r := range a.Rules {
		if !strings.HasPrefix(r, "qos/") {
			t.Error(r)
		}
	}
	for _, x := range a.Queries {
		i := x.Info()
		if !strings.HasPrefix(i.Name, "qos/") || !strings.HasSuffix(i.Doc, ".") || !strings.Contains(i.Cypher, "$batches") {
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
use 10.1.0.1 10.9.0.5 tcp/8443 dscp_up=0,50,900,26,50,900 dscp_down=0,90,900 pcp_up=0,0,0,0,0,90 rtt_count=3 rtt_min_ns=1000000 rtt_max_ns=2000000 rtt_buckets=40,3
use 10.1.0.2 10.9.0.5 tcp/8443 dscp_up=46,50,900 dscp_down=0,90,900
use 10.6.0.2 10.9.0.5 tcp/80 dscp_up=46,50,900 dscp_down=0,90,900 ecn_up=0,0,0,30
copy core1 edge2 from_dscp=46 to_dscp=0 packets=9 from_vlan=10 to_vlan=20 ect_cleared=9
copy core1 edge2 from_dscp=26 to_dscp=0 packets=9 from_vlan=10 to_vlan=20
`
	lines := strings.Split(strings.TrimSpace(text), "\n")
	slices.Reverse(lines)
	strip := func(r Report) Report { // witnesses number the lines
		for i := range r.Findings {
			r.Findings[i].Evidence = nil
		}
		return r
	}
	declared := office
	a, b := strip(run(t, declared, load(t, text))), strip(run(t, declared, load(t, strings.Join(lines, "\n"))))
	if !reflect.DeepEqual(a, b) || len(a.Findings) < 6 {
		t.Errorf("\n%+v\n%+v", a, b)
	}
}

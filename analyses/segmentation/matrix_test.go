package segmentation

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// cells writes the matrix, "from to policy verdict conversations forbidden blocked".
func cells(r Report) []string {
	var out []string
	for _, c := range r.Matrix {
		out = append(out, fmt.Sprintf("%s %s %s %s %d %d %d", c.From, c.To, c.Policy, c.Verdict, c.Count, c.Forbidden, c.Blocked))
	}
	return out
}

const plant = `
version: 1
zones:
  - {name: a, prefixes: [10.1.0.0/16], vlans: [1]}
  - {name: b, prefixes: [10.2.0.0/16], vlans: [2]}
  - {name: c, prefixes: [10.3.0.0/16], vlans: [3]}
  - {name: far, prefixes: [10.4.0.0/16]}
  - {name: away, prefixes: [10.5.0.0/16]}
policy:
  default: deny
  rules:
    - {name: ab, from: a, to: b, action: allow}
    - {name: ba, from: b, to: a, action: allow}
    - {name: bc, from: b, to: c, services: [tcp/443], action: allow}
    - {name: any, from: a, to: c, services: [tcp/1], action: deny}
    - {name: see, from: c, to: a, action: observe}
`

func TestMatrix(t *testing.T) {
	r := run(t, plant, `
host 10.1.0.1 02:00:00:00:00:01 1
host 10.2.0.1 02:00:00:00:00:02 2
host 10.3.0.1 02:00:00:00:00:03 3
use 10.1.0.1 10.2.0.1 tcp/443 established=4 client_vlan=1 server_vlan=2
use 10.1.0.1 10.3.0.1 tcp/443 established=2 conversations=3 client_vlan=1 server_vlan=3
use 10.2.0.1 10.3.0.1 tcp/80 refused=2 conversations=2
use 10.2.0.1 10.3.0.1 tcp/443 established=1
use 10.3.0.1 10.2.0.1 tcp/80 prohibited=5 conversations=5
use 10.3.0.1 10.3.0.2 tcp/80
use 10.4.0.1 10.1.0.1 tcp/80 unanswered=1
use 10.1.0.1 9.9.9.9 tcp/80
`, Options{})
	want := []string{
		"a b allow allowed-seen 4 0 0", "a c deny forbidden-seen 3 2 0", "a far deny not-seen 0 0 0", "a away deny not-seen 0 0 0", "a unassigned observe allowed-seen 1 0 0",
		"b a allow allowed-unused 0 0 0", "b c mixed forbidden-reached 3 2 0", "b far deny not-seen 0 0 0", "b away deny not-seen 0 0 0",
		"c a observe not-seen 0 0 0", "c b deny forbidden-blocked 5 0 5", "c c allow allowed-seen 1 0 0", "c far deny not-seen 0 0 0", "c away deny not-seen 0 0 0",
		"far a deny unobservable 1 0 0", "far b deny not-seen 0 0 0", "far c deny not-seen 0 0 0", "far away deny unobservable 0 0 0",
		"away a deny not-seen 0 0 0", "away b deny not-seen 0 0 0", "away c deny not-seen 0 0 0", "away far deny unobservable 0 0 0",
	}
	if got := cells(r); !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	// denied pairs in view: a→c b→c(mixed) c→b, and those between a, b, c and the two that are far, but for far→a whose attempt has an unknown fate
	if s := r.Score; s.Observable != 3+6+5 || s.Violated != 2 || s.Value != 0.8571 || s.Low != 0.6006 || s.High != 0.9599 {
		t.Errorf("%+v", s)
	}
}

// Without a policy nothing is judged, and the score has no basis.
func TestMatrixInferred(t *testing.T) {
	r := run(t, "", hosts+"use 10.10.0.7 10.90.0.5 tcp/22", Options{})
	want := []string{
		"vlan 10 vlan 66 observe not-seen 0 0 0", "vlan 10 vlan 90 observe allowed-seen 1 0 0", "vlan 66 vlan 10 observe not-seen 0 0 0",
		"vlan 66 vlan 90 observe not-seen 0 0 0", "vlan 90 vlan 10 observe not-seen 0 0 0", "vlan 90 vlan 66 observe not-seen 0 0 0",
	}
	if got := cells(r); !slices.Equal(got, want) || r.ZonesSource != "inferred" || r.Score != (Score{0, 0, 1, 0, 0}) || len(r.Findings) != 0 {
		t.Errorf("%q, %+v", got, r.Score)
	}
}

// A capture at a host sees that host's traffic only: what others say to each other passes it by.
func TestHostView(t *testing.T) {
	const flows = `
mac 10.1.0.1 02:00:00:00:00:01
mac 10.1.0.2 02:00:00:00:00:02
mac 10.2.0.1 02:00:00:00:00:09 router
use 10.1.0.1 10.1.0.2 tcp/22
use 10.1.0.1 10.2.0.1 tcp/443
use 10.1.0.1 224.0.0.251 udp/5353
`
	verdict := func(declared, text, from, to string) string {
		t.Helper()
		for _, c := range run(t, declared, text, Options{}).Matrix {
			if c.From == from && c.To == to {
				return c.Verdict
			}
		}
		return ""
	}
	for _, c := range []struct{ name, declared, graph, from, to, want string }{
		{"its own zone", plant, flows, "a", "c", "not-seen"},
		{"two others", plant, flows, "c", "b", "unobservable"},
		{"no host: others talk too", plant, flows + "host 10.2.0.7 02:00:00:00:00:12 -\nuse 10.2.0.7 10.2.0.8 tcp/22", "c", "b", "not-seen"},
		{"no host: it sees two VLANs", plant, flows + "host 10.2.0.7 02:00:00:00:00:12 -\nuse 10.2.0.7 10.1.0.1 tcp/22 client_vlan=2 server_vlan=1", "c", "b", "not-seen"},
		{"a declared point at a trunk", plant + "points: [{name: core1, vlans: [2]}]\n", flows, "c", "b", "not-seen"},
		{"a declared point that took no part", plant + "points: [{name: core7, vlans: [2]}]\n", flows, "c", "b", "unobservable"},
		{"one conversation", plant, "mac 10.1.0.1 02:00:00:00:00:01\nuse 10.1.0.1 10.2.0.1 tcp/443", "c", "b", "unobservable"},
	} {
		if got := verdict(c.declared, c.graph, c.from, c.to); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Wilson's interval, from the tables of R's prop.test(correct = FALSE).
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n             int
		value, low, high float64
	}{{0, 0, 0, 0, 1}, {10, 10, 1, 0.7225, 1}, {0, 10, 0, 0, 0.2775}, {5, 10, 0.5, 0.2366, 0.7634}, {81, 263, 0.308, 0.2553, 0.3662}} {
		v, l, h := wilson(c.k, c.n)
		if math.Abs(v-c.value) > 1e-4 || math.Abs(l-c.low) > 1e-4 || math.Abs(h-c.high) > 1e-4 {
			t.Errorf("%d of %d: %v, %v to %v", c.k, c.n, v, l, h)
		}
	}
}

// Of many inferred zones the matrix shows the pairs with traffic.
func TestMatrixOfManyZones(t *testing.T) {
	var g strings.Builder
	for i := range 60 {
		fmt.Fprintf(&g, "use 10.0.%d.1 10.0.%d.1 tcp/80\n", i, (i+1)%60)
	}
	r := run(t, "", g.String()+"use 10.0.0.1 10.0.0.2 tcp/80", Options{})
	if len(r.Matrix) != 61 || r.Omitted != 60*59-60 {
		t.Errorf("%d cells, %d omitted", len(r.Matrix), r.Omitted)
	}
	// a declared policy does not change what is omitted of zones that nobody declared
	r = run(t, "version: 1\npolicy: {default: deny}\n", g.String()+"use 10.0.0.1 10.0.0.2 tcp/80", Options{})
	if r.ZonesSource != "inferred" || len(r.Matrix) != 61 || r.Omitted != 60*59-60 {
		t.Errorf("with a policy: %s zones, %d cells, %d omitted", r.ZonesSource, len(r.Matrix), r.Omitted)
	}
}

// Somebody makes up a source in each of very many networks: the 2.5 billion pairs without traffic are not visited one by one.
func TestMatrixOfMadeUpZones(t *testing.T) {
	const n = 50_000
	var g strings.Builder
	for i := range n {
		fmt.Fprintf(&g, "mac 10.%d.%d.1 02:00:00:00:00:01\n", i>>8, i&255)
	}
	q := load(t, g.String())
	site, err := analyses.NewSite(t.Context(), q, graph.Params{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	j := newJudge(site, nil, nil, nil, Options{})
	zones := site.Zones()
	j.cell(pair{zones[0], zones[1]})
	j.cell(pair{zones[0], zones[0]})
	j.cell(pair{zones[0], ""})
	cells, _, omitted := j.matrix()
	if len(zones) != n || len(cells) != 3 || omitted != len(zones)*(len(zones)-1)-1 {
		t.Errorf("%d zones, %d cells, %d omitted", len(zones), len(cells), omitted)
	}
}

// Of very many declared zones too, but the pairs without traffic count for the score.
func TestMatrixOfManyDeclaredZones(t *testing.T) {
	var d, g strings.Builder
	d.WriteString("version: 1\npolicy: {default: deny}\nzones:\n")
	for i := range maxDeclared + 1 {
		fmt.Fprintf(&d, "  - {name: z%d, prefixes: [10.%d.%d.0/24]}\n", i, i/256, i%256)
		fmt.Fprintf(&g, "use 10.%d.%d.1 10.%d.%d.2 tcp/80\n", i/256, i%256, i/256, i%256)
	}
	r := run(t, d.String(), "host 10.0.0.1 02:00:00:00:00:01 10\n"+g.String()+"use 10.0.1.1 10.0.2.1 tcp/80", Options{})
	const pairs = (maxDeclared + 1) * maxDeclared
	const seen = 2*maxDeclared + 1 // the pairs of z0, whose segment was in view, and the breach
	if len(r.Matrix) != maxDeclared+2 || r.Omitted != pairs-1 || r.Score.Observable != seen || r.Score.Violated != 1 {
		t.Errorf("%d cells, %d omitted, score %+v", len(r.Matrix), r.Omitted, r.Score)
	}
}

// Where nothing is judged, attempts that nothing answered are neither allowed nor unused.
func TestObservedAttempts(t *testing.T) {
	const tried = hosts + "use 10.10.0.7 10.90.0.5 tcp/22 established=0 unanswered=3\n"
	for _, c := range []struct{ declared, want string }{
		{strings.Split(office, "policy:")[0], "not-seen"},
		{office, "allowed-unused"}, // tcp/443 is allowed
		{strings.Replace(office, "default: deny", "default: allow", 1), "allowed-unused"},
	} {
		for _, cell := range run(t, c.declared, tried, Options{}).Matrix {
			if cell.From == "users" && cell.To == "servers" && cell.Verdict != c.want {
				t.Errorf("policy %s: verdict %s, want %s", cell.Policy, cell.Verdict, c.want)
			}
		}
	}
}

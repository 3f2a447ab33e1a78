// Package graphtest holds every store to the same behaviour, and makes the graphs that tests of stores and queries need.
package graphtest

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"netscope.example/nsgraph/graph"
)

// Open opens an empty store for one test, which closes it.
type Open func(t *testing.T) graph.Store

// Reader gives the whole content of a store that answers in Cypher and so has no View; nil elsewhere.
type Reader interface {
	Select(ctx context.Context, p graph.Params) (*graph.View, error)
}

// Run runs the whole suite.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Open)
	}{
		{"Empty", testEmpty}, {"Apply", testApply}, {"ApplyTwice", testApplyTwice}, {"ApplyInvalid", testApplyInvalid}, {"Order", testOrder},
		{"Remove", testRemove}, {"Windows", testWindows}, {"Known", testKnown}, {"Captures", testCaptures}, {"RoundTrip", testRoundTrip},
		{"Snapshots", testSnapshots}, {"Findings", testFindings}, {"Intent", testIntent}, {"Big", testBig}, {"Random", testRandom},
		{"Concurrent", testConcurrent}, {"Cancelled", testCancelled},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open) })
	}
}

func opened(t *testing.T, open Open) graph.Store {
	t.Helper()
	s := open(t)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// view reads what p selects, from whichever form the store has.
func view(t testing.TB, s graph.Store, p graph.Params) *graph.View {
	t.Helper()
	v, err := viewOf(context.Background(), s, p)
	if err != nil {
		t.Fatalf("view: %v", err)
	}
	return v
}

func viewOf(ctx context.Context, s graph.Store, p graph.Params) (*graph.View, error) {
	if r, ok := s.(Reader); ok {
		return r.Select(ctx, p)
	}
	return s.View(ctx, p)
}

// Diff returns how the contents and batches of two views differ, "" if they do not.
func Diff(want, got *graph.View) string {
	if equal(reflect.ValueOf(want.Contents), reflect.ValueOf(got.Contents)) && equal(reflect.ValueOf(want.Batches), reflect.ValueOf(got.Batches)) {
		return "" // cmp takes seconds where views are large
	}
	opts := cmp.Options{
		cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(graph.View{}), cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
		cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	}
	return cmp.Diff(want, got, opts)
}

// equal is reflect.DeepEqual, but a nil slice equals an empty one.
func equal(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !equal(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		if a.Type().PkgPath() == "net/netip" {
			return a.Interface() == b.Interface()
		}
		for i := range a.NumField() {
			if !equal(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

func apply(t testing.TB, s graph.Store, bs ...*graph.Batch) {
	t.Helper()
	for _, b := range bs {
		if err := s.Apply(context.Background(), b); err != nil {
			t.Fatalf("apply: %v", err)
		}
	}
}

// whole returns the view that shows exactly b.
func whole(b *graph.Batch) *graph.View {
	return graph.NewView(b.Contents, []graph.BatchInfo{b.Info()})
}

func same(t testing.TB, what string, want, got *graph.View) {
	t.Helper()
	if d := Diff(want, got); d != "" {
		if len(d) > 4000 {
			d = d[:4000] + "…"
		}
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func testEmpty(t *testing.T, open Open) {
	s := opened(t, open)
	ctx := t.Context()
	same(t, "view", graph.NewView(graph.Contents{}, nil), view(t, s, graph.Params{}))
	batches, err := s.Batches(ctx)
	if err != nil || len(batches) != 0 {
		t.Errorf("batches: %v, %v", batches, err)
	}
	snaps, err := s.Snapshots(ctx)
	if err != nil || len(snaps) != 0 {
		t.Errorf("snapshots: %v, %v", snaps, err)
	}
	fs, err := s.Findings(ctx)
	if err != nil || len(fs) != 0 {
		t.Errorf("findings: %v, %v", fs, err)
	}
	if err := s.Remove(ctx, SHA("none")); !errors.Is(err, graph.ErrNotFound) {
		t.Errorf("remove: %v, want ErrNotFound", err)
	}
}

// office is a client that uses two services, one of them on a shared host, and what is known around it.
func office() *graph.Batch {
	b := NewBatch("office", 100)
	c := b.Endpoint("10.10.0.7")
	web, dns := b.Service("10.90.0.5", "tcp", 443), b.Service("10.90.0.3", "udp", 53)
	b.Uses(c, web, 10, 20, nil)
	b.Uses(c, dns, 20, 30, nil)
	return b.Batch()
}

// branch shares the client and the DNS service with office.
func branch() *graph.Batch {
	b := NewBatch("branch", 200)
	c, d := b.Endpoint("10.10.0.7"), b.Endpoint("10.20.0.9")
	dns := b.Service("10.90.0.3", "udp", 53)
	b.Uses(c, dns, 40, 50, nil)
	b.Uses(d, dns, 45, 50, nil)
	return b.Batch()
}

func testApply(t *testing.T, open Open) {
	s := opened(t, open)
	b := office()
	apply(t, s, b)
	same(t, "view", whole(b), view(t, s, graph.Params{}))
	got, err := s.Batches(t.Context())
	want := []graph.BatchInfo{{ID: b.ID, Known: 100, Captures: []string{SHA("office")}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("batches: %v, %v, want %v", got, err, want)
	}
}

func testApplyTwice(t *testing.T, open Open) {
	s := opened(t, open)
	b := office()
	apply(t, s, b)
	if err := s.Apply(t.Context(), office()); !errors.Is(err, graph.ErrExists) {
		t.Errorf("the same batch: %v, want ErrExists", err)
	}
	other := NewBatch("office", 300) // the same capture, in another batch
	other.b.ID = graph.NewID("Batch", "another")
	other.b.Captures[0].Batch = other.b.ID
	other.Uses(other.Endpoint("10.10.0.8"), other.Service("10.90.0.9", "tcp", 22), 1, 2, nil)
	if err := s.Apply(t.Context(), other.Batch()); !errors.Is(err, graph.ErrExists) {
		t.Errorf("the same capture: %v, want ErrExists", err)
	}
	same(t, "unchanged", whole(b), view(t, s, graph.Params{}))
}

func testApplyInvalid(t *testing.T, open Open) {
	s := opened(t, open)
	b := office()
	b.Uses[1].Dst = graph.NewID("nowhere")
	if err := s.Apply(t.Context(), b); !errors.Is(err, graph.ErrInvalid) {
		t.Errorf("apply: %v, want ErrInvalid", err)
	}
	same(t, "view", graph.NewView(graph.Contents{}, nil), view(t, s, graph.Params{}))
}

// testOrder opens its stores one after the other: some have one database.
func testOrder(t *testing.T, open Open) {
	after := func(bs ...*graph.Batch) *graph.View {
		s := open(t)
		defer s.Close()
		apply(t, s, bs...)
		return view(t, s, graph.Params{})
	}
	v1, v2 := after(office(), branch()), after(branch(), office())
	same(t, "A then B, B then A", v1, v2)
	if got := []int{len(v1.Endpoints), len(v1.Services), len(v1.Uses), len(v1.Captures), len(v1.Batches)}; !slices.Equal(got, []int{4, 2, 4, 2, 2}) {
		t.Errorf("endpoints, services, uses, captures, batches: %v, want 4 2 4 2 2", got)
	}
}

func testRemove(t *testing.T, open Open) {
	s := opened(t, open)
	a, b := office(), branch()
	apply(t, s, a, b)
	if err := s.Remove(t.Context(), SHA("branch")); err != nil {
		t.Fatal(err)
	}
	same(t, "after remove", whole(a), view(t, s, graph.Params{}))
	if err := s.Remove(t.Context(), SHA("branch")); !errors.Is(err, graph.ErrNotFound) {
		t.Errorf("again: %v, want ErrNotFound", err)
	}
	apply(t, s, b) // it may come again
	if err := s.Remove(t.Context(), SHA("office")); err != nil {
		t.Fatal(err)
	}
	same(t, "after the other", whole(b), view(t, s, graph.Params{}))
}

// testWindows holds one communication during [10, 20) and asks around its ends.
func testWindows(t *testing.T, open Open) {
	s := opened(t, open)
	apply(t, s, office())
	for _, c := range []struct {
		from, to    graph.Time
		application []string // server of each use that is seen
	}{
		{0, 0, []string{"10.90.0.3", "10.90.0.5"}},
		{0, 10, nil},
		{0, 11, []string{"10.90.0.5"}},
		{19, 20, []string{"10.90.0.5"}},
		{20, 0, []string{"10.90.0.3"}},
		{19, 21, []string{"10.90.0.3", "10.90.0.5"}},
		{15, 16, []string{"10.90.0.5"}},
		{30, 0, nil},
		{29, graph.Forever, []string{"10.90.0.3"}},
		{graph.MinTime, 1, nil},
	} {
		v := view(t, s, graph.Params{From: c.from, To: c.to})
		var got []string
		for _, u := range v.Uses {
			got = append(got, v.Service(u.Dst).Address.String())
		}
		slices.Sort(got)
		if !slices.Equal(got, c.application) {
			t.Errorf("[%d, %d): %v, want %v", c.from, c.to, got, c.application)
		}
		if len(v.Services) != len(c.application) {
			t.Errorf("[%d, %d): %d services, want %d", c.from, c.to, len(v.Services), len(c.application))
		}
		if len(v.Captures) != 1 || len(v.Points) != 1 {
			t.Errorf("[%d, %d): %d captures at %d points, want one each", c.from, c.to, len(v.Captures), len(v.Points))
		}
	}
}

func testKnown(t *testing.T, open Open) {
	s := opened(t, open)
	a, b := office(), branch()
	apply(t, s, a, b)
	same(t, "before both", graph.NewView(graph.Contents{}, nil), view(t, s, graph.Params{Known: 99}))
	same(t, "at the first", whole(a), view(t, s, graph.Params{Known: 100}))
	same(t, "before the second", whole(a), view(t, s, graph.Params{Known: 199}))
	same(t, "at the second", view(t, s, graph.Params{}), view(t, s, graph.Params{Known: 200}))
}

func testCaptures(t *testing.T, open Open) {
	s := opened(t, open)
	a, b := office(), branch()
	apply(t, s, a, b)
	same(t, "one", whole(b), view(t, s, graph.Params{Captures: []string{SHA("branch")}}))
	same(t, "with prefix", whole(a), view(t, s, graph.Params{Captures: []string{"sha256:" + SHA("office"), "other"}}))
	same(t, "both", view(t, s, graph.Params{}), view(t, s, graph.Params{Captures: []string{SHA("branch"), SHA("office")}}))
	same(t, "none of them", graph.NewView(graph.Contents{}, nil), view(t, s, graph.Params{Captures: []string{"other"}}))
}

func testRoundTrip(t *testing.T, open Open) {
	for i, v := range []Variant{Plain, Zero, Edge} {
		s := opened(t, open)
		b := Full(v)
		apply(t, s, b)
		want := graph.Select(&b.Contents, []graph.BatchInfo{b.Info()}, graph.Params{})
		same(t, fmt.Sprintf("variant %d", i), want, view(t, s, graph.Params{}))
		if len(want.Uses) != 1 || len(want.Streams) != 1 || len(want.States) != 2 {
			t.Errorf("variant %d: the fixture is not whole", i)
		}
	}
}

func testSnapshots(t *testing.T, open Open) {
	s := opened(t, open)
	ctx := t.Context()
	after := graph.Snapshot{Name: "nach dem Umzug", From: 5, To: 9, Captures: []string{"b", "a"}}
	before := graph.Snapshot{Name: "before", To: graph.Forever}
	for _, x := range []graph.Snapshot{after, before} {
		if err := s.CreateSnapshot(ctx, x); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.CreateSnapshot(ctx, graph.Snapshot{Name: "before", From: 1, To: 2}); !errors.Is(err, graph.ErrExists) {
		t.Errorf("the name again: %v, want ErrExists", err)
	}
	for _, bad := range []graph.Snapshot{{}, {Name: "x", From: 5, To: 5}} {
		if err := s.CreateSnapshot(ctx, bad); err == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
	got, err := s.Snapshots(ctx)
	want := []graph.Snapshot{
		{ID: graph.NewID("Snapshot", "before"), Name: "before", To: graph.Forever},
		{ID: graph.NewID("Snapshot", "nach dem Umzug"), Name: "nach dem Umzug", From: 5, To: 9, Captures: []string{"a", "b"}},
	}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || d != "" {
		t.Errorf("snapshots: %v\n%s", err, d)
	}
	if err := s.DeleteSnapshot(ctx, "before"); err != nil {
		t.Error(err)
	}
	if err := s.DeleteSnapshot(ctx, "before"); !errors.Is(err, graph.ErrNotFound) {
		t.Errorf("delete again: %v, want ErrNotFound", err)
	}
	if got, err := s.Snapshots(ctx); err != nil || len(got) != 1 {
		t.Errorf("left: %v, %v", got, err)
	}
}

func testFindings(t *testing.T, open Open) {
	s := opened(t, open)
	ctx := t.Context()
	finding := func(id, rule, severity string, first, last graph.Time) graph.Finding {
		return graph.Finding{
			ID: graph.NewID("Finding", id), Rule: rule, Severity: severity, Confidence: 0.5, Text: id + " · ü", Subjects: []string{"endpoint x 10.0.0.1"},
			First: first, Last: last, Count: 1,
		}
	}
	save := func(judged []string, fs ...graph.Finding) {
		t.Helper()
		if err := s.SaveFindings(ctx, judged, fs); err != nil {
			t.Fatal(err)
		}
	}
	type state struct {
		Text        string
		Severity    string
		First, Last graph.Time
		Open        bool
	}
	check := func(what string, want ...state) {
		t.Helper()
		fs, err := s.Findings(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var got []state
		for _, f := range fs {
			got = append(got, state{f.Text, f.Severity, f.First, f.Last, f.Open})
			if f.Confidence != 0.5 || len(f.Subjects) != 1 || f.Subjects[0] != "endpoint x 10.0.0.1" {
				t.Errorf("%s: %+v lost something", what, f)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %v\nwant %v", what, got, want)
		}
	}
	save([]string{"a/x", "b/y"}, finding("one", "b/y", "low", 10, 20), finding("two", "a/x", "critical", 11, 12), finding("three", "a/x", "medium", 5, 6))
	check("ordered by severity", state{"two · ü", "critical", 11, 12, true}, state{"three · ü", "medium", 5, 6, true}, state{"one · ü", "low", 10, 20, true})
	save([]string{"a/x"}, finding("two", "a/x", "high", 15, 30))
	check("closed, moved on, others left alone", state{"two · ü", "high", 11, 30, true}, state{"three · ü", "medium", 5, 6, false}, state{"one · ü", "low", 10, 20, true})
	save([]string{"a/x", "b/y"}, finding("three", "a/x", "medium", 1, 2))
	check("open again, with the earlier first and the later last", state{"two · ü", "high", 11, 30, false}, state{"three · ü", "medium", 1, 6, true}, state{"one · ü", "low", 10, 20, false})
	save(nil)
	check("nothing judged", state{"two · ü", "high", 11, 30, false}, state{"three · ü", "medium", 1, 6, true}, state{"one · ü", "low", 10, 20, false})
}

func testIntent(t *testing.T, open Open) {
	s := opened(t, open)
	ctx := t.Context()
	apply(t, s, office())
	set := func(c graph.Contents) {
		t.Helper()
		if err := s.SetIntent(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	zones := func(p graph.Params) (got []string) {
		v := view(t, s, p)
		for _, m := range v.Members {
			if m.Type != graph.TypeInZone || !m.Batch.IsZero() || m.Why != "declared" {
				t.Errorf("membership %+v", m)
			}
			got = append(got, v.Endpoint(m.Src).Address.String()+" "+v.NamedNode(m.Dst).Name)
		}
		slices.Sort(got)
		return got
	}
	set(Intent(map[string][]string{"users": {"10.10.0.7"}, "servers": {"10.90.0.5", "10.90.0.6"}}))
	want := []string{"10.10.0.7 users", "10.90.0.5 servers", "10.90.0.6 servers"}
	for _, p := range []graph.Params{{}, {From: 1, To: 2}, {Known: 1}, {Captures: []string{"other"}}} {
		if got := zones(p); !slices.Equal(got, want) {
			t.Errorf("%+v: %v, want %v", p, got, want)
		}
	}
	declared := Intent(map[string][]string{"guest": {"10.10.0.7"}})
	declared.Endpoints = nil // the store knows this endpoint
	set(declared)
	if got := zones(graph.Params{}); !slices.Equal(got, []string{"10.10.0.7 guest"}) {
		t.Errorf("replaced: %v", got)
	}
	unknown := Intent(map[string][]string{"guest": {"10.99.0.7"}})
	unknown.Endpoints = nil
	if err := s.SetIntent(ctx, unknown); !errors.Is(err, graph.ErrInvalid) {
		t.Errorf("a member that nobody knows: %v, want ErrInvalid", err)
	}
	if got := zones(graph.Params{}); !slices.Equal(got, []string{"10.10.0.7 guest"}) {
		t.Errorf("after a refusal: %v", got)
	}
	set(graph.Contents{})
	same(t, "nothing declared", whole(office()), view(t, s, graph.Params{}))
}

func testBig(t *testing.T, open Open) {
	n := 20_000
	if testing.Short() {
		n = 3_000
	}
	s := opened(t, open)
	b := Big("big", n)
	apply(t, s, b)
	same(t, "big", whole(b), view(t, s, graph.Params{}))
	v := view(t, s, graph.Params{From: b.Uses[0].From, To: b.Uses[0].From + 1})
	if len(v.Uses) == 0 || len(v.Uses) > 1000 {
		t.Errorf("a window of a nanosecond has %d of %d", len(v.Uses), n)
	}
}

// testRandom compares with the obvious answer: everything that was applied, selected in memory.
func testRandom(t *testing.T, open Open) {
	rapid.Check(t, func(rt *rapid.T) {
		s := open(t)
		defer s.Close()
		var all graph.Contents
		var infos []graph.BatchInfo
		seen := map[graph.ID]bool{}
		for range rapid.IntRange(1, 3).Draw(rt, "batches") {
			b := Random(rt)
			if seen[b.ID] {
				continue
			}
			seen[b.ID] = true
			if err := s.Apply(context.Background(), &b); err != nil {
				rt.Fatal(err)
			}
			all.Add(&b.Contents)
			infos = append(infos, b.Info())
		}
		all.Sort()
		for range 3 {
			p := RandomParams(rt, infos)
			got, err := viewOf(context.Background(), s, p)
			if err != nil {
				rt.Fatal(err)
			}
			if d := Diff(graph.Select(&all, infos, p), got); d != "" {
				rt.Fatalf("%+v (-want +got):\n%s", p, d)
			}
		}
	})
}

// RandomParams draws a selection that cuts what [Random] draws.
func RandomParams(t *rapid.T, infos []graph.BatchInfo) graph.Params {
	var p graph.Params
	if rapid.Bool().Draw(t, "windowed") {
		p.From = graph.Time(rapid.Int64Range(999, 1009).Draw(t, "from")) * 1e9
		p.To = p.From + graph.Time(rapid.Int64Range(1, 5).Draw(t, "length"))*1e9
	}
	p.Known = graph.Time(rapid.Int64Range(0, 4).Draw(t, "known at"))
	if len(infos) > 0 && rapid.Bool().Draw(t, "by capture") {
		p.Captures = rapid.SampledFrom(infos).Draw(t, "of").Captures
	}
	return p
}

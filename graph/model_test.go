package graph_test

import (
	"encoding/hex"
	"errors"
	"maps"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
)

func TestID(t *testing.T) {
	id := graph.NewVLANID("", "10") // printf 'VLAN\0\00010' | sha256sum, the first 32 digits
	if got, want := hex.EncodeToString(id[:]), "7e76e20ed20acbb6b8d1b9a2d1458f95"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := id.String(), "fpre43mi1b5rde6hn6hd2hcfik"; got != want { // the digits in base32hex (RFC 4648, section 7), in lower case
		t.Errorf("%s, want %s", got, want)
	}
	if graph.NewID("A", "b", "c") == graph.NewID("A", "bc") {
		t.Error("keys run together")
	}
	var back graph.ID
	text, err := id.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	if err := back.UnmarshalText(text); err != nil || back != id || id.IsZero() || !(graph.ID{}).IsZero() {
		t.Errorf("%s became %s, %v", id, back, err)
	}
	for _, bad := range []string{"x", "", strings.Repeat("z", 26), "00000000000000000000000000000000000000"} {
		if err := back.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		var a, b graph.ID
		copy(a[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "a"))
		copy(b[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "b"))
		if a.Compare(b) != strings.Compare(a.String(), b.String()) {
			t.Errorf("%s and %s sort otherwise as bytes", a, b)
		}
	})
}

func TestIDsOfKeys(t *testing.T) {
	a := netip.MustParseAddr("10.0.0.1")
	ids := []graph.ID{
		graph.NewEndpointID("default", a), graph.NewServiceID("default", a, "tcp", 80), graph.NewServiceID("default", a, "udp", 80),
		graph.NewVLANID("", "10"), graph.NewVLANID("vxlan 1", "10"), graph.NewNamedID(graph.LabelZone, "10"), graph.NewNamedID(graph.LabelGroup, "10"),
	}
	for i, id := range ids {
		if slices.Index(ids, id) != i {
			t.Errorf("identifier %d is double", i)
		}
	}
}

func TestProperties(t *testing.T) {
	type row struct {
		graph.Rel
		Skipped string       `graph:"-"`
		Text    string       `graph:"text"`
		Small   uint16       `graph:"small"`
		Real    float64      `graph:"real"`
		Yes     bool         `graph:"yes"`
		Addr    netip.Addr   `graph:"addr"`
		Net     netip.Prefix `graph:"net"`
		Words   []string     `graph:"words"`
		Numbers []int64      `graph:"numbers"`
		Reals   []float64    `graph:"reals"`
		plain   int
	}
	in := row{
		Rel: graph.Rel{ID: graph.NewID("x"), Src: graph.NewID("y"), From: 5, To: graph.Forever}, Text: "t", Small: 9, Real: 1.5, Yes: true,
		Addr: netip.MustParseAddr("10.0.0.1"), Net: netip.MustParsePrefix("10.0.0.0/8"), Words: []string{"a"}, Numbers: []int64{-1}, Reals: []float64{2},
	}
	names := []string{"id", "valid_from", "valid_to", "batch", "text", "small", "real", "yes", "addr", "net", "words", "numbers", "reals"}
	if got := graph.PropertyNames(&in); !slices.Equal(got, names) {
		t.Errorf("names: %v", got)
	}
	m := graph.EncodeProperties(&in)
	want := map[string]any{
		"id": in.ID.String(), "valid_from": graph.Time(5), "valid_to": graph.Forever, "batch": "", "text": "t", "small": int64(9), "real": 1.5, "yes": true,
		"addr": "10.0.0.1", "net": "10.0.0.0/8", "words": []string{"a"}, "numbers": []int64{-1}, "reals": []float64{2},
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("encoded %v", m)
	}
	var out row
	if err := graph.DecodeProperties(m, &out); err != nil {
		t.Fatal(err)
	}
	in.Src = graph.ID{} // the ends are no properties
	if !reflect.DeepEqual(in, out) {
		t.Errorf("%+v became %+v", in, out)
	}
	// As a server or JSON gives them.
	out = row{}
	err := graph.DecodeProperties(map[string]any{"words": []any{"a", "b"}, "numbers": []any{int64(1), float64(2)}, "real": int64(3), "small": float64(7), "text": nil, "addr": "", "words2": 1}, &out)
	if err != nil || !slices.Equal(out.Words, []string{"a", "b"}) || !slices.Equal(out.Numbers, []int64{1, 2}) || out.Real != 3 || out.Small != 7 {
		t.Errorf("%+v, %v", out, err)
	}
	for name, x := range map[string]any{
		"small": int64(70000), "text": int64(1), "yes": "true", "real": "x", "addr": "10.0.0", "numbers": []any{"x"}, "words": "a", "valid_from": int64(1), "id": "short",
		"net": 5, "reals": graph.Time(1),
	} {
		if name == "valid_from" {
			continue // whole numbers are times too
		}
		if err := graph.DecodeProperties(map[string]any{name: x}, &row{}); err == nil || !strings.Contains(err.Error(), "property "+name) {
			t.Errorf("%s = %v: %v", name, x, err)
		}
	}
	_ = in.plain
}

func TestEvidenceString(t *testing.T) {
	if got := graph.EvidenceString("ab", fact.Evidence{Packets: []uint64{12, 15}}); got != "ab:12,15" {
		t.Error(got)
	}
}

func TestParams(t *testing.T) {
	from, to := graph.Params{}.Window()
	if from != math.MinInt64 || to != math.MaxInt64 {
		t.Errorf("[%d, %d)", from, to)
	}
	b := graph.BatchInfo{ID: graph.NewID("b"), Known: 10, Captures: []string{"aa", "bb"}}
	for _, c := range []struct {
		p    graph.Params
		want bool
	}{
		{graph.Params{}, true}, {graph.Params{Known: 10}, true}, {graph.Params{Known: 9}, false},
		{graph.Params{Captures: []string{"bb"}}, true}, {graph.Params{Captures: []string{"sha256:aa"}}, true}, {graph.Params{Captures: []string{"cc"}}, false},
		{graph.Params{Known: 9, Captures: []string{"bb"}}, false},
	} {
		if got := c.p.Selects(b); got != c.want {
			t.Errorf("%+v: %v", c.p, got)
		}
	}
	if !(graph.Params{Known: 1, Captures: []string{"cc"}}).Selects(graph.BatchInfo{}) {
		t.Error("the intent layer is not seen")
	}
	s := graph.Snapshot{From: 1, To: 2, Captures: []string{"x"}}
	if got := s.Params(); !reflect.DeepEqual(got, graph.Params{From: 1, To: 2, Captures: []string{"x"}}) {
		t.Errorf("%+v", got)
	}
}

func TestCheck(t *testing.T) {
	good := func() *graph.Batch {
		b := graphtest.NewBatch("x", 1)
		s := b.Service("10.0.0.2", "tcp", 80)
		b.Uses(b.Endpoint("10.0.0.1"), s, 1, 2, nil)
		b.Uses(b.Endpoint("10.0.0.3"), s, 1, 2, nil)
		b.Named(graph.LabelZone, "users")
		return b.Batch()
	}
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for what, spoil := range map[string]func(*graph.Batch){
		"no ID":                                func(b *graph.Batch) { b.ID = graph.ID{} },
		"not in the order":                     func(b *graph.Batch) { slices.Reverse(b.Uses) },
		"Named 0 and 1":                        func(b *graph.Batch) { b.Named = append(b.Named, b.Named[0]) },
		"without ID":                           func(b *graph.Batch) { b.Uses[0].ID = graph.ID{} },
		"is of batch":                          func(b *graph.Batch) { b.Uses[0].Batch = graph.ID{} },
		"Capture: ":                            func(b *graph.Batch) { b.Captures[0].Batch = graph.ID{} },
		`label "Service"), want one of [Endpo`: func(b *graph.Batch) { b.Uses[0].Src = b.Uses[0].Dst },
		`label ""), want one of [Service]`:     func(b *graph.Batch) { b.Uses[0].Dst = graph.NewID("?") },
		"holds from 1970":                      func(b *graph.Batch) { b.Uses[0].To = b.Uses[0].From },
		"1 rows of unknown labels or types":    func(b *graph.Batch) { b.Named[0].Label = "Zoo" },
	} {
		b := good()
		spoil(b)
		if err := b.Check(); !errors.Is(err, graph.ErrInvalid) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := good().CheckIntent(nil); !errors.Is(err, graph.ErrInvalid) {
		t.Errorf("captures as intent: %v", err)
	}
}

func TestContents(t *testing.T) {
	b := graphtest.Full(graphtest.Plain)
	nodes, rels := b.Len()
	if nodes != 16 || rels != len(b.Uses)+len(b.Offers)+len(b.Requires)+len(b.InVLAN)+len(b.Members)+len(b.KnownAs)+len(b.HasMAC)+len(b.States)+len(b.ConnectedTo)+len(b.Copied)+len(b.Carried) {
		t.Errorf("%d nodes, %d relationships", nodes, rels)
	}
	var twice graph.Contents
	twice.Add(&b.Contents)
	twice.Add(&b.Contents)
	if n, m := twice.Len(); n != 2*nodes || m != 2*rels {
		t.Errorf("%d nodes, %d relationships, want twice %d and %d", n, m, nodes, rels)
	}
	twice.Sort()
	if !reflect.DeepEqual(twice, b.Contents) {
		t.Error("sorting did not bring back the one")
	}
	seen := map[string]int{}
	for _, k := range graph.Kinds() {
		for r := range k.Rows(&b.Contents) {
			seen[k.Name]++
			if reflect.TypeOf(r) != reflect.PointerTo(k.Row) {
				t.Errorf("%s: a %T", k.Name, r)
			}
		}
		want := 1
		if k.Rel {
			want = len(k.Src) * len(k.Dst)
		}
		if seen[k.Name] != want {
			t.Errorf("%s: %d rows, want %d", k.Name, seen[k.Name], want)
		}
	}
}

func TestSelectSharesNothingThatChanges(t *testing.T) {
	b := graphtest.Full(graphtest.Plain)
	before := b.Info()
	v := graph.Select(&b.Contents, []graph.BatchInfo{b.Info()}, graph.Params{From: 19, To: 20})
	if len(v.Uses) != 1 || !reflect.DeepEqual(b.Info(), before) {
		t.Errorf("%d uses", len(v.Uses))
	}
	at := func(got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) || reflect.ValueOf(got).IsNil() {
			t.Errorf("%v, want %v", got, want)
		}
	}
	at(v.Endpoint(b.Endpoints[0].ID), &b.Endpoints[0])
	at(v.Service(b.Services[0].ID), &b.Services[0])
	at(v.VLAN(b.VLANs[0].ID), &b.VLANs[0])
	at(v.Subnet(b.Subnets[0].ID), &b.Subnets[0])
	at(v.NamedNode(b.Named[0].ID), &b.Named[0])
	at(v.MAC(b.MACs[0].ID), &b.MACs[0])
	at(v.Device(b.Devices[0].ID), &b.Devices[0])
	at(v.Point(b.Points[0].ID), &b.Points[0])
	at(v.Capture(b.Captures[0].ID), &b.Captures[0])
	at(v.Stream(b.Streams[0].ID), &b.Streams[0])
	if v.Endpoint(graph.NewID("?")) != nil {
		t.Error("an endpoint that is not there")
	}
}

// TestSelectRandom compares with a linear scan.
func TestSelectRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := graphtest.Random(t)
		if err := b.Check(); err != nil {
			t.Fatal(err)
		}
		infos := []graph.BatchInfo{b.Info()}
		p := graphtest.RandomParams(t, infos)
		v := graph.Select(&b.Contents, infos, p)
		from, to := p.Window()
		touched := map[graph.ID]bool{}
		n := 0
		for _, k := range graph.Kinds() {
			for r := range k.Rows(&b.Contents) {
				if r, ok := r.(interface{ Relation() *graph.Rel }); ok && p.Selects(infos[0]) {
					if r := r.Relation(); r.From < to && from < r.To {
						n++
						touched[r.Src], touched[r.Dst] = true, true
					}
				}
			}
		}
		if _, rels := v.Len(); rels != n {
			t.Fatalf("%d relationships, want %d", rels, n)
		}
		for _, s := range v.Services {
			if !touched[s.ID] {
				t.Fatalf("service %s is touched by nothing", s.ID)
			}
			for _, u := range v.Uses {
				if u.Dst == s.ID && v.Endpoint(s.Endpoint) == nil {
					t.Fatalf("the endpoint of service %s is missing", s.ID)
				}
			}
		}
		for id := range touched {
			if v.Labels()[id] == "" {
				t.Fatalf("node %s is missing", id)
			}
		}
	})
}

// TestSparse writes a row without the sparse properties that are zero, which reads back as it was.
func TestSparse(t *testing.T) {
	type row struct {
		graph.Rel
		Always  string   `graph:"always"`
		Count   int64    `graph:"count" sparse:"true"`
		Words   []string `graph:"words" sparse:"true"`
		Yes     bool     `graph:"yes" sparse:"true"`
		Text    string   `graph:"text" sparse:"true"`
		Numbers []int64  `graph:"numbers" sparse:"true"`
	}
	if got := graph.SparseNames(&row{}); !slices.Equal(got, []string{"count", "words", "yes", "text", "numbers"}) {
		t.Errorf("names: %v", got)
	}
	for _, c := range []struct {
		in    row
		names []string
	}{
		{row{}, nil},
		{row{Words: []string{}, Numbers: []int64{}}, nil},
		{row{Count: -1, Words: []string{""}, Yes: true, Text: " ", Numbers: []int64{0}}, []string{"count", "numbers", "text", "words", "yes"}},
	} {
		m := graph.EncodeSparse(&c.in)
		got := slices.Sorted(maps.Keys(m))
		want := append([]string{"always", "batch", "id", "valid_from", "valid_to"}, c.names...)
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Errorf("%+v: %v, want %v", c.in, got, want)
		}
		var out row
		if err := graph.DecodeProperties(m, &out); err != nil || len(out.Words) != len(c.in.Words) || out.Count != c.in.Count || out.Yes != c.in.Yes || out.Text != c.in.Text {
			t.Errorf("%+v became %+v, %v", c.in, out, err)
		}
	}
}

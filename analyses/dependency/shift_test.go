package dependency

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
)

func viewOf(t *testing.T, name, text string) *graph.View {
	t.Helper()
	b, err := fixture.Read(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return graph.Select(&b.Contents, []graph.BatchInfo{b.Info()}, graph.Params{})
}

// lines writes a line for each client from a to b: 10.0.0.a and on.
func lines(a, b int, line string) string {
	var s strings.Builder
	for i := a; i <= b; i++ {
		fmt.Fprintf(&s, line+"\n", i)
	}
	return s.String()
}

func TestShifts(t *testing.T) {
	const (
		wiki   = "use 10.0.0.%d 10.9.0.5 tcp/80 application=http conversations=10 established=10 "
		small  = wiki + "bytes_up=4000 bytes_down=16000"
		large  = wiki + "bytes_up=4000 bytes_down=96000"
		fast   = wiki + "rtt_buckets=24,20,40,20"
		slow   = wiki + "rtt_buckets=24,20,61,20"
		minor  = wiki + "rtt_buckets=24,20,44,20"
		seldom = "use 10.0.0.%d 10.9.0.5 tcp/80 application=http conversations=1 established=1 bytes_up=90000"
	)
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"other clients", lines(1, 4, wiki), lines(5, 12, wiki), []string{"low client-set-shift 0.9984: 10.9.0.5 tcp/80: 4 of its 4 regular clients ask no more, and 8 of 8 are new"}},
		{"more clients", lines(1, 4, wiki), lines(1, 12, wiki), nil},
		{"one of five stayed away", lines(1, 5, wiki), lines(2, 6, wiki), nil},
		{"clients that come once", lines(1, 4, seldom), lines(5, 12, seldom), nil},
		{"a larger volume", lines(1, 4, small), lines(1, 4, large), []string{"low volume-shift 0.9714: 10.9.0.5 tcp/80: a conversation carries 10000 bytes, was 2000 (median of 4 clients, was 4)"}},
		{"of too few clients", lines(1, 3, small), lines(1, 3, large), nil},
		{"of too few conversations", lines(1, 4, seldom), lines(1, 4, "use 10.0.0.%d 10.9.0.5 tcp/80 conversations=2 established=2 bytes_up=900"), nil},
		{"of some", lines(1, 4, small), lines(1, 2, small) + lines(3, 4, large), nil},
		{"longer round trips", lines(1, 4, fast), lines(1, 4, slow), []string{"low latency-shift 0.9999: 10.9.0.5 tcp/80: three of four segments are acknowledged within 46.3 ms, was 1.2 ms (160 round trips, was 160)"}},
		{"by a little", lines(1, 4, fast), lines(1, 4, minor), nil},
		{"of few conversations", lines(1, 2, fast), lines(1, 2, slow), nil},
		{"another service", lines(1, 4, small), lines(1, 4, strings.Replace(large, "tcp/80", "tcp/81", 1)), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			finds(t, Shifts(viewOf(t, "before", c.old), viewOf(t, "after", c.new)), ShiftRules(), c.want...)
		})
	}
	if fs := Shifts(graph.NewView(graph.Contents{}, nil), viewOf(t, "after", lines(1, 4, wiki))); len(fs) != 0 || fs == nil {
		t.Errorf("an empty window: %v", fs)
	}
}

// Against numbers worked out by hand: of eight ranks, 70 ways to choose four; a binomial sum; medians.
func TestStatistics(t *testing.T) {
	if p := leastP(4, 4); math.Abs(p-2.0/70) > 1e-6 {
		t.Errorf("leastP %v", p)
	}
	if p := ranks([]float64{1, 2, 3, 4}, []float64{5, 6, 7, 8}); math.Abs(p-2.0/70) > 1e-6 {
		t.Errorf("apart: %v", p)
	}
	if p := ranks([]float64{1, 3, 5, 7}, []float64{2, 4, 6, 8}); p < 0.4 {
		t.Errorf("mixed: %v", p)
	}
	if p := ranks([]float64{1, 1, 1, 1}, []float64{1, 1, 1, 1}); p < 0.9 {
		t.Errorf("equal: %v", p)
	}
	if p := atMost(0, 4, 0.8); math.Abs(p-0.0016) > 1e-9 {
		t.Errorf("atMost(0, 4): %v", p)
	}
	if p := atMost(1, 4, 0.8); math.Abs(p-0.0272) > 1e-9 {
		t.Errorf("atMost(1, 4): %v", p)
	}
	if p := atMost(4, 4, 0.8); math.Abs(p-1) > 1e-9 {
		t.Errorf("atMost(4, 4): %v", p)
	}
	if m := median([]float64{1, 2, 4, 9}); m != 3 {
		t.Errorf("median %v", m)
	}
	w := inWindow{samples: 4}
	w.rtts[24], w.rtts[40] = 3, 1
	if q := w.quantile(0.75); math.Abs(q-1e3*math.Exp2(25.0/4)) > 1e-6 {
		t.Errorf("quantile %v", q)
	}
	if !slices.Contains(ShiftRules(), "dependency/volume-shift") {
		t.Error("rules")
	}
}

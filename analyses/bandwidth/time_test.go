package bandwidth

import (
	"math"
	"reflect"
	"testing"

	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
)

func TestTotal(t *testing.T) {
	// 10 s, 1000 bytes a second and 5000 in the fourth: 14,000 bytes, 11,200 bit/s on average, 40,000 at most.
	bytes := flat(10, 1000)
	bytes[3] = 5000
	r := run(t, load(t, "", 1, bytes, func(b *graph.Batch) { b.Captures[0].Last = fixture.At(10) }), "")
	if r.Total.Bytes != 14000 || r.Total.Packets != 140 || r.Total.Mean != 11200 || r.Total.Peak != 40000 || *r.Total.PeakAt != fixture.At(3) || r.Total.PeakFor != 1 {
		t.Errorf("%+v", r.Total)
	}
}

// Two captures with steps of one and four seconds are added at four; a limit doubles the step; the window leaves buckets out.
func TestMerge(t *testing.T) {
	cs := []graph.Capture{
		{Step: 1, At: []int64{8, 9, 12}, AtBytes: []int64{1, 2, 4}, AtPackets: []int64{1, 1, 1}},
		{Step: 4, At: []int64{8, 16}, AtBytes: []int64{8, 16}, AtPackets: []int64{2, 2}},
	}
	want := Series{4, []Point{{at(8), 11, 4}, {at(12), 4, 1}, {at(16), 16, 2}}}
	if s := merge(cs, graph.Params{}, 0); !reflect.DeepEqual(s, want) {
		t.Errorf("%+v", s)
	}
	if s := merge(cs, graph.Params{}, 2); !reflect.DeepEqual(s, Series{8, []Point{{at(8), 15, 5}, {at(16), 16, 2}}}) {
		t.Errorf("%+v", s)
	}
	if s := merge(cs, graph.Params{From: at(12), To: at(16)}, 0); !reflect.DeepEqual(s, Series{4, []Point{{at(12), 4, 1}}}) {
		t.Errorf("%+v", s)
	}
}

func TestPeaks(t *testing.T) {
	burst := flat(60, 1000)
	burst[30], burst[31], burst[50] = 40_000, 50_000, 30_000
	use := func(b *graph.Batch) {
		b.Uses[0].Step, b.Uses[0].At, b.Uses[0].AtUp, b.Uses[0].AtDown, b.Uses[0].AtPackets = 1, []int64{t0 + 30, t0 + 31}, []int64{1, 1}, []int64{9, 9}, []int64{1, 1}
	}
	r := run(t, load(t, "use 10.0.0.1 10.0.0.2 tcp/443 application=smb", 1, burst, use), "")
	want := []Peak{{fixture.At(30), fixture.At(32), 360000, "smb"}, {fixture.At(50), fixture.At(51), 240000, ""}}
	if !reflect.DeepEqual(r.Peaks, want) {
		t.Errorf("%+v", r.Peaks)
	}
	finds(t, r, "peak", "info 0.9: 2023-11-14 22:13:50 to 22:13:52: 360 kb/s on average, most of it smb", "info 0.9: 2023-11-14 22:14:10 to 22:14:11: 240 kb/s on average")
	for name, bytes := range map[string][]int64{
		"flat": flat(60, 1000), "too short to tell": {1000, 1000, 90000}, "a hundredth of the bytes": append(flat(999, 1000), 9000), "nothing": nil,
	} {
		if r := run(t, load(t, "", 1, bytes, nil), ""); len(r.Peaks) != 0 {
			t.Errorf("%s: %+v", name, r.Peaks)
		}
	}
	four := flat(100, 100)
	for i := range 4 {
		four[20*i+10] = 10000
	}
	if r := run(t, load(t, "", 1, four, nil), ""); len(r.Peaks) != 3 {
		t.Errorf("%+v", r.Peaks)
	}
}

// hours are the bytes of each hour of so many days, each day its own. Second 0 is 22:13:20, so that the first day is cut off.
func hours(days ...int64) (out []int64) {
	out = flat(2, days[0])
	for _, d := range days {
		out = append(out, flat(24, d)...)
	}
	return out
}

func TestDaily(t *testing.T) {
	day0 := at(86400)
	cs := []graph.Capture{
		{Packets: 1, First: day0, Last: day0 + at(43200)}, {Packets: 1, First: day0 + at(21600), Last: day0 + at(86400*2)},
		{Packets: 1, First: day0 + at(86400*2), Last: day0 + at(86400*2+43199)}, {First: 5, Last: 9},
	}
	if s := spans(cs); !reflect.DeepEqual(s, [][2]graph.Time{{day0, day0 + at(86400*2+43199)}}) {
		t.Errorf("%v", s)
	}
	s := Series{3600, []Point{{day0, 10800, 1}, {day0 + at(3600), 10800, 1}, {day0 + at(86400), 43200, 1}, {day0 + at(86400*2), 999, 1}}}
	days, rates := daily(s, cs) // 21,600 and 43,200 bytes in a day; of the third day less than a half was captured
	if !reflect.DeepEqual(days, []float64{1, 2}) || !reflect.DeepEqual(rates, []float64{2, 4}) {
		t.Errorf("%v %v", days, rates)
	}
}

// A time that a damaged file tells may be the last that can be told.
func TestDailyAtTheEndOfTime(t *testing.T) {
	for _, first := range []graph.Time{math.MaxInt64 - graph.Time(day*1e9), math.MinInt64} {
		if days, _ := daily(Series{Step: 1}, []graph.Capture{{Packets: 2, First: first, Last: math.MaxInt64}}); len(days) == 0 {
			t.Errorf("no days from %d on", first)
		}
	}
}

func TestTrend(t *testing.T) {
	const link = "version: 1\nlinks: [{point: core1, capacity_mbps: 0.01}]\n"
	// 450 bytes an hour are 1 bit/s; each day adds 100 bit/s.
	growing := hours(45e3, 90e3, 135e3, 180e3, 225e3, 270e3, 315e3, 360e3, 405e3, 450e3)
	r := run(t, load(t, "", 3600, growing, nil), link)
	if r.Trend.Slope < 95 || r.Trend.Slope > 105 || r.Trend.Confidence < 0.99 {
		t.Errorf("%+v", r.Trend)
	}
	finds(t, r, "trend", "low 1: core1 grows by 0.0001 Mb/s a day (100 % of the variance of 10 days), from 0.001 Mb/s, and reaches 0.01 Mb/s in 90 days")
	for name, c := range map[string]struct {
		bytes []int64
		link  string
	}{
		"the same every day": {hours(45e3, 45e3, 45e3, 45e3, 45e3, 45e3, 45e3, 45e3, 45e3, 45e3), link},
		"it shrinks":         {hours(450e3, 405e3, 360e3, 315e3, 270e3, 225e3, 180e3, 135e3, 90e3, 45e3), link},
		"a working week":     {hours(45e3, 90e3, 135e3, 180e3, 225e3, 270e3, 315e3), link},
		"a wide link":        {growing, "version: 1\nlinks: [{point: core1, capacity_mbps: 10}]\n"},
		"another point":      {growing, "version: 1\nlinks: [{point: edge2, capacity_mbps: 0.01}]\npoints: [{name: edge2}]\n"},
		"up and down":        {hours(45e3, 450e3, 45e3, 450e3, 45e3, 450e3, 45e3, 450e3, 45e3, 450e3), link},
		"none declared":      {growing, ""},
	} {
		t.Run(name, func(t *testing.T) { finds(t, run(t, load(t, "", 3600, c.bytes, nil), c.link), "trend") })
	}
	if r := run(t, load(t, "", 3600, hours(45e3, 90e3), nil), ""); r.Trend != (Trend{}) {
		t.Errorf("two days: %+v", r.Trend)
	}
}

// A damaged capture may say any time, from the first to the last that there is: days come to an end.
func TestDaysOfAnyTime(t *testing.T) {
	cs := []graph.Capture{{Packets: 2, First: math.MinInt64, Last: math.MaxInt64}}
	days, _ := daily(Series{}, cs)
	if len(days) == 0 || len(days) > 2*106_752 { // an int64 of nanoseconds has 106,751 days either way
		t.Errorf("%d days", len(days))
	}
}

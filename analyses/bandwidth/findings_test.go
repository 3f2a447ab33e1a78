package bandwidth

import (
	"testing"

	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
)

const link = "version: 1\nlinks: [{point: core1, capacity_mbps: 1}]\n" // 125,000 bytes a second

func TestSaturation(t *testing.T) {
	busy := append(flat(20, 1000), append(flat(65, 110_000), flat(20, 1000)...)...)
	gap, dip := append([]int64{}, busy...), append([]int64{}, busy...)
	copy(gap[45:], flat(15, 1000))
	dip[50], dip[70] = 90_000, 40_000
	spread := flat(1300, 1000) // every tenth second full, in a window of more than twenty minutes
	for i := 0; i < len(spread); i += 10 {
		spread[i] = 125_000
	}
	use := "use 10.0.0.1 10.0.0.2 tcp/443 application=smb\n"
	edit := func(b *graph.Batch) {
		if len(b.Uses) > 0 {
			b.Uses[0].Step, b.Uses[0].At, b.Uses[0].AtUp, b.Uses[0].AtDown, b.Uses[0].AtPackets = 1, []int64{t0 + 30}, []int64{1}, []int64{9}, []int64{1}
		}
	}
	for _, c := range []struct {
		name, declared, graph string
		bytes                 []int64
		want                  []string
	}{
		{"busy for 65 s", link, use, busy, []string{"high 0.9: core1 carried 0.88 of 1 Mb/s (88 %) for 65 s, most of it smb"}},
		{"by the percentile", link, "", spread, []string{"high 0.9: core1 carried 0.107 of 1 Mb/s (11 %) for 1300 s, most of it unknown; 95th percentile 1 Mb/s"}},
		{"with a breath in between", link, use, dip, []string{"high 0.9: core1 carried 0.869 of 1 Mb/s (87 %) for 65 s, most of it smb"}},
		{"twice for half a minute", link, use, gap, nil},
		{"for 55 s, in which more passes than the link has", link, use, append(flat(20, 1000), append(flat(55, 140_000), flat(40, 1000)...)...), nil},
		{"full for half a minute of a short capture", link, use, flat(30, 125_000), nil},
		{"half full", link, use, flat(120, 62_000), nil},
		{"no capacity is declared", "", use, busy, nil},
		{"nothing captured there", "version: 1\npoints: [{name: edge2}]\nlinks: [{point: edge2, capacity_mbps: 1}]\n", use, busy, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, load(t, c.graph, 1, c.bytes, edit), c.declared)
			finds(t, r, "saturation", c.want...)
			if len(r.Recommendations) != len(c.want) {
				t.Errorf("%+v", r.Recommendations)
			}
		})
	}
	r := run(t, load(t, use, 1, busy, edit), link)
	if f := r.Findings[0]; f.First != fixture.At(20) || f.Last != fixture.At(85)-1 || f.Evidence[0].Filter != "frame.time_epoch >= 1700000020.000 && frame.time_epoch < 1700000085.000" {
		t.Errorf("%+v", f)
	}
}

// What another point saw before counts there, and loads the link here.
func TestSaturationBehindAnotherPoint(t *testing.T) {
	again := func(b *graph.Batch) {
		for i := range b.Captures {
			for _, n := range b.Captures[i].AtBytes {
				b.Captures[i].AtAgain = append(b.Captures[i].AtAgain, 120_000-n)
			}
		}
	}
	r := run(t, load(t, "", 1, flat(90, 1000), again), link)
	finds(t, r, "saturation", "high 0.9: core1 carried 0.96 of 1 Mb/s (96 %) for 90 s, most of it unknown")
	if r.Total.Bytes != 90_000 || r.Timeline.Points[0].Bytes != 1000 {
		t.Errorf("counted twice: %+v, %+v", r.Total, r.Timeline.Points[0])
	}
}

func TestPercentile(t *testing.T) {
	for _, c := range []struct {
		step  int64
		bytes []int64
		want  float64
	}{
		{60, append(flat(19, 60), 6000), 800},                      // the twentieth
		{60, append(flat(20, 60), 6000), 8},                        // of 21, the one below the last
		{60, append(append(flat(1, 60), flat(40, 0)...), 6000), 0}, // silence counts
		{60, flat(19, 6000), 0}, {1, flat(1199, 125), 0}, {1, flat(1200, 125), 1000},
	} {
		var s Series
		s.Step = c.step
		for i, b := range c.bytes {
			if b > 0 {
				s.Points = append(s.Points, Point{At: at(int64(i) * c.step), Bytes: b})
			}
		}
		if got := percentile(s); got != c.want {
			t.Errorf("%d steps: %v, want %v", len(c.bytes), got, c.want)
		}
	}
}

func TestUnidentified(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"a third", `
use 10.0.0.1 10.0.0.2 tcp/443 application=tls bytes_up=600 bytes_down=0
use 10.0.0.1 10.0.0.3 tcp/1 bytes_up=200 bytes_down=0
use 10.0.0.1 10.0.0.3 tcp/2 bytes_up=60 bytes_down=0
use 10.0.0.1 10.0.0.3 tcp/3 bytes_up=30 bytes_down=0
use 10.0.0.1 10.0.0.3 tcp/4 bytes_up=10 bytes_down=0`, []string{
			"info 0.9: 300 of 900 bytes (33.3 %) could not be named, most of them with 10.0.0.3 tcp/1 (200 bytes), 10.0.0.3 tcp/2 (60 bytes), 10.0.0.3 tcp/3 (30 bytes)"}},
		{"a byte", "use 10.0.0.1 10.0.0.3 tcp/1 bytes_up=200 bytes_down=0\nuse 10.0.0.1 10.0.0.3 tcp/2 bytes_up=1 bytes_down=0", []string{
			"info 0.9: 201 of 201 bytes (100.0 %) could not be named, most of them with 10.0.0.3 tcp/1 (200 bytes), 10.0.0.3 tcp/2 (1 byte)"}},
		{"a tenth", "use 10.0.0.1 10.0.0.2 tcp/443 application=tls bytes_up=90 bytes_down=0\nuse 10.0.0.1 10.0.0.3 tcp/1 bytes_up=10 bytes_down=0", nil},
		{"a tunnel is named by what it is", "use 10.0.0.1 10.0.0.2 gre/0 carries=gre", nil},
		{"what is inside is counted with its tunnel", "use 10.0.0.1 10.0.0.2 gre/0 carries=gre\nuse 10.1.0.1 10.1.0.2 tcp/9 tunnel=gre bytes_up=9000", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, load(t, c.graph, 1, nil, nil), ""), "unidentified", c.want...) })
	}
	graph := "use 10.0.0.1 10.0.0.3 tcp/1 bytes_up=200 bytes_down=0\nuse 10.0.0.1 10.0.0.3 udp/2 bytes_up=60 bytes_down=0"
	if f := run(t, load(t, graph, 1, nil, nil), "").Findings[0].Evidence[0].Filter; f != "(ip.addr == 10.0.0.3 && tcp.port == 1) || (ip.addr == 10.0.0.3 && udp.port == 2)" {
		t.Error(f)
	}
}

func TestRetransmitted(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"five of a hundred, of two clients", `
use 10.0.0.1 10.0.0.2 tcp/443 retransmitted=8 retransmitted_bytes=2000 payload_up=0 payload_down=60000
use 10.0.0.3 10.0.0.2 tcp/443 retransmitted=8 retransmitted_bytes=3000 payload_up=10000 payload_down=30000`, []string{
			"low 0.9: 10.0.0.2 tcp/443: 5000 of 100000 payload bytes (5.0 %) were retransmitted, in 16 segments"}},
		{"but the capture shows frames twice", "artefact duplicates\nuse 10.0.0.1 10.0.0.2 tcp/443 retransmitted=16 retransmitted_bytes=5000 payload_up=0 payload_down=100000", []string{
			"low 0.5: 10.0.0.2 tcp/443: 5000 of 100000 payload bytes (5.0 %) were retransmitted, in 16 segments"}},
		{"half of it: more likely a mirror", "use 10.0.0.1 10.0.0.2 tcp/443 retransmitted=16 retransmitted_bytes=50000 payload_up=0 payload_down=100000", []string{
			"low 0.5: 10.0.0.2 tcp/443: 50000 of 100000 payload bytes (50.0 %) were retransmitted, in 16 segments"}},
		{"two of a hundred", "use 10.0.0.1 10.0.0.2 tcp/443 retransmitted=16 retransmitted_bytes=2000 payload_up=0 payload_down=100000", nil},
		{"too few segments to tell", "use 10.0.0.1 10.0.0.2 tcp/443 retransmitted=9 retransmitted_bytes=9000 payload_up=0 payload_down=10000", nil},
		{"too few bytes", "use 10.0.0.1 10.0.0.2 tcp/443 retransmitted=16 retransmitted_bytes=50 payload_up=0 payload_down=60", nil},
		{"no TCP", "use 10.0.0.1 10.0.0.2 udp/443 retransmitted=16 retransmitted_bytes=5000 payload_up=0 payload_down=100000", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, load(t, c.graph, 1, nil, nil), ""), "retransmitted", c.want...) })
	}
}

// monday is ten in the morning UTC of a Monday.
const monday = int64(1_700_000_000 - 1_700_000_000%86400 + 6*86400 + 10*3600)

func TestBulk(t *testing.T) {
	row := func(second int64, app string, bytes int64) TimelineRow { return TimelineRow{second, app, bytes} }
	day := func(start int64) (rows []TimelineRow) { // web by day, nothing much by night
		for h := range int64(24) {
			n := int64(1 << 20)
			if h >= 9 && h < 17 {
				n *= 20
			}
			rows = append(rows, row(start+h*3600, "tls", n))
		}
		return rows
	}
	midnight := monday - 10*3600
	for _, c := range []struct {
		name string
		rows []TimelineRow
		want int64
	}{
		{"at ten", []TimelineRow{row(monday, "ftp-data", 5<<20), row(monday, "tls", 1<<20)}, 5 << 20},
		{"at two at night", []TimelineRow{row(monday-8*3600, "ftp-data", 5<<20)}, 0},
		{"on a Sunday", []TimelineRow{row(monday-86400, "ftp-data", 5<<20)}, 0},
		{"a small part", []TimelineRow{row(monday, "ftp-data", 5<<20), row(monday, "tls", 100<<20)}, 0},
		{"the fourth", []TimelineRow{row(monday, "rsync", 5<<20), row(monday, "a", 6<<20), row(monday, "b", 7<<20), row(monday, "c", 8<<20)}, 0},
		{"little", []TimelineRow{row(monday, "ftp-data", 1000)}, 0},
		{"the same over web", []TimelineRow{row(monday, "tls", 5<<20)}, 0},
		{"a day is captured, in its busy hours", append(day(midnight), row(midnight+12*3600, "rsync", 50<<20)), 50 << 20},
		{"a day is captured, in a quiet hour of the morning", append(day(midnight), row(midnight+8*3600, "rsync", 50<<20)), 0},
	} {
		fs := bulk(nil, Series{Step: 60}, c.rows)
		if c.want == 0 && len(fs) != 0 || c.want != 0 && (len(fs) != 1 || fs[0].Count != c.want) {
			t.Errorf("%s: %+v", c.name, fs)
		}
	}
	fs := bulk(nil, Series{Step: 60}, []TimelineRow{row(monday, "rsync", 3<<20), row(monday+60, "tls", 1<<20), row(monday+120, "rsync", 0)})
	if len(fs) != 1 || fs[0].Text != "rsync moved 3145728 of 4194304 bytes (75 %) in the busy hours, 2023-11-20 10:00:00 to 10:03:00 UTC" || fs[0].First != at(monday) || fs[0].Last != at(monday+180)-1 {
		t.Errorf("%+v", fs)
	}
}

func TestStarved(t *testing.T) {
	const declared = link + "applications: [{name: erp, services: [tcp/8443], critical: true}, {name: web, services: [tcp/443]}]\n"
	full := append(flat(30, 1000), flat(31, 120_000)...)
	const slow = " rtt_count=40 rtt_min_ns=20000000 rtt_buckets=58,30,72,10" // 30 of about 25 ms, 10 of about 280 ms
	for _, c := range []struct {
		name, declared, graph string
		bytes                 []int64
		want                  []string
	}{
		{"it waits", declared, "use 10.0.0.1 10.0.0.2 tcp/8443" + slow + "\nuse 10.0.0.3 10.0.0.2 tcp/8443" + slow, full, []string{
			"high 0.7: erp at 10.0.0.2 tcp/8443: 20 of 80 round trips of 2 clients took over three times the fastest while core1 was busy with others for 31 s"}},
		{"it is gone when the link fills", declared, "use 10.0.0.1 10.0.0.2 tcp/8443 at=0-25" + slow, full, nil},
		{"it is not critical", declared, "use 10.0.0.1 10.0.0.2 tcp/443" + slow, full, nil},
		{"nothing of the sort is declared", link, "use 10.0.0.1 10.0.0.2 tcp/8443" + slow, full, nil},
		{"the link is idle", declared, "use 10.0.0.1 10.0.0.2 tcp/8443" + slow, flat(61, 1000), nil},
		{"it fills the link itself", declared, "use 10.0.0.1 10.0.0.2 tcp/8443 bytes_down=3000000" + slow, full, nil},
		{"it crosses another link", declared, "use 10.0.0.1 10.0.0.2 tcp/8443 points=edge2" + slow, full, nil},
		{"round trips as ever", declared, "use 10.0.0.1 10.0.0.2 tcp/8443 rtt_count=40 rtt_min_ns=20000000 rtt_buckets=58,39,72,1", full, nil},
		{"three times as long, but by a millisecond", declared, "use 10.0.0.1 10.0.0.2 tcp/8443 rtt_count=40 rtt_min_ns=200000 rtt_buckets=31,20,42,20", full, nil},
		{"too few to tell", declared, "use 10.0.0.1 10.0.0.2 tcp/8443 rtt_count=19 rtt_min_ns=20000000 rtt_buckets=72,19", full, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			finds(t, run(t, load(t, c.graph, 1, c.bytes, nil), c.declared), "critical-starved", c.want...)
		})
	}
}

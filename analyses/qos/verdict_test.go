package qos

import (
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
)

// Round trips by fact.RTT's buckets: 58 is about 25 ms, 72 about 280 ms, 60 about 35 ms.
const (
	rtts  = " rtt_min_ns=22000000 rtt_max_ns=300000000"
	quick = " rtt_count=200" + rtts + " rtt_buckets=58,200"
	waits = " rtt_count=200" + rtts + " rtt_buckets=58,100,72,100"
	some  = " rtt_count=200" + rtts + " rtt_buckets=58,100,67,100" // about 118 ms
	bulk  = "use 10.1.0.1 10.9.0.9 tcp/80 dscp_up=0,900,90000 dscp_down=0,900,900000"
	erp   = "use 10.1.0.1 10.9.0.5 tcp/8443 dscp_up=26,900,90000 dscp_down=26,900,900000"
	lossy = " payload_down=14480000 retransmitted=800 retransmitted_bytes=1158400" // 8 % of 10,000 segments of 1448 bytes
)

func TestVerdicts(t *testing.T) {
	call := func(lost int64) func(*graph.Batch) {
		return stream("10.1.0.7:4000", "10.9.0.7:5000", func(s *graph.Stream) { s.Expected, s.Lost, s.LossRuns, s.Packets = 2000, lost, lost, 2000-lost })
	}
	back := stream("10.9.0.7:5000", "10.1.0.7:4000", func(s *graph.Stream) { s.Expected, s.Packets = 9000, 9000 })
	inside := stream("10.1.0.7:4000", "10.1.0.8:5000", nil)
	for _, c := range []struct {
		name, class, graph string
		edit               []func(*graph.Batch)
		verdict, why       string
	}{
		{"it waits as best effort does", "business", bulk + waits + "\n" + erp + waits, nil, "ineffective", "the slowest twentieth of 200 round trips wait 263.9 ms, of 200 of best effort 263.9 ms"},
		{"it does not wait", "business", bulk + waits + "\n" + erp + quick, nil, "effective", "the slowest twentieth of 200 round trips wait 3.3 ms, of 200 of best effort 263.9 ms"},
		{"it waits a third", "business", bulk + waits + "\n" + erp + some, nil, "insufficient", "the slowest twentieth of 200 round trips wait 98.2 ms, of 200 of best effort 263.9 ms"},
		{"nobody waits", "business", bulk + quick + "\n" + erp + quick, nil, "untested", "no congestion was measured"},
		{"the link is full, best effort goes elsewhere", "business", bulk + quick + "\n" + erp + waits, []func(*graph.Batch){full}, "insufficient", "nothing of best effort compares with the class"},
		{"no best effort beside it", "business", erp + waits, []func(*graph.Batch){full}, "insufficient", "0 samples of the class beside best effort"},
		{"best effort between other zones", "business", strings.Replace(bulk, "10.1.0.1", "10.6.0.1", 1) + waits + "\n" + erp + waits, nil, "untested", "no congestion was measured"},
		{"few samples", "business", bulk + waits + "\n" + erp + " rtt_count=9" + rtts + " rtt_buckets=58,9", nil, "insufficient", "9 samples of the class beside best effort"},
		{"calls lose as much", "voice", bulk + lossy, []func(*graph.Batch){call(120), back}, "ineffective", "6.00 % of 2000 RTP packets lost, 8.00 % of best effort's segments retransmitted, p = 0.0021"},
		{"calls lose nothing", "voice", bulk + lossy, []func(*graph.Batch){call(0), back}, "effective", "0.00 % of 2000 RTP packets lost, 8.00 % of best effort's segments retransmitted, p = 3.6e-39"},
		{"calls lose a third of it", "voice", bulk + lossy, []func(*graph.Batch){call(56)}, "insufficient", "2.80 % of 2000 RTP packets lost, 8.00 % of best effort's segments retransmitted, p = 1.6e-16"},
		{"calls inside one zone", "voice", bulk + lossy, []func(*graph.Batch){inside}, "untested", "no congestion was measured"},
		{"nothing is retransmitted", "voice", bulk + " payload_down=14480000", []func(*graph.Batch){call(120)}, "untested", "no congestion was measured"},
		{"best effort itself", "default", bulk + waits, nil, "untested", "best effort has no priority to test"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, office, load(t, c.graph, c.edit...))
			for _, x := range r.Classes {
				if x.Name == c.class && (x.Verdict != c.verdict || x.Why != c.why) {
					t.Errorf("%s: %s; want %s: %s", x.Verdict, x.Why, c.verdict, c.why)
				}
			}
			if c.class == "business" && c.verdict == "ineffective" {
				finds(t, r, "ineffective", "high 0.8: class business (AF31, AF32) fares no better than best effort under congestion: "+c.why)
			} else if c.class == "business" {
				finds(t, r, "ineffective")
			}
		})
	}
}

// Two clocks that differ by minus a second: each class is compared with its own fastest packet.
func TestCrossing(t *testing.T) {
	const (
		effort = "copy core1 edge2 from_dscp=0 to_dscp=0 packets=1000 delay_min_ns=-990000000 delay_max_ns=-700000000 delay_sum_ns=-890000000000\n"  // waits 100 ms
		better = "copy core1 edge2 from_dscp=46 to_dscp=46 packets=500 delay_min_ns=-990000000 delay_max_ns=-900000000 delay_sum_ns=-494000000000\n" // 2 ms
		alike  = "copy core1 edge2 from_dscp=46 to_dscp=46 packets=500 delay_min_ns=-990000000 delay_max_ns=-700000000 delay_sum_ns=-455000000000\n" // 80 ms
		a, b   = "copy edge2 core1 from_dscp=0 to_dscp=0 packets=1000 delay_min_ns=1010000000 delay_max_ns=1020000000 delay_sum_ns=1011000000000\n", "copy edge2 core1 from_dscp=46 to_dscp=46 packets=1000 delay_min_ns=1010000000 delay_max_ns=1020000000 delay_sum_ns=1011000000000\n"
		mark   = "use 10.1.0.7 10.9.0.7 udp/5000 application=rtp dscp_up=46,500,90000\n"
	)
	for _, c := range []struct{ name, graph, verdict, why string }{
		{"both wait, or the clocks drift: no congestion was measured", mark + effort + alike, "untested", "no congestion was measured"},
		{"preferred", mark + effort + better + a + b, "effective", "core1 to edge2: 500 packets wait 2.0 ms on average, 1000 of best effort 100.0 ms"},
		{"not preferred", mark + effort + alike + a + b, "ineffective", "core1 to edge2: 500 packets wait 80.0 ms on average, 1000 of best effort 100.0 ms"},
		{"nobody waits", mark + a + b, "untested", "no congestion was measured"},
		{"another way", mark + effort + b, "untested", "no congestion was measured"},
		{"few of it", mark + effort + strings.Replace(alike, "packets=500", "packets=9", 1), "untested", "no congestion was measured"},
		{"copies at one point", mark + strings.ReplaceAll(effort+alike, "edge2", "core1"), "untested", "no congestion was measured"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var edit []func(*graph.Batch)
			if c.name == "not preferred" {
				edit = append(edit, full)
			}
			r := run(t, office, load(t, c.graph, edit...))
			if x := r.Classes[0]; x.Name != "voice" || x.Verdict != c.verdict || x.Why != c.why {
				t.Errorf("%s: %s; want %s: %s", x.Verdict, x.Why, c.verdict, c.why)
			}
			if c.verdict == "ineffective" {
				finds(t, r, "ineffective", "high 0.8: class voice (EF) fares no better than best effort under congestion: "+c.why)
			} else {
				finds(t, r, "ineffective")
			}
		})
	}
}

// The class reserved 1 Mb/s. It sends so many bytes in each of three steps of 20 s; 2,500,000 are 1 Mb/s.
func TestReservation(t *testing.T) {
	rate := func(bytes ...int64) func(*graph.Batch) {
		return func(b *graph.Batch) {
			for i := range b.Uses {
				u := &b.Uses[i]
				u.Step = 20
				for n, x := range bytes {
					u.At, u.AtUp, u.AtDown, u.AtPackets = append(u.At, t0+int64(n)*20), append(u.AtUp, x), append(u.AtDown, 0), append(u.AtPackets, 1)
				}
			}
		}
	}
	const class = "use 10.1.0.1 10.9.0.5 tcp/8443 dscp_up=26,900,90000 packets_up=1000 packets_down=1000"
	for _, c := range []struct {
		name, graph string
		edit        []func(*graph.Batch)
		want        Reservation
	}{
		{"half of it, and losses", class + " retransmitted=100", []func(*graph.Batch){full, rate(2_500_000, 1_250_000, 2_500_000)}, Reservation{1, 0.475, "violated"}},
		{"between two points more than a half is missing: another path", strings.Replace(class, "dscp_up", "points=core1,edge2 copies=900 dscp_up", 1), []func(*graph.Batch){full, second, rate(2_500_000, 2_500_000, 2_500_000)}, Reservation{1, 1, "met"}},
		{"between two points a quarter is lost", strings.Replace(class, "dscp_up", "points=core1,edge2 copies=1500 dscp_up", 1), []func(*graph.Batch){full, second, rate(2_500_000, 2_500_000, 2_500_000)}, Reservation{1, 0.75, "violated"}},
		{"it wants no more", class, []func(*graph.Batch){full, rate(1_250_000, 1_250_000, 1_250_000)}, Reservation{1, 0.5, "met"}},
		{"all of it, in spite of losses", class + " retransmitted=100", []func(*graph.Batch){full, rate(2_500_000, 2_500_000, 2_500_000)}, Reservation{1, 0.95, "met"}},
		{"no contention", class + " retransmitted=100", []func(*graph.Batch){carried(1000, 1000), rate(1_250_000)}, Reservation{1, 0, "untested"}},
		{"contention elsewhere", strings.Replace(class, "dscp_up", "points=edge2 dscp_up", 1) + " retransmitted=100", []func(*graph.Batch){full, rate(1_250_000)}, Reservation{1, 0, "untested"}},
		{"too few packets to tell", "use 10.1.0.1 10.9.0.5 tcp/8443 dscp_up=26,90,90000 retransmitted=2", []func(*graph.Batch){full, rate(1_250_000)}, Reservation{1, 0, "untested"}},
		{"no traffic", "", []func(*graph.Batch){full}, Reservation{1, 0, "untested"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, office, load(t, c.graph, c.edit...))
			if x := r.Classes[1]; x.Name != "business" || x.Reservation != c.want {
				t.Errorf("%+v, want %+v", x.Reservation, c.want)
			}
			if c.name == "half of it, and losses" {
				finds(t, r, "reservation-violated", "high 0.8: class business got 0.475 Mb/s (5th percentile) of 1 Mb/s reserved while the link was congested")
			} else if c.want.Verdict != "violated" {
				finds(t, r, "reservation-violated")
			}
		})
	}
	voice := strings.Replace(office, "loss_pct: 0.5}", "loss_pct: 0.5, reserved_mbps: 1}", 1)
	lossyCall := stream("10.1.0.7:4000", "10.9.0.7:5000", func(s *graph.Stream) { s.Expected, s.Lost = 1250, 250 })
	r := run(t, voice, load(t, "use 10.1.0.7 10.9.0.7 udp/5000 application=rtp dscp_up=46,1000,90000", full, rate(1_250_000, 1_250_000, 1_250_000), lossyCall))
	if x := r.Classes[0].Reservation; x != (Reservation{1, 0.4, "violated"}) {
		t.Errorf("%+v", x)
	}
}

func TestQueries(t *testing.T) {
	q := load(t, `
use 10.0.0.1 10.0.0.2 tcp/443 application=tls packets_up=1 packets_down=2 retransmitted=3 retransmitted_bytes=4 payload_up=5 payload_down=6 copies=7 rtt_count=1 rtt_sum_ns=9 rtt_min_ns=9 rtt_max_ns=9 rtt_buckets=1,1 step_s=4 ecn_up=1,2,3,4 at=5-9
use 10.0.0.1 10.0.0.2 tcp/443 application=tls packets_up=10 packets_down=20 retransmitted=30 retransmitted_bytes=40 payload_up=50 payload_down=60 copies=70 rtt_count=2 rtt_sum_ns=90 rtt_min_ns=5 rtt_max_ns=50 rtt_buckets=2,2 step_s=8 points=edge2 ecn_up=1,1,1,1 ecn_down=9,0,0,0 at=2-6
use 10.0.0.1 10.0.0.3 tcp/443 application=tls
copy core1 edge2 from_dscp=46 to_dscp=0 packets=2 delay_min_ns=5 delay_max_ns=9 delay_sum_ns=14 ect_cleared=1 at=5-9
copy core1 edge2 from_dscp=46 to_dscp=46 packets=3 delay_min_ns=-3 delay_max_ns=7 delay_sum_ns=9 ect_cleared=2 at=2-6
`, func(b *graph.Batch) {
		for i := range b.Uses {
			b.Uses[i].At, b.Uses[i].AtUp, b.Uses[i].AtDown, b.Uses[i].AtPackets = []int64{64, 72}, []int64{1, 2}, []int64{10, 20}, []int64{1, 1}
		}
	})
	ctx := t.Context()
	tr, err := Treatment.All(ctx, q, graph.Params{})
	if err != nil || len(tr) != 2 {
		t.Fatal(tr, err)
	}
	r := tr[0]
	if r.ServerAddress.String() != "10.0.0.2" {
		r = tr[1]
	}
	if r.Packets != 33 || r.Retransmitted != 33 || r.Again != 44 || r.Payload != 121 || r.Copies != 77 || len(r.Points) != 2 || r.RTTCount != 3 || r.RTTSum != 99 || r.RTTMin != 5 || r.RTTMax != 50 ||
		len(r.RTTBuckets) != 4 || r.First != fixture.At(2) || r.Last != fixture.At(9) {
		t.Errorf("%+v", r)
	}
	cr, err := Crossings.All(ctx, q, graph.Params{})
	if err != nil || len(cr) != 1 || cr[0].Packets != 5 || cr[0].ECTCleared != 3 || cr[0].DelayMin != -3 || cr[0].DelayMax != 9 || cr[0].DelaySum != 23 || cr[0].First != fixture.At(2) || cr[0].Last != fixture.At(9) ||
		cr[0].DSCP != 46 || len(cr[0].Witness) != 2 {
		t.Errorf("%+v, %v", cr, err)
	}
	ec, err := ECN.All(ctx, q, graph.Params{})
	if err != nil || len(ec) != 1 || ec[0].Direction != "up" || ec[0].ECT != 7 || ec[0].CE != 5 || ec[0].First != fixture.At(2) || ec[0].Last != fixture.At(9) {
		t.Errorf("%+v, %v", ec, err)
	}
	ra, err := Rates.All(ctx, q, graph.Params{Args: map[string]any{"services": []string{r.Service.String()}}})
	if err != nil || len(ra) != 2 || ra[0] != (RatesRow{r.Client, r.Service, "tls", 64, 8, 2, 20}) || ra[1].At != 72 || ra[1].Up != 4 {
		t.Errorf("%+v, %v", ra, err)
	}
	if ra, err := Rates.All(ctx, q, graph.Params{}); err != nil || len(ra) != 0 {
		t.Errorf("%+v, %v", ra, err)
	}
}

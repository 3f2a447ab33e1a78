package qos

import (
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
)

const (
	alice = "10.2.0.1:4000"
	bob   = "10.2.0.2:5000"
)

func TestMedia(t *testing.T) {
	r := run(t, office, load(t, "", stream(alice, bob, func(s *graph.Stream) {
		s.Expected, s.Lost, s.LossRuns, s.JitterMean, s.JitterMax, s.DeltaMax, s.RTT = 1020, 20, 20, 1.23456, 9.87654, 60.00049, 100
		s.DSCP, s.DSCPPackets = []int64{0, 46, 26}, []int64{3, 990}
	}), stream("x", "y", func(s *graph.Stream) { s.Codec, s.Expected, s.DSCP = "", 0, nil })))
	// 20 of 1020 are 1.961 %: Ie,eff 95·1.961/(1.961+25.1) = 6.88, half of 100 ms costs 1.2: R 85.1, MOS 4.21.
	s := r.Streams[0]
	if s.LossPct != 1.961 || s.JitterMean != 1.235 || s.JitterMax != 9.877 || s.DeltaMax != 60 || s.MOS < 4.2 || s.MOS > 4.22 || s.DSCP != 46 || s.Class != "voice" || s.First != fixture.At(1) {
		t.Errorf("%+v", s)
	}
	if x := r.Streams[1]; x.Src != "x" || x.MOS != 0 || x.LossPct != 0 || x.DSCP != 0 || x.Class != "voice" || addressOf("x").IsValid() {
		t.Errorf("%+v", x)
	}
	v := r.Classes[0]
	if v.Name != "voice" || v.LossPct != 1.961 || v.Jitter != 0.617 {
		t.Errorf("%+v", v)
	}
	if r := run(t, "", load(t, "", stream(alice, bob, nil))); r.Streams[0].Class != "telephony" {
		t.Errorf("%+v", r.Streams)
	}
	if r := run(t, "", load(t, "", stream(alice, bob, func(s *graph.Stream) { s.DSCP[0] = 63 }))); r.Streams[0].Class != "" {
		t.Errorf("%+v", r.Streams)
	}
}

// The MOS by hand: 50 of 1050 in 10 runs cluster 4.76 times, so Ie,eff is 95·4.76/(4.76/4.76+25.1) = 17.3, R 75.9; half of 700 ms costs Id 8.4+19.0, R 65.8.
func TestPoorCall(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*graph.Stream)
		want []string
	}{
		{"loss", func(s *graph.Stream) { s.Expected, s.Lost, s.LossRuns = 1050, 50, 10 }, []string{
			"medium 0.9: 10.2.0.1:4000 to 10.2.0.2:5000, PCMU: 50 of 1050 packets lost (4.76 %, 10 runs), jitter 0.0 ms on average, MOS 3.86"}},
		{"jitter", func(s *graph.Stream) { s.JitterMean = 31 }, []string{
			"medium 0.9: 10.2.0.1:4000 to 10.2.0.2:5000, PCMU: 0 of 1000 packets lost (0.00 %, 0 runs), jitter 31.0 ms on average, MOS 4.41"}},
		{"delay", func(s *graph.Stream) { s.RTT = 700 }, []string{
			"medium 0.9: 10.2.0.1:4000 to 10.2.0.2:5000, PCMU: 0 of 1000 packets lost (0.00 %, 0 runs), jitter 0.0 ms on average, MOS 3.39"}},
		{"loss of a codec without a scale", func(s *graph.Stream) { s.Codec, s.PayloadType, s.Expected, s.Lost, s.LossRuns = "", 97, 1050, 50, 10 }, []string{
			"medium 0.9: 10.2.0.1:4000 to 10.2.0.2:5000, payload type 97: 50 of 1050 packets lost (4.76 %, 10 runs), jitter 0.0 ms on average"}},
		{"loss of video", func(s *graph.Stream) {
			s.Codec, s.ClockRate, s.Expected, s.Lost, s.LossRuns = "H264", 90000, 1050, 50, 10
		}, []string{
			"medium 0.9: 10.2.0.1:4000 to 10.2.0.2:5000, H264: 50 of 1050 packets lost (4.76 %, 10 runs), jitter 0.0 ms on average"}},
		{"good", nil, nil},
		{"a hundredth", func(s *graph.Stream) { s.Expected, s.Lost, s.LossRuns = 1000, 10, 10 }, nil},
		{"bursts of video", func(s *graph.Stream) { s.Codec, s.ClockRate, s.JitterMean = "H264", 90000, 50 }, nil},
		{"a clock that is guessed", func(s *graph.Stream) { s.ClockKnown, s.JitterMean = false, 50 }, nil},
		{"a pause is long, not jitter", func(s *graph.Stream) { s.DeltaMax, s.JitterMax = 9000, 2700 }, nil},
		{"a sender that starts anew with another clock", func(s *graph.Stream) { s.JitterMean, s.JitterMax = 2000, 125000 }, nil},
		{"a codec of low quality, intact", func(s *graph.Stream) { s.Codec = "GSM" }, nil},
		{"comfort noise alone", func(s *graph.Stream) { s.Packets, s.Expected, s.Lost, s.Codec = 39, 50, 11, "CN" }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			finds(t, run(t, "", load(t, "", stream(alice, bob, c.edit))), "poor-call", c.want...)
		})
	}
	lossy := stream(alice, bob, func(s *graph.Stream) { s.Expected, s.Lost, s.LossRuns = 1050, 50, 50 })
	if f := run(t, "", load(t, "artefact loss", lossy)).Findings[0]; f.Confidence != 0.6 || len(f.ExplainedBy) != 1 || f.Evidence[0].Filter != "ip.src == 10.2.0.1 && udp.srcport == 4000 && ip.dst == 10.2.0.2 && udp.dstport == 5000" {
		t.Errorf("%+v", f)
	}
}

// At two points a call shows every packet once more, unless it was lost between.
func TestCut(t *testing.T) {
	const call = "use 10.2.0.1 10.2.0.2 udp/5000 application=rtp points=core1,edge2 packets_up=500 packets_down=500 dscp_up=46,500,90000 dscp_down=46,500,90000 at=5-40 "
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"a twentieth", call + "copies=950", []string{"medium 0.7: 10.2.0.1 and 10.2.0.2 udp/5000: 50 of 1000 RTP packets of both directions (5.00 %) were seen at one capture point alone, of core1, edge2"}},
		{"seen three times", call + "copies=1950", []string{"medium 0.7: 10.2.0.1 and 10.2.0.2 udp/5000: 50 of 1000 RTP packets of both directions (5.00 %) were seen at one capture point alone, of core1, edge2"}},
		{"a capture that loses packets", "artefact loss\n" + call + "copies=950", []string{"medium 0.4: 10.2.0.1 and 10.2.0.2 udp/5000: 50 of 1000 RTP packets of both directions (5.00 %) were seen at one capture point alone, of core1, edge2"}},
		{"all", call + "copies=1000", nil},
		{"a hundredth", call + "copies=990", nil},
		{"another path", call + "copies=300", nil},
		{"at one point", strings.Replace(call, "core1,edge2", "core1", 1) + "copies=950", nil},
		{"longer than the second capture", strings.Replace(call, "5-40", "5-58", 1) + "copies=950", nil},
		{"no call", strings.Replace(call, "=rtp", "=sip", 1) + "copies=950", nil},
		{"no copies", call, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			end := func(b *graph.Batch) { b.Captures[1].Last = fixture.At(50) }
			finds(t, run(t, office, load(t, c.graph, second, end)), "poor-call", c.want...)
		})
	}
}

func TestMissed(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*graph.Stream)
		want []string
	}{
		{"loss", func(s *graph.Stream) { s.Expected, s.Lost = 1000, 6 }, []string{"high 0.9: 10.2.0.1:4000 to 10.2.0.2:5000, class voice: 0.60 % lost, wanted at most 0.5 %"}},
		{"jitter", func(s *graph.Stream) { s.JitterMean = 21 }, []string{"high 0.9: 10.2.0.1:4000 to 10.2.0.2:5000, class voice: jitter 21.0 ms, wanted at most 20 ms"}},
		{"delay", func(s *graph.Stream) { s.RTT = 302 }, []string{"high 0.9: 10.2.0.1:4000 to 10.2.0.2:5000, class voice: one way 151.0 ms (half of the round trip of RTCP), wanted at most 150 ms"}},
		{"within", func(s *graph.Stream) { s.Expected, s.Lost, s.JitterMean, s.RTT = 1000, 5, 20, 300 }, nil},
		{"video comes in bursts", func(s *graph.Stream) { s.ClockRate, s.JitterMean = 90000, 50 }, nil},
		{"short", func(s *graph.Stream) { s.Packets, s.Expected, s.Lost = 19, 25, 6 }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			finds(t, run(t, office, load(t, "", stream(alice, bob, c.edit))), "objective-missed", c.want...)
		})
	}
	finds(t, run(t, "", load(t, "", stream(alice, bob, func(s *graph.Stream) { s.Lost = 500 }))), "objective-missed")
	const slow = " dscp_up=26,40,900 rtt_count=30 rtt_min_ns=20000000 rtt_max_ns=700000000 rtt_buckets=58,20,77,10" // 10 of about 680 ms
	for _, c := range []struct {
		graph string
		want  []string
	}{
		{"use 10.1.0.1 10.9.0.5 tcp/8443" + slow, []string{"high 0.8: 10.1.0.1 to 10.9.0.5 tcp/8443, class business: 95th percentile of the round trip 680 ms, half of it is one way, wanted at most 300 ms"}},
		{"use 10.1.0.1 10.9.0.5 tcp/443" + slow, nil},
		{"use 10.1.0.1 10.9.0.5 tcp/8443 rtt_count=30 rtt_min_ns=20000000 rtt_max_ns=700000000 rtt_buckets=58,29,77,1", nil},
		{"use 10.1.0.1 10.9.0.5 tcp/8443 rtt_count=19 rtt_min_ns=20000000 rtt_max_ns=700000000 rtt_buckets=77,19", nil},
	} {
		finds(t, run(t, office, load(t, c.graph)), "objective-missed", c.want...)
	}
}

package control

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// hellos are OSPF hellos of one router: at seconds, with a hello interval each.
func hellos(t *testing.T, says map[float64]byte, times ...float64) []*wire.Packet {
	var ps []*wire.Packet
	for i, s := range times {
		b := unhex(t, ospfHelloBytes)
		b[29] = says[s]
		if says[s] == 0 {
			b[29] = 10
		}
		p := ip4Packet(89, "10.0.0.1", "224.0.0.5", b)
		p.Time, p.Number = int64(s*1e9), uint64(i+1)
		ps = append(ps, p)
	}
	return ps
}

func runs(t *testing.T, ps ...*wire.Packet) (out []fact.Statement) {
	t.Helper()
	for _, f := range facts(t, ps...) {
		if s, ok := f.(*fact.Statement); ok && s.Setting == "ospf.hello" {
			out = append(out, *s)
		}
	}
	return out
}

// A run ends with another value, and with a silence of more than the dead interval of 40 s.
func TestRuns(t *testing.T) {
	got := runs(t, hellos(t, map[float64]byte{30: 5}, 0, 10, 20, 30, 100, 110)...)
	want := []struct {
		value       string
		first, last float64
		count       uint64
	}{{"10", 0, 20, 3}, {"5", 30, 30, 1}, {"10", 100, 110, 2}}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, w := range want {
		g := got[i]
		if g.Value != w.value || g.First != fact.Time(w.first*1e9) || g.Last != fact.Time(w.last*1e9) || g.Count != w.count || g.Gaps {
			t.Errorf("%d: %+v, want %+v", i, g, w)
		}
	}
	if e := got[0].Evidence.Packets; len(e) != 3 || e[0] != 1 || e[2] != 3 {
		t.Errorf("evidence %v", e)
	}
}

// Silences within the hold time that are much longer than the usual period are gaps.
func TestGaps(t *testing.T) {
	if got := runs(t, hellos(t, nil, 0, 1, 2, 3, 30)...); len(got) != 1 || !got[0].Gaps {
		t.Errorf("%+v", got)
	}
	if got := runs(t, hellos(t, nil, 0, 10, 20, 32, 40)...); len(got) != 1 || got[0].Gaps {
		t.Errorf("%+v", got)
	}
}

// A setting that changes all the time keeps maxRuns intervals, and no packet is lost from the counts.
func TestRunsAreBounded(t *testing.T) {
	says := map[float64]byte{}
	var times []float64
	for i := range 100 {
		says[float64(i)] = byte(1 + i%50)
		times = append(times, float64(i))
	}
	got := runs(t, hellos(t, says, times...)...)
	n, gaps := uint64(0), 0
	for _, r := range got {
		n += r.Count
		if r.Gaps {
			gaps++
		}
	}
	if len(got) != maxRuns || n != 100 || gaps == 0 {
		t.Errorf("%d runs of %d packets, %d with gaps", len(got), n, gaps)
	}
}

// One protocol's flood leaves room for the others.
func TestFloodIsBounded(t *testing.T) {
	d := New(Options{MaxFacts: 40})
	for i := range 1000 {
		p := icmp4(unhex(t, "03 00 0000 00000000"+quoted4))
		p.Network[20+8+16], p.Network[20+8+17] = byte(i>>8), byte(i) // the quoted destination
		d.Feed(p)
	}
	d.Feed(hsrpPacket(unhex(t, hsrp1)))
	n := map[string]int{}
	for f := range d.Facts {
		n[f.(*fact.Statement).Protocol]++
	}
	if n["icmp"] != 10 || n["hsrp"] != 7 || d.Dropped() != 990 {
		t.Errorf("%v, %d dropped", n, d.Dropped())
	}
}

func TestFactsStopsWhenAsked(t *testing.T) {
	d := New(Options{})
	d.Feed(cdpPacket(unhex(t, cdpRouter)))
	total := 0
	for range d.Facts {
		total++
	}
	for stop := 1; stop <= total; stop++ {
		n := 0
		for range d.Facts {
			if n++; n == stop {
				break
			}
		}
		if n != stop {
			t.Errorf("%d facts after a stop at %d", n, stop)
		}
	}
}

func TestWants(t *testing.T) {
	tcp := bgpPacket(nil)
	tcp.SrcPort, tcp.DstPort = 50000, 443
	arp := etherPacket(0x0806, nil)
	dns := udpPacket("10.0.0.1:53", "10.0.0.2:40000", nil)
	for name, p := range map[string]*wire.Packet{"https": tcp, "arp": arp, "dns": dns, "gre": ip4Packet(47, "10.0.0.1", "10.0.0.2", nil), "netbeui": llcPacket(0xf0f0, false, nil)} {
		if Wants(p) {
			t.Errorf("%s is wanted", name)
		}
		New(Options{}).Feed(p) // and does no harm
	}
	tcp.SrcPort, tcp.DstPort = 179, 40000
	if !Wants(tcp) {
		t.Error("BGP from the server is not wanted")
	}
}

func BenchmarkWants(b *testing.B) {
	p := bgpPacket(nil)
	p.SrcPort, p.DstPort = 50000, 443
	for b.Loop() {
		Wants(p)
	}
}

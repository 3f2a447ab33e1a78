package capture

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// A year of one packet an hour: the step grows, nothing is lost.
func TestTimelineAdapts(t *testing.T) {
	l := newTally().timeline
	const n = 365 * 24
	for i := range int64(n) {
		l.add(i*3600e9, 100)
	}
	l.add(-1, 100) // before 1970
	var packets, bytes uint64
	last := fact.Time(-1 << 62)
	for _, b := range l.list() {
		packets += b.Packets
		bytes += b.Bytes
		if b.At <= last || int64(b.At)%l.step != 0 || b.Packets == 0 {
			t.Fatalf("bucket at %d with step %d after %d", b.At, l.step, last)
		}
		last = b.At
	}
	if packets != n+1 || bytes != 100*(n+1) || len(l.buckets) > maxBuckets || l.step&(l.step-1) == 0 || l.step%1e9 != 0 {
		t.Errorf("%d packets, %d bytes in %d buckets of %d ns", packets, bytes, len(l.buckets), l.step)
	}
	if s := l.step / 1e9; s&(s-1) != 0 {
		t.Errorf("a step of %d s is no power of two", s)
	}
}

// What another point saw before is kept apart from what counts, in the same buckets.
func TestTimelineLoad(t *testing.T) {
	l := newTally().timeline
	l.add(1e9, 100)
	l.load(1e9, 60)
	l.load(5e9, 70)
	l.add(5e9, 30)
	b := l.list()
	if len(b) != 2 || b[0].Bytes != 100 || b[0].Again != 60 || b[1].Bytes != 30 || b[1].Packets != 1 || b[1].Again != 70 {
		t.Errorf("%+v", b)
	}
	for i := range int64(3 * maxBuckets) {
		l.load(i*1e9, 1)
	}
	var again uint64
	for _, x := range l.list() {
		again += x.Again
	}
	if again != 130+3*maxBuckets || len(l.buckets) > maxBuckets {
		t.Errorf("%d bytes in %d buckets", again, len(l.buckets))
	}
}

func TestTallyFloodOfTags(t *testing.T) {
	x := newTally()
	for i := range 3 * maxStacks {
		p := &wire.Packet{Length: 60, Scope: fact.Scope{VLAN: fact.VLANs{N: 2, ID: [3]uint16{uint16(i%4095 + 1), uint16(i/4095 + 1)}}}}
		x.add(p, 60, false, false)
	}
	var f fact.Capture
	x.fill(&f)
	var n uint64
	for _, c := range f.VLANs {
		n += c.Packets
	}
	if n != 3*maxStacks || len(f.VLANs) > maxStacks+4096 {
		t.Errorf("%d packets in %d VLANs", n, len(f.VLANs))
	}
}

func TestOtherName(t *testing.T) {
	cases := []struct {
		p    wire.Packet
		want string
	}{
		{wire.Packet{EtherType: 0x0806}, "arp"},
		{wire.Packet{EtherType: 0x4242, Has: wire.HasLLC}, "stp"},
		{wire.Packet{EtherType: 0x0102, Has: wire.HasLLC}, "llc-0102"},
		{wire.Packet{EtherType: 0x2000, Has: wire.HasLLC | wire.HasSNAP, OUI: ciscoOUI}, "cdp"},
		{wire.Packet{EtherType: 0x1234, Has: wire.HasLLC | wire.HasSNAP, OUI: ciscoOUI}, "snap-00000c-1234"},
		{wire.Packet{EtherType: 0x1234, Has: wire.HasLLC | wire.HasSNAP, OUI: 0x80c2}, "snap-0080c2-1234"},
		{wire.Packet{EtherType: 0x0806, Has: wire.HasLLC | wire.HasSNAP}, "arp"},
		{wire.Packet{EtherType: 0x1234}, "ether-1234"},
		{wire.Packet{}, "unknown"},
		{wire.Packet{Problem: wire.UnknownLink}, "unknown-link"},
		{wire.Packet{EtherType: 0x8847, Has: wire.HasMPLS}, "mpls"},
	}
	for _, c := range cases {
		if got := otherName(&c.p); got != c.want {
			t.Errorf("%+v is %q, want %q", c.p, got, c.want)
		}
	}
}

func TestLinkName(t *testing.T) {
	for k, want := range map[uint16]string{0: "NULL", 1: "EN10MB", 101: "RAW", 113: "LINUX_SLL", 276: "LINUX_SLL2", 999: "LINKTYPE_999"} {
		if got := linkName(k); got != want {
			t.Errorf("link type %d is %q, want %q", k, got, want)
		}
	}
}

func TestTrouble(t *testing.T) {
	var x trouble
	both := func(c fact.Conversation) *fact.Conversation {
		c.Points = []uint16{3}
		c.Up.Packets, c.Down.Packets = 10, 10
		return &c
	}
	x.see(both(fact.Conversation{TCP: &fact.TCPInfo{Data: true, Up: fact.TCPHalf{MaxSegment: 1460}, ServerOptions: fact.SYNOptions{Seen: true, MSS: 1460}}}))
	x.see(both(fact.Conversation{TCP: &fact.TCPInfo{Data: true, Up: fact.TCPHalf{MaxSegment: 1461, Lost: 2}, ServerOptions: fact.SYNOptions{Seen: true, MSS: 1460}}}))
	x.see(both(fact.Conversation{ClientIn: fact.Scope{VLAN: fact.VLANs{N: 1}}}))
	x.see(&fact.Conversation{Points: []uint16{3}, Up: fact.Half{Packets: 3}, TCP: &fact.TCPInfo{Data: true}})
	x.see(&fact.Conversation{Points: []uint16{3}, Up: fact.Half{Packets: 3}, TCP: &fact.TCPInfo{SYN: true}}) // an attempt says nothing
	if got := *x.points[3]; got != (pointTrouble{withData: 3, oneWay: 1, offload: 1, packets: 40, lost: 2, bothWays: 3, oneTag: 1}) {
		t.Errorf("trouble %+v", got)
	}
	if !oversize(9217, fact.SYNOptions{}) || oversize(9216, fact.SYNOptions{}) {
		t.Error("what no Ethernet frame carries")
	}
}

func TestJoin(t *testing.T) {
	ev := func(c uint16, n ...uint64) fact.Evidence { return fact.Evidence{Capture: c, Packets: n} }
	for _, c := range []struct{ a, b, want fact.Evidence }{
		{ev(0, 1, 5), ev(0, 2, 5), ev(0, 1, 2, 5)},
		{ev(1, 1), ev(0, 9), ev(0, 9)},
		{ev(0, 9), ev(1, 1), ev(0, 9)},
		{ev(1), ev(2, 7), ev(2, 7)},
		{ev(0, 1, 2, 3, 4, 5, 6, 7), ev(0, 8, 9), ev(0, 1, 2, 3, 4, 5, 6, 7, 8)},
	} {
		got := join(c.a, c.b)
		if got.Capture != c.want.Capture || len(got.Packets) != len(c.want.Packets) {
			t.Errorf("join(%v, %v) = %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func TestNames(t *testing.T) {
	var x names
	x.add(&fact.Name{Name: "b", Count: 1, First: 5, Last: 5})
	x.add(&fact.Name{Name: "a", Count: 1, First: 1, Last: 1})
	x.add(&fact.Name{Name: "b", Count: 2, First: 3, Last: 9, TTL: 60})
	var got []fact.Name
	for f := range x.Facts {
		got = append(got, *f.(*fact.Name))
	}
	if len(got) != 2 || got[0].Name != "a" || got[1].Count != 3 || got[1].First != 3 || got[1].Last != 9 || got[1].TTL != 60 || len(x.m) != 0 {
		t.Errorf("names %+v", got)
	}
}

package flow

import (
	"fmt"
	"math"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

const (
	ms   = int64(1)
	sec  = 1000 * ms
	mins = 60 * sec
)

// Two packets a silence apart are one conversation or two, by the class's patience.
func TestIdle(t *testing.T) {
	u := func(at int64) *pk { return udpPacket(at, "10.0.0.1:5000", "10.0.0.2:53", 10) }
	syn := func(at int64) *pk { return tcpPacket(at, cl, sv, wire.SYN, 1, 0, 0) }
	ping := func(at int64) *pk { return icmpPacket(at, "10.0.0.1", "10.0.0.2", 8, 0, 1) }
	open := func(at int64) []*pk { return append(handshake(0, cl, sv), up(at, 1001, 5001, 10)) }
	closed := func(at int64) []*pk {
		return append(handshake(0, cl, sv), tcpPacket(20, sv, cl, wire.RST, 5001, 0, 0), up(at, 1001, 5001, 0))
	}
	for _, c := range []struct {
		name string
		ps   []*pk
		want int
	}{
		{"UDP 179 s", []*pk{u(0), u(179 * sec)}, 1},
		{"UDP 181 s", []*pk{u(0), u(181 * sec)}, 2},
		{"UDP back 181 s", []*pk{u(0), u(-181 * sec)}, 2},
		{"UDP back 100 s", []*pk{u(0), u(-100 * sec)}, 1},
		{"SYN 299 s", []*pk{syn(0), syn(299 * sec)}, 1},
		{"SYN 301 s", []*pk{syn(0), syn(301 * sec)}, 2},
		{"open TCP 59 min", open(59 * mins), 1},
		{"open TCP 61 min", open(61 * mins), 2},
		{"closed TCP 29 s", closed(29 * sec), 1},
		{"closed TCP 31 s", closed(31 * sec), 2},
		{"ping 59 s", []*pk{ping(0), ping(59 * sec)}, 1},
		{"ping 61 s", []*pk{ping(0), ping(61 * sec)}, 2},
	} {
		if l := run(t, Options{}, c.ps...); len(l) != c.want {
			t.Errorf("%s: %d conversations, want %d", c.name, len(l), c.want)
		}
	}
}

// What is silent leaves memory while others speak; what speaks stays.
func TestSweep(t *testing.T) {
	emitted := 0
	tb := NewTable(Options{}, func(*fact.Conversation) { emitted++ })
	for i := range 100 {
		tb.Add(&udpPacket(0, fmt.Sprintf("10.0.0.1:%d", 1000+i), "10.0.0.2:53", 10).Packet, false)
	}
	for at := int64(0); at < 10*mins; at += 10 * sec {
		tb.Add(&udpPacket(at, "10.0.0.3:7", "10.0.0.2:53", 10).Packet, false)
	}
	if n := tb.Counters(); emitted != 100 || n.Live != 1 || n.Evicted != 0 || n.Conversations != 100 {
		t.Errorf("%d emitted, %+v", emitted, n)
	}
}

// One packet with a time far off does not end the others; two of them do.
func TestOutlier(t *testing.T) {
	emitted := 0
	tb := NewTable(Options{}, func(*fact.Conversation) { emitted++ })
	u := func(at int64, port int) {
		tb.Add(&udpPacket(at, fmt.Sprintf("10.0.0.1:%d", port), "10.0.0.2:53", 10).Packet, false)
	}
	u(0, 1)
	u(1e9, 2) // eleven days later
	u(2*sec, 3)
	u(4*sec, 1)
	if emitted != 0 {
		t.Errorf("%d emitted after one outlier", emitted)
	}
	u(1e9, 4)
	u(1e9+1, 5)
	if emitted != 1 { // port 1; port 3 waits behind the outlier in their list, until that is silent too long
		t.Errorf("%d emitted after the second capture began, want 1", emitted)
	}
	u(-1e9, 6) // an older capture
	u(-1e9+2*sec, 7)
	if emitted != 5 {
		t.Errorf("%d emitted after an older capture began, want 5", emitted)
	}
	for _, at := range []int64{math.MinInt64, math.MaxInt64, 0, math.MinInt64 + 1, math.MaxInt64 - 1, -1} {
		p := udpPacket(0, "10.0.0.1:9", "10.0.0.2:53", 10)
		p.Time = at
		tb.Add(&p.Packet, false)
	}
	tb.Flush()
	empty(t, tb)
}

// A full table gives up the longest idle: port 1000 spoke again, 1001 did not.
func TestFullTable(t *testing.T) {
	var out []*fact.Conversation
	tb := NewTable(Options{MaxConversations: 3}, func(c *fact.Conversation) { out = append(out, c) })
	for i, port := range []int{1000, 1001, 1002, 1000, 1003} {
		tb.Add(&udpPacket(int64(i)*30*sec, fmt.Sprintf("10.0.0.1:%d", port), "10.0.0.2:53", 10).Packet, false)
	}
	if len(out) != 1 || out[0].Client.Port() != 1001 || !out[0].Partial || tb.Counters().Evicted != 1 {
		t.Fatalf("%d emitted, %+v", len(out), tb.Counters())
	}
	tb.Add(&tcpPacket(130*sec, cl, sv, wire.SYN, 1, 0, 0).Packet, false)
	tb.Add(&tcpPacket(130*sec, sv, cl, wire.RST|wire.ACK, 0, 2, 0).Packet, false)
	tb.Add(&udpPacket(131*sec, "10.0.0.1:1004", "10.0.0.2:53", 10).Packet, false)
	if len(out) != 3 || out[2].Transport != fact.TCP || out[2].Partial {
		t.Errorf("a closed conversation gives way first: %v", out[len(out)-1].Transport)
	}
}

// Memory stays under its cap, also when conversations grow instead of becoming more.
func TestMemoryCap(t *testing.T) {
	const limit = 100 << 10
	var packets, got uint64
	tb := NewTable(Options{MaxBytes: limit}, func(c *fact.Conversation) { got += c.Up.Packets + c.Down.Packets })
	for i := range 20_000 {
		p := tcpPacket(int64(i), fmt.Sprintf("10.0.0.1:%d", 1000+i%97), sv, wire.ACK, uint32(i), 1, 10).dscp(uint8(i / 97 % 64))
		p.ECN, p.Tagged, p.PCP = uint8(i/7)%4, true, uint8(i/3)%8
		tb.Add(&p.Packet, false)
		packets++
		if n := tb.Counters(); n.Bytes > limit {
			t.Fatalf("%d bytes after %d packets", n.Bytes, packets)
		}
	}
	tb.Flush()
	empty(t, tb)
	if got != packets || tb.Counters().Evicted == 0 {
		t.Errorf("%d packets in facts, %d added", got, packets)
	}
}

// A long conversation keeps no more buckets than it may; late packets go where they belong, and nothing is lost.
func TestBuckets(t *testing.T) {
	var ps []*pk
	for i := range int64(100) {
		ps = append(ps, udpPacket(i*mins, "10.0.0.1:5000", "10.0.0.2:53", 10))
	}
	ps = append(ps, udpPacket(50*mins, "10.0.0.2:53", "10.0.0.1:5000", 20), udpPacket(99*mins+1, "10.0.0.2:53", "10.0.0.1:5000", 30))
	l := run(t, Options{MaxBuckets: 8}, ps...)
	if len(l) != 1 {
		t.Fatalf("%d conversations", len(l))
	}
	c := l[0]
	if c.Step != 16*60e9 || len(c.Buckets) > 8 {
		t.Errorf("step %d, %d buckets", c.Step/1e9, len(c.Buckets))
	}
	var upN, downN fact.Count
	for i, b := range c.Buckets {
		upN.Add(b.Up)
		downN.Add(b.Down)
		if int64(b.At)%c.Step != 0 || i > 0 && b.At <= c.Buckets[i-1].At {
			t.Errorf("bucket %d at %v", i, b.At)
		}
		if b.Down.Packets > 0 && (b.At > ps[100].at() || b.At.Time().Add(16*60e9).Before(ps[100].at().Time())) && i != len(c.Buckets)-1 {
			t.Errorf("the late packet is in bucket %v", b.At)
		}
	}
	if upN != (fact.Count{Packets: 100, Bytes: 5200}) || downN != (fact.Count{Packets: 2, Bytes: 134}) {
		t.Errorf("up %v, down %v", upN, downN)
	}
}

func (p *pk) at() fact.Time { return fact.Time(p.Time) }

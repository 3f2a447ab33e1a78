package flow

import (
	"slices"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// afterHandshake returns a handshake at 0 ms (round trip 10 + 2 ms) and then the packets given.
func afterHandshake(ps ...*pk) []*pk { return append(handshake(0, cl, sv), ps...) }

func up(ms int64, seq, ack uint32, n int) *pk   { return tcpPacket(ms, cl, sv, wire.ACK, seq, ack, n) }
func down(ms int64, seq, ack uint32, n int) *pk { return tcpPacket(ms, sv, cl, wire.ACK, seq, ack, n) }

// What late segments are, by Wireshark's rules. The round trip of the handshake is 12 ms.
func TestLateSegments(t *testing.T) {
	for _, c := range []struct {
		name            string
		ps              []*pk
		again, bytes    uint64
		disordered, rtt uint64
	}{
		{"in order", []*pk{up(20, 1001, 5001, 100), up(21, 1101, 5001, 100)}, 0, 0, 0, 2},
		{"out of order within the round trip", []*pk{up(20, 1101, 5001, 100), up(25, 1001, 5001, 100)}, 0, 0, 1, 2},
		{"the same later than the round trip", []*pk{up(20, 1101, 5001, 100), up(60, 1001, 5001, 100)}, 1, 100, 0, 2},
		{"timeout", []*pk{up(20, 1001, 5001, 100), up(220, 1001, 5001, 100)}, 1, 100, 0, 1},
		{"half new", []*pk{up(20, 1001, 5001, 100), up(220, 1051, 5001, 100)}, 1, 50, 0, 1},
		{"twice at once is a retransmission", []*pk{up(20, 1001, 5001, 100), up(21, 1001, 5001, 100)}, 1, 100, 0, 1},
		{"spurious", []*pk{up(20, 1001, 5001, 100), up(20, 1101, 5001, 100), down(31, 5001, 1201, 0), up(32, 1001, 5001, 100)}, 1, 100, 0, 2},
		{"fast, after two duplicate acknowledgements", []*pk{up(20, 1001, 5001, 100), up(20, 1101, 5001, 100), up(20, 1201, 5001, 100),
			down(31, 5001, 1101, 0), down(31, 5001, 1101, 0), down(31, 5001, 1101, 0), up(32, 1101, 5001, 100)}, 1, 100, 0, 2},
		{"keep-alive", []*pk{up(20, 1001, 5001, 100), down(31, 5001, 1101, 0), up(9000, 1100, 5001, 0), up(19000, 1100, 5001, 1)}, 0, 0, 0, 2},
		{"SYN again", []*pk{tcpPacket(3000, cl, sv, wire.SYN, 1000, 0, 0)}, 1, 0, 0, 1},
	} {
		ps := afterHandshake(c.ps...)
		if c.name == "SYN again" {
			ps = append(ps[:1], c.ps...)
			ps = append(ps, tcpPacket(3010, sv, cl, wire.SYN|wire.ACK, 5000, 1001, 0))
			c.rtt = 0
		}
		f := one(t, append(ps, down(400, 5001, 1301, 0))...)
		u := f.TCP.Up
		if u.Retransmitted != c.again || u.RetransmittedBytes != c.bytes || u.OutOfOrder != c.disordered {
			t.Errorf("%s: %d retransmitted with %d bytes, %d out of order; want %d, %d, %d", c.name, u.Retransmitted, u.RetransmittedBytes, u.OutOfOrder, c.again, c.bytes, c.disordered)
		}
		if c.rtt == 1 && u.RTT.Max > 11e6 {
			t.Errorf("%s: a retransmitted segment was measured: %+v", c.name, u.RTT)
		}
	}
}

func TestAckOfUnseenSegment(t *testing.T) {
	c := one(t, afterHandshake(up(20, 1001, 5001, 100), down(31, 5001, 1501, 0), up(40, 1501, 5001, 100), down(51, 5001, 1601, 0))...)
	if c.TCP.Up.Lost != 1 || c.TCP.Down.Lost != 0 {
		t.Errorf("lost %d up, %d down; want 1, 0", c.TCP.Up.Lost, c.TCP.Down.Lost)
	}
	// Five segments arrive in the order 3 1 5 2 4: nothing is missing when the last is acknowledged.
	c = one(t, afterHandshake(up(20, 1201, 5001, 100), up(20, 1001, 5001, 100), up(21, 1401, 5001, 100), up(21, 1101, 5001, 100), up(22, 1301, 5001, 100), down(30, 5001, 1501, 0))...)
	if c.TCP.Up.Lost != 0 || c.TCP.Up.OutOfOrder != 3 || c.TCP.Up.Retransmitted != 0 {
		t.Errorf("%+v", c.TCP.Up)
	}
	// An island that is a gap's other bank, and one more island than is remembered.
	c = one(t, afterHandshake(up(20, 1201, 5001, 100), up(20, 1301, 5001, 100), up(21, 1501, 5001, 100), up(21, 1701, 5001, 100), up(22, 1901, 5001, 100), up(22, 1151, 5001, 60), down(30, 5001, 2001, 0))...)
	if c.TCP.Up.Lost != 1 {
		t.Errorf("lost %d, want 1", c.TCP.Up.Lost)
	}
}

// A receiver closes its window at 30 ms, answers a probe at 230 ms with the window still closed, and opens it at 530 ms. A RST with
// window 0 closes nothing.
func TestZeroWindow(t *testing.T) {
	c := one(t, afterHandshake(
		up(20, 1001, 5001, 100),
		down(30, 5001, 1101, 0).window(0),
		up(230, 1101, 5001, 1),
		down(230, 5001, 1101, 0).window(0),
		down(530, 5001, 1101, 0).window(4096),
		down(600, 5001, 1101, 0).window(0),
		tcpPacket(700, sv, cl, wire.RST, 5001, 0, 0).window(0))...)
	d := c.TCP.Down
	if d.ZeroWindows != 2 || d.ZeroWindowTime != 500e6+100e6 || c.TCP.Up.ZeroWindows != 0 {
		t.Errorf("closed %d times for %d ns, want 2 for 600 ms", d.ZeroWindows, d.ZeroWindowTime)
	}
	if c.TCP.ClosedBy != "server-reset" || c.TCP.ResetTTL != 64 || c.TCP.ResetMAC != c.Down.MAC || c.TCP.Up.Retransmitted != 0 {
		t.Errorf("closed by %q, TTL %d", c.TCP.ClosedBy, c.TCP.ResetTTL)
	}
}

// Both offer scaling by 4: the server's window of 100 is 1600 bytes, and 1600 bytes fill it.
func TestScaledWindow(t *testing.T) {
	ps := handshake(0, cl, sv)
	scale := []byte{2, 4, 5, 0xb4, 1, 3, 3, 4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0}
	ps[0].options(scale...)
	ps[1].options(scale...).window(65535)
	ps = append(ps, up(15, 1001, 5001, 10), down(20, 5001, 1011, 0).window(100), up(30, 1011, 5001, 1600))
	c := one(t, ps...)
	o := c.TCP.ServerOptions
	if !o.Seen || o.MSS != 1460 || o.WindowScale != 4 || !o.SACK || !o.Timestamps || o.Window != 65535 {
		t.Errorf("%+v", o)
	}
	if c.TCP.Down.WindowMax != 65535 || c.TCP.Up.WindowMax != 8192<<4 || c.TCP.Down.WindowFull != 1 || c.TCP.Up.MaxSegment != 1600 {
		t.Errorf("largest windows %d down, %d up, full %d", c.TCP.Down.WindowMax, c.TCP.Up.WindowMax, c.TCP.Down.WindowFull)
	}
	if c := one(t, handshake(0, cl, sv)...); c.TCP.ServerOptions.WindowScale != -1 || c.TCP.Up.WindowMax != 8192 {
		t.Errorf("without scaling: %+v", c.TCP)
	}
}

// A segment of 1400 bytes is sent three times in vain. It counts if nothing ever acknowledges it, or only a smaller one gets through.
func TestBigSegmentNeverAcknowledged(t *testing.T) {
	three := []*pk{up(20, 1001, 5001, 1400), up(300, 1001, 5001, 1400), up(900, 1001, 5001, 1400)}
	for _, c := range []struct {
		name string
		then []*pk
		want uint32
	}{
		{"nothing", nil, 1400},
		{"acknowledged", []*pk{down(1000, 5001, 2401, 0)}, 0},
		{"a part acknowledged", []*pk{down(1000, 5001, 1501, 0)}, 1400},
		{"less sent", []*pk{up(1000, 1001, 5001, 500), down(1010, 5001, 1501, 0)}, 1400},
		{"an old acknowledgement again", []*pk{down(1000, 5001, 1001, 0)}, 1400},
		{"a smaller one too", []*pk{up(1000, 2401, 5001, 900), up(1300, 2401, 5001, 900), up(1900, 2401, 5001, 900)}, 900},
	} {
		if got := one(t, afterHandshake(append(append([]*pk{}, three...), c.then...)...)...).TCP.Up.BigUnacked; got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	whole := afterHandshake(three...)
	for _, p := range whole {
		p.DF = false
	}
	if got := one(t, whole...).TCP.Up.BigUnacked; got != 0 {
		t.Errorf("without DF: %d", got)
	}
}

func TestReusedPorts(t *testing.T) {
	closedOne := slices.Clip(afterHandshake(tcpPacket(20, cl, sv, wire.ACK|wire.FIN, 1001, 5001, 0), tcpPacket(30, sv, cl, wire.ACK|wire.FIN, 5001, 1002, 0)))
	syn := func(ms int64, seq uint32) *pk { return tcpPacket(ms, cl, sv, wire.SYN, seq, 0, 0) }
	for _, c := range []struct {
		name string
		ps   []*pk
		want int
	}{
		{"another ISN after FIN", append(closedOne, syn(100, 99000)), 2},
		{"the same ISN after FIN", append(closedOne, syn(100, 1000)), 2},
		{"another ISN without an end", afterHandshake(syn(100, 99000)), 2},
		{"the same SYN again", []*pk{syn(0, 1000), syn(1000, 1000), syn(3000, 1000)}, 1},
		{"the same SYN after it was refused", []*pk{syn(0, 1000), tcpPacket(1, sv, cl, wire.RST|wire.ACK, 0, 1001, 0), syn(500, 1000)}, 1},
		{"SYN before its data, which were seen first", []*pk{up(1, 1001, 5001, 0), syn(2, 1000)}, 1},
		{"SYN after data without one", []*pk{up(1, 1001, 5001, 10), syn(2, 777)}, 2},
		{"SYN-ACK to a SYN that was not captured, after the end", append(closedOne, tcpPacket(200, sv, cl, wire.SYN|wire.ACK, 70000, 80000, 0)), 2},
		{"late ACK after the end", append(closedOne, up(40, 1002, 5002, 0)), 1},
	} {
		if l := run(t, Options{}, c.ps...); len(l) != c.want {
			t.Errorf("%s: %d conversations, want %d", c.name, len(l), c.want)
		}
	}
	if c := one(t, syn(0, 1000), syn(1000, 1000), syn(3000, 1000)); c.TCP.SYNs != 3 || c.Outcome != fact.Unanswered {
		t.Errorf("%d SYNs, %v", c.TCP.SYNs, c.Outcome)
	}
}

func TestStrippedOptions(t *testing.T) {
	var c *fact.Conversation
	tb := NewTable(Options{}, func(f *fact.Conversation) { c = f })
	p := tcpPacket(0, cl, sv, wire.SYN, 1000, 0, 0).options(2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7)
	tb.Add(&p.Packet, false)
	q := *p
	tb.Add(&q.options(2, 4, 5, 0xb4, 1, 1, 1, 1).Packet, true)
	tb.Flush()
	if o := c.TCP.ClientOptions; o.Stripped != 7 || o.MSSChanged != 0 {
		t.Errorf("%+v", o)
	}
}

// TestRoundTripBuckets checks bounds of the buckets: 2^(i/4) microseconds.
func TestRoundTripBuckets(t *testing.T) {
	for _, c := range []struct {
		ns   int64
		want uint8
	}{{0, 0}, {999, 0}, {1000, 0}, {1189, 0}, {1190, 1}, {2000, 4}, {1_000_000, 39}, {1_024_000, 40}, {1 << 62, 119}} {
		if got := rttBucketOf(c.ns); got != c.want {
			t.Errorf("%d ns: bucket %d, want %d", c.ns, got, c.want)
		}
	}
}

// A segment that is acknowledged together with a later one is not measured; more segments than are remembered do no harm.
func TestRoundTripOfCumulativeAcks(t *testing.T) {
	ps := handshake(0, cl, sv)
	for i := range 20 {
		ps = append(ps, up(int64(20+i), 1001+uint32(i)*100, 5001, 100))
	}
	ps = append(ps, down(50, 5001, 1201, 0), down(51, 5001, 1501, 0), down(60, 5001, 3001, 0))
	r := one(t, ps...).TCP.Up.RTT
	// The SYN waits 10 ms, the second segment 29 ms (21 to 50), the fifth 27 ms (24 to 51); the last was not remembered.
	if r.Count != 3 || r.Sum != 66e6 || r.Min != 10e6 || r.Max != 29e6 {
		t.Errorf("%+v", r)
	}
}

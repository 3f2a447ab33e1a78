package flow

import (
	"slices"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// An attempt is packets, and ICMP errors that quote the first of them.
func attempt(t *testing.T, errors []*pk, ps ...*pk) *fact.Conversation {
	t.Helper()
	var out []*fact.Conversation
	tb := NewTable(Options{}, func(c *fact.Conversation) { out = append(out, c) })
	for _, p := range ps {
		tb.Add(&p.Packet, false)
	}
	for _, e := range errors {
		tb.Error(&ps[0].Packet, &e.Packet)
	}
	tb.Flush()
	empty(t, tb)
	if len(out) != 1 {
		t.Fatalf("%d conversations", len(out))
	}
	return out[0]
}

func TestOutcome(t *testing.T) {
	const u, d = "10.0.0.1:5000", "10.0.0.2:99"
	syn := tcpPacket(0, cl, sv, wire.SYN, 1000, 0, 0)
	ask := udpPacket(0, u, d, 20)
	v4 := func(typ, code uint8) *pk { return icmpPacket(5, "10.0.0.254", "10.0.0.1", typ, code, 0) }
	v6 := func(typ, code uint8) *pk {
		p := icmpPacket(5, "10.0.0.254", "10.0.0.1", typ, code, 0)
		p.Protocol = fact.ICMPv6
		return p
	}
	stream := make([]*pk, 17)
	for i := range stream {
		stream[i] = udpPacket(int64(i), u, d, 200)
	}
	tunnel := udpPacket(0, u, d, 200)
	tunnel.Carries = fact.VXLAN
	broadcast := udpPacket(0, u, "10.0.0.255:99", 20)
	broadcast.DstMAC = fact.MAC{255, 255, 255, 255, 255, 255}
	gre := ipPacket(0, "10.0.0.1:0", "10.0.0.2:0", 47)
	greBack := ipPacket(0, "10.0.0.2:0", "10.0.0.1:0", 47)
	for _, c := range []struct {
		name   string
		errors []*pk
		ps     []*pk
		want   fact.Outcome
	}{
		{"handshake", nil, handshake(0, cl, sv), fact.Established},
		{"SYN and SYN-ACK", nil, handshake(0, cl, sv)[:2], fact.Established},
		{"SYN alone", nil, []*pk{syn}, fact.Unanswered},
		{"RST to the SYN", nil, []*pk{syn, tcpPacket(1, sv, cl, wire.RST|wire.ACK, 0, 1001, 0)}, fact.Refused},
		{"reset after an answer that was not captured", nil, []*pk{syn, up(10, 1001, 5001, 0), tcpPacket(90, sv, cl, wire.RST, 5001, 0, 0)}, fact.Established},
		{"given up by the client", nil, []*pk{syn, tcpPacket(90, cl, sv, wire.RST, 1001, 0, 0)}, fact.Unanswered},
		{"client's direction alone", nil, []*pk{syn, up(10, 1001, 5001, 0), up(11, 1001, 5001, 10)}, fact.OneWay},
		{"server's direction alone", nil, handshake(0, cl, sv)[1:2], fact.OneWay},
		{"from the middle, both ways", nil, []*pk{up(0, 1, 1, 10), down(1, 1, 11, 10)}, fact.Established},
		{"from the middle, data one way", nil, []*pk{up(0, 1, 1, 10)}, fact.OneWay},
		{"from the middle, acknowledgements one way", nil, []*pk{up(0, 1, 1, 0)}, fact.Unknown},
		{"from the middle, reset", nil, []*pk{up(0, 1, 1, 0), tcpPacket(1, sv, cl, wire.RST, 1, 0, 0)}, fact.Unknown},
		{"SYN filtered, told", []*pk{v4(3, 13)}, []*pk{syn}, fact.Prohibited},
		{"SYN, network prohibited", []*pk{v4(3, 9)}, []*pk{syn}, fact.Prohibited},
		{"SYN, no route", []*pk{v4(3, 1)}, []*pk{syn}, fact.Unreachable},
		{"SYN, time exceeded", []*pk{v4(11, 0)}, []*pk{syn}, fact.Unreachable},
		{"SYN, too big is no refusal", []*pk{v4(3, 4)}, []*pk{syn}, fact.Unanswered},
		{"SYN, redirect is none either", []*pk{v4(5, 1)}, []*pk{syn}, fact.Unanswered},
		{"established, then no route", []*pk{v4(3, 1)}, handshake(0, cl, sv), fact.Established},
		{"v6 prohibited", []*pk{v6(1, 1)}, []*pk{syn}, fact.Prohibited},
		{"v6 port unreachable", []*pk{v6(1, 4)}, []*pk{ask}, fact.Refused},
		{"v6 no route", []*pk{v6(1, 0)}, []*pk{ask}, fact.Unreachable},
		{"v6 time exceeded", []*pk{v6(3, 0)}, []*pk{ask}, fact.Unreachable},
		{"v6 too big", []*pk{v6(2, 0)}, []*pk{ask}, fact.Unanswered},
		{"UDP answered", nil, []*pk{ask, udpPacket(1, d, u, 20)}, fact.Established},
		{"UDP not answered", nil, []*pk{ask}, fact.Unanswered},
		{"UDP port unreachable", []*pk{v4(3, 3)}, []*pk{ask}, fact.Refused},
		{"prohibited says more than unreachable", []*pk{v4(3, 1), v4(3, 10), v4(11, 0)}, []*pk{ask}, fact.Prohibited},
		{"UDP stream", nil, stream, fact.OneWay},
		{"UDP tunnel", nil, []*pk{tunnel}, fact.OneWay},
		{"UDP multicast", nil, []*pk{udpPacket(0, u, "239.1.1.1:99", 20)}, fact.OneWay},
		{"UDP directed broadcast", nil, []*pk{broadcast}, fact.OneWay},
		{"syslog", nil, []*pk{udpPacket(0, u, "10.0.0.2:514", 20)}, fact.OneWay},
		{"ping answered", nil, []*pk{icmpPacket(0, "10.0.0.1", "10.0.0.2", 8, 0, 7), icmpPacket(1, "10.0.0.2", "10.0.0.1", 0, 0, 7)}, fact.Established},
		{"ping not answered", nil, []*pk{icmpPacket(0, "10.0.0.1", "10.0.0.2", 8, 0, 7)}, fact.Unanswered},
		{"answer without a ping", nil, []*pk{icmpPacket(0, "10.0.0.1", "10.0.0.2", 0, 0, 7)}, fact.OneWay},
		{"redirect", nil, []*pk{icmpPacket(0, "10.0.0.1", "10.0.0.2", 5, 1, 0)}, fact.OneWay},
		{"GRE both ways", nil, []*pk{gre, greBack}, fact.Established},
		{"GRE one way", nil, []*pk{gre}, fact.OneWay},
	} {
		if got := attempt(t, c.errors, c.ps...); got.Outcome != c.want {
			t.Errorf("%s: %v, want %v", c.name, got.Outcome, c.want)
		}
	}
}

func TestErrors(t *testing.T) {
	too := icmpPacket(7, "10.0.0.254", "10.0.0.1", 3, 4, 0).ttl(250)
	too.Seq = 1400
	less := icmpPacket(9, "10.0.0.254", "10.0.0.1", 3, 4, 0)
	less.Seq = 1300
	c := attempt(t, []*pk{too, less}, append(handshake(0, cl, sv), up(20, 1001, 5001, 1460))...)
	if len(c.Errors) != 1 {
		t.Fatalf("%d errors", len(c.Errors))
	}
	e := c.Errors[0]
	if e.From.String() != "10.0.0.254" || e.TTL != 250 || e.Type != 3 || e.Code != 4 || e.MTU != 1300 || !e.OfClient || e.Count != 2 ||
		e.First != fact.Time(too.Time) || !slices.Equal(e.Evidence.Packets, []uint64{too.Number, less.Number}) || e.V6 {
		t.Errorf("%+v", e)
	}
	var six []*pk
	for i := range 6 {
		p := icmpPacket(int64(i), "10.0.0.254", "10.0.0.1", 3, uint8(i), 0)
		p.Protocol = fact.ICMPv6
		six = append(six, p)
	}
	six[0].DstPort, six[0].Seq = 2<<8, 1280
	if c := attempt(t, six, udpPacket(0, "10.0.0.1:1", "10.0.0.2:2", 9)); len(c.Errors) != 4 || c.Errors[0].MTU != 1280 || !c.Errors[0].V6 {
		t.Errorf("%+v", c.Errors)
	}
	tb := NewTable(Options{}, func(*fact.Conversation) {})
	tb.Error(&udpPacket(0, "10.0.0.1:1", "10.0.0.2:2", 9).Packet, &too.Packet)
	if n := tb.Counters(); n.Unquoted != 1 || n.Errors != 0 {
		t.Errorf("%+v", n)
	}
}

package flow

import (
	"encoding/binary"
	"reflect"
	"slices"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// Many conversations at once: the index grows, and every packet finds its conversation again.
func TestManyConversations(t *testing.T) {
	const n = 20_000
	emitted := 0
	tb := NewTable(Options{}, func(c *fact.Conversation) {
		emitted++
		if c.Up.Packets != 2 || c.Down.Packets != 1 {
			t.Fatalf("%v: %d up, %d down", c.Client, c.Up.Packets, c.Down.Packets)
		}
	})
	p := udpPacket(0, "10.0.0.1:5000", "10.0.0.2:53", 10)
	for range 2 {
		for i := range n {
			binary.BigEndian.PutUint32(p.Src[12:], uint32(i+1))
			tb.Add(&p.Packet, false)
		}
	}
	for i := range n {
		q := *p
		q.Src, q.Dst, q.SrcPort, q.DstPort = p.Dst, p.Src, 53, 5000
		binary.BigEndian.PutUint32(q.Dst[12:], uint32(i+1))
		tb.Add(&q.Packet, false)
	}
	if live := tb.Counters().Live; live != n {
		t.Errorf("%d live, want %d", live, n)
	}
	tb.Flush()
	empty(t, tb)
	if emitted != n {
		t.Errorf("%d conversations, want %d", emitted, n)
	}
}

// In the steady state a packet costs no allocation.
func TestNoAllocations(t *testing.T) {
	ps := mixed(4000, 50)
	tb := NewTable(Options{}, func(*fact.Conversation) {})
	for i := range ps {
		tb.Add(&ps[i], false)
	}
	i := 2000
	if n := testing.AllocsPerRun(1500, func() { tb.Add(&ps[i], false); i++ }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func TestWhatIsNotIP(t *testing.T) {
	tb := NewTable(Options{}, func(*fact.Conversation) { t.Error("a conversation") })
	tb.Add(&wire.Packet{Has: wire.HasEthernet, EtherType: 0x0806}, false)
	tb.Flush()
	if n := tb.Counters(); n.Ignored != 1 || n.Packets != 0 {
		t.Errorf("%+v", n)
	}
}

// Fragments: the first has the TCP header, the others only count.
func TestFragments(t *testing.T) {
	ps := handshake(0, cl, sv)
	first, second := up(20, 1001, 5001, 1000), up(20, 0, 0, 500)
	first.Fragment, first.FirstFr, first.MoreFr = true, true, true
	second.Fragment = true
	c := one(t, append(ps, first, second)...)
	if c.Up.Fragments != 2 || c.Up.Packets != 4 || c.Up.Payload != 1500 || c.TCP.Up.Retransmitted != 0 || c.TCP.Up.MaxSegment != 1000 {
		t.Errorf("%+v %+v", c.Up, c.TCP.Up)
	}
}

func TestMarks(t *testing.T) {
	var ps []*pk
	for i := range 200 {
		p := udpPacket(int64(i), "10.0.0.1:5000", "10.0.0.2:53", 10).dscp(uint8(63 - i%64)).vlan(uint16(i % 2 * 10))
		p.ECN, p.PCP = uint8(i)%4, uint8(i)%8
		p.Scope = fact.Scope{}
		ps = append(ps, p)
	}
	c := one(t, ps...)
	if len(c.Up.DSCP) != 64 || c.Up.DSCP[0] != (fact.DSCPCount{DSCP: 0, Packets: 3, Bytes: 156}) || c.Up.DSCP[63] != (fact.DSCPCount{DSCP: 63, Packets: 4, Bytes: 208}) {
		t.Errorf("%v", c.Up.DSCP)
	}
	if c.Up.ECN != [4]uint64{50, 50, 50, 50} || c.Up.PCP != [8]uint64{0, 25, 0, 25, 0, 25, 0, 25} {
		t.Errorf("ECN %v, PCP %v", c.Up.ECN, c.Up.PCP)
	}
}

func TestICMPConversations(t *testing.T) {
	v6 := func(src, dst string, typ uint8, id uint16) *pk {
		p := ipPacket(0, "["+src+"]:0", "["+dst+"]:0", fact.ICMPv6)
		p.SrcPort, p.DstPort = id, uint16(typ)<<8
		return p
	}
	l := run(t, Options{},
		icmpPacket(0, "10.0.0.1", "10.0.0.2", 8, 0, 1), icmpPacket(1, "10.0.0.2", "10.0.0.1", 0, 0, 1), // ping 1
		icmpPacket(2, "10.0.0.1", "10.0.0.2", 8, 0, 2),                                                   // ping 2
		icmpPacket(3, "10.0.0.1", "10.0.0.2", 13, 0, 1), icmpPacket(4, "10.0.0.2", "10.0.0.1", 14, 0, 1), // timestamp
		icmpPacket(5, "10.0.0.1", "10.0.0.2", 3, 1, 0), icmpPacket(6, "10.0.0.1", "10.0.0.2", 3, 3, 0), // two errors
		icmpPacket(7, "10.0.0.9", "224.0.0.1", 9, 0, 0), icmpPacket(7, "10.0.0.8", "224.0.0.2", 10, 0, 0), // router discovery
		v6("fe80::1", "fe80::2", 128, 9), v6("fe80::2", "fe80::1", 129, 9),
		v6("fe80::1", "fe80::2", 135, 0), v6("fe80::2", "fe80::1", 136, 0),
		v6("fe80::1", "ff02::1", 134, 0), v6("::ffff:10.0.0.1", "fe80::1", 4, 0))
	var got []string
	for _, c := range l {
		got = append(got, c.Client.String()+" "+c.Server.String())
		if c.TCP != nil || c.App.Name == "" {
			t.Errorf("%v: speaks %q", c.Server, c.App.Name)
		}
	}
	want := []string{
		"10.0.0.1:0 10.0.0.2:2048", "10.0.0.1:0 10.0.0.2:2048", "10.0.0.1:0 10.0.0.2:3328", "10.0.0.1:0 10.0.0.2:769", "10.0.0.1:0 10.0.0.2:771",
		"10.0.0.9:0 224.0.0.1:2304", "10.0.0.8:0 224.0.0.2:2560", "[fe80::1]:0 [fe80::2]:32768", "[fe80::1]:0 [fe80::2]:34560",
		"[fe80::1]:0 [ff02::1]:34304", "[::ffff:10.0.0.1]:0 [fe80::1]:1024",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// What the classifier finds comes out with the conversation, and beside it; the payload of a retransmission is not shown to it.
func TestSpeech(t *testing.T) {
	var c *fact.Conversation
	tb := NewTable(Options{}, func(f *fact.Conversation) { c = f })
	ps := append(handshake(0, cl, "10.0.0.2:9999"),
		tcpPacket(20, cl, "10.0.0.2:9999", wire.ACK, 1001, 5001, 0).data("GET / HTTP/1.1\r\nHost: www.shop.example\r\n"),
		tcpPacket(300, cl, "10.0.0.2:9999", wire.ACK, 1001, 5001, 0).data("XXXXXX HTTP/1.1\r\nHost: www.evil.example\r\n"),
		tcpPacket(320, cl, "10.0.0.2:9999", wire.ACK, 1041, 5001, 0).data("\r\n"))
	for _, p := range ps {
		tb.Add(&p.Packet, false)
	}
	tb.Flush()
	if c.App.Name != "http" || c.App.Evidence != fact.PayloadEvidence || len(c.App.Names) != 1 || c.App.Names[0].Name != "www.shop.example" {
		t.Errorf("%+v", c.App)
	}
	names := 0
	tb.Facts(func(f fact.Fact) bool {
		if n, ok := f.(*fact.Name); ok && n.Name == "www.shop.example" && n.IP.String() == "10.0.0.2" {
			names++
		}
		return true
	})
	if names != 1 || tb.Full() || tb.Drops().Names != 0 {
		t.Errorf("%d names, full %v, %+v", names, tb.Full(), tb.Drops())
	}
}

// A packet whose TCP header was cut away counts in a conversation without TCP state.
func TestCutHeader(t *testing.T) {
	p := tcpPacket(0, "10.0.0.1:0", "10.0.0.2:0", 0, 0, 0, 0)
	p.Has &^= wire.HasTransport
	if c := one(t, p); c.TCP != nil || c.Outcome != fact.OneWay || c.Up.Packets != 1 {
		t.Errorf("%+v", c)
	}
}

// Ahead only loads: with it or without, the facts are the same.
func TestAhead(t *testing.T) {
	ps := mixed(1000, 20)
	facts := func(ahead bool) (l []*fact.Conversation) {
		tb := NewTable(Options{}, func(c *fact.Conversation) { l = append(l, c) })
		for i := range ps {
			if ahead {
				tb.Ahead([]*wire.Packet{&ps[i], &ps[(i+7)%len(ps)]})
			}
			tb.Add(&ps[i], false)
		}
		tb.Flush()
		return l
	}
	if a, b := facts(true), facts(false); !reflect.DeepEqual(a, b) {
		t.Error("Ahead changes the facts")
	}
}

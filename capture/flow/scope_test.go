package flow

import (
	"slices"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

func vlanScope(id uint16) fact.Scope {
	return fact.Scope{VLAN: fact.VLANs{N: 1, ID: [3]uint16{id}}}
}

// A router on a stick: each packet is seen in VLAN 10 and in VLAN 20, the second time as a copy.
func TestCopiesOfARoutedConversation(t *testing.T) {
	var out []*fact.Conversation
	tb := NewTable(Options{}, func(c *fact.Conversation) { out = append(out, c) })
	for i, p := range handshake(0, cl, sv) {
		in, next := uint16(10), uint16(20)
		if i == 1 {
			in, next = 20, 10
		}
		p.vlan(in)
		p.Point = 1
		tb.Add(&p.Packet, false)
		c := *p
		c.vlan(next).ttl(63)
		c.Point = 2
		if i == 0 {
			c.Options = []byte{2, 4, 5, 0x50} // MSS 1360 where the first sighting had none
		}
		tb.Add(&c.Packet, true)
	}
	late := tcpPacket(20, cl, sv, wire.ACK, 1001, 5001, 5).vlan(20) // its first sighting was lost
	tb.Add(&late.Packet, false)
	tb.Flush()
	empty(t, tb)
	if len(out) != 1 {
		t.Fatalf("%d conversations", len(out))
	}
	c := out[0]
	if c.Up.Packets != 3 || c.Up.Copies != 2 || c.Down.Packets != 1 || c.Down.Copies != 1 || c.TCP.Up.Retransmitted != 0 {
		t.Errorf("up %d + %d copies, down %d + %d, %d retransmitted", c.Up.Packets, c.Up.Copies, c.Down.Packets, c.Down.Copies, c.TCP.Up.Retransmitted)
	}
	if c.ClientIn != vlanScope(10) || c.ServerIn != vlanScope(20) || !slices.Equal(c.Scopes, []fact.Scope{vlanScope(10), vlanScope(20)}) {
		t.Errorf("client in %v, server in %v, scopes %v", c.ClientIn, c.ServerIn, c.Scopes)
	}
	if !slices.Equal(c.Points, []uint16{1, 2, 0}) {
		t.Errorf("points %v", c.Points)
	}
	if c.TCP.ClientOptions.MSSChanged != 1360 || c.Up.TTLMin != 64 {
		t.Errorf("options %+v, TTL from %d", c.TCP.ClientOptions, c.Up.TTLMin)
	}
	if n := tb.Counters(); n.Packets != 4 || n.Copies != 3 || n.Orphans != 0 {
		t.Errorf("%+v", n)
	}
}

// Two tenants use the same addresses and ports, each in its VLAN, at the same time.
func TestTenantsWithEqualAddresses(t *testing.T) {
	var ps []*pk
	a, b := handshake(0, cl, sv), handshake(1, cl, sv)
	for i := range a {
		ps = append(ps, a[i].vlan(100), b[i].vlan(200))
	}
	l := run(t, Options{}, ps...)
	if len(l) != 2 {
		t.Fatalf("%d conversations, want one a tenant", len(l))
	}
	for i, want := range []uint16{100, 200} {
		c := l[i]
		if c.Scope != vlanScope(want) || len(c.Scopes) != 1 || c.Up.Packets != 2 || c.Down.Packets != 1 || !c.TCP.Handshake {
			t.Errorf("%v: %d up, %d down, handshake %v", c.Scopes, c.Up.Packets, c.Down.Packets, c.TCP.Handshake)
		}
	}
}

// The two directions are tagged differently. TCP joins them by its numbers: what does not fit is another conversation.
func TestDirectionsInTwoScopes(t *testing.T) {
	ps := handshake(0, cl, sv)
	ps[0].vlan(10)
	ps[1].vlan(20)
	ps[2].vlan(10)
	if c := one(t, ps...); c.ClientIn != vlanScope(10) || c.ServerIn != vlanScope(20) || !c.TCP.Handshake || len(c.Scopes) != 2 {
		t.Errorf("client in %v, server in %v", c.ClientIn, c.ServerIn)
	}
	foreign := tcpPacket(10, sv, cl, wire.SYN|wire.ACK, 5000, 1<<30, 0).vlan(20)
	if l := run(t, Options{}, tcpPacket(0, cl, sv, wire.SYN, 1000, 0, 0).vlan(10), foreign); len(l) != 2 {
		t.Errorf("an acknowledgement of something else joined: %d conversations", len(l))
	}
	if c := one(t, udpPacket(0, "10.0.0.1:5000", "10.0.0.2:53", 20).vlan(10), udpPacket(5, "10.0.0.2:53", "10.0.0.1:5000", 90)); c.ServerIn != (fact.Scope{}) || c.Outcome != fact.Established {
		t.Errorf("UDP answer in another scope: %v, %v", c.ServerIn, c.Outcome)
	}
}

// A copy of a packet whose conversation is gone is counted, and makes no conversation.
func TestOrphanCopy(t *testing.T) {
	tb := NewTable(Options{}, func(*fact.Conversation) { t.Error("a conversation") })
	tb.Add(&udpPacket(0, "10.0.0.1:5000", "10.0.0.2:53", 20).Packet, true)
	tb.Flush()
	if n := tb.Counters(); n.Orphans != 1 || n.Copies != 0 || n.Packets != 0 {
		t.Errorf("%+v", n)
	}
}

// With equal keys in two scopes, a copy goes to the conversation that sent those sequence numbers.
func TestCopyOfOneTenant(t *testing.T) {
	var out []*fact.Conversation
	tb := NewTable(Options{}, func(c *fact.Conversation) { out = append(out, c) })
	tb.Add(&tcpPacket(0, cl, sv, wire.ACK, 1000, 1, 10).vlan(1).Packet, false)
	tb.Add(&tcpPacket(1, cl, sv, wire.ACK, 1<<30, 1, 10).vlan(2).Packet, false)
	tb.Add(&tcpPacket(2, cl, sv, wire.ACK, 1000, 1, 10).vlan(3).Packet, true)
	tb.Flush()
	if len(out) != 2 || out[0].Up.Copies+out[0].Down.Copies != 1 || len(out[0].Scopes) != 2 || len(out[1].Scopes) != 1 {
		t.Errorf("%d conversations", len(out))
	}
}

func TestManyScopesPointsAndMACs(t *testing.T) {
	var out []*fact.Conversation
	tb := NewTable(Options{}, func(c *fact.Conversation) { out = append(out, c) })
	for i := range 100 {
		p := udpPacket(int64(i), "10.0.0.1:5000", "10.0.0.2:53", 20).vlan(uint16(i + 1))
		p.Point = uint16(i)
		tb.Add(&p.Packet, i > 0)
		q := udpPacket(int64(i), "10.0.0.1:5000", "10.0.0.2:53", 20).vlan(1)
		q.SrcMAC[1] = byte(i)
		tb.Add(&q.Packet, false)
	}
	tb.Flush()
	empty(t, tb)
	if c := out[0]; len(out) != 1 || len(c.Scopes) != 1+maxAliases || len(c.Points) != 2+maxPoints || c.Up.MACs != 4 || c.Up.Copies != 99 {
		t.Errorf("%d scopes, %d points, %d MACs, %d copies", len(c.Scopes), len(c.Points), c.Up.MACs, c.Up.Copies)
	}
}

// The same addresses and ports in a thousand networks: no more than maxTwins conversations, and no packet is lost.
func TestCrowdedKey(t *testing.T) {
	var ps []*pk
	for i := range 1000 {
		p := udpPacket(int64(i), "0.0.0.0:68", "255.255.255.255:67", 300)
		p.Scope = fact.Scope{Tunnel: fact.VXLAN, VNI: uint32(i)}
		ps = append(ps, p)
	}
	l := run(t, Options{}, ps...)
	n := uint64(0)
	for _, c := range l {
		n += c.Up.Packets
	}
	if len(l) != maxTwins || n != 1000 {
		t.Errorf("%d conversations, %d packets", len(l), n)
	}
}

package flow

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// sums adds up what facts say.
type sums struct {
	packets, bytes, payload, copies, fragments  uint64
	dscp, dscpBytes, ecn, buckets, bucketsBytes uint64
}

func (s *sums) add(h *fact.Half) {
	s.packets += h.Packets
	s.bytes += h.Bytes
	s.payload += h.Payload
	s.copies += h.Copies
	s.fragments += h.Fragments
	for _, d := range h.DSCP {
		s.dscp += d.Packets
		s.dscpBytes += d.Bytes
	}
	for _, n := range h.ECN {
		s.ecn += n
	}
}

// wild returns a packet with few addresses and ports, and anything else at random, hostile values included.
func wild(r *rand.Rand, at int64) wire.Packet {
	p := wire.Packet{
		Time: at, Number: r.Uint64(), Length: uint32(r.IntN(70000)), Has: wire.HasIP | wire.HasTransport, Version: 4,
		TTL: uint8(r.Uint32()), DSCP: uint8(r.Uint32()), ECN: uint8(r.Uint32()), PCP: uint8(r.Uint32()), Tagged: r.IntN(2) == 0,
		DF: r.IntN(2) == 0, Fragment: r.IntN(20) == 0, FirstFr: r.IntN(2) == 0, Capture: uint16(r.IntN(3)), Point: uint16(r.IntN(4)),
		Protocol: []fact.Transport{fact.TCP, fact.TCP, fact.TCP, fact.UDP, fact.ICMP, fact.ICMPv6, fact.SCTP, 47}[r.IntN(8)],
		SrcPort:  uint16(r.IntN(3)), DstPort: uint16(r.IntN(3)) << uint(r.IntN(10)),
		Seq: uint32(r.IntN(5000)), Ack: uint32(r.IntN(5000)), Flags: uint8(1 << r.IntN(8)), Window: uint16(r.IntN(3)),
		PayloadLen: uint32(r.IntN(1500)),
	}
	if r.IntN(2) == 0 {
		p.Flags |= wire.ACK
	}
	if r.IntN(20) == 0 {
		p.Seq, p.Ack, p.PayloadLen = r.Uint32(), r.Uint32(), r.Uint32()
	}
	if r.IntN(10) == 0 {
		p.Has &^= wire.HasTransport
	}
	p.Src[15], p.Dst[15] = byte(r.IntN(4)), byte(r.IntN(4))
	p.SrcMAC[5], p.DstMAC[0] = byte(r.IntN(9)), byte(r.IntN(2))
	if r.IntN(3) == 0 {
		p.Scope = vlanScope(uint16(r.IntN(3)))
	}
	p.Payload = make([]byte, min(p.PayloadLen, uint32(r.IntN(300))))
	for i := range p.Payload {
		p.Payload[i] = byte(r.Uint32())
	}
	p.Options = make([]byte, r.IntN(41))
	for i := range p.Options {
		p.Options[i] = byte(r.IntN(12))
	}
	return p
}

// TestSumsAddUp adds wild packets with small caps, jumping clocks, checkpoints and errors, and compares the sums of the facts with
// those of the packets.
func TestSumsAddUp(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		var want, got sums
		facts := uint64(0)
		tb := NewTable(Options{MaxConversations: 5 + r.IntN(200), MaxBuckets: 2 + r.IntN(9), MaxBytes: 1 << (12 + r.IntN(10))}, func(c *fact.Conversation) {
			facts++
			got.add(&c.Up)
			got.add(&c.Down)
			for _, b := range c.Buckets {
				got.buckets += b.Up.Packets + b.Down.Packets
				got.bucketsBytes += b.Up.Bytes + b.Down.Bytes
			}
			check(t, c)
		})
		at := int64(1_700_000_000) * second
		for range 5000 {
			switch at += int64(r.IntN(int(2 * second))); r.IntN(500) {
			case 0:
				at -= 3 * 60 * minute
			case 1:
				at += 3 * 60 * minute
			case 2:
				at = int64(r.Uint64())
			case 3:
				tb.Checkpoint()
			}
			p := wild(r, at)
			if r.IntN(5) == 0 {
				tb.Error(&p, &p)
				continue
			}
			isCopy := r.IntN(4) == 0
			before := tb.Counters()
			tb.Add(&p, isCopy)
			n := tb.Counters()
			want.copies += n.Copies - before.Copies
			if isCopy {
				continue
			}
			want.packets++
			want.bytes += uint64(p.Length)
			want.payload += uint64(p.PayloadLen)
			if p.Fragment {
				want.fragments++
			}
		}
		tb.Flush()
		empty(t, tb)
		want.dscp, want.ecn, want.buckets = want.packets, want.packets, want.packets
		want.dscpBytes, want.bucketsBytes = want.bytes, want.bytes
		if got != want {
			t.Fatalf("seed %d: facts %+v\npackets %+v", seed, got, want)
		}
		if n := tb.Counters(); n.Packets != want.packets || n.Conversations != facts {
			t.Errorf("seed %d: %+v", seed, n)
		}
	}
}

// check fails if c contradicts itself.
func check(t *testing.T, c *fact.Conversation) {
	t.Helper()
	if c.Certainty < 0.5 || c.Certainty > 1 || c.First > c.Last || len(c.Scopes) == 0 || c.Scopes[0] != c.Scope {
		t.Errorf("certainty %v, %v to %v, scopes %v", c.Certainty, c.First, c.Last, c.Scopes)
	}
	if (c.TCP != nil) && c.Transport != fact.TCP {
		t.Errorf("TCP state of %v", c.Transport)
	}
	for _, h := range []*fact.Half{&c.Up, &c.Down} {
		if h.Packets > 0 && (h.First < c.First || h.Last > c.Last || h.TTLMin > h.TTLMax || h.First > h.Last) {
			t.Errorf("half %v to %v in %v to %v, TTL %d to %d", h.First, h.Last, c.First, c.Last, h.TTLMin, h.TTLMax)
		}
	}
	for i, b := range c.Buckets {
		if i > 0 && b.At <= c.Buckets[i-1].At {
			t.Errorf("buckets are not ascending: %v", c.Buckets)
		}
	}
	for _, e := range c.Evidence {
		for i := range e.Packets {
			if i > 0 && e.Packets[i] <= e.Packets[i-1] {
				t.Errorf("evidence %v", e)
			}
		}
	}
}

// Equal input gives equal facts in equal order.
func TestDeterministic(t *testing.T) {
	once := func() (s string) {
		r := rand.New(rand.NewPCG(3, 4))
		tb := NewTable(Options{MaxConversations: 50}, func(c *fact.Conversation) {
			s += fmt.Sprintln(c.Client, c.Server, c.Transport, c.Scope, c.First, c.Up, c.Down, c.Outcome, c.Direction, c.Evidence)
		})
		at := int64(1_700_000_000) * second
		for range 3000 {
			at += int64(r.IntN(int(second)))
			p := wild(r, at)
			tb.Add(&p, r.IntN(4) == 0)
		}
		tb.Flush()
		return s
	}
	if a, b := once(), once(); a != b {
		t.Error("two runs differ")
	}
}

// A conversation that is emitted in parts adds up, keeps its direction and identity, and does not invent a new beginning.
func TestCheckpoint(t *testing.T) {
	var out []*fact.Conversation
	tb := NewTable(Options{}, func(c *fact.Conversation) { out = append(out, c) })
	add := func(ps ...*pk) {
		for _, p := range ps {
			tb.Add(&p.Packet, false)
		}
	}
	add(handshake(0, cl, "10.0.0.2:8001")...)
	add(tcpPacket(20, cl, "10.0.0.2:8001", wire.ACK, 1001, 5001, 0).data("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"))
	tb.Checkpoint()
	tb.Checkpoint() // nothing new: nothing emitted
	add(tcpPacket(220, "10.0.0.2:8001", cl, wire.ACK, 5001, 1036, 50), tcpPacket(400, cl, "10.0.0.2:8001", wire.ACK, 1001, 5051, 35), tcpPacket(90_000, cl, "10.0.0.2:8001", wire.ACK|wire.FIN, 1036, 5051, 0))
	tb.Flush()
	empty(t, tb)
	if len(out) != 2 {
		t.Fatalf("%d parts, want 2", len(out))
	}
	a, b := out[0], out[1]
	if !a.Partial || !b.Partial || a.Up.Packets != 3 || b.Up.Packets != 2 || a.Down.Packets != 1 || b.Down.Packets != 1 {
		t.Errorf("up %d + %d, down %d + %d", a.Up.Packets, b.Up.Packets, a.Down.Packets, b.Down.Packets)
	}
	if b.Client != a.Client || b.Direction != fact.ByHandshake || a.App.Name != "http" || b.App.Name != "http" || b.Outcome != fact.Established {
		t.Errorf("client %v by %v, speaks %q then %q, %v", b.Client, b.Direction, a.App.Name, b.App.Name, b.Outcome)
	}
	if a.TCP.SYNs != 1 || b.TCP.SYNs != 0 || b.TCP.Up.Retransmitted != 1 || a.TCP.Up.Retransmitted != 0 || b.TCP.Up.RTT.Count != 1 || b.TCP.ClosedBy != "client" {
		t.Errorf("second part: %+v", b.TCP)
	}
	if len(a.Buckets) != 1 || len(b.Buckets) != 2 || b.First != a.First+220e6 {
		t.Errorf("buckets %v, then %v", a.Buckets, b.Buckets)
	}
}

func FuzzAdd(f *testing.F) {
	f.Add([]byte("a packet is thirty bytes of this"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var packets, got uint64
		tb := NewTable(Options{MaxConversations: 4, MaxBuckets: 3}, func(c *fact.Conversation) { got += c.Up.Packets + c.Down.Packets })
		for ; len(b) >= 30; b = b[30:] {
			p := wire.Packet{
				Time: int64(binary.BigEndian.Uint64(b)), Has: wire.HasIP | uint16(b[8]), Version: 4, Protocol: fact.Transport(b[9]),
				SrcPort: uint16(b[10]), DstPort: binary.BigEndian.Uint16(b[11:]), Flags: b[13],
				Seq: binary.BigEndian.Uint32(b[14:]), Ack: binary.BigEndian.Uint32(b[18:]), Window: uint16(b[22]),
				PayloadLen: uint32(binary.BigEndian.Uint16(b[23:])), Length: uint32(b[25]), DSCP: b[26], Options: b[:10], Payload: b,
			}
			p.Src[15], p.Dst[15] = b[27], b[28]
			tb.Add(&p, b[29]&1 != 0)
			tb.Error(&p, &p)
			if b[29]&1 == 0 {
				packets++
			}
		}
		tb.Flush()
		if n := tb.Counters(); n.Live != 0 || n.Bytes != 0 || got != packets {
			t.Errorf("%+v, %d packets in facts, %d added", n, got, packets)
		}
	})
}

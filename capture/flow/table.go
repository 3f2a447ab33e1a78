package flow

import (
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

const (
	sweepEvery = second
	maxPart    = 1 << 31 // packets of one side in one part of a conversation
)

// Add counts p in its conversation. copy says that p is a further sighting of a packet that was added before. It keeps nothing of p.
func (t *Table) Add(p *wire.Packet, copy bool) {
	if p.Has&wire.HasIP == 0 {
		t.n.Ignored++
		return
	}
	if t.clock.tick(p.Time) && (t.clock.now >= t.sweepAt || t.sweepAt-t.clock.now > sweepEvery) {
		t.sweep()
		t.sweepAt = t.clock.now + sweepEvery
	}
	k, from := keyOf(p)
	h := k.hash(t.index.seed)
	if copy {
		t.copy(t.holder(&k, h, from, p), from, p)
		t.shrink()
		return
	}
	t.n.Packets++
	e := t.find(&k, h, from, p)
	if e != nil && t.over(e, e.side(from), p) {
		t.end(e, false)
		e = nil
	}
	if e == nil {
		e = t.begin(&k, h, from, p)
	}
	t.count(e, e.side(from), p)
	t.shrink()
}

// copy counts a further sighting of a packet of e.
func (t *Table) copy(e *entry, from uint8, p *wire.Packet) {
	if e == nil {
		t.n.Orphans++
		return
	}
	t.n.Copies++
	s := e.side(from)
	e.half[s].copies++
	t.alias(e, &p.Scope)
	t.point(e, p.Point)
	if e.tcp != nil && p.Flags&wire.SYN != 0 {
		e.tcp.side[s].compareSYN(p)
	}
	if e.half[s].copies == 1 {
		e.witness(3, p)
	}
}

// over reports whether p, which has e's key and scope, begins another conversation.
func (t *Table) over(e *entry, side uint8, p *wire.Packet) bool {
	if gap := idle[e.class]; !within(p.Time, e.until, gap) && (p.Time > e.until || p.Time < e.first() && !within(p.Time, e.first(), gap)) {
		return true
	}
	return e.tcp != nil && e.tcp.reused(side, p)
}

// begin puts a new conversation into the table.
func (t *Table) begin(k *key, h uint32, from uint8, p *wire.Packet) *entry {
	if t.index.n >= t.o.MaxConversations {
		t.evict()
	}
	e := t.pool.entry()
	e.key, e.hash, e.flip, e.version = *k, h, from, p.Version
	e.flags = listening
	e.bucketAt = floor(p.Time, t.o.Step)
	e.queued, e.until = p.Time, p.Time
	e.class = otherClass
	switch k.proto {
	case fact.TCP:
		e.class = tcpOpening
		if p.Has&wire.HasTransport != 0 {
			e.tcp = t.pool.tcp()
		}
	case fact.UDP:
		e.class = udpClass
	case fact.ICMP, fact.ICMPv6:
		e.class = icmpClass
	}
	t.index.insert(e)
	t.lists[e.class].push(e)
	t.learn(e, p)
	e.witness(0, p)
	return e
}

// count adds p, sent by side, to e.
func (t *Table) count(e *entry, side uint8, p *wire.Packet) {
	t.volume(e, side, p)
	h := &e.half[side]
	if h.packets == 0 {
		t.opens(e, side, p)
	}
	e.until = max(e.until, p.Time)
	h.packets++
	h.bytes += uint64(p.Length)
	h.payload += uint64(p.PayloadLen)
	h.first, h.last = min(h.first, p.Time), max(h.last, p.Time)
	h.ttlMin, h.ttlMax = min(h.ttlMin, p.TTL), max(h.ttlMax, p.TTL)
	if h.mac != p.SrcMAC {
		t.otherMAC(e, side, p.SrcMAC)
	}
	if p.Fragment {
		h.fragments++
	}
	if p.Carries != 0 {
		e.carries = p.Carries
	}
	t.mark(e, side, p)
	if e.nPoints == 0 || e.points[0] != p.Point {
		t.point(e, p.Point)
	}
	switch {
	case e.tcp != nil:
		t.countTCP(e, side, p)
	case e.class == icmpClass:
		e.countICMP(side, p)
		t.touch(e, icmpClass, p.Time)
	default:
		if e.flags&listening != 0 && p.PayloadLen > 0 {
			t.listen(e, side, p, 0)
		}
		t.touch(e, e.class, p.Time)
	}
	if h.packets == maxPart {
		t.cut(e) // the counts of a part fit in 32 bits
	}
}

// opens notes what only the first packet of a side says.
func (t *Table) opens(e *entry, side uint8, p *wire.Packet) {
	h := &e.half[side]
	h.first, h.last = p.Time, p.Time
	h.ttlMin, h.ttlMax = p.TTL, p.TTL
	h.mac, h.next = p.SrcMAC, p.DstMAC
	if !p.SrcMAC.IsZero() {
		h.macs = 1
	}
	if !h.seen {
		h.scope = p.Scope
		h.seen = true
	}
	if side == 1 && e.shown[1] == 0 {
		e.witness(1, p)
	}
}

// otherMAC notes that a side sent from another MAC than its first frame.
func (t *Table) otherMAC(e *entry, side uint8, m fact.MAC) {
	h := &e.half[side]
	if h.macs >= maxMACs || m.IsZero() {
		return
	}
	l := &t.extras(e).macs[side]
	for i := range l {
		if l[i] == m {
			return
		}
		if l[i].IsZero() {
			l[i] = m
			h.macs++
			return
		}
	}
}

const maxMACs = 4

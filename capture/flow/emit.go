package flow

import (
	"net/netip"
	"slices"

	"netscope.example/nsgraph/capture/fact"
)

// Flush emits everything and leaves the table empty.
func (t *Table) Flush() {
	for c := range t.lists {
		for e := t.lists[c].oldest; e != nil; e = t.lists[c].oldest {
			t.end(e, false)
		}
	}
}

// Checkpoint emits what every live conversation did since it was last emitted, as parts that add up, and lets them go on.
func (t *Table) Checkpoint() {
	for c := range t.lists {
		for e := t.lists[c].oldest; e != nil; e = e.newer {
			if e.half[0].packets|e.half[1].packets != 0 {
				t.cut(e)
			}
		}
	}
}

// end emits e and forgets it.
func (t *Table) end(e *entry, evicted bool) {
	t.lists[e.class].remove(e)
	t.index.remove(e)
	if e.half[0].packets|e.half[1].packets|uint64(e.half[0].copies|e.half[1].copies) != 0 || e.flags&continued == 0 {
		t.n.Conversations++
		t.emit(t.conversation(e, evicted))
	} // else nothing came since the last part
	t.pool.release(e)
}

// cut emits what e did so far as a part, and lets it go on with counts of zero.
func (t *Table) cut(e *entry) {
	t.n.Conversations++
	e.decided = t.decide(e)
	c := t.conversation(e, true)
	e.flags |= continued
	if c.Outcome == fact.Established {
		e.flags |= established
	}
	x := t.extras(e)
	if x.app == nil {
		a := c.App
		x.app = &a
	}
	t.pool.bytes -= x.grown()
	if e.tcp != nil {
		t.pool.bytes -= e.tcp.lists() * rttBucketBytes
		e.tcp.begin()
	}
	x.marks[0], x.marks[1], x.buckets, x.errors = x.marks[0][:0], x.marks[1][:0], x.buckets[:0], x.errors[:0]
	t.pool.bytes += x.grown()
	e.bucketAt = floor(e.until, t.step(e))
	for s := range e.half {
		h := &e.half[s]
		*h = half{scope: h.scope, mac: h.mac, next: h.next, seen: h.seen, first: h.last, last: h.last}
	}
	e.shown = [witnesses]uint64{}
	t.emit(c)
}

// record is a conversation with room for what most have, so that it is one allocation.
type record struct {
	c      fact.Conversation
	tcp    fact.TCPInfo
	scopes [2]fact.Scope
	points [2]uint16
	time   [2]fact.VolumeAt
	dscp   [2][2]fact.DSCPCount
	shown  [witnesses]uint64
	ev     [1]fact.Evidence
}

// conversation returns what e did. partial: it is a part, or was evicted.
func (t *Table) conversation(e *entry, partial bool) *fact.Conversation {
	r := new(record)
	c := &r.c
	d := t.decide(e)
	up, down := d.client, d.client^1
	c.Direction, c.Certainty = d.why, float64(d.certainty)
	c.Transport = e.key.proto
	c.Client, c.Server = e.addrPort(up), e.addrPort(down)
	if e.key.proto == fact.ICMP || e.key.proto == fact.ICMPv6 { // the key has the identifier, and the type and code
		c.Client, c.Server = netip.AddrPortFrom(c.Client.Addr(), 0), netip.AddrPortFrom(c.Server.Addr(), e.icmpType())
	}
	c.First, c.Last = fact.Time(e.first()), fact.Time(e.until)
	c.Partial = partial || e.flags&continued != 0
	e.places(c, r, up)
	e.halfFact(up, &c.Up, r.dscp[0][:0])
	e.halfFact(down, &c.Down, r.dscp[1][:0])
	if e.tcp != nil {
		c.TCP = &r.tcp
		e.tcp.fact(c.TCP, up, e.until)
	}
	if e.more != nil && len(e.more.errors) > 0 {
		c.Errors = make([]fact.ICMPError, len(e.more.errors))
		for i := range e.more.errors {
			c.Errors[i] = e.more.errors[i].e
			c.Errors[i].OfClient = e.more.errors[i].side == up
		}
	}
	c.Tunnel = e.carries
	c.Step = t.step(e)
	c.Buckets = e.timeline(r.time[:0], up)
	c.Evidence = e.evidence(r)
	c.App = t.identify(e, c)
	if x, _, ok := t.announced(e); ok {
		c.Parent = x.Parent
	}
	c.Outcome = outcome(e, c, up)
	return c
}

// addrPort returns the end of side.
func (e *entry) addrPort(side uint8) netip.AddrPort {
	a, port := e.end(side)
	w := a.wire()
	addr := w.Netip()
	if e.version == 6 {
		addr = netip.AddrFrom16(w)
	}
	return netip.AddrPortFrom(addr, port)
}

// places writes the scopes and capture points of e.
func (e *entry) places(c *fact.Conversation, r *record, up uint8) {
	down := up ^ 1
	first := uint8(0)
	if !e.half[0].seen {
		first = 1
	}
	l := r.scopes[:0]
	add := func(s fact.Scope) {
		if !slices.Contains(l, s) {
			l = append(l, s)
		}
	}
	add(e.half[first].scope)
	if e.half[first^1].seen {
		add(e.half[first^1].scope)
	}
	if e.more != nil {
		for _, s := range e.more.aliases {
			add(s)
		}
	}
	c.Scope, c.Scopes = e.half[first].scope, l
	c.ClientIn, c.ServerIn = c.Scope, c.Scope
	if e.half[up].seen {
		c.ClientIn = e.half[up].scope
	}
	if e.half[down].seen {
		c.ServerIn = e.half[down].scope
	}
	p := append(r.points[:0], e.points[:min(e.nPoints, 2)]...)
	if e.more != nil {
		p = append(p, e.more.points...)
	}
	c.Points = p
}

func (e *entry) halfFact(side uint8, f *fact.Half, dscp []fact.DSCPCount) {
	h := &e.half[side]
	f.Packets, f.Bytes, f.Payload, f.Copies = h.packets, h.bytes, h.payload, uint64(h.copies)
	f.TTLMin, f.TTLMax = h.ttlMin, h.ttlMax
	f.MAC, f.NextMAC, f.MACs = h.mac, h.next, int(h.macs)
	f.Fragments = uint64(h.fragments)
	if h.packets > 0 {
		f.First, f.Last = fact.Time(h.first), fact.Time(h.last)
	}
	e.tally(side, f, dscp)
}

// evidence returns the packets that show e, by capture.
func (e *entry) evidence(r *record) []fact.Evidence {
	shown := e.shown
	slices.Sort(shown[:])
	l := r.ev[:0]
	numbers := r.shown[:0]
	for i, w := range shown {
		if w == 0 || i > 0 && w == shown[i-1] {
			continue
		}
		at := len(numbers)
		numbers = append(numbers, w&(1<<48-1))
		if n := len(l); n > 0 && l[n-1].Capture == uint16(w>>48) {
			l[n-1].Packets = l[n-1].Packets[:len(l[n-1].Packets)+1]
			continue
		}
		l = append(l, fact.Evidence{Capture: uint16(w >> 48), Packets: numbers[at:]})
	}
	for i := range l {
		l[i].Packets = slices.Clip(l[i].Packets)
	}
	return l
}

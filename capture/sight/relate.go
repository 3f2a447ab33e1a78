package sight

import "netscope.example/nsgraph/capture/fact"

// match is what the window knows about a packet that resembles an earlier one.
type match struct {
	kind    fact.CopyKind
	copy    bool
	from    *entry // the sighting it is a copy of, or the last equal one
	group   uint32 // that it belongs to; 0: it begins one
	hops    uint8
	reverse bool   // the copy was captured before its original
	repeat  uint16 // equal sightings before it at its own place
}

// match finds the sighting that e is a copy of. A group of sightings holds each place (capture point, scope, TTL, MACs) once: what
// appears at one place again is a new packet, unless the capture doubles there or a broadcast loops.
func (w *Window) match(head uint32, e *entry) (match, bool) {
	var found [maxCandidates]*entry
	n := 0
	for s := head; n < maxCandidates; {
		c := w.at(s)
		if c == nil || e.time-c.time > w.o.Span {
			break
		}
		if c.hash == e.hash && e.time-c.time > -weakSpan {
			found[n] = c
			n++
		}
		if c.prev >= s { // the sequence numbers began anew
			break
		}
		s = c.prev
	}
	if n == 0 {
		return match{}, false
	}
	cand := found[:n] // newest first
	same := lastAt(cand, e)
	best, ok := match{}, false
	for _, c := range cand {
		if taken(cand, c.group, e) {
			continue
		}
		m, fits := w.relate(c, e)
		if fits && (!ok || closer(m, best)) {
			best, ok = m, true
		}
	}
	if ok {
		best.copy, best.group = true, best.from.group
		return best, true
	}
	if same == nil {
		return match{}, false
	}
	m := match{kind: fact.Mirrored, from: same}
	if e.time-same.time <= loopSpan {
		m.repeat = max(same.repeat, same.repeat+1) // stays at its maximum
	}
	if w.doubled(same, e, m.repeat) {
		m.copy, m.group = true, same.group
	}
	return m, true
}

// place reports whether two sightings are of one place.
func place(a, b *entry) bool {
	return a.point == b.point && a.scope == b.scope && a.ttl == b.ttl && a.src == b.src && a.dst == b.dst
}

func lastAt(cand []*entry, e *entry) *entry {
	for _, c := range cand {
		if place(c, e) {
			return c
		}
	}
	return nil
}

// taken reports whether the group has a sighting at e's place.
func taken(cand []*entry, group uint32, e *entry) bool {
	for _, c := range cand {
		if c.group == group && place(c, e) {
			return true
		}
	}
	return false
}

// closer prefers the newest group, in it the fewest hops, then the earliest sighting.
func closer(a, b match) bool {
	if a.from.group != b.from.group {
		return a.from.group > b.from.group
	}
	if a.hops != b.hops {
		return a.hops < b.hops
	}
	return a.from.time < b.from.time
}

// relate says whether e can be a copy of c at another place.
func (w *Window) relate(c, e *entry) (match, bool) {
	m := match{from: c}
	dt := e.time - c.time
	span := w.o.Span
	if !e.strong && span > weakSpan {
		span = weakSpan
	}
	rewritten := c.src != e.src
	bare := !c.ether || !e.ether // links without MAC addresses
	elsewhere := c.point != e.point || c.scope != e.scope
	switch {
	case dt > span:
		return m, false
	case e.ttl < c.ttl && (rewritten || bare):
		m.kind, m.hops = fact.Routed, c.ttl-e.ttl
		return m, true
	case e.ttl > c.ttl && (rewritten || bare && c.point != e.point):
		// The capture shows the copy before its original.
		m.kind, m.hops, m.reverse = fact.Routed, e.ttl-c.ttl, true
		return m, dt <= reverseSpan
	case e.ttl != c.ttl:
		return m, false
	case !elsewhere:
		// One VLAN, one point, other MACs: a load balancer or a hop that keeps the TTL. Nothing but the identification proves it.
		m.kind = fact.Routed
		return m, e.strong && rewritten && dt <= mirrorSpan
	case rewritten && !bare: // what keeps the TTL passes frames on at once; later it is as likely another host's packet
		m.kind = fact.Routed
		return m, dt <= mirrorSpan || c.point != e.point
	}
	a, b := w.scopes.list[c.scope], w.scopes.list[e.scope]
	m.kind = fact.Mirrored
	if a.Tunnel == b.Tunnel && (a.VNI != b.VNI || a.VLAN != b.VLAN && !nested(a.VLAN, b.VLAN)) {
		m.kind = fact.Bridged // within a tunnel and outside, with a tag and without, one frame is in one segment
	}
	return m, true
}

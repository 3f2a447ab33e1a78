package sight

import "netscope.example/nsgraph/capture/fact"

// mirror is how often lately a capture point hands over the same packet twice. Only packets with an IP identification of their own
// bear witness: of each, only the first repeat counts, so that a sender that repeats one packet for ever does not.
type mirror struct {
	once    uint64 // packets seen once so far
	doubled uint64 // packets whose second sighting came within mirrorSpan, options and window equal
}

const (
	doubledShare = 5      // a point doubles if at least one of this many packets is seen twice
	doubledLeast = 4      // and at least so many were
	history      = 1 << 9 // packets after which the past counts half
)

// systematic reports whether the point doubles a share of all packets, and not just a few.
func (m *mirror) systematic() bool {
	return m.doubled >= doubledLeast && m.doubled*doubledShare >= m.once
}

// count updates what the window knows about e's capture point.
func (w *Window) count(e *entry, kind fact.CopyKind, dup bool) {
	if !e.strong || dup && kind != fact.Mirrored {
		return
	}
	m := w.mirrorOf(e.point)
	if !dup && e.repeat == 0 {
		m.once++
		w.senders.see(w.source, w.id)
	}
	if m.once >= history {
		m.once /= 2
		m.doubled /= 2
	}
}

func (w *Window) mirrorOf(point uint16) *mirror {
	for int(point) >= len(w.mirror) {
		w.mirror = append(w.mirror, mirror{})
	}
	return &w.mirror[point]
}

// doubled reports whether e, which equals the sighting same at its own place, is not its sender's doing: a mirror of both
// directions of a port, or a broadcast that loops. An equal IP identification within mirrorSpan is proof enough of it if the
// sender counts; what has none must come where packets are doubled anyway.
func (w *Window) doubled(same, e *entry, repeat uint16) bool {
	dt := e.time - same.time
	if e.dst.IsGroup() && repeat >= loopRepeats && dt <= loopSpan {
		return true
	}
	if same.exact != e.exact {
		return false
	}
	m := w.mirrorOf(e.point)
	if e.strong {
		if dt > mirrorSpan {
			return false
		}
		if repeat == 1 {
			m.doubled++
		}
		return m.systematic() || repeat == 1 && w.senders.counts(w.source)
	}
	return dt <= weakMirror && repeat&1 == 1 && m.systematic()
}

// Prime takes over what another window learned of the capture points that double packets, so that the first packets of a run are
// judged like the later ones. o is a window that saw the beginning of the same captures.
func (w *Window) Prime(o *Window) {
	for i, m := range o.mirror {
		to := w.mirrorOf(uint16(i))
		to.once += m.once
		to.doubled += m.doubled
	}
}

// senders remembers how the sources of packets choose the IP identification. A source that gives every packet another one never
// repeats a packet with the same; one that always writes the same number, as packet generators and small devices do, may.
type senders [1 << senderBits]sender

type sender struct {
	tag  uint32 // of the address
	id   uint16 // of its last packet
	same uint8  // of its last packets, how many had the identification of the one before
	next uint8  // and how many had another
}

const senderBits = 11

// see notes the identification of a packet that is not a repeat.
func (s *senders) see(h uint64, id uint16) {
	v := &s[h>>(64-senderBits)]
	if v.tag != uint32(h) {
		*v = sender{tag: uint32(h), id: id}
		return
	}
	if v.id == id {
		v.same++
	} else {
		v.next++
	}
	v.id = id
	if v.same|v.next >= 0x80 {
		v.same /= 2
		v.next /= 2
	}
}

// counts reports whether the sender with the hash h gives its packets different identifications.
func (s *senders) counts(h uint64) bool {
	v := &s[h>>(64-senderBits)]
	return v.tag == uint32(h) && v.next > 4*v.same
}

package sight

import (
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// Limits of the window, in nanoseconds of packet time. They follow from what lies between two sightings: a router's queue between
// VLANs or capture points, a switch between VLANs, the mirror port itself.
const (
	millisecond = 1_000_000

	defaultSpan   = 500 * millisecond // between two places, for packets with an IP identification of their own
	weakSpan      = 50 * millisecond  // between two places, for packets without
	reverseSpan   = 5 * millisecond   // how much earlier than its original a mirror port may hand over the copy
	mirrorSpan    = 10 * millisecond  // at one place, with an IP identification
	weakMirror    = millisecond       // at one place, without
	loopSpan      = 50 * millisecond  // between two appearances of a looping broadcast
	loopRepeats   = 8                 // equal broadcasts before they are called a loop
	maxCandidates = 16
)

// Options choose the bounds of a Window and of Stations. The zero value has the defaults.
type Options struct {
	Span     int64               // nanoseconds; default 500 ms
	Packets  int                 // how many packets the window holds, rounded up to a power of two; default 32768
	Copies   int                 // how many different kinds of copies are told apart; default 8192
	Stations int                 // how many stations are kept; default 65536
	Point    func(uint16) string // name of a capture point; nil: none has one
}

func (o Options) point(i uint16) string {
	if o.Point == nil {
		return ""
	}
	return o.Point(i)
}

// entry is one packet of the window.
type entry struct {
	hash   uint64
	time   int64
	number uint64
	group  uint32 // sequence number of the first sighting
	prev   uint32 // sequence number of the entry before it in the same bucket
	exact  uint32
	scope  uint32 // interned
	src    fact.MAC
	dst    fact.MAC
	point  uint16
	capt   uint16
	repeat uint16 // how many equal sightings came before at this place
	ttl    uint8
	dscp   uint8
	ecn    uint8
	strong bool
	ether  bool
}

// Window remembers the packets of the last moments and recognises their copies. It works in packet time, so packets must come
// in about the order of their times. It is not safe for concurrent use.
type Window struct {
	o       Options
	ring    []entry
	heads   []uint32
	next    uint32 // sequence number of the next entry; never 0, so that 0 means none
	scopes  scopes
	mirror  []mirror // by capture point
	senders senders
	source  uint64 // hash of the source address of the packet that is being marked
	id      uint16 // its IP identification
	copies  copies
	crowd   Crowding
	moved   bool // the last copy
	distant bool // likewise
	ahead   ahead
}

// Crowding says what the window's caps cost.
type Crowding struct {
	Marked      uint64 // packets
	Overwritten uint64 // packets that left the window before their time
	Folded      uint64 // copies that were summed up without their MACs
}

// NewWindow returns an empty window.
func NewWindow(o Options) *Window {
	if o.Span <= 0 {
		o.Span = defaultSpan
	}
	if o.Packets <= 0 {
		o.Packets = 1 << 15
	}
	if o.Copies <= 0 {
		o.Copies = 1 << 13
	}
	n := 1
	for n < o.Packets {
		n <<= 1
	}
	return &Window{o: o, ring: make([]entry, n), heads: make([]uint32, 2*n), next: 1, scopes: newScopes(), copies: copies{m: map[copyKey]*fact.Copy{}}}
}

// Crowding returns what the caps have cost so far.
func (w *Window) Crowding() Crowding {
	c := w.crowd
	c.Folded = w.copies.folded
	return c
}

// Mark puts p into the window. dup tells that p is a further sighting of a packet that was seen before; kind says how they differ.
func (w *Window) Mark(p *wire.Packet) (kind fact.CopyKind, dup bool) {
	h, strong := w.fingerprint(p)
	e := entry{
		hash: h, time: p.Time, number: p.Number, exact: exact(p), scope: w.scopes.id(p.Scope), src: p.SrcMAC, dst: p.DstMAC,
		point: p.Point, capt: p.Capture, ttl: p.TTL, dscp: p.DSCP, ecn: p.ECN, strong: strong, ether: p.Has&wire.HasEthernet != 0,
	}
	w.crowd.Marked++
	if strong {
		w.source, w.id = addrHash(&p.Src), uint16(p.IPID)
	}
	b := &w.heads[w.bucket(h)]
	if m, ok := w.match(*b, &e); ok {
		e.group, e.repeat = m.group, m.repeat
		if kind, dup = m.kind, m.copy; dup {
			w.distant = m.from.point != e.point
			w.moved = w.distant || m.from.scope != e.scope
			w.copies.add(w, &m, &e, p)
		}
	}
	if e.group == 0 {
		e.group = w.next
	}
	w.count(&e, kind, dup)
	w.insert(b, &e)
	return kind, dup
}

// Elsewhere reports whether the copy that Mark saw last was at another capture point or in another scope than its original.
func (w *Window) Elsewhere() bool { return w.moved }

// Distant reports whether the copy that Mark saw last was at another capture point than its original: it loads another link.
func (w *Window) Distant() bool { return w.distant }

func (w *Window) insert(b *uint32, e *entry) {
	old := &w.ring[w.next&uint32(len(w.ring)-1)]
	if old.time != 0 && e.time-old.time < w.o.Span {
		w.crowd.Overwritten++
	}
	e.prev = *b
	*old = *e
	*b = w.next
	if w.next++; w.next == 0 {
		w.restart()
	}
}

// restart empties the window when the sequence numbers are used up, after four thousand million packets.
func (w *Window) restart() {
	clear(w.heads)
	clear(w.ring)
	w.next = 1
}

// at returns the entry of a sequence number, nil if it has left the window.
func (w *Window) at(seq uint32) *entry {
	if seq == 0 || w.next-seq > uint32(len(w.ring)) {
		return nil
	}
	return &w.ring[seq&uint32(len(w.ring)-1)]
}

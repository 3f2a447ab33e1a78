package flow

// class is a group of conversations that are given up after the same silence.
type class uint8

const (
	tcpOpening class = iota // nothing but SYNs of one side
	tcpOpen
	tcpClosed // reset, or finished by both sides
	udpClass
	icmpClass
	otherClass
	classes
)

// idle is the silence, in nanoseconds of packet time, after which a conversation of a class is over.
var idle = [classes]int64{
	tcpOpening: 5 * minute,
	tcpOpen:    60 * minute,
	tcpClosed:  30 * second,
	udpClass:   3 * minute,
	icmpClass:  1 * minute,
	otherClass: 3 * minute,
}

// list is the conversations of one class. A conversation is put at its end again when it speaks, but not more often than eight
// times in its idle time, so that most packets do not touch their neighbours.
type list struct{ oldest, newest *entry }

func (l *list) push(e *entry) {
	e.older, e.newer = l.newest, nil
	if l.newest != nil {
		l.newest.newer = e
	} else {
		l.oldest = e
	}
	l.newest = e
}

func (l *list) remove(e *entry) {
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		l.oldest = e.newer
	}
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		l.newest = e.older
	}
	e.older, e.newer = nil, nil
}

// touch puts e, which spoke at now and belongs to c from now on, at the end of its list.
func (t *Table) touch(e *entry, c class, now int64) {
	if e.class == c && within(now, e.queued, idle[c]/8) {
		return
	}
	t.lists[e.class].remove(e)
	e.class, e.queued = c, now
	t.lists[c].push(e)
}

// within reports whether a and b are no more than d apart. It holds for all values.
func within(a, b, d int64) bool {
	if a < b {
		a, b = b, a
	}
	return uint64(a)-uint64(b) <= uint64(d)
}

// clock is the table's idea of now. A single packet whose time is far from the others' does not move it: a damaged record must
// not end every conversation.
type clock struct {
	now     int64
	doubt   int64 // the far time that a packet had last
	doubted bool
	set     bool
}

const farApart = 10 * minute

// tick moves the clock to a packet's time, and reports whether it stands at that time or later.
func (c *clock) tick(at int64) bool {
	switch {
	case !c.set:
		c.now, c.set = at, true
	case within(at, c.now, farApart):
		c.now = max(c.now, at)
		c.doubted = false
	case c.doubted && within(at, c.doubt, farApart):
		c.now, c.doubted = at, false // the second one of that time: another capture, or a long silence
	default:
		c.doubt, c.doubted = at, true
		return false
	}
	return true
}

// sweep ends what has been silent too long.
func (t *Table) sweep() {
	now := t.clock.now
	for c := range t.lists {
		l := &t.lists[c]
		for e := l.oldest; e != nil; e = l.oldest {
			if within(now, e.queued, idle[c]) {
				break
			}
			if last := e.until; within(now, last, idle[c]) {
				l.remove(e)
				e.queued = last
				l.push(e)
				continue
			}
			t.end(e, false)
		}
	}
}

// evict gives up the conversation that was silent longest, closed ones first.
func (t *Table) evict() {
	if e := t.lists[tcpClosed].oldest; e != nil {
		t.end(e, false)
		return
	}
	var victim *entry
	for c := range t.lists {
		if e := t.lists[c].oldest; e != nil && (victim == nil || e.queued < victim.queued) {
			victim = e
		}
	}
	if victim != nil {
		t.n.Evicted++
		t.end(victim, true)
	}
}

// shrink gives up conversations until the table holds no more than it may.
func (t *Table) shrink() {
	for t.pool.bytes > t.o.MaxBytes && t.index.n > 1 {
		t.evict()
	}
}

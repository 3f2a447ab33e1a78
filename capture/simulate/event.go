package simulate

// handler is what an event wakes. p is nil for timers.
type handler interface{ fire(p *packet) }

// later is a handler that is a closure, for what is rare.
type later func()

func (c later) fire(*packet) { c() }

// event is when something happens; what does is in the slot. Without pointers in it, moving events in the heap costs the
// garbage collector nothing.
type event struct {
	at   int64
	seq  uint32 // order among equal times; it may wrap
	slot uint32
}

func (e *event) before(o *event) bool {
	return e.at < o.at || e.at == o.at && int32(e.seq-o.seq) < 0
}

// slot is what an event wakes, and with which packet.
type slot struct {
	h handler
	p *packet
}

// agenda is a heap of events with four children a node: shallower than two, and the children share cache lines.
type agenda struct {
	heap  []event
	slots []slot
	spare []uint32
	seq   uint32
}

func (a *agenda) push(at int64, h handler, p *packet) {
	var k uint32
	if n := len(a.spare); n > 0 {
		k = a.spare[n-1]
		a.spare = a.spare[:n-1]
		a.slots[k] = slot{h, p}
	} else {
		k = uint32(len(a.slots))
		a.slots = append(a.slots, slot{h, p})
	}
	a.seq++
	e := event{at: at, seq: a.seq, slot: k}
	a.heap = append(a.heap, e)
	i := len(a.heap) - 1
	for i > 0 {
		up := (i - 1) / 4
		if !e.before(&a.heap[up]) {
			break
		}
		a.heap[i] = a.heap[up]
		i = up
	}
	a.heap[i] = e
}

// pop takes the earliest event away. The agenda must not be empty.
func (a *agenda) pop() (at int64, what slot) {
	top := a.heap[0]
	n := len(a.heap) - 1
	last := a.heap[n]
	a.heap = a.heap[:n]
	what = a.slots[top.slot]
	a.slots[top.slot] = slot{}
	a.spare = append(a.spare, top.slot)
	if n == 0 {
		return top.at, what
	}
	i := 0
	for {
		c := 4*i + 1
		if c >= n {
			break
		}
		best := c
		for j := c + 1; j < min(c+4, n); j++ {
			if a.heap[j].before(&a.heap[best]) {
				best = j
			}
		}
		if !a.heap[best].before(&last) {
			break
		}
		a.heap[i] = a.heap[best]
		i = best
	}
	a.heap[i] = last
	return top.at, what
}

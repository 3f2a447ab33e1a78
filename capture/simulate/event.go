package simulate

// handler is what an event wakes. p is nil for timers.
type handler interface{ fire(p *packet) }

// later is a handler that is a closure, for what is rare.
type later func()

func (c later) fire(*packet) { c() }

// event wakes h at a time; equal times keep the order in which they were scheduled.
type event struct {
	at  int64
	seq uint64
	h   handler
	p   *packet
}

func (e *event) before(o *event) bool { return e.at < o.at || e.at == o.at && e.seq < o.seq }

// agenda is a heap of events with four children a node: shallower than two, and the children share cache lines.
type agenda struct {
	heap []event
	seq  uint64
}

func (a *agenda) push(at int64, h handler, p *packet) {
	a.seq++
	e := event{at: at, seq: a.seq, h: h, p: p}
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

func (a *agenda) pop() event {
	top := a.heap[0]
	n := len(a.heap) - 1
	last := a.heap[n]
	a.heap[n] = event{}
	a.heap = a.heap[:n]
	if n == 0 {
		return top
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
	return top
}

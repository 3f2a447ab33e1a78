package simulate

import "slices"

// scheduler is a queue discipline in front of a transmitter: strict priority, deficit round robin (weighted fair), or one
// FIFO; each class may be policed, the whole may be policed or shaped.
type scheduler struct {
	c       *channel
	kind    string // fifo, priority, wfq
	classes []*class
	byDSCP  [64]*class
	busy    bool
	turn    int
	police  *bucket
	shape   *bucket
	name    string
	total   int64 // of a FIFO: bytes that may wait in all
	waiting int64
	most    int // packets that may wait in all; 0 no limit
	count   int
	order   []*class
}

// shared makes one queue of all classes, which then only count.
func (d *scheduler) shared(limit int) { d.total = int64(limit) }

// class is one queue.
type class struct {
	name    string
	q       []*packet
	head    int
	since   []int64
	bytes   int64
	limit   int64
	weight  int64
	deficit int64
	strict  bool
	police  *bucket

	sent, dropped, policed uint64
	sentBytes              uint64
	delay                  histogram
	full                   uint64 // packets that found others of any class waiting
}

// bucket is a token bucket: rate in bit/s, size and level in bytes.
type bucket struct {
	rate  int64
	size  float64
	level float64
	at    int64
}

func (b *bucket) fill(now int64) {
	b.level = min(b.size, b.level+float64(now-b.at)*float64(b.rate)/8e9)
	b.at = now
}

// take reports whether n bytes conform, and takes them.
func (b *bucket) take(now int64, n int) bool {
	b.fill(now)
	if b.level < float64(n) {
		return false
	}
	b.level -= float64(n)
	return true
}

// wait is the time until n bytes conform.
func (b *bucket) wait(now int64, n int) int64 {
	b.fill(now)
	if b.level >= float64(n) {
		return 0
	}
	return int64((float64(n)-b.level)*8e9/float64(b.rate)) + 1
}

func (d *scheduler) enqueue(p *packet) {
	now := d.c.s.now
	k := d.classes[len(d.classes)-1]
	if p.IsIP() {
		if x := d.byDSCP[p.DSCP()]; x != nil {
			k = x
		}
	}
	n := p.WireLen()
	if d.police != nil && !d.police.take(now, n) || k.police != nil && !k.police.take(now, n) {
		k.policed++
		k.dropped++
		d.c.drop(p)
		return
	}
	if k.bytes+int64(n) > k.limit || d.total > 0 && d.waiting+int64(n) > d.total || d.most > 0 && d.count >= d.most {
		k.dropped++
		d.c.drop(p)
		return
	}
	if d.busy {
		k.full++
	}
	k.q = append(k.q, p)
	k.since = append(k.since, now)
	k.bytes += int64(n)
	d.waiting += int64(n)
	d.count++
	if d.total > 0 {
		d.order = append(d.order, k)
	}
	if !d.busy {
		d.next()
	}
}

// fire is the transmitter falling idle, or the shaper's tokens having come.
func (d *scheduler) fire(*packet) {
	d.busy = false
	d.next()
}

func (d *scheduler) next() {
	k := d.pick()
	if k == nil {
		return
	}
	s := d.c.s
	p := k.q[k.head]
	d.busy = true
	if d.shape != nil {
		if w := d.shape.wait(s.now, p.WireLen()); w > 0 {
			s.push(s.now+w, d, nil)
			return
		}
		d.shape.take(s.now, p.WireLen())
	}
	if d.kind == "wfq" && !k.strict {
		k.deficit -= int64(p.WireLen())
	}
	k.delay.add(s.now - k.since[k.head])
	k.sent++
	k.sentBytes += uint64(p.WireLen())
	k.bytes -= int64(p.WireLen())
	d.waiting -= int64(p.WireLen())
	d.count--
	if d.total > 0 {
		d.order = d.order[1:]
	}
	k.q[k.head] = nil
	k.head++
	if k.head == len(k.q) {
		k.q, k.since, k.head = k.q[:0], k.since[:0], 0
	} else if k.head > 1024 {
		k.q, k.since, k.head = slices.Delete(k.q, 0, k.head), slices.Delete(k.since, 0, k.head), 0
	}
	t := s.now + d.c.time(p)
	d.c.deliver(p, t)
	s.push(t, d, nil)
}

// pick chooses the class whose packet goes next, nil if all are empty.
func (d *scheduler) pick() *class {
	if d.total > 0 {
		if len(d.order) == 0 {
			return nil
		}
		return d.order[0]
	}
	for _, k := range d.classes {
		if (k.strict || d.kind == "priority") && len(k.q) > k.head {
			return k
		}
	}
	if d.kind != "wfq" {
		for _, k := range d.classes {
			if len(k.q) > k.head {
				return k
			}
		}
		return nil
	}
	waiting := false
	for range 1000 * len(d.classes) {
		k := d.classes[d.turn]
		if len(k.q) > k.head {
			waiting = true
			if k.deficit >= int64(k.q[k.head].WireLen()) {
				return k
			}
		} else {
			k.deficit = 0
		}
		d.turn = (d.turn + 1) % len(d.classes)
		if n := d.classes[d.turn]; len(n.q) > n.head {
			n.deficit += 300 * n.weight
		} else if d.turn == 0 && !waiting {
			return nil
		}
	}
	return nil
}

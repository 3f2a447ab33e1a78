package flow

import (
	"unsafe"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// bucket is the traffic of both sides in one time step that is not the current one. The current one's is what is left of the
// totals, so that a packet of the current step costs one comparison.
type bucket struct {
	at      int64
	packets [2]uint64
	bytes   [2]uint64
}

const (
	bucketBytes = int(unsafe.Sizeof(bucket{}))
	maxStep     = 1 << 61 // nanoseconds, 73 years
)

func (t *Table) step(e *entry) int64 { return t.o.Step << e.doubled }

// floor returns the start of the step that holds at.
func floor(at, step int64) int64 {
	r := at % step
	if r < 0 {
		r += step
	}
	return at - r
}

// volume puts p, sent by side and not yet in the totals, into its time bucket.
func (t *Table) volume(e *entry, side uint8, p *wire.Packet) {
	if d := p.Time - e.bucketAt; d >= 0 && d < t.step(e) {
		return
	}
	at := floor(p.Time, t.step(e))
	if at < e.bucketAt { // late: the past is written straight
		var n, b [2]uint64
		n[side], b[side] = 1, uint64(p.Length)
		t.past(e, at, n, b)
	} else {
		n, b := e.rest()
		t.past(e, e.bucketAt, n, b)
		e.bucketAt = floor(p.Time, t.step(e))
	}
}

// rest is what the totals hold beyond the past buckets.
func (e *entry) rest() (packets, bytes [2]uint64) {
	packets = [2]uint64{e.half[0].packets, e.half[1].packets}
	bytes = [2]uint64{e.half[0].bytes, e.half[1].bytes}
	if e.more != nil {
		for i := range e.more.buckets {
			b := &e.more.buckets[i]
			for s := range 2 {
				packets[s] -= b.packets[s]
				bytes[s] -= b.bytes[s]
			}
		}
	}
	return packets, bytes
}

// past adds traffic to the bucket that starts at, and doubles the step when there are too many.
func (t *Table) past(e *entry, at int64, packets, bytes [2]uint64) {
	x := t.extras(e)
	i := len(x.buckets)
	for i > 0 && x.buckets[i-1].at > at {
		i--
	}
	if i > 0 && x.buckets[i-1].at == at {
		x.buckets[i-1].add(packets, bytes)
		return
	}
	x.buckets = append(x.buckets, bucket{})
	copy(x.buckets[i+1:], x.buckets[i:])
	x.buckets[i] = bucket{at, packets, bytes}
	t.pool.bytes += bucketBytes
	for len(x.buckets) >= t.o.MaxBuckets && t.step(e) < maxStep {
		t.double(e)
	}
}

func (b *bucket) add(packets, bytes [2]uint64) {
	for s := range 2 {
		b.packets[s] += packets[s]
		b.bytes[s] += bytes[s]
	}
}

// double makes e's step twice as long.
func (t *Table) double(e *entry) {
	e.doubled++
	step := t.step(e)
	l := e.more.buckets
	n := 0
	for _, b := range l {
		b.at = floor(b.at, step)
		if n > 0 && l[n-1].at == b.at {
			l[n-1].add(b.packets, b.bytes)
			continue
		}
		l[n] = b
		n++
	}
	t.pool.bytes -= (len(l) - n) * bucketBytes
	e.more.buckets = l[:n]
	e.bucketAt = floor(e.bucketAt, step)
}

// timeline appends e's traffic over time to l, ascending; up is the side of the client.
func (e *entry) timeline(l []fact.VolumeAt, up uint8) []fact.VolumeAt {
	n, b := e.rest()
	now := bucket{e.bucketAt, n, b}
	add := func(b *bucket) {
		if b.packets == [2]uint64{} {
			return
		}
		l = append(l, fact.VolumeAt{
			At:   fact.Time(b.at),
			Up:   fact.Count{Packets: b.packets[up], Bytes: b.bytes[up]},
			Down: fact.Count{Packets: b.packets[up^1], Bytes: b.bytes[up^1]},
		})
	}
	if e.more != nil {
		for i := range e.more.buckets {
			if b := &e.more.buckets[i]; b.at != now.at {
				add(b)
			} else {
				now.add(b.packets, b.bytes)
			}
		}
	}
	add(&now)
	return l
}

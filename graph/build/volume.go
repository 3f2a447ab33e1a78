package build

import (
	"cmp"
	"math"
	"slices"
	"time"

	"netscope.example/nsgraph/capture/fact"
)

// stepOf returns the smallest power of two times one second that is not less than step nanoseconds.
func stepOf(step int64) int64 {
	s := int64(time.Second)
	for s < step {
		s *= 2
	}
	return s
}

// mergeVolume adds buckets of step nanoseconds. The coarser step of the two wins.
func (m *measures) mergeVolume(step int64, buckets []fact.VolumeAt) {
	if len(buckets) == 0 {
		return
	}
	m.coarsen(stepOf(step))
	for _, v := range buckets {
		at := floor(v.At, m.step)
		i := len(m.buckets)
		if i > 0 && m.buckets[i-1].At >= at {
			i, _ = slices.BinarySearchFunc(m.buckets, at, func(x fact.VolumeAt, t fact.Time) int { return cmp.Compare(x.At, t) })
		}
		if i == len(m.buckets) || m.buckets[i].At != at {
			m.buckets = slices.Insert(m.buckets, i, fact.VolumeAt{At: at})
		}
		m.buckets[i].Up.Add(v.Up)
		m.buckets[i].Down.Add(v.Down)
	}
}

// coarsen makes the step at least step.
func (m *measures) coarsen(step int64) {
	if step <= m.step {
		return
	}
	m.step = step
	n := 0
	for _, v := range m.buckets {
		v.At = floor(v.At, step)
		if n > 0 && m.buckets[n-1].At == v.At {
			m.buckets[n-1].Up.Add(v.Up)
			m.buckets[n-1].Down.Add(v.Down)
			continue
		}
		m.buckets[n] = v
		n++
	}
	m.buckets = m.buckets[:n]
}

// floor returns the start of the step that t lies in.
func floor(t fact.Time, step int64) fact.Time {
	r := int64(t) % step
	if r < 0 {
		r += step
	}
	return t - fact.Time(r)
}

// boundBuckets doubles the smallest step until all communications together hold at most MaxBuckets. How many buckets are not empty at a step
// only grows with what is added, so the step is the same in any order.
func (b *Builder) boundBuckets() {
	for {
		n := 0
		for u := range b.all {
			for _, s := range u.spans {
				n += len(s.buckets)
			}
		}
		if n <= b.o.MaxBuckets {
			b.bucketsSince, b.bucketsCheck = 0, max(b.o.MaxBuckets-n, b.o.MaxBuckets/8)
			return
		}
		b.minStep *= 2
		for u := range b.all {
			for _, s := range u.spans {
				if len(s.buckets) > 0 {
					s.coarsen(b.minStep)
				}
			}
		}
	}
}

// boundIntervals doubles the gap that separates the intervals of a communication until all communications together have at most so many, or hardly more
// than one each. At one gap their number hardly depends on the order in which conversations came, and at the end not at all.
func (b *Builder) boundIntervals(most int) {
	for {
		n, uses := 0, 0
		for u := range b.all {
			n += len(u.spans)
			uses++
		}
		if most = max(most, uses+uses/8); n <= most || b.gap > math.MaxInt64/2 {
			b.spansSince, b.spansCheck = 0, max(most-n, most/8)
			return
		}
		b.gap *= 2
		for u := range b.all {
			u.coarsen(b.gap)
		}
	}
}

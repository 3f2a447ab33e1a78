package build

import (
	"slices"
	"sort"

	"netscope.example/nsgraph/capture/fact"
)

// useKey is what makes conversations one communication. Texts are numbers of Builder.texts.
type useKey struct {
	client, server   host
	app, parent      uint32
	port             uint16
	transport        fact.Transport
	evidence         fact.AppEvidence
	dscpUp, dscpDown uint8 // of most packets
	carries          fact.TunnelKind
	quiet            bool // not established: kept apart, so that a scan can be made coarser without what was answered
}

// maxSpans bounds the intervals of one communication: beyond it, the gap that separates them grows.
const maxSpans = 1024

// use is one communication: intervals of activity, ascending, each more than the gap apart.
type use struct {
	key         useKey
	spans       []*span
	first, last fact.Time
	gap         fact.Time // that separates spans; grows with the whole extent
}

// span is one interval of activity.
type span struct {
	first, last fact.Time
	measures
}

// add merges m, active during [first, last], into the interval that it touches or bridges. It reports whether that is a new one.
func (u *use) add(first, last fact.Time, m *measures, gap fact.Time) (fresh bool) {
	s := u.interval(first, last, gap)
	if fresh = s == nil; fresh {
		s = u.insert(&span{first: first, last: last})
	}
	s.merge(m)
	return fresh
}

// take is add of a whole interval, which it may keep.
func (u *use) take(o *span, gap fact.Time) {
	if s := u.interval(o.first, o.last, gap); s != nil {
		s.merge(&o.measures)
	} else {
		u.insert(o)
	}
}

// insert puts an interval that touches no other into its place.
func (u *use) insert(s *span) *span {
	i := len(u.spans)
	for i > 0 && u.spans[i-1].first > s.first {
		i--
	}
	u.spans = slices.Insert(u.spans, i, s)
	return s
}

// interval returns the interval that [first, last] touches or bridges, extended by it, or nil.
func (u *use) interval(first, last, gap fact.Time) *span {
	if len(u.spans) == 0 {
		u.first, u.last, u.gap = first, last, gap
	}
	u.first, u.last = min(u.first, first), max(u.last, last)
	if extent(u.first, u.last)/uint64(u.gap) > maxSpans {
		u.widen()
	}
	i := len(u.spans)
	if i > 0 && near(u.spans[i-1].last, first, u.gap) { // seldom false: facts come nearly in order
		i = sort.Search(len(u.spans), func(i int) bool { return near(u.spans[i].last, first, u.gap) })
	}
	j := i
	for j < len(u.spans) && near(last, u.spans[j].first, u.gap) {
		j++
	}
	if i == j {
		return nil
	}
	s := u.spans[i]
	for _, o := range u.spans[i+1 : j] {
		s.join(o)
	}
	u.spans = slices.Delete(u.spans, i+1, j)
	s.first, s.last = min(s.first, first), max(s.last, last)
	return s
}

// extent returns how much later to is, which is not before from. Hostile times may be as far apart as no signed number is.
func extent(from, to fact.Time) uint64 { return uint64(to) - uint64(from) }

// near reports whether at most gap lies between the end of an interval and the beginning of another, which may lie before it.
func near(end, begin, gap fact.Time) bool { return begin <= end || extent(end, begin) <= uint64(gap) }

func (s *span) join(o *span) {
	s.first, s.last = min(s.first, o.first), max(s.last, o.last)
	s.merge(&o.measures)
}

// widen doubles the gap until the extent holds at most maxSpans of it. The extent only grows, so the result is the same in any order.
func (u *use) widen() {
	gap := u.gap
	for extent(u.first, u.last)/uint64(gap) > maxSpans {
		gap *= 2
	}
	u.coarsen(gap)
}

// coarsen makes the gap at least gap, and joins the intervals that it does not separate.
func (u *use) coarsen(gap fact.Time) {
	if gap <= u.gap {
		return
	}
	u.gap = gap
	n := 0
	for _, s := range u.spans {
		if n > 0 && near(u.spans[n-1].last, s.first, u.gap) {
			u.spans[n-1].join(s)
			continue
		}
		u.spans[n] = s
		n++
	}
	clear(u.spans[n:])
	u.spans = u.spans[:n]
}

// join moves another communication's intervals into u.
func (u *use) join(o *use, gap fact.Time) {
	for _, s := range o.spans {
		u.take(s, gap)
	}
	o.spans = nil
}

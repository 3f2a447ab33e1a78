package build

import (
	"math"
	"slices"
	"time"

	"netscope.example/nsgraph/capture/fact"
)

// Caps of a sample.
const (
	sampleSize   = 128                         // conversations of one USES
	windowSize   = 32                          // of them in one window: its first
	sampleWindow = fact.Time(10 * time.Second) // conversations are sampled by the window in which they start
	noLimit      = uint64(math.MaxUint64)
)

// sample holds when conversations began and ended. All are kept while they are few; then those of the windows with the smallest hashes,
// so that all samples of a batch keep the same windows and nesting stays visible in them. What is kept does not depend on the order.
type sample struct {
	items []lifetime // by first, last
	limit uint64     // windows of this hash or above are not kept; 0: noLimit
}

// lifetime is when one conversation began and ended.
type lifetime struct{ first, last fact.Time }

func (a lifetime) compare(b lifetime) int {
	if a.first != b.first {
		if a.first < b.first {
			return -1
		}
		return 1
	}
	switch {
	case a.last < b.last:
		return -1
	case a.last > b.last:
		return 1
	}
	return 0
}

// windowHash returns the hash of the window that t lies in (the finalizer of SplitMix64).
func windowHash(t fact.Time) uint64 {
	x := uint64(floor(t, int64(sampleWindow))) + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return (x ^ x>>31) >> 1 // below noLimit
}

func (s *sample) bound() uint64 {
	if s.limit == 0 {
		return noLimit
	}
	return s.limit
}

func (s *sample) add(l lifetime) {
	if s.limit != 0 && windowHash(l.first) >= s.limit {
		return
	}
	i, _ := slices.BinarySearchFunc(s.items, l, lifetime.compare)
	s.items = slices.Insert(s.items, i, l)
	w := floor(l.first, int64(sampleWindow))
	from, to := s.window(i, w)
	if to-from > windowSize {
		s.items = slices.Delete(s.items, to-1, to)
	}
	for len(s.items) > sampleSize {
		s.evict()
	}
}

// window returns the indexes of the items of the window that starts at w and holds item i.
func (s *sample) window(i int, w fact.Time) (from, to int) {
	from, to = i, i
	for from > 0 && s.items[from-1].first >= w {
		from--
	}
	for to < len(s.items) && s.items[to].first < w+sampleWindow {
		to++
	}
	return from, to
}

// evict takes out the window with the largest hash.
func (s *sample) evict() {
	at, largest := 0, uint64(0)
	for i, l := range s.items {
		if h := windowHash(l.first); h >= largest {
			at, largest = i, h
		}
	}
	from, to := s.window(at, floor(s.items[at].first, int64(sampleWindow)))
	s.items = slices.Delete(s.items, from, to)
	s.limit = largest
}

func (s *sample) merge(o *sample) {
	if o.limit != 0 && o.limit < s.bound() {
		s.limit = o.limit
		s.items = slices.DeleteFunc(s.items, func(l lifetime) bool { return windowHash(l.first) >= s.limit })
	}
	for _, l := range o.items {
		s.add(l)
	}
}

package simulate

import (
	"math"
	"math/bits"
)

// histogram counts durations in buckets that grow by an eighth: quantiles are right to 12 %.
type histogram struct {
	n      [512]uint32
	count  uint64
	sum    float64
	lo, hi int64
}

func bucketOf(ns int64) int {
	u := uint64(max(ns, 0))
	if u < 8 {
		return int(u)
	}
	e := bits.Len64(u) - 4
	return 8 + e*8 + int(u>>e)&7
}

func bucketMiddle(i int) float64 {
	if i < 8 {
		return float64(i)
	}
	e, m := (i-8)/8, (i-8)%8+8
	return math.Ldexp(float64(m)+0.5, e)
}

func (h *histogram) add(ns int64) {
	if h.count == 0 || ns < h.lo {
		h.lo = ns
	}
	h.hi = max(h.hi, ns)
	h.count++
	h.sum += float64(ns)
	h.n[min(bucketOf(ns), len(h.n)-1)]++
}

// quantile returns the q-quantile in milliseconds, 0 of an empty histogram.
func (h *histogram) quantile(q float64) float64 {
	if h.count == 0 {
		return 0
	}
	want := uint64(math.Ceil(q * float64(h.count)))
	var sum uint64
	for i, n := range h.n {
		sum += uint64(n)
		if sum >= max(want, 1) {
			return min(max(bucketMiddle(i), float64(h.lo)), float64(h.hi)) / 1e6
		}
	}
	return float64(h.hi) / 1e6
}

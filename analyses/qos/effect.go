package qos

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"netscope.example/nsgraph/analyses"
)

// effect judges a class against best effort: by the delay between two capture points if both crossed them, else on the paths between zones that both took.
func (j *judge) effect(c int, byPath []map[path]*treated, busy bool) (verdict, why string) {
	if bestEffort(j.plan.classes[c]) {
		return "untested", "best effort has no priority to test"
	}
	var mine, theirs treated
	for p, t := range byPath[c] {
		for k, other := range byPath {
			if o := other[p]; o != nil && k != c && bestEffort(j.plan.classes[k]) {
				mine.add(t)
				theirs.add(o)
				t = &treated{} // count it once
			}
		}
	}
	rtp, _ := mine.media()
	again := float64(theirs.again) / float64(max(1, theirs.segments))
	lossy := theirs.segments >= j.o.MinSamples && again > j.o.Retransmits
	// Round trips of best effort that do not grow took another way than the congested one, or were measured on its far side.
	inflated := theirs.samples >= j.o.MinSamples && theirs.waiting() > max(2*float64(theirs.least), leastWait)
	congested := busy || lossy || inflated
	// A clock that drifts delays all alike, so that without congestion alike says nothing; a difference is one.
	if verdict, why = j.crossing(c); verdict == "effective" || verdict != "" && congested {
		return verdict, why
	}
	switch {
	case !congested:
		return "untested", "no congestion was measured"
	case mine.samples+rtp < j.o.MinSamples:
		return "insufficient", fmt.Sprintf("%d samples of the class beside best effort", mine.samples+rtp)
	case rtp >= j.o.MinSamples && lossy:
		return lost(&mine, &theirs)
	case mine.samples >= j.o.MinSamples && inflated:
		a, b := mine.waiting()/1e6, theirs.waiting()/1e6
		return waited(a, b, fmt.Sprintf("the slowest twentieth of %d round trips wait %.1f ms, of %d of best effort %.1f ms", mine.samples, a, theirs.samples, b))
	}
	return "insufficient", "nothing of best effort compares with the class"
}

// leastWait is the least queueing delay, in nanoseconds, that is taken for congestion.
const leastWait = 10e6

// waited judges a delay against that of best effort, in the same unit. A preferred class hardly waits at all; one that is not preferred and sends all the
// time, between the bursts of best effort too, waits less than it on average, but not half as long.
func waited(a, b float64, why string) (string, string) {
	switch {
	case a < 0.3*b:
		return "effective", why
	case a >= 0.5*b:
		return "ineffective", why
	}
	return "insufficient", why
}

// lost judges the RTP packets that a class lost against what best effort retransmitted. A class that is preferred loses next to nothing; two fifths
// of what best effort sends again are no preference, for calls send evenly and transfers in bursts, and a transfer also sends again what was not lost.
func lost(mine, theirs *treated) (string, string) {
	n, l := mine.worse()
	a, b := float64(l)/float64(max(1, n)), float64(theirs.again)/float64(max(1, theirs.segments))
	p := twoProportions(l, n, theirs.again, theirs.segments)
	why := fmt.Sprintf("%.2f %% of %d RTP packets lost, %.2f %% of best effort's segments retransmitted, p = %.2g", 100*a, n, 100*b, p)
	switch {
	case a < b/4 && p < 0.01:
		return "effective", why
	case a >= 0.4*b:
		return "ineffective", why
	}
	return "insufficient", why
}

// crossing judges a class by the delay between two capture points against that of best effort. How far two clocks differ does not matter: each class is
// compared with its own fastest packet. The verdict is "" where best effort did not have to wait.
func (j *judge) crossing(c int) (verdict, why string) {
	type way struct{ from, to string }
	type sum struct{ n, wait, least int64 }
	mine, theirs := map[way]*sum{}, map[way]*sum{}
	add := func(m map[way]*sum, r *CrossingsRow) {
		k := way{r.FromPoint, r.ToPoint}
		if m[k] == nil {
			m[k] = &sum{least: r.DelayMin}
		}
		m[k].n += r.Packets
		m[k].wait += r.DelaySum
		m[k].least = min(m[k].least, r.DelayMin)
	}
	for i := range j.crossings {
		r := &j.crossings[i]
		k := j.plan.marked(r.DSCP)
		switch {
		case r.FromPoint == r.ToPoint || k < 0:
		case k == c:
			add(mine, r)
		case bestEffort(j.plan.classes[k]):
			add(theirs, r)
		}
	}
	worst := 0.0
	for _, w := range slices.SortedFunc(maps.Keys(theirs), func(a, b way) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) }) {
		o, m := theirs[w], mine[w]
		if m == nil || m.n < j.o.MinSamples || o.n < j.o.MinSamples {
			continue
		}
		a, b := float64(m.wait)/float64(m.n)-float64(m.least), float64(o.wait)/float64(o.n)-float64(o.least)
		if b < leastWait || b < worst || b == worst {
			continue
		}
		worst = b
		verdict, why = waited(a, b, fmt.Sprintf("%s to %s: %s wait %.1f ms on average, %d of best effort %.1f ms", w.from, w.to, analyses.Count(m.n, "packet"), a/1e6, o.n, b/1e6))
	}
	return verdict, why
}

// twoProportions returns the two-sided p-value of a difference between a/n and b/m (pooled z-test).
func twoProportions(a, n, b, m int64) float64 {
	if n == 0 || m == 0 {
		return 1
	}
	p := float64(a+b) / float64(n+m)
	se := math.Sqrt(p * (1 - p) * (1/float64(n) + 1/float64(m)))
	if se == 0 {
		return 1
	}
	z := math.Abs(float64(a)/float64(n)-float64(b)/float64(m)) / se
	return math.Erfc(z / math.Sqrt2)
}

package diff

import (
	"math"
	"slices"

	"netscope.example/nsgraph/graph"
)

// span is [from, to).
type span struct{ from, to graph.Time }

// coverage is when packets were captured: spans in order that do not touch.
type coverage []span

func (c coverage) union() coverage {
	slices.SortFunc(c, func(a, b span) int {
		if a.from < b.from {
			return -1
		}
		return 1
	})
	var out coverage
	for _, s := range c {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// length in nanoseconds.
func (c coverage) length() float64 {
	var n float64
	for _, s := range c {
		n += float64(s.to) - float64(s.from)
	}
	return n
}

// position returns where t lies in the covered time, 0 to 1.
func (c coverage) position(t graph.Time) float64 {
	var n float64
	for _, s := range c {
		if t < s.to {
			n += float64(max(t, s.from)) - float64(s.from)
			break
		}
		n += float64(s.to) - float64(s.from)
	}
	return n / c.length()
}

// slots is into how many equal parts a window is cut to see a cadence: fine enough that three of them make 95 %, coarse enough that a burst is one.
const slots = 20

// wouldShow returns the probability that something active at these times in c is active at least once in another window: every slot of the other
// window is taken to be idle with the share of idle slots in this one. used is how many slots were active.
func wouldShow(active []graph.Time, c, other coverage) (p float64, used int) {
	if c.length() == 0 || other.length() == 0 {
		return 0, 0
	}
	var hit [slots]bool
	for _, t := range active {
		hit[min(slots-1, int(c.position(t)*slots))] = true
	}
	for _, h := range hit {
		if h {
			used++
		}
	}
	idle := 1 - float64(used)/slots
	p = 1 - math.Pow(idle, slots*other.length()/c.length())
	return math.Round(p*10000) / 10000, used
}

// activity returns when the conversations of u began and when they carried bytes, as far as the window reaches.
func activity(u *graph.Uses, from, to graph.Time) []graph.Time {
	var ts []graph.Time
	add := func(t graph.Time) {
		if from <= t && t < to {
			ts = append(ts, t)
		}
	}
	for _, ms := range u.Starts {
		add(graph.Time(ms) * 1e6)
	}
	for _, s := range u.At {
		add(graph.Time(s) * 1e9)
	}
	return ts
}

// spread returns up to 64 times for n messages that came regularly during [from, to).
func spread(from, to graph.Time, n int64) []graph.Time {
	n = min(n, 64)
	var ts []graph.Time
	for i := int64(1); i < n; i++ {
		ts = append(ts, from+graph.Time(float64(to-1-from)*float64(i)/float64(n-1)))
	}
	return ts
}

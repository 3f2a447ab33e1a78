package qos

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// quantile returns the q-quantile, in nanoseconds, of a histogram in fact.RTT's buckets (bucket, count, …), between the least and the greatest sample.
func quantile(buckets []int64, q float64, least, most int64) float64 {
	var n [121]int64
	var all int64
	for b := range slices.Chunk(buckets, 2) {
		if len(b) == 2 && b[0] >= 0 && b[0] < int64(len(n)) {
			n[b[0]] += b[1]
			all += b[1]
		}
	}
	if all == 0 {
		return 0
	}
	want := int64(math.Ceil(q * float64(all)))
	for i, c := range n {
		if want -= c; want <= 0 {
			mid := math.Exp2((float64(i)+0.5)/4) * 1000 // the middle of the bucket, in nanoseconds
			return min(max(mid, float64(least)), float64(most))
		}
	}
	return float64(most)
}

// treated is how a class was treated between two zones.
type treated struct {
	buckets         []int64
	samples, sum    int64
	least, most     int64
	segments, again int64    // TCP segments with payload, estimated by their mean size, and retransmissions among them
	rtp, lost       [2]int64 // expected RTP packets, and lost ones, to and from the path's first zone
	jitter          float64
	jitterPackets   int64
}

func (t *treated) add(o *treated) {
	if o.samples > 0 && (t.samples == 0 || o.least < t.least) {
		t.least = o.least
	}
	t.buckets = append(t.buckets, o.buckets...)
	t.samples += o.samples
	t.sum += o.sum
	t.most = max(t.most, o.most)
	t.segments += o.segments
	t.again += o.again
	for d := range t.rtp {
		t.rtp[d] += o.rtp[d]
		t.lost[d] += o.lost[d]
	}
	t.jitter += o.jitter
	t.jitterPackets += o.jitterPackets
}

// media returns the RTP packets expected and lost, of both directions.
func (t *treated) media() (expected, lost int64) { return t.rtp[0] + t.rtp[1], t.lost[0] + t.lost[1] }

// worse returns the direction that lost more of its RTP packets: a queue is full one way.
func (t *treated) worse() (expected, lost int64) {
	d := 0
	if t.lost[1]*max(1, t.rtp[0]) > t.lost[0]*max(1, t.rtp[1]) {
		d = 1
	}
	return t.rtp[d], t.lost[d]
}

// waiting returns how long, in nanoseconds, the slowest twentieth of the round trips took beyond the fastest.
func (t *treated) waiting() float64 {
	return quantile(t.buckets, 0.95, t.least, t.most) - float64(t.least)
}

// path is a pair of zones, whichever way.
type path [2]string

func pathOf(a, b string) path { return path{min(a, b), max(a, b)} }

// bestEffort reports whether a class gets no preference: unmarked or lower effort.
func bestEffort(c class) bool {
	return len(c.dscp) > 0 && !slices.ContainsFunc(c.dscp, func(d int64) bool { return d > 1 && d != 8 })
}

// classOf returns the class of most packets of a client–service pair.
func (j *judge) classOf(k pairKey) int {
	c, best := -1, int64(0)
	for i := range j.plan.classes {
		if w := j.weight[k][i]; w > best {
			c, best = i, w
		}
	}
	return c
}

// classes sums up each class and judges whether its mark changes its treatment.
func (j *judge) classes(streams []Stream) ([]Class, []analyses.Finding) {
	n := len(j.plan.classes)
	packets, bytes := make([]int64, n), make([]int64, n)
	j.weight = map[pairKey]map[int]int64{}
	for i := range j.marks {
		r := &j.marks[i]
		c := j.plan.match(j.subject(r))
		if c < 0 {
			c = j.plan.marked(r.DSCP)
		}
		if c < 0 {
			continue
		}
		packets[c] += r.Packets
		bytes[c] += r.Bytes
		k := pairKey{r.Client, r.Service, r.Application}
		if j.weight[k] == nil {
			j.weight[k] = map[int]int64{}
		}
		j.weight[k][c] += r.Packets
	}
	byPath := make([]map[path]*treated, n)
	all := make([]treated, n)
	note := func(c int, p path, t *treated) {
		if byPath[c] == nil {
			byPath[c] = map[path]*treated{}
		}
		if byPath[c][p] == nil {
			byPath[c][p] = &treated{}
		}
		byPath[c][p].add(t)
		all[c].add(t)
	}
	for i := range j.treatment {
		r := &j.treatment[i]
		c := j.classOf(pairKey{r.Client, r.Service, r.Application})
		if c < 0 {
			continue
		}
		z := j.zones(r.Client, r.Server)
		t := treated{buckets: r.RTTBuckets, samples: r.RTTCount, sum: r.RTTSum, least: r.RTTMin, most: r.RTTMax}
		if r.Transport == "tcp" && r.Retransmitted > 0 && r.Again > 0 {
			t.segments, t.again = r.Payload*r.Retransmitted/r.Again, r.Retransmitted
		} else if r.Transport == "tcp" {
			t.segments = r.Payload / maxSegment
		}
		note(c, pathOf(z[0], z[1]), &t)
	}
	for i := range j.streams {
		s := &j.streams[i]
		c := j.class(s, streams[i].DSCP)
		if c < 0 {
			continue
		}
		p, d := j.streamPath(s)
		var t treated
		t.rtp[d], t.lost[d] = s.Expected, s.Lost
		if s.ClockKnown && s.ClockRate != videoRate {
			t.jitter, t.jitterPackets = s.JitterMean*float64(s.Packets), s.Packets
		}
		note(c, p, &t)
	}
	busy := j.busyLinks()
	out := []Class{}
	var fs []analyses.Finding
	for c := range n {
		if packets[c] == 0 && !j.plan.declared {
			continue
		}
		x := Class{Name: j.plan.classes[c].name, DSCP: append([]int64{}, j.plan.classes[c].dscp...), Packets: packets[c], Bytes: bytes[c]}
		t := &all[c]
		x.RTTSamples = t.samples
		x.RTTp50, x.RTTp95 = round3(quantile(t.buckets, 0.5, t.least, t.most)/1e6), round3(quantile(t.buckets, 0.95, t.least, t.most)/1e6)
		if t.jitterPackets > 0 {
			x.Jitter = round3(t.jitter / float64(t.jitterPackets))
		}
		if rtp, lost := t.media(); rtp > 0 {
			x.LossPct = round3(100 * float64(lost) / float64(rtp))
		}
		x.Verdict, x.Why = j.effect(c, byPath, busy)
		x.Reservation = j.reservation(c)
		if x.Verdict == "ineffective" {
			fs = append(fs, j.ineffective(&x))
		}
		if x.Reservation.Verdict == "violated" {
			fs = append(fs, j.violated(&x))
		}
		out = append(out, x)
	}
	return out, fs
}

// maxSegment is the usual payload of a full segment, in bytes.
const maxSegment = 1448

// streamPath returns the zones of a stream, and 1 if it flows from the path's first zone to its second.
func (j *judge) streamPath(s *graph.Stream) (p path, direction int) {
	src, dst := j.site.Zone(graph.DefaultContext, addressOf(s.Src), ""), j.site.Zone(graph.DefaultContext, addressOf(s.Dst), "")
	if src < dst || src == dst && s.Src < s.Dst {
		direction = 1
	}
	return pathOf(src, dst), direction
}

// busyLinks reports whether a declared link was congested.
func (j *judge) busyLinks() bool {
	for _, l := range j.site.Intent.Links {
		if len(j.congested(l.Point, l.CapacityMbps)) > 0 {
			return true
		}
	}
	return false
}

// congested returns the seconds at which a link was congested, ascending.
func (j *judge) congested(point string, mbps float64) []int64 {
	seen := map[int64]bool{}
	for _, c := range j.captures {
		if c.Point != point || c.Step <= 0 || mbps <= 0 {
			continue
		}
		for i, b := range c.AtBytes {
			if float64(b)*8/float64(c.Step) >= j.o.Congested*mbps*1e6 {
				for s := range min(c.Step, maxStep) {
					seen[c.At[i]+s] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// maxStep bounds how many seconds of one bucket are listed.
const maxStep = 4096

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

// lost judges the RTP packets that a class lost against what best effort retransmitted. A class that is preferred loses next to nothing; half of what best
// effort loses is no preference, for calls send evenly and transfers in bursts.
func lost(mine, theirs *treated) (string, string) {
	n, l := mine.worse()
	a, b := float64(l)/float64(max(1, n)), float64(theirs.again)/float64(max(1, theirs.segments))
	p := twoProportions(l, n, theirs.again, theirs.segments)
	why := fmt.Sprintf("%.2f %% of %d RTP packets lost, %.2f %% of best effort's segments retransmitted, p = %.2g", 100*a, n, 100*b, p)
	switch {
	case a < b/4 && p < 0.01:
		return "effective", why
	case a >= b/2:
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
		verdict, why = waited(a, b, fmt.Sprintf("%s to %s: %d packets wait %.1f ms on average, %d of best effort %.1f ms", w.from, w.to, m.n, a/1e6, o.n, b/1e6))
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

func (j *judge) ineffective(c *Class) analyses.Finding {
	f := analyses.NewFinding("qos/ineffective", analyses.High, 0.8, fmt.Sprintf("class %s (%s) fares no better than best effort under congestion: %s", c.Name, names(c.DSCP), c.Why),
		analyses.Subject{Kind: "class", ID: c.Name, Label: c.Name})
	return j.about(f, c)
}

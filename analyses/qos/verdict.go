package qos

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

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
	buckets        []int64
	samples, sum   int64
	least, most    int64
	packets, again int64 // TCP packets, and retransmissions among them
	rtp, lost      int64 // expected RTP packets, and lost ones
	jitter         float64
	jitterPackets  int64
}

func (t *treated) add(o *treated) {
	if o.samples > 0 && (t.samples == 0 || o.least < t.least) {
		t.least = o.least
	}
	t.buckets = append(t.buckets, o.buckets...)
	t.samples += o.samples
	t.sum += o.sum
	t.most = max(t.most, o.most)
	t.packets += o.packets
	t.again += o.again
	t.rtp += o.rtp
	t.lost += o.lost
	t.jitter += o.jitter
	t.jitterPackets += o.jitterPackets
}

// path is a pair of zones, whichever way.
type path [2]string

func pathOf(a, b string) path { return path{min(a, b), max(a, b)} }

// bestEffort reports whether a class gets no preference: unmarked or lower effort.
func bestEffort(c class) bool {
	return len(c.dscp) > 0 && !slices.ContainsFunc(c.dscp, func(d int64) bool { return d > 1 && d != 8 })
}

// classes sums up each class and judges whether its mark changes its treatment.
func (j *judge) classes(streams []Stream) ([]Class, []analyses.Finding) {
	n := len(j.plan.classes)
	packets, bytes := make([]int64, n), make([]int64, n)
	type pair struct {
		pairKey
	}
	weight := map[pair]map[int]int64{} // packets of each class by client, service and application
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
		k := pair{pairKey{r.Client, r.Service, r.Application}}
		if weight[k] == nil {
			weight[k] = map[int]int64{}
		}
		weight[k][c] += r.Packets
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
		c, best := -1, int64(0)
		for k := range n {
			if w := weight[pair{pairKey{r.Client, r.Service, r.Application}}][k]; w > best {
				c, best = k, w
			}
		}
		if c < 0 {
			continue
		}
		z := j.zones(r.Client, r.Server)
		t := treated{buckets: r.RTTBuckets, samples: r.RTTCount, sum: r.RTTSum, least: r.RTTMin, most: r.RTTMax}
		if r.Transport == "tcp" {
			t.packets, t.again = r.Packets, r.Retransmitted
		}
		note(c, pathOf(z[0], z[1]), &t)
	}
	for i := range j.streams {
		s := &j.streams[i]
		c := j.class(s, streams[i].DSCP)
		if c < 0 {
			continue
		}
		t := treated{rtp: s.Expected, lost: s.Lost}
		if s.ClockKnown && s.ClockRate != videoRate {
			t.jitter, t.jitterPackets = s.JitterMean*float64(s.Packets), s.Packets
		}
		note(c, j.streamPath(s), &t)
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
		if t.rtp > 0 {
			x.LossPct = round3(100 * float64(t.lost) / float64(t.rtp))
		}
		x.Verdict, x.Why = j.effect(c, byPath, busy)
		x.Reservation = Reservation{Verdict: "untested"}
		if d := j.plan.classes[c].declared; d != nil {
			x.Reservation.Declared = d.ReservedMbps
		}
		if x.Verdict == "ineffective" {
			fs = append(fs, j.ineffective(&x))
		}
		out = append(out, x)
	}
	return out, fs
}

func (j *judge) streamPath(s *graph.Stream) path {
	var z [2]string
	for i, a := range []string{s.Src, s.Dst} {
		z[i] = j.site.Zone(graph.DefaultContext, addressOf(a), "")
	}
	return pathOf(z[0], z[1])
}

// busyLinks reports whether a declared link was congested, and whether any capacity is declared.
func (j *judge) busyLinks() (busy bool) {
	for _, l := range j.site.Intent.Links {
		for _, c := range j.captures {
			if c.Point != l.Point || c.Step == 0 {
				continue
			}
			for _, b := range c.AtBytes {
				if float64(b)*8/float64(c.Step) >= j.o.Congested*l.CapacityMbps*1e6 {
					return true
				}
			}
		}
	}
	return false
}

// effect judges a class against best effort on the paths that both took.
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
	if mine.samples+mine.rtp < j.o.MinSamples {
		return "insufficient", fmt.Sprintf("%d samples of the class beside best effort", mine.samples+mine.rtp)
	}
	again := float64(theirs.again) / float64(max(1, theirs.packets))
	inflated := theirs.samples >= j.o.MinSamples && quantile(theirs.buckets, 0.95, theirs.least, theirs.most) > 3*float64(max(theirs.least, 1e6))
	lossy := theirs.packets >= j.o.MinSamples && again > j.o.Retransmits
	if !busy && !lossy && !inflated {
		return "untested", "no congestion was measured"
	}
	switch {
	case mine.rtp > 0 && lossy:
		loss := float64(mine.lost) / float64(mine.rtp)
		p := twoProportions(mine.lost, mine.rtp, theirs.again, theirs.packets)
		why = fmt.Sprintf("loss %.2f %% against %.2f %% retransmitted of best effort, p = %.3g", 100*loss, 100*again, p)
		if loss < again/2 && p < 0.01 {
			return "effective", why
		}
		if loss >= again*0.8 {
			return "ineffective", why
		}
		return "insufficient", why
	case mine.samples >= j.o.MinSamples && theirs.samples >= j.o.MinSamples:
		a, b := quantile(mine.buckets, 0.95, mine.least, mine.most)/1e6, quantile(theirs.buckets, 0.95, theirs.least, theirs.most)/1e6
		why = fmt.Sprintf("95th percentile of the round trip %.1f ms against %.1f ms of best effort", a, b)
		if a < 0.7*b {
			return "effective", why
		}
		if a >= 0.9*b {
			return "ineffective", why
		}
		return "insufficient", why
	}
	return "insufficient", "nothing of best effort compares with the class"
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
	return 2 * distuv.UnitNormal.Survival(z)
}

func (j *judge) ineffective(c *Class) analyses.Finding {
	f := analyses.NewFinding("qos/ineffective", analyses.High, 0.8, fmt.Sprintf("class %s (%s) fares no better than best effort under congestion: %s", c.Name, names(c.DSCP), c.Why),
		analyses.Subject{Kind: "class", ID: c.Name, Label: c.Name})
	f.Count = c.Packets
	var witness []string
	for i := range j.marks {
		r := &j.marks[i]
		if slices.Contains(c.DSCP, r.DSCP) {
			witness = analyses.Union(witness, r.Witness, maxList)
			if f.First == 0 || r.First < f.First {
				f.First = r.First
			}
			f.Last = max(f.Last, r.Last)
		}
	}
	filter := ""
	for _, d := range c.DSCP {
		if filter != "" {
			filter += " || "
		}
		filter += fmt.Sprintf("ip.dsfield.dscp == %d", d)
	}
	f.Evidence = analyses.EvidenceOf(witness, filter)
	return f
}

package qos

import (
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

// classOf returns the class of most packets of a client–service pair, or -1.
func (j *judge) classOf(k pairKey) int {
	if c, ok := j.heaviest[k]; ok {
		return c
	}
	return -1
}

// classes sums up each class and judges whether its mark changes its treatment.
func (j *judge) classes(streams []Stream) ([]Class, []analyses.Finding) {
	n := len(j.plan.classes)
	packets, bytes := make([]int64, n), make([]int64, n)
	j.heaviest = map[pairKey]int{}
	weight := make([]int64, n) // packets of the pair
	for i := range j.marks {
		r := &j.marks[i]
		k := pairKey{r.Client, r.Service, r.Application}
		c := j.plan.match(j.subject(r))
		if c < 0 {
			c = j.plan.marked(r.DSCP)
		}
		if c >= 0 {
			packets[c] += r.Packets
			bytes[c] += r.Bytes
			weight[c] += r.Packets
		}
		if i+1 < len(j.marks) && k == (pairKey{j.marks[i+1].Client, j.marks[i+1].Service, j.marks[i+1].Application}) {
			continue
		}
		best := 0 // among equals the first
		for c, w := range weight {
			if w > weight[best] {
				best = c
			}
		}
		if n > 0 && weight[best] > 0 {
			j.heaviest[k] = best
		}
		clear(weight)
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
			if float64(b+c.Again(i))*8/float64(c.Step) >= j.o.Congested*mbps*1e6 {
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

func (j *judge) ineffective(c *Class) analyses.Finding {
	f := analyses.NewFinding("qos/ineffective", analyses.High, 0.8, fmt.Sprintf("class %s (%s) fares no better than best effort under congestion: %s", c.Name, names(c.DSCP), c.Why),
		analyses.Subject{Kind: "class", ID: c.Name, Label: c.Name})
	return j.about(f, c)
}

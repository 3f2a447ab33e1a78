package qos

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// reserved loads the rates of services in classes that have a reservation.
func (j *judge) reserved(ctx context.Context, q graph.Querier, p graph.Params) (err error) {
	services := map[string]bool{}
	for i := range j.marks {
		r := &j.marks[i]
		c := j.plan.match(j.subject(r))
		if c < 0 {
			c = j.plan.marked(r.DSCP)
		}
		if c >= 0 && j.plan.classes[c].declared != nil && j.plan.classes[c].declared.ReservedMbps > 0 {
			services[r.Service.String()] = true
		}
	}
	if len(services) == 0 {
		return nil
	}
	p.Args = map[string]any{"services": slices.Sorted(maps.Keys(services))}
	j.rates, err = Rates.All(ctx, q, p)
	return err
}

// leastCongested is for how many seconds a link must be congested within a bucket, or the bucket as a whole, to be contention.
const leastCongested = 5

// starvedShare is the share of a class's packets that must have been lost for it to have wanted more than it got, and slack what a class may
// miss of its reservation.
const (
	starvedShare = 0.01
	slack        = 0.9
)

// reservation compares what a class got while a declared link was congested with what it reserved: the 5th percentile over the buckets of time in
// which there was contention, less the share of its packets that was lost. A class that lost nothing got what it wanted.
func (j *judge) reservation(c int) Reservation {
	r := Reservation{Verdict: "untested"}
	d := j.plan.classes[c].declared
	if d == nil || d.ReservedMbps <= 0 {
		return r
	}
	r.Declared = d.ReservedMbps
	lost, ok := j.lostShare(c)
	rates := j.contended(c)
	if len(rates) == 0 || !ok {
		return r
	}
	slices.Sort(rates)
	r.Delivered = round3(rates[max(0, int(math.Ceil(0.05*float64(len(rates))))-1)] * (1 - lost))
	r.Verdict = "met"
	if lost > starvedShare && r.Delivered < slack*r.Declared {
		r.Verdict = "violated"
	}
	return r
}

// contended returns the rate of a class, in Mb/s, in each bucket of time in which a declared link that it crosses was congested.
func (j *judge) contended(c int) []float64 {
	bytes := map[int64]int64{}
	var step int64 = 1
	for i := range j.rates {
		if r := &j.rates[i]; j.classOf(pairKey{r.Client, r.Service, r.Application}) == c {
			step = max(step, r.Step)
		}
	}
	for i := range j.rates {
		if r := &j.rates[i]; j.classOf(pairKey{r.Client, r.Service, r.Application}) == c {
			bytes[r.At-r.At%step] += r.Up + r.Down
		}
	}
	busy := j.contention(c, step)
	first, last := j.span(c)
	var rates []float64
	for _, at := range slices.Sorted(maps.Keys(bytes)) {
		if busy[at] < min(leastCongested, step) {
			continue
		}
		from, to := max(first, graph.Time(at*1e9)), min(last, graph.Time((at+step)*1e9))
		if seconds := to.Seconds(from); seconds >= 1 {
			rates = append(rates, float64(bytes[at])*8/seconds/1e6)
		}
	}
	return rates
}

// contention counts the congested seconds of the links that a class crosses, by bucket.
func (j *judge) contention(c int, step int64) map[int64]int64 {
	points := map[string]bool{}
	for i := range j.treatment {
		if r := &j.treatment[i]; j.classOf(pairKey{r.Client, r.Service, r.Application}) == c {
			for _, p := range r.Points {
				points[p] = true
			}
		}
	}
	busy := map[int64]int64{}
	for _, l := range j.site.Intent.Links {
		if points[l.Point] {
			for _, s := range j.congested(l.Point, l.CapacityMbps) {
				busy[s-s%step]++
			}
		}
	}
	return busy
}

// span returns the first and the last packet of a class.
func (j *judge) span(c int) (first, last graph.Time) {
	for i := range j.treatment {
		if r := &j.treatment[i]; j.classOf(pairKey{r.Client, r.Service, r.Application}) == c {
			if last == 0 || r.First < first {
				first = r.First
			}
			last = max(last, r.Last)
		}
	}
	return first, last
}

// lostShare returns the share of a class's packets that were lost: between two capture points, of its RTP, or as its retransmissions show; the greatest
// of these. It is not ok where nothing of the class could show loss.
func (j *judge) lostShare(c int) (share float64, ok bool) {
	var seen, missing, segments, again int64
	for i := range j.treatment {
		r := &j.treatment[i]
		if j.classOf(pairKey{r.Client, r.Service, r.Application}) != c {
			continue
		}
		if n, measured := j.missing(r); measured {
			seen, missing = seen+r.Packets, missing+n
		}
		if r.Transport == "tcp" {
			segments, again = segments+r.Packets, again+r.Retransmitted
		}
	}
	var expected, lost int64
	for i := range j.streams {
		if s := &j.streams[i]; j.class(s, mostMarked(s)) == c {
			expected, lost = expected+s.Expected, lost+s.Lost
		}
	}
	for _, x := range [][2]int64{{missing, seen}, {again, segments}, {lost, expected}} {
		if x[1] >= j.o.MinSamples {
			share, ok = max(share, float64(x[0])/float64(x[1])), true
		}
	}
	return share, ok
}

// missing returns how many packets between a client and a service were not seen as often as the others were, where captures at several points cover the
// whole time: they were lost on the way. More than half cannot be told from another path.
func (j *judge) missing(r *TreatmentRow) (packets int64, ok bool) {
	if len(r.Points) < 2 || r.Packets == 0 || r.Copies == 0 {
		return 0, false
	}
	for _, p := range r.Points {
		covered := slices.ContainsFunc(j.captures, func(c graph.Capture) bool {
			return c.Point == p && c.First <= r.First+graph.Time(overlap) && c.Last >= r.Last-graph.Time(overlap)
		})
		if !covered {
			return 0, false
		}
	}
	times := (r.Copies + r.Packets - 1) / r.Packets // how often the others were seen again
	n := times*r.Packets - r.Copies
	return n, 2*n <= r.Packets
}

// overlap is how much earlier, in nanoseconds, one capture may end, and later begin, than what is compared.
const overlap = 1e9

func (j *judge) violated(c *Class) analyses.Finding {
	r := c.Reservation
	text := fmt.Sprintf("class %s got %.3g Mb/s (5th percentile) of %.3g Mb/s reserved while the link was congested", c.Name, r.Delivered, r.Declared)
	f := analyses.NewFinding("qos/reservation-violated", analyses.High, 0.8, text, analyses.Subject{Kind: "class", ID: c.Name, Label: c.Name})
	return j.about(f, c)
}

// about adds to a finding on a class when it was seen and its packets.
func (j *judge) about(f analyses.Finding, c *Class) analyses.Finding {
	k := slices.IndexFunc(j.plan.classes, func(x class) bool { return x.name == c.Name })
	f.Count = max(1, c.Packets)
	var witness []string
	for i := range j.marks {
		r := &j.marks[i]
		if cmp.Or(j.plan.match(j.subject(r))+1, j.plan.marked(r.DSCP)+1) != k+1 {
			continue
		}
		witness = analyses.Union(witness, r.Witness, maxList)
		if f.First == 0 || r.First < f.First {
			f.First = r.First
		}
		f.Last = max(f.Last, r.Last)
	}
	f.Evidence = analyses.EvidenceOf(witness, markFilter(c.DSCP))
	return f
}

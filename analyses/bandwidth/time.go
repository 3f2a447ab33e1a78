package bandwidth

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"netscope.example/nsgraph/graph"
)

func round6(x float64) float64 { return math.Round(x*1e6) / 1e6 }

func at(seconds int64) graph.Time { return graph.Time(seconds * 1e9) }

// carried is merge of what loads a link: what another capture point saw before, too.
func carried(captures []graph.Capture, p graph.Params) Series {
	all := make([]graph.Capture, len(captures))
	for i, c := range captures {
		c.AtBytes = slices.Clone(c.AtBytes)
		for n := range c.AtBytes {
			c.AtBytes[n] += c.Again(n)
		}
		all[i] = c
	}
	return merge(all, p, 0)
}

// merge adds the timelines of captures, at the coarsest of their steps, and coarser still until at most limit points remain; 0 is no limit. Buckets outside
// the window of p are left out.
func merge(captures []graph.Capture, p graph.Params, limit int) Series {
	var step int64 = 1
	for _, c := range captures {
		step = max(step, c.Step)
	}
	from, to := p.Window()
	for {
		points := map[int64]*Point{}
		for i := range captures {
			c := &captures[i]
			for n, t := range c.At {
				if at(t+c.Step) <= from || at(t) >= to || c.AtBytes[n] == 0 && c.AtPackets[n] == 0 {
					continue
				}
				k := t - t%step
				if points[k] == nil {
					points[k] = &Point{At: at(k)}
				}
				points[k].Bytes += c.AtBytes[n]
				points[k].Packets += c.AtPackets[n]
			}
		}
		if limit > 0 && len(points) > limit {
			step *= 2
			continue
		}
		s := Series{Step: step, Points: make([]Point, 0, len(points))}
		for _, k := range slices.Sorted(maps.Keys(points)) {
			s.Points = append(s.Points, *points[k])
		}
		return s
	}
}

// total sums up a series; the mean is over the span of the captures' packets.
func total(s Series, captures []graph.Capture) Total {
	t := Total{PeakFor: s.Step}
	for i := range s.Points {
		p := &s.Points[i]
		t.Bytes += p.Bytes
		t.Packets += p.Packets
		if bps := bps(p.Bytes, s.Step); bps > t.Peak {
			t.Peak, t.PeakAt = bps, &p.At
		}
	}
	var first, last graph.Time
	for _, c := range captures {
		if c.Packets > 0 {
			if first == 0 || c.First < first {
				first = c.First
			}
			last = max(last, c.Last)
		}
	}
	if n := len(s.Points); n > 0 {
		first, last = max(first, s.Points[0].At), min(last, s.Points[n-1].At+at(s.Step))
	}
	if d := last.Seconds(first); d > 0 {
		t.Mean = math.Round(float64(t.Bytes) * 8 / d)
	}
	return t
}

func bps(bytes, seconds int64) float64 { return float64(bytes) * 8 / float64(seconds) }

// maxPeaks is how many busy periods are reported, leastPeak the share of all bytes that each must hold, and minSteps how many steps of time
// it takes to speak of busy and quiet ones.
const (
	maxPeaks  = 3
	leastPeak = 0.1
	minSteps  = 10
)

// peaks finds periods in which the traffic lies two standard deviations above its mean, and at twice the mean at least, the busiest first.
func peaks(s Series, apps []TimelineRow) []Peak {
	out := []Peak{}
	if len(s.Points) == 0 {
		return out
	}
	span := int64(s.Points[len(s.Points)-1].At-s.Points[0].At)/1e9/s.Step + 1
	if span < minSteps {
		return out
	}
	var sum, squares float64
	for _, p := range s.Points {
		sum += float64(p.Bytes)
		squares += float64(p.Bytes) * float64(p.Bytes)
	}
	mean := sum / float64(span) // steps without traffic count as zero
	limit := max(2*mean, mean+2*math.Sqrt(max(0, squares/float64(span)-mean*mean)))
	var run []Point
	flush := func() {
		if len(run) > 0 {
			out = append(out, peak(run, s.Step, apps))
			run = nil
		}
	}
	for _, p := range s.Points {
		if float64(p.Bytes) <= limit || len(run) > 0 && p.At != run[len(run)-1].At+at(s.Step) {
			flush()
		}
		if float64(p.Bytes) > limit {
			run = append(run, p)
		}
	}
	flush()
	out = slices.DeleteFunc(out, func(p Peak) bool { return p.Mean*p.To.Seconds(p.From)/8 < leastPeak*sum })
	slices.SortStableFunc(out, func(a, b Peak) int { return cmp.Compare(b.Mean, a.Mean) })
	return out[:min(len(out), maxPeaks)]
}

func peak(run []Point, step int64, apps []TimelineRow) Peak {
	var bytes int64
	for _, p := range run {
		bytes += p.Bytes
	}
	from, to := run[0].At, run[len(run)-1].At+at(step)
	return Peak{From: from, To: to, Mean: math.Round(bps(bytes, int64(to-from)/1e9)), Top: top(apps, from, to)}
}

// top returns the application with the most bytes in [from, to).
func top(apps []TimelineRow, from, to graph.Time) string {
	sum := map[string]int64{}
	for _, a := range apps {
		if at(a.At) >= from && at(a.At) < to {
			sum[cmp.Or(a.Application, "unknown")] += a.Bytes
		}
	}
	if l := largest(sum); len(l) > 0 {
		return l[0].Name
	}
	return ""
}

// day is a day in seconds, lastDay the one (in 2262) after which no time is told, and leastCover how many seconds of a day must have been
// captured for it to count.
const (
	day        = 86400
	lastDay    = math.MaxInt64 / 1_000_000_000 / day
	leastCover = day / 2
)

// daily returns the mean rate, in bits per second, of each day (UTC) of which at least half was captured, by the number of the day.
func daily(s Series, captures []graph.Capture) (days, rates []float64) {
	covered, bytes := map[int64]float64{}, map[int64]int64{}
	for _, span := range spans(captures) {
		for from := span[0]; from < span[1]; {
			d := int64(from) / 1e9 / day
			to := span[1]
			if d < lastDay {
				to = min(to, at((d+1)*day))
			}
			covered[d] += to.Seconds(from)
			from = to
		}
	}
	for _, p := range s.Points {
		bytes[int64(p.At)/1e9/day] += p.Bytes
	}
	for _, d := range slices.Sorted(maps.Keys(covered)) {
		if covered[d] >= leastCover {
			days, rates = append(days, float64(d)), append(rates, float64(bytes[d])*8/covered[d])
		}
	}
	return days, rates
}

// spans returns the times that captures cover, without overlaps, ascending.
func spans(captures []graph.Capture) (out [][2]graph.Time) {
	for _, c := range captures {
		if c.Packets > 0 && c.Last > c.First {
			out = append(out, [2]graph.Time{c.First, c.Last})
		}
	}
	slices.SortFunc(out, func(a, b [2]graph.Time) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	n := 0
	for _, s := range out {
		if n > 0 && s[0] <= out[n-1][1] {
			out[n-1][1] = max(out[n-1][1], s[1])
			continue
		}
		out[n] = s
		n++
	}
	return out[:n]
}

// leastDays is how many days a line needs: with fewer, the hour of the day decides.
const leastDays = 3

// trend fits a line through the daily rates, of which there must be leastDays.
func trend(s Series, captures []graph.Capture) Trend {
	days, rates := daily(s, captures)
	if len(days) < leastDays {
		return Trend{}
	}
	slope, r2, _ := line(days, rates)
	return Trend{Slope: math.Round(slope), Confidence: round6(r2)}
}

// line fits y = a + slope·x by least squares, and returns the share of the variance that it explains and its value at the last x.
func line(xs, ys []float64) (slope, r2, last float64) {
	alpha, beta := stat.LinearRegression(xs, ys, nil, false)
	r2 = stat.RSquared(xs, ys, nil, alpha, beta)
	if math.IsNaN(r2) || r2 < 0 {
		r2 = 0 // nothing varies
	}
	return beta, r2, alpha + beta*xs[len(xs)-1]
}

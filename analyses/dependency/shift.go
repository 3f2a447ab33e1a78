package dependency

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// ShiftRules are the rules that Shifts can raise.
func ShiftRules() []string {
	return []string{"dependency/client-set-shift", "dependency/volume-shift", "dependency/latency-shift"}
}

// What a change of a service against its own past needs.
const (
	regularTimes  = 3    // conversations of a regular client, and those that it would have had in the other window
	regularBack   = 0.8  // probability with which a regular client comes back
	unlikely      = 0.01 // probability of what chance does not explain
	fewestClients = 4    // of which each has a volume of its own; the ranks of fewer cannot differ significantly
	volumeTimes   = 12   // conversations in each window
	volumeRatio   = 2.0  // of the medians; less is a difference, no shift
	latencyTimes  = 30   // conversations and round trips in each window
	latencyRatio  = 2.0
	latencyLeast  = 5e6 // nanoseconds
)

// inWindow is one service in one window.
type inWindow struct {
	id      graph.ID
	label   string
	service *graph.Service
	clients map[graph.ID]*fromClient
	times   int64 // conversations
	rtts    [120]int64
	samples int64
	first   graph.Time
	last    graph.Time
	witness []string
}

// fromClient is what one client exchanged with it.
type fromClient struct {
	conversations, bytes int64
}

// Shifts returns what changed significantly about services that both windows hold: who uses them, how much a conversation carries, and how soon what is
// sent is acknowledged. What has too few samples is left out.
func Shifts(before, after *graph.View) []analyses.Finding {
	olds, news := windowOf(before), windowOf(after)
	spanOld, spanNew := covered(before), covered(after)
	fs := []analyses.Finding{}
	if spanOld <= 0 || spanNew <= 0 {
		return fs
	}
	for _, id := range slices.SortedFunc(maps.Keys(olds), graph.ID.Compare) {
		o, n := olds[id], news[id]
		if n == nil {
			continue
		}
		for _, shift := range []func(o, n *inWindow) (rule, text string, confidence float64){
			func(o, n *inWindow) (string, string, float64) { return clientShift(o, n, spanNew/spanOld) }, volumeShift, latencyShift,
		} {
			if rule, text, confidence := shift(o, n); rule != "" {
				f := analyses.NewFinding(rule, analyses.Low, analyses.Round(confidence), text, analyses.Subject{Kind: "service", ID: id.String(), Label: n.label})
				f.First, f.Last, f.Count = n.first, n.last, n.times
				s := n.service
				f.Evidence = analyses.EvidenceOf(append(slices.Clone(n.witness), o.witness...), analyses.ServiceFilter(s.Address, s.Transport, s.Port))
				fs = append(fs, f)
			}
		}
	}
	analyses.SortFindings(fs)
	return fs
}

// covered returns for how many seconds a view shows communication.
func covered(v *graph.View) float64 {
	first, last := graph.Forever, graph.Time(0)
	for i := range v.Uses {
		first, last = min(first, v.Uses[i].From), max(last, v.Uses[i].To-1)
	}
	return last.Seconds(first)
}

// windowOf sums up the services of a view that answer over ports, secondary channels left out.
func windowOf(v *graph.View) map[graph.ID]*inWindow {
	at := map[graph.ID]*inWindow{}
	for i := range v.Uses {
		u := &v.Uses[i]
		s := v.Service(u.Dst)
		if s == nil || s.Port == 0 || u.Established == 0 || u.Parent != "" || u.Certainty < 0.7 || s.Address.IsMulticast() || u.Application == "rtp" || u.Application == "rtcp" {
			continue
		}
		w := at[u.Dst]
		if w == nil {
			w = &inWindow{id: u.Dst, service: s, label: analyses.ServiceLabel(s.Address, s.Transport, s.Port), clients: map[graph.ID]*fromClient{}, first: u.From, last: u.To - 1}
			at[u.Dst] = w
		}
		c := w.clients[u.Src]
		if c == nil {
			c = &fromClient{}
			w.clients[u.Src] = c
		}
		c.conversations += u.Conversations
		c.bytes += u.BytesUp + u.BytesDown
		w.times += u.Conversations
		w.first, w.last = min(w.first, u.From), max(w.last, u.To-1)
		w.witness = analyses.Union(w.witness, u.Witness, maxList)
		for i := 0; i+1 < len(u.RTTBuckets); i += 2 {
			if b := u.RTTBuckets[i]; 0 <= b && b < int64(len(w.rtts)) {
				w.rtts[b] += u.RTTBuckets[i+1]
				w.samples += u.RTTBuckets[i+1]
			}
		}
	}
	return at
}

// clientShift compares who asks. Clients that ask again and again in one window, for long enough that they would in the other, come back with a high
// probability; how few of them do must be beyond chance on both sides.
func clientShift(o, n *inWindow, longer float64) (rule, text string, confidence float64) {
	gone, regular := missing(o, n, longer)
	fresh, settled := missing(n, o, 1/longer)
	p, q := atMost(regular-gone, regular, regularBack), atMost(settled-fresh, settled, regularBack)
	if gone < 3 || fresh < 3 || 2*gone < regular || 2*fresh < settled || p > unlikely || q > unlikely {
		return "", "", 0
	}
	return "dependency/client-set-shift", fmt.Sprintf("%s: %d of its %d regular clients ask no more, and %d of %d are new", n.label, gone, regular, fresh, settled), 1 - max(p, q)
}

// missing counts the regular clients of a window that the other one, so many times as long, must show, and those of them that it does not.
func missing(w, other *inWindow, longer float64) (gone, regular int) {
	for id, c := range w.clients {
		if c.conversations >= regularTimes && float64(c.conversations)*longer >= regularTimes {
			regular++
			if other.clients[id] == nil {
				gone++
			}
		}
	}
	return gone, regular
}

// atMost returns the probability of k or fewer of n successes of probability p each.
func atMost(k, n int, p float64) float64 {
	sum, term := 0.0, math.Pow(1-p, float64(n))
	for i := 0; i <= k; i++ {
		sum += term
		term *= float64(n-i) / float64(i+1) * p / (1 - p)
	}
	return min(sum, 1)
}

// volumeShift compares how much a conversation of each client carries, by rank (Mann and Whitney, 1947).
func volumeShift(o, n *inWindow) (rule, text string, confidence float64) {
	a, b := o.volumes(), n.volumes()
	if len(a) < fewestClients || len(b) < fewestClients || o.times < volumeTimes || n.times < volumeTimes {
		return "", "", 0
	}
	x, y := median(a), median(b)
	p := ranks(a, b)
	if max(x, y) < volumeRatio*min(x, y) || p > max(unlikely, leastP(len(a), len(b))) {
		return "", "", 0
	}
	return "dependency/volume-shift", fmt.Sprintf("%s: a conversation carries %.0f bytes, was %.0f (median of %d clients, was %d)", n.label, y, x, len(b), len(a)), 1 - p
}

// volumes returns the bytes in a conversation of each client, ascending.
func (w *inWindow) volumes() []float64 {
	var v []float64
	for _, c := range w.clients {
		if c.conversations > 0 {
			v = append(v, float64(c.bytes)/float64(c.conversations))
		}
	}
	slices.Sort(v)
	return v
}

func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// leastP is the smallest two-sided probability that ranks of so many can have: all of one side below all of the other.
func leastP(m, n int) float64 {
	ways := 1.0
	for i := 1; i <= n; i++ {
		ways *= float64(m+i) / float64(i)
	}
	return 2 / ways * (1 + 1e-9)
}

// ranks returns the two-sided probability that two samples of one distribution differ in rank as these do: exactly where they do not overlap, else by
// the normal approximation.
func ranks(a, b []float64) float64 {
	u := 0.0 // pairs in which b is larger
	for _, x := range a {
		for _, y := range b {
			switch cmp.Compare(y, x) {
			case 1:
				u++
			case 0:
				u += 0.5
			}
		}
	}
	m, n := float64(len(a)), float64(len(b))
	if u == 0 || u == m*n {
		return leastP(len(a), len(b))
	}
	z := (math.Abs(u-m*n/2) - 0.5) / math.Sqrt(m*n*(m+n+1)/12)
	return min(1, math.Erfc(max(0, z)/math.Sqrt2))
}

// latencyShift compares the distributions of round-trip times (Kolmogorov and Smirnov). Those of one conversation depend on each other, so that the
// conversations are the sample.
func latencyShift(o, n *inWindow) (rule, text string, confidence float64) {
	if min(o.samples, o.times) < latencyTimes || min(n.samples, n.times) < latencyTimes {
		return "", "", 0
	}
	d, x, y := 0.0, 0.0, 0.0
	for i := range o.rtts {
		x += float64(o.rtts[i]) / float64(o.samples)
		y += float64(n.rtts[i]) / float64(n.samples)
		d = max(d, math.Abs(x-y))
	}
	k, l := float64(min(o.samples, o.times)), float64(min(n.samples, n.times))
	p := min(1, 2*math.Exp(-2*d*d*k*l/(k+l)))
	was, is := o.quantile(0.75), n.quantile(0.75)
	if p > unlikely || max(was, is) < latencyRatio*min(was, is) || math.Abs(was-is) < latencyLeast {
		return "", "", 0
	}
	return "dependency/latency-shift", fmt.Sprintf("%s: three of four segments are acknowledged within %.1f ms, was %.1f ms (%d round trips, was %d)", n.label, is/1e6, was/1e6, n.samples, o.samples), 1 - p
}

// quantile returns the end of the bucket that holds a quantile of the round-trip times, nanoseconds.
func (w *inWindow) quantile(q float64) float64 {
	sum := int64(0)
	for i, c := range w.rtts {
		if sum += c; float64(sum) >= q*float64(w.samples) {
			return 1e3 * math.Exp2(float64(i+1)/4)
		}
	}
	return 0
}

package capture

import (
	"cmp"
	"slices"
	"strings"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/sight"
	"netscope.example/nsgraph/capture/wire"
)

// comparison finds out how far apart the clocks of sources are that saw the same packets.
//
// Method: of each source, the packets with the smallest fingerprints are kept, so that two sources keep the same ones. A packet that
// went from A to B (its TTL is lower at B) gives a difference of times that is at least B's offset; one that went from B to A, one that is at
// most B's offset. If no offset lies between, or no packets went the other way, the clocks are only corrected if they prove to be
// wrong: a packet would have arrived before it was sent, or have been on its way for more than a second. Otherwise the offset is the middle of
// what is possible, and half of that range its error.
type comparison struct {
	inputs  []*input
	samples []map[uint64]moment
	largest []uint64 // fingerprint that a source takes, at most
	keep    int      // samples of one source
	shared  []pair   // that hold the same packets, after offsets
}

// moment is when and how a source saw a packet.
type moment struct {
	at     int64
	ttl    uint8
	upward bool // from the smaller address to the larger
	twice  bool // the source saw more than one such packet, so it proves nothing
}

const (
	samplesAll    = 1 << 18 // over all sources
	samplesEach   = 1 << 14
	fewMatches    = 5  // that are believed if the offset is less than an hour
	enoughMatches = 10 // that are believed whatever the offset is
	hour          = int64(3600e9)
	longest       = int64(1e9)   // nanoseconds that no packet is on its way between two capture points
	longestLink   = int64(50e6)  // the same within one segment
	spread        = int64(200e6) // nanoseconds around the median that four of five differences must lie in
)

// newComparison compares nothing if all inputs are of one capture point.
func newComparison(inputs []*input) *comparison {
	c := &comparison{inputs: inputs}
	if len(inputs) < 2 {
		return c
	}
	c.keep = min(samplesEach, max(samplesAll/len(inputs), 64))
	c.samples = make([]map[uint64]moment, len(inputs))
	c.largest = make([]uint64, len(inputs))
	for i := range inputs {
		c.samples[i] = map[uint64]moment{}
		c.largest[i] = ^uint64(0)
	}
	return c
}

// add offers a packet of an input.
func (c *comparison) add(i int, p *wire.Packet) {
	if c.samples == nil {
		return
	}
	h, strong := sight.Fingerprint(p)
	if h > c.largest[i] || !strong && !distinct(p) {
		return
	}
	m := c.samples[i]
	if old, ok := m[h]; ok {
		old.twice = true
		m[h] = old
		return
	}
	m[h] = moment{at: p.Time, ttl: p.TTL, upward: slices.Compare(p.Src[:], p.Dst[:]) < 0}
	if len(m) > 2*c.keep {
		all := make([]uint64, 0, len(m))
		for h := range m {
			all = append(all, h)
		}
		slices.Sort(all)
		c.largest[i] = all[c.keep]
		for _, h := range all[c.keep+1:] {
			delete(m, h)
		}
	}
}

// distinct reports whether a packet without IP identification is hardly like another one: it carries new data, or begins a
// connection.
func distinct(p *wire.Packet) bool {
	switch p.Protocol {
	case fact.TCP:
		return p.PayloadLen > 0 || p.Flags&wire.SYN != 0
	case fact.UDP:
		return p.PayloadLen >= 12 // a DNS message or an RTP packet has a number of its own
	}
	return false
}

// pair is two inputs, in their canonical order, and the differences between their times for the packets that both saw.
type pair struct{ a, b int }

type difference struct {
	ns     int64 // time at b less time at a
	hops   int   // TTL at a less TTL at b
	upward bool
}

// offsets returns the nanoseconds to add to the times of each input, and how much they may be wrong.
func (c *comparison) offsets() (out, errors []int64) {
	out, errors = make([]int64, len(c.inputs)), make([]int64, len(c.inputs))
	if c.samples == nil {
		return out, errors
	}
	order := make([]int, len(c.inputs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := c.inputs[i], c.inputs[j]
		return cmp.Or(strings.Compare(a.point, b.point), strings.Compare(a.src.Path, b.src.Path))
	})
	edges := c.edges(order)
	// The pairs with the most common packets decide; what is joined already is not joined again.
	slices.SortStableFunc(edges, func(x, y edge) int { return -cmp.Compare(x.matches, y.matches) })
	group := make([]int, len(c.inputs))
	for i := range group {
		group[i] = i
	}
	for _, e := range edges {
		ga, gb := group[e.a], group[e.b]
		if ga == gb {
			continue
		}
		shift := out[e.a] - e.offset - out[e.b]
		for i := range group {
			if group[i] == gb {
				group[i] = ga
				out[i] += shift
				errors[i] += e.err
			}
		}
	}
	// The first input of each group, in canonical order, keeps its time.
	base := map[int]int64{}
	for _, i := range order {
		if _, ok := base[group[i]]; !ok {
			base[group[i]] = out[i]
		}
	}
	for i := range out {
		out[i] -= base[group[i]]
	}
	return out, errors
}

// edge is a pair with the offset of b's clock against a's.
type edge struct {
	pair
	offset  int64
	err     int64 // half of the range of possible offsets
	matches int
}

func (c *comparison) edges(order []int) []edge {
	who := map[uint64][]int{} // inputs by fingerprint, in canonical order
	for _, i := range order {
		for h, m := range c.samples[i] {
			if !m.twice {
				who[h] = append(who[h], i)
			}
		}
	}
	found := map[pair][]difference{}
	for h, l := range who {
		for x := range l {
			for _, j := range l[x+1:] {
				a, b := c.samples[l[x]][h], c.samples[j][h]
				k := pair{l[x], j}
				found[k] = append(found[k], difference{ns: b.at - a.at, hops: int(a.ttl) - int(b.ttl), upward: a.upward})
			}
		}
	}
	var out []edge
	for x, a := range order {
		for _, b := range order[x+1:] {
			if l := found[pair{a, b}]; len(l) >= fewMatches {
				if o, e, n := offset(l); n >= fewMatches && (n >= enoughMatches || o < hour && o > -hour) {
					c.shared = append(c.shared, pair{a, b})
					out = append(out, edge{pair{a, b}, o, e, n})
				}
			}
		}
	}
	return out
}

// offset estimates how much later b's clock is than a's, and the error of that, from n of the differences.
func offset(l []difference) (ns, err int64, n int) {
	slices.SortFunc(l, func(x, y difference) int { return cmp.Compare(x.ns, y.ns) })
	mid, all := l[len(l)/2].ns, len(l)
	l = slices.DeleteFunc(l, func(d difference) bool { return d.ns < mid-spread || d.ns > mid+spread })
	if len(l)*5 < all*4 {
		return 0, 0, 0 // equal packets, not the same ones
	}
	var forth, back, up, down []int64 // ascending
	for _, d := range l {
		switch {
		case d.hops > 0:
			forth = append(forth, d.ns)
		case d.hops < 0:
			back = append(back, d.ns)
		case d.upward:
			up = append(up, d.ns)
		default:
			down = append(down, d.ns)
		}
	}
	if len(up)+len(down) > len(forth)+len(back) {
		ns, err = level(up, down)
		return ns, err, len(l)
	}
	switch {
	case len(forth) == 0:
		if hi := quantile(back, 0.9); hi > 0 || hi < -longest {
			ns, err = hi, longest
		}
	case len(back) == 0:
		if lo := quantile(forth, 0.1); lo < 0 || lo > longest {
			ns, err = lo, longest
		}
	default:
		ns, err = between(quantile(back, 0.9), quantile(forth, 0.1))
	}
	return ns, err, len(l)
}

// level estimates the offset from packets that no router lies between: which of the directions leads from a to b shows by its
// larger difference.
func level(up, down []int64) (ns, err int64) {
	if len(up) == 0 || len(down) == 0 {
		l := append(up, down...)
		if m := quantile(l, 0.5); m > longestLink || m < -longestLink {
			return m, longestLink
		}
		return 0, 0
	}
	x, y := quantile(up, 0.5), quantile(down, 0.5)
	return between(min(x, y), max(x, y))
}

// between returns 0 if it is possible, lo ≤ 0 ≤ hi, else the middle and half of the range.
func between(lo, hi int64) (ns, err int64) {
	if lo > hi {
		lo, hi = hi, lo
	}
	if lo <= 0 && hi >= 0 {
		return 0, 0
	}
	return lo + (hi-lo)/2, (hi - lo) / 2
}

// quantile returns the q-quantile of the ascending l.
func quantile(l []int64, q float64) int64 { return l[int(q*float64(len(l)-1)+0.5)] }

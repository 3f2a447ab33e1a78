package capture

import (
	"slices"
	"testing"
)

const ms = int64(1e6)

func differences(hops int, upward bool, ns ...int64) []difference {
	var l []difference
	for _, n := range ns {
		l = append(l, difference{ns: n, hops: hops, upward: upward})
	}
	return l
}

func TestOffset(t *testing.T) {
	cases := []struct {
		name    string
		l       []difference
		ns, err int64
	}{
		{"one clock, router between", slices.Concat(differences(1, true, 2*ms, 3*ms, 4*ms), differences(-1, true, -2*ms, -3*ms, -5*ms)), 0, 0},
		{"410 s apart, 5 ms of way", slices.Concat(
			differences(1, true, -410_000*ms+5*ms, -410_000*ms+6*ms, -410_000*ms+9*ms), differences(-1, false, -410_000*ms-5*ms, -410_000*ms-5*ms, -410_000*ms-7*ms)), -410_000 * ms, 5 * ms},
		{"seen one way, slow but possible", differences(1, true, 80*ms, 90*ms, 85*ms), 0, 0},
		{"seen one way, before it was sent", differences(1, true, -30*ms, -20*ms, -10*ms), -30 * ms, longest},
		{"seen one way, backwards in time", differences(-1, true, 20*ms, 30*ms, 40*ms), 40 * ms, longest},
		{"one segment, 3 s apart", slices.Concat(differences(0, true, 3000*ms, 3001*ms), differences(0, false, 2999*ms, 3000*ms)), 3000*ms + ms/2, ms / 2},
		{"one segment, one way, 3 s apart", differences(0, true, 3000*ms, 3001*ms, 3002*ms), 3001 * ms, longestLink},
		{"one segment, one clock", differences(0, true, ms, 2*ms, ms), 0, 0},
		{"equal packets that are not the same", differences(0, true, 0, 900*ms, 3000*ms, 9000*ms, 12000*ms), 0, 0},
	}
	for _, c := range cases {
		ns, err, _ := offset(c.l)
		if ns != c.ns || err != c.err {
			t.Errorf("%s: %d ± %d ns, want %d ± %d", c.name, ns, err, c.ns, c.err)
		}
	}
}

// Three points in a row, of which only neighbours share packets.
func TestOffsetsChain(t *testing.T) {
	in := []*input{{point: "c", src: &Source{}}, {point: "a", src: &Source{}}, {point: "b", src: &Source{}}}
	c := newComparison(in)
	put := func(i int, h uint64, at int64, up bool) { c.samples[i][h] = moment{at: at, ttl: 64, upward: up} }
	for k := range uint64(20) {
		at := int64(k) * ms
		put(1, k, at, k%2 == 0)             // a, keeps its time
		put(2, k, at+5000*ms, k%2 == 0)     // b, 5 s late
		put(2, 100+k, at+5000*ms, k%2 == 0) // b
		put(0, 100+k, at+7000*ms, k%2 == 0) // c, 7 s late
	}
	if got, _ := c.offsets(); !slices.Equal(got, []int64{-7000 * ms, 0, -5000 * ms}) {
		t.Errorf("offsets %v", got)
	}
}

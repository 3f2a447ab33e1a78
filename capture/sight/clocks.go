package sight

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// clocks fits the TCP timestamp values (RFC 7323) of one station. A host with one clock fits one line; an address that two hosts
// share fits two; a host that starts every connection at another value (RFC 7323, section 5.4) fits none, and then says nothing.
type clocks struct {
	c      [2]clock
	n      uint8
	misfit uint32
}

// clock is one line through samples: the first and the last decide its rate.
type clock struct {
	at, last   int64 // nanoseconds
	base, tail uint32
	rate       float64 // ticks per second; 0 until two samples lie far enough apart
	count      uint64
}

const (
	minRate, maxRate = 0.5, 1200.0 // ticks per second that RFC 7323 allows: 1 ms to 1 s a tick
	apart            = int64(2e9)  // nanoseconds between two samples that a rate is believed from
	jitter           = 0.25        // seconds that a sample may be off its line
)

func (st *station) sample(p *wire.Packet) {
	v, ok := timestamp(p.Options)
	if !ok {
		return
	}
	if st.clocks == nil {
		st.clocks = &clocks{}
	}
	st.clocks.add(p.Time, v)
}

func (c *clocks) add(t int64, v uint32) {
	for i := range c.n {
		if c.c[i].fits(t, v) {
			return
		}
	}
	if int(c.n) == len(c.c) {
		c.misfit++
		return
	}
	c.c[c.n] = clock{at: t, last: t, base: v, tail: v, count: 1}
	c.n++
}

// fits takes the sample into c if it lies on its line.
func (c *clock) fits(t int64, v uint32) bool {
	dt := float64(t-c.last) / 1e9
	dv := float64(int32(v - c.tail))
	if dt < 0 {
		return dv <= 0 && dv >= dt*maxRate-1
	}
	if c.rate == 0 {
		if dv < 0 || dv > (dt+jitter)*maxRate {
			return false
		}
	} else if math.Abs(dv-dt*c.rate) > jitter*c.rate+dt*c.rate/1000+1 {
		return false
	}
	c.last, c.tail = t, v
	c.count++
	if t-c.at >= apart {
		if r := float64(v-c.base) / (float64(t-c.at) / 1e9); r >= minRate && r <= maxRate {
			c.rate = r
		}
	}
	return true
}

// facts returns the fitted clocks, those with more samples first; none if too many samples fit none of them.
func (c *clocks) facts() []fact.TimestampClock {
	if c == nil {
		return nil
	}
	var total uint64
	var out []fact.TimestampClock
	for i := range c.n {
		k := &c.c[i]
		total += k.count
		if k.rate > 0 && k.count >= 3 {
			out = append(out, fact.TimestampClock{At: fact.Time(k.at), Base: k.base, Rate: k.rate, Count: k.count})
		}
	}
	if uint64(c.misfit)*4 > total {
		return nil
	}
	slices.SortStableFunc(out, func(a, b fact.TimestampClock) int { return -cmp.Compare(a.Count, b.Count) })
	return out
}

// timestamp finds TSval in TCP options.
func timestamp(b []byte) (uint32, bool) {
	for len(b) >= 2 {
		if b[0] == 1 { // no operation
			b = b[1:]
			continue
		}
		n := int(b[1])
		if b[0] == 0 || n < 2 || n > len(b) {
			return 0, false
		}
		if b[0] == 8 && n == 10 {
			return binary.BigEndian.Uint32(b[2:]), true
		}
		b = b[n:]
	}
	return 0, false
}

package file

import (
	"math"
	"math/bits"
)

// clock turns the 64-bit timestamps of a pcapng interface into nanoseconds since 1970.
type clock struct {
	scale  int64  // nanoseconds a unit, for units of 10^0 to 10^-9 seconds; 0: use units
	units  uint64 // units a second; 0: more than 64 bits count, and no time is known
	offset int64  // if_tsoffset in nanoseconds
}

// lastTime is the last time that is told: one nanosecond is left for the end of the interval that holds it.
const lastTime = math.MaxInt64 - 1

// microseconds is the clock of an interface without if_tsresol.
var microseconds = clock{scale: 1000, units: 1e6}

// newClock reads if_tsresol: the negative exponent of 10, or of 2 if the most significant bit is set. Resolutions finer than 64 bits
// can count tell no time: all are 0.
func newClock(resolution uint8) clock {
	n := resolution &^ 0x80
	if resolution&0x80 != 0 {
		if n > 63 {
			return clock{}
		}
		return clock{units: 1 << n}
	}
	if n > 19 {
		return clock{}
	}
	c := clock{units: 1}
	for range n {
		c.units *= 10
	}
	if n <= 9 {
		c.scale = int64(1e9 / c.units)
	}
	return c
}

// time returns the nanoseconds of t units, saturated. What would be negative if it were signed is negative: no clock has
// counted that far, but some writers start before 1970.
func (c clock) time(t uint64) int64 {
	if c.units == 0 {
		return 0
	}
	negative := t > math.MaxInt64
	if negative {
		t = -t
	}
	sec, frac := t/c.units, t%c.units
	if sec >= math.MaxInt64/1_000_000_000 {
		sec, frac = math.MaxInt64/1_000_000_000, 0
	}
	ns := int64(sec) * 1e9
	if c.scale != 0 {
		ns += int64(frac) * c.scale
	} else {
		hi, lo := bits.Mul64(frac, 1e9)
		q, _ := bits.Div64(hi, lo, c.units) // frac < units, so the quotient is below 1e9
		ns += int64(q)
	}
	if negative {
		ns = -ns
	}
	switch sum := ns + c.offset; {
	case c.offset > 0 && sum < ns:
		return lastTime
	case c.offset < 0 && sum > ns:
		return math.MinInt64
	default:
		return min(sum, lastTime)
	}
}

// seconds returns n seconds in nanoseconds, saturated.
func seconds(n int64) int64 {
	switch {
	case n > math.MaxInt64/1_000_000_000:
		return math.MaxInt64
	case n < math.MinInt64/1_000_000_000:
		return math.MinInt64
	}
	return n * 1e9
}

package file

import (
	"math"
	"math/bits"
)

// clock turns the 64-bit timestamps of a pcapng interface into nanoseconds since 1970.
type clock struct {
	scale  int64  // nanoseconds a unit, for units of 10^0 to 10^-9 seconds; 0: use units
	units  uint64 // units a second
	offset int64  // if_tsoffset in nanoseconds
}

// microseconds is the clock of an interface without if_tsresol.
var microseconds = clock{scale: 1000, units: 1e6}

// newClock reads if_tsresol: the negative exponent of 10, or of 2 if the most significant bit is set. Resolutions finer than 64 bits
// can count have no seconds: all times are 0.
func newClock(resolution uint8) clock {
	n := resolution &^ 0x80
	if resolution&0x80 != 0 {
		if n > 63 {
			return clock{units: math.MaxUint64}
		}
		return clock{units: 1 << n}
	}
	if n > 19 {
		return clock{units: math.MaxUint64}
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

// time returns the nanoseconds of t units, saturated.
func (c clock) time(t uint64) int64 {
	sec, frac := t/c.units, t%c.units
	if sec > math.MaxInt64/1_000_000_000-1 {
		return math.MaxInt64
	}
	ns := int64(sec) * 1e9
	if c.scale != 0 {
		ns += int64(frac) * c.scale
	} else {
		hi, lo := bits.Mul64(frac, 1e9)
		q, _ := bits.Div64(hi, lo, c.units) // frac < units, so the quotient is below 1e9
		ns += int64(q)
	}
	switch sum := ns + c.offset; {
	case c.offset > 0 && sum < ns:
		return math.MaxInt64
	default:
		return sum
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

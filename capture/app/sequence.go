package app

// Limits of RFC 3550, appendix A.1: what is a loss and what is another beginning.
const (
	maxDropout  = 3000
	maxMisorder = 100
)

// sequence extends 16-bit sequence numbers and finds loss, duplicates and reordering (RFC 3550, appendices A.1 and A.3).
type sequence struct {
	top    uint64 // highest extended number
	base   uint64 // the first
	done   uint64 // expected before the last restart
	window uint64 // bit i: top−i came
	bad    uint16 // the number that would confirm a restart
	isBad  bool
	run    uint64 // numbers missing in a row, just left the window
	known  int    // numbers that the window covers

	duplicates, reordered uint64
	burst, runs           uint64
}

const window = 64

func (s *sequence) start(n uint16) {
	s.top, s.base, s.window, s.known, s.isBad = 1<<16|uint64(n), 1<<16|uint64(n), 1, 1, false
}

func (s *sequence) add(n uint16) {
	step := n - uint16(s.top)
	switch {
	case step == 0:
		s.duplicates++
	case step < maxDropout:
		s.advance(uint64(step))
	case step > 1<<16-maxMisorder-1:
		back := uint64(-step)
		switch {
		case back >= window:
			s.reordered++
		case s.window&(1<<back) != 0:
			s.duplicates++
		default:
			if s.top-back >= s.base {
				s.window |= 1 << back
			}
			s.reordered++
		}
	default: // a very large jump
		if s.isBad && n == s.bad { // two in a row: the sender began anew
			d := s.expected()
			s.end()
			s.start(n - 1)
			s.done = d
			s.advance(1)
			return
		}
		s.bad, s.isBad = n+1, true
		return
	}
	s.isBad = false
}

// advance moves the window by n numbers, of which the last came.
func (s *sequence) advance(n uint64) {
	for range n {
		if s.known == window {
			s.leave(s.window>>(window-1) != 0)
		} else {
			s.known++
		}
		s.window <<= 1
	}
	s.window |= 1
	s.top += n
}

// leave takes one number out of the window: too old to come late.
func (s *sequence) leave(came bool) {
	if !came {
		s.run++
		return
	}
	if s.run > 0 {
		s.runs++
		if s.run > 1 {
			s.burst += s.run
		}
		s.run = 0
	}
}

// end closes the runs of loss. Nothing may be added after it.
func (s *sequence) end() {
	for i := s.known - 1; i >= 0; i-- {
		s.leave(s.window&(1<<i) != 0)
	}
	s.known = 0
}

// expected returns how many packets the numbers span.
func (s *sequence) expected() uint64 { return s.done + s.top - s.base + 1 }

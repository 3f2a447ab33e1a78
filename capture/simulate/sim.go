package simulate

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"netscope.example/nsgraph/capture/simulate/frame"
)

// sim is one run: the clock, the agenda, and the pool of packets. Times are nanoseconds since the run began.
type sim struct {
	agenda
	now   int64
	start time.Time // packet time of now = 0
	end   int64
	rng   *rand.Rand
	pool  []*packet
	scale float64
	seed  uint64

	sink    Sink
	err     error // of the sink; ends the run
	written uint64
	limit   uint64 // packets; 0 none

	net    *network
	flows  uint32
	rec    *recorder
	halted bool
}

// packet is a frame in flight, with what the simulation knows of it.
type packet struct {
	frame.Packet
	flow  *flow
	up    bool // sent by the flow's client
	vlan  uint16
	pcp   uint8
	root  *packet // of a copy made by flooding or fragmentation: the original; it outlives its copies
	refs  int32
	seen  uint64 // bit i: capture point i has shown it
	first bool   // some capture point has counted it
	whole *packet
	parts int // fragments that must arrive before whole does
	buf   []byte
	birth int64
	hops  uint8
	retry bool // a retransmission
	free  bool
}

func (s *sim) alloc() *packet {
	if n := len(s.pool); n > 0 {
		p := s.pool[n-1]
		s.pool = s.pool[:n-1]
		buf := p.buf
		*p = packet{buf: buf[:0], refs: 1, birth: s.now}
		return p
	}
	return &packet{refs: 1, birth: s.now, buf: make([]byte, 0, 1536)}
}

// release gives a packet back when its last holder lets go.
func (s *sim) release(p *packet) {
	p.refs--
	if p.refs > 0 || p.free {
		return
	}
	if r := p.root; r != nil {
		p.root = nil
		s.release(r)
	}
	if w := p.whole; w != nil {
		p.whole = nil
		s.release(w)
	}
	if p.Inner != nil {
		p.Inner = nil
	}
	p.free = true
	if len(s.pool) < 1<<16 {
		s.pool = append(s.pool, p)
	}
}

// clone copies p for another port; sightings of the copy count as sightings of p.
func (s *sim) clone(p *packet) *packet {
	q := s.alloc()
	buf := q.buf
	*q = *p
	q.buf, q.refs, q.free = buf, 1, false
	q.root = p
	if p.root != nil {
		q.root = p.root
	}
	q.root.refs++
	if q.whole != nil {
		q.whole.refs++
	}
	return q
}

// origin is the packet whose sightings count.
func (p *packet) origin() *packet {
	if p.root != nil {
		return p.root
	}
	return p
}

func (s *sim) after(d int64, f func()) { s.push(s.now+max(d, 0), later(f), nil) }

func (s *sim) at(t int64, f func()) { s.push(max(t, s.now), later(f), nil) }

// every runs f now + first and then each period, with jitter as a share of it, until the run ends.
func (s *sim) every(first, period int64, jitter float64, f func()) {
	var tick func()
	tick = func() {
		f()
		d := period
		if jitter > 0 {
			d += int64(float64(period) * jitter * (2*s.rng.Float64() - 1))
		}
		s.after(d, tick)
	}
	s.after(first, tick)
}

// exp draws from an exponential distribution with the given mean.
func (s *sim) exp(mean float64) float64 { return s.rng.ExpFloat64() * mean }

// size draws a size around mean: log-normal with sigma 0.5, at least 1.
func (s *sim) size(mean int) int {
	if mean <= 1 {
		return mean
	}
	return max(1, int(float64(mean)*math.Exp(0.5*s.rng.NormFloat64()-0.125)))
}

// run empties the agenda until the end.
func (s *sim) run(ctx context.Context) error {
	for n := 0; len(s.heap) > 0 && !s.halted; n++ {
		if n&0xfff == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		at, e := s.pop()
		if at > s.end {
			break
		}
		s.now = at
		e.h.fire(e.p)
		if s.err != nil {
			return s.err
		}
	}
	return nil
}

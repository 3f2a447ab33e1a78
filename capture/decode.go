package capture

import (
	"context"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"netscope.example/nsgraph/capture/control"
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/file"
	"netscope.example/nsgraph/capture/sight"
	"netscope.example/nsgraph/capture/wire"
)

// maxOpen is how many sources are read side by side; more that overlap in time wait for one of them to end.
const maxOpen = 32

// stage is the goroutine that puts the inputs in the order of time, decodes their frames and recognises copies. It hands every unit to
// every worker.
type stage struct {
	o       Options
	waiting []*input // ascending by first
	open    []*input
	tallies []*tally // by capture
	points  *points
	wire    *wire.Decoder
	window  *sight.Window
	crier   *crier
	workers []*worker
	free    chan *unit
	u       *unit
	read    atomic.Int64
	total   int64
	packets uint64
	told    time.Time
	sum     byte // of what was loaded ahead
	crowded bool // more sources overlap in time than maxOpen
}

// run feeds all inputs to the workers. It ends early when ctx does.
func (s *stage) run(ctx context.Context) {
	s.u = <-s.free
	for ctx.Err() == nil && s.step(ctx) {
	}
	for _, in := range s.open {
		if in.cur != nil {
			in.cur.release()
			in.cur = nil
		}
		for b := range in.ready {
			b.release()
		}
	}
	s.flush()
	s.tell(true)
}

// step decodes a run of packets of the input whose turn it is. It reports false when there are none left.
func (s *stage) step(ctx context.Context) bool {
	for len(s.waiting) > 0 && s.due() {
		in := s.waiting[0]
		s.waiting = s.waiting[1:]
		in.start(ctx, &s.read)
		s.open = append(s.open, in)
		s.next(in)
	}
	if len(s.open) == 0 {
		return false
	}
	at, until := 0, int64(math.MaxInt64)
	for i, in := range s.open[1:] {
		switch t := in.now(); {
		case t < s.open[at].now():
			until = s.open[at].now()
			at = i + 1
		case t < until:
			until = t
		}
	}
	if len(s.waiting) > 0 && len(s.open) < maxOpen {
		until = min(until, s.waiting[0].first)
	}
	s.decode(s.open[at], until)
	return true
}

// now returns the corrected time of the input's next packet.
func (in *input) now() int64 { return in.cur.Packets[in.pos].Time + in.clock }

// due reports whether the first waiting input begins before the next packet of all open ones.
func (s *stage) due() bool {
	if len(s.open) == 0 {
		return true
	}
	for _, in := range s.open {
		if in.now() < s.waiting[0].first {
			return false
		}
	}
	s.crowded = s.crowded || len(s.open) >= maxOpen
	return len(s.open) < maxOpen
}

// next takes the next batch of an open input. An input that has ended leaves the open ones.
func (s *stage) next(in *input) {
	held := 0
	for _, b := range s.u.held {
		if b.home == in {
			held++
		}
	}
	if held >= batchesEach/2 {
		s.flush() // or the reader would wait for batches that the unit holds
	}
	if !in.advance(s.points) {
		s.open = slices.DeleteFunc(s.open, func(o *input) bool { return o == in })
	}
}

// decode takes packets of in, the first at least, up to the time until.
func (s *stage) decode(in *input, until int64) {
	list := in.cur.Packets
	for first := true; in.pos < len(list); first = false {
		if !first && in.now() > until {
			return
		}
		s.u.hold(in.cur)
		s.frames(in, list, until)
		if len(s.u.packets) >= unitSize {
			s.flush()
		}
	}
	s.next(in)
}

// frames decodes packets of list from in.pos on: the first, and others up to the time until, as many as the unit takes. A decoder
// that fails costs that frame alone.
func (s *stage) frames(in *input, list []file.Packet, until int64) {
	u := s.u
	n := len(u.packets)
	defer func() {
		if r := recover(); r != nil {
			f := &list[in.pos]
			u.packets = append(u.packets[:n], wire.Packet{Time: f.Time, Number: f.Number, Length: f.Length, Problem: wire.BadHeader})
			s.place(in, f, n)
			in.pos++
		}
	}()
	for first := in.pos; in.pos < len(list) && n < unitSize; in.pos++ {
		f := &list[in.pos]
		if in.pos > first && f.Time+in.clock > until {
			return
		}
		if (in.pos-first)%sight.Group == 0 {
			s.sum += ahead(list[in.pos:min(in.pos+sight.Group, len(list))])
		}
		kind := uint16(math.MaxUint16)
		if int(f.Interface) < len(in.links) {
			kind = in.links[f.Interface].kind
		}
		u.packets = s.wire.Decode(u.packets, kind, f)
		s.place(in, f, n)
		n = len(u.packets)
	}
}

// place says of the unit's packets from n on where they come from.
func (s *stage) place(in *input, f *file.Packet, n int) {
	u := s.u
	var point uint16
	if int(f.Interface) < len(in.links) {
		point = in.links[f.Interface].point
	}
	for i := n; i < len(u.packets); i++ {
		p := &u.packets[i]
		p.Capture, p.Point = in.index, point
		p.Time += in.clock
		u.lengths = append(u.lengths, uint32(len(f.Data)))
	}
}

// ahead loads the beginnings of frames, so that the waits for memory overlap.
func ahead(l []file.Packet) (sum byte) {
	for i := range l {
		if d := l[i].Data; len(d) > 64 {
			sum += d[0] + d[64]
		} else if len(d) > 0 {
			sum += d[0]
		}
	}
	return sum
}

// flush finishes the unit and hands it to the workers.
func (s *stage) flush() {
	u := s.u
	if len(u.packets) == 0 {
		return
	}
	s.wire.Resolve(u.packets)
	for i := 0; i < len(u.packets); {
		i = s.mark(u, i)
	}
	s.packets += uint64(len(u.packets))
	u.refs.Store(int32(len(s.workers)))
	for _, w := range s.workers {
		w.in <- u
	}
	s.u = <-s.free
	s.tell(false)
}

// mark finds out what the unit says about its packets from i on. It returns after the last one, or after one that a decoder
// failed at.
func (s *stage) mark(u *unit, i int) (next int) {
	defer func() {
		if r := recover(); r != nil {
			s.tallies[u.packets[i].Capture].undecodable++
			u.marks[i] = 0
			next = i + 1
		}
	}()
	n := uint64(len(s.workers))
	var t *tally
	var capture uint16
	for first := i; i < len(u.packets); i++ {
		p := &u.packets[i]
		if (i-first)%sight.Group == 0 {
			s.window.Ahead(u.packets[i:])
		}
		u.marks[i], u.worker[i], u.station[i] = 0, 0, 0
		if t == nil || p.Capture != capture {
			capture, t = p.Capture, s.tallies[p.Capture]
		}
		kind, dup := s.window.Mark(p)
		if p.Depth == 0 {
			t.add(p, int(u.lengths[i]), dup, dup && kind == fact.Mirrored)
			if dup && s.window.Distant() {
				t.timeline.load(p.Time, uint64(p.Length))
			}
		}
		var m uint8
		if dup {
			m = isCopy
			if kind == fact.Mirrored && !s.window.Elsewhere() {
				m |= isMirror
			}
		}
		if !dup {
			s.crier.hear(p)
		}
		if control.Wants(p) {
			m |= isControl
		}
		if p.Protocol == fact.ICMP || p.Protocol == fact.ICMPv6 {
			m |= isError
		}
		u.marks[i] = m
		if n > 1 {
			u.worker[i] = share(p.Hash(), n)
			u.station[i] = share(sight.StationHash(p), n)
		}
	}
	return i
}

// share maps a hash to one of n workers.
func share(h, n uint64) uint8 { return uint8((h >> 32) * n >> 32) }

// tell calls Progress if it is time.
func (s *stage) tell(last bool) {
	if s.o.Progress == nil {
		return
	}
	if now := time.Now(); last || now.Sub(s.told) >= often {
		s.told = now
		s.o.Progress(Progress{Packets: s.packets, Bytes: s.read.Load(), TotalBytes: s.total})
	}
}

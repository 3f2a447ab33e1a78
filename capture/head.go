package capture

import (
	"bytes"
	"context"
	"io"
	"math"

	"netscope.example/nsgraph/capture/file"
	"netscope.example/nsgraph/capture/sight"
	"netscope.example/nsgraph/capture/wire"
)

// How much of the sources is read before the run begins.
const (
	headPackets = 400        // of a source, to learn whether it doubles packets
	clockBytes  = 128 << 20  // decoded of all together, to compare their clocks
	clockSource = 16 << 20   // of one, where it begins, and again where the next begins
	skipBytes   = 1 << 30    // of all together, read past to get there
	early       = int64(5e9) // nanoseconds before that the search begins
	overlap     = int64(1e9) // nanoseconds that files which follow one another may overlap
)

// prepare looks at the sources: when each begins, which capture points double packets, and how far apart their clocks are.
func prepare(ctx context.Context, s *stage) {
	doubling := sight.NewWindow(sight.Options{Packets: 1 << 14})
	clocks := newComparison(s.waiting)
	for i, in := range s.waiting {
		marked := 0
		in.peek(ctx, func(b *file.Batch, interfaces []file.Interface) bool {
			s.probe(in, b, interfaces, func(p *wire.Packet) {
				if marked < headPackets {
					doubling.Mark(p)
					marked++
				}
				if in.src.Once {
					clocks.add(i, p)
				}
			})
			return false
		})
	}
	s.window.Prime(doubling)
	if len(s.waiting) > 1 {
		for i, in := range s.waiting {
			if !in.src.Once {
				s.sample(ctx, in, func(p *wire.Packet) { clocks.add(i, p) })
			}
		}
	}
	offsets, errors := clocks.offsets()
	for _, e := range clocks.shared {
		if a, b := s.waiting[e.a], s.waiting[e.b]; a.namesake(b) {
			a.distinct, b.distinct = true, true // one point does not see a packet at two times
		}
	}
	for i, o := range offsets {
		s.waiting[i].clock, s.waiting[i].clockError = o, errors[i]
		if s.waiting[i].first != math.MinInt64 {
			s.waiting[i].first += o
		}
	}
}

// sample decodes packets of an input that other inputs may hold too: those that it begins with, and those around the time at which
// the next input begins.
func (s *stage) sample(ctx context.Context, in *input, use func(*wire.Packet)) {
	next := int64(math.MaxInt64)
	for _, o := range s.waiting {
		switch {
		case o.first > in.first:
			next = min(next, o.first)
		case o.first == in.first && in.namesake(o):
			in.distinct, o.distinct = true, true
		}
	}
	piece := min(clockSource, clockBytes/len(s.waiting))
	head, there, skip := piece, piece, skipBytes/len(s.waiting)
	in.peek(ctx, func(b *file.Batch, interfaces []file.Interface) bool {
		size := 0
		for i := range b.Packets {
			size += len(b.Packets[i].Data)
		}
		last := b.Packets[len(b.Packets)-1].Time
		for _, o := range s.waiting {
			if o.first > in.first && o.first < last-overlap && in.namesake(o) {
				in.distinct, o.distinct = true, true // one point does not capture into two files at once
			}
		}
		switch reached := last >= next-early; {
		case head > 0:
			head -= size
		case reached:
			there -= size
		default:
			skip -= size
			return skip > 0 && next != math.MaxInt64
		}
		s.probe(in, b, interfaces, use)
		return head > 0 || there > 0
	})
}

// probe decodes a batch of an input's head. What cannot be decoded is left to the run.
func (s *stage) probe(in *input, b *file.Batch, interfaces []file.Interface, use func(*wire.Packet)) {
	defer func() { _ = recover() }()
	in.seen = in.seen[:0]
	for i := range interfaces {
		in.seen = append(in.seen, interfaces[i].Name)
	}
	d := wire.NewDecoder(wire.Options{Fragments: 64})
	var l []wire.Packet
	for i := range b.Packets {
		f := &b.Packets[i]
		if in.first == math.MinInt64 || f.Time < in.first {
			in.first = f.Time
		}
		if int(f.Interface) >= len(interfaces) {
			continue
		}
		of := &interfaces[f.Interface]
		l = d.Decode(l[:0], of.LinkType, f)
		l[0].Capture, l[0].Point = in.index, s.points.id(in.name(of.Name))
		use(&l[0])
	}
}

// peek gives the batches of the input to use, from the first on, as long as that wants more. What a source that opens once gave is
// kept for the run.
func (in *input) peek(ctx context.Context, use func(b *file.Batch, interfaces []file.Interface) (more bool)) {
	if ctx.Err() != nil {
		return
	}
	rc, err := in.src.Open()
	if err != nil {
		return // the run will say so
	}
	defer context.AfterFunc(ctx, func() { rc.Close() })()
	var r io.Reader = rc
	var seen bytes.Buffer
	if in.src.Once {
		r = io.TeeReader(rc, &seen)
		defer func() { in.rc, in.closer = io.MultiReader(&seen, rc), rc }()
	} else {
		defer rc.Close()
	}
	defer func() { _ = recover() }()
	f, err := file.Open(in.src.Path, r)
	if err != nil {
		return
	}
	b := in.buffers.batches.Get().(*batch)
	defer in.buffers.batches.Put(b)
	for f.Read(&b.Batch) == nil && use(&b.Batch, f.Interfaces()) {
	}
}

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
	headBytes   = 1 << 20   // of a source, to learn when it begins
	headPackets = 400       // of a source, to learn whether it doubles packets
	clockBytes  = 128 << 20 // of all together, to compare their clocks
	clockSource = 32 << 20  // of one
)

// prepare looks at the beginning of every source: when it begins, which capture points double packets, and how far apart their clocks are.
func prepare(ctx context.Context, s *stage) {
	probe := sight.NewWindow(sight.Options{Packets: 1 << 14})
	limit := headBytes
	if n := len(s.waiting); n > 1 {
		limit = max(headBytes, min(clockSource, clockBytes/n))
	}
	clocks := newComparison(s.waiting)
	for i, in := range s.waiting {
		if ctx.Err() != nil {
			return
		}
		marked := 0
		in.peek(ctx, limit, func(b *file.Batch, interfaces []file.Interface) {
			s.probe(in, b, interfaces, func(p *wire.Packet) {
				if marked < headPackets {
					probe.Mark(p)
					marked++
				}
				clocks.add(i, p)
			})
		})
	}
	s.window.Prime(probe)
	offsets, errors := clocks.offsets()
	for i, o := range offsets {
		s.waiting[i].clock, s.waiting[i].clockError = o, errors[i]
		if s.waiting[i].first != math.MinInt64 {
			s.waiting[i].first += o
		}
	}
}

// probe decodes a batch of an input's head. What cannot be decoded is left to the run.
func (s *stage) probe(in *input, b *file.Batch, interfaces []file.Interface, use func(*wire.Packet)) {
	defer func() { _ = recover() }()
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
		l[0].Capture, l[0].Point = in.index, s.points.id(pointName(in.src, of.Name))
		use(&l[0])
	}
}

// peek reads the beginning of the input. What a source that opens once gave is kept for the run.
func (in *input) peek(ctx context.Context, limit int, use func(b *file.Batch, interfaces []file.Interface)) {
	rc, err := in.src.Open()
	if err != nil {
		return // the run will say so
	}
	defer context.AfterFunc(ctx, func() { rc.Close() })()
	var r io.Reader = rc
	var seen bytes.Buffer
	if in.src.Once {
		limit = 1 // one batch: more may be long in coming
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
	var b file.Batch
	for read := 0; read < limit; {
		if f.Read(&b) != nil {
			return
		}
		use(&b, f.Interfaces())
		for i := range b.Packets {
			read += len(b.Packets[i].Data)
		}
	}
}

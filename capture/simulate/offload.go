package simulate

import "netscope.example/nsgraph/capture/simulate/frame"

// super is a run of TCP segments that a network card with segmentation and receive offload hands over as one.
type super struct {
	frame.Packet
	flow *flow
	up   bool
	data []byte
	last int64
	runs int
}

const (
	superBytes = 62000 // what still fits the length field of IP with its headers
	superGap   = 150e3 // segments further apart are not joined
)

// coalesce holds back p, which stays the caller's, if it can be part of a longer segment; it reports whether the capture is done with p.
func (t *tap) coalesce(p *packet) bool {
	s := t.s
	b := t.big
	data := p.Proto == frame.TCP && p.flow != nil && !p.Raw && p.Flags&^frame.PSH == frame.ACK && len(p.Payload) > 0
	if b != nil && data && b.flow == p.flow && b.up == p.up && b.Seq+uint32(len(b.data)) == p.Seq && b.OptLen == p.OptLen && b.TOS == p.TOS &&
		s.now-b.last < superGap && len(b.data)+len(p.Payload) < superBytes {
		b.data = append(b.data, p.Payload...)
		b.Flags |= p.Flags
		b.Ack, b.Window, b.last = p.Ack, p.Window, s.now
		b.runs++
		p.origin().first = true
		p.flow.seen[side(p.up)].Bytes += uint64(len(p.Payload))
		s.rec.total.Bytes += uint64(len(p.Payload))
		return true
	}
	t.flushBig()
	if !data {
		return false
	}
	t.account(p, nil)
	b = &super{Packet: p.Packet, flow: p.flow, up: p.up, data: append([]byte(nil), p.Payload...), last: s.now, runs: 1}
	t.big = b
	s.after(superGap, func() { t.expire(b) })
	return true
}

// expire writes b when no segment has joined it for a while.
func (t *tap) expire(b *super) {
	if t.big != b {
		return
	}
	if left := b.last + superGap - t.s.now; left > 0 {
		t.s.after(left, func() { t.expire(b) })
		return
	}
	t.flushBig()
}

// flushBig writes what is held back, if anything, at the time of its last segment.
func (t *tap) flushBig() {
	b := t.big
	if b == nil {
		return
	}
	t.big = nil
	b.SetPayload(b.data)
	f := b.Append(nil)
	for len(f) < frame.MinLen {
		f = append(f, 0)
	}
	t.emit(f, b.last)
}

package flow

import (
	"netscope.example/nsgraph/capture/wire"
)

// advance notes that the sequence numbers [seq, end) of f were seen.
func (f *sender) advance(seq, end uint32, at int64, keepAlive, probe bool) {
	if !f.valid {
		f.next, f.nextAt, f.whole, f.valid = end, at, end, true
		return
	}
	if keepAlive {
		return
	}
	if after(end, f.next) {
		f.next, f.nextAt = end, at
	}
	if seq != end && !probe {
		f.seen(seq, end)
	}
}

// seen extends what was seen without a gap. Up to three islands beyond a gap are remembered, so that a segment out of order does
// not make the acknowledgement of a later one look like loss.
func (f *sender) seen(seq, end uint32) {
	if after(seq, f.whole) {
		for i := range f.gaps {
			g := &f.gaps[i]
			if g.from == g.to {
				*g, f.island = span{seq, end}, true
				return
			}
			if !after(seq, g.to) && !after(g.from, end) { // they touch
				if after(g.from, seq) {
					g.from = seq
				}
				if after(end, g.to) {
					g.to = end
				}
				return
			}
		}
		return
	}
	if !after(end, f.whole) {
		return
	}
	f.whole = end
	f.join()
}

// join takes the islands that whole has reached.
func (f *sender) join() {
	if !f.island {
		return
	}
	for again := true; again; {
		again = false
		for i := range f.gaps {
			g := &f.gaps[i]
			if g.from == g.to || after(g.from, f.whole) {
				continue
			}
			if after(g.to, f.whole) {
				f.whole, again = g.to, true
			}
			*g = span{}
		}
	}
	f.island = f.gaps != [3]span{}
}

// late classifies a segment that begins before the highest byte that f sent.
func (f *sender) late(r *sender, c *tcp, p *wire.Packet, end uint32) {
	again := p.PayloadLen
	if after(end, f.next) {
		again = f.next - p.Seq
	}
	spurious := p.PayloadLen > 0 && r.acked && !after(end, r.ack)
	fast := r.dupAcks >= 2 && r.ack == p.Seq && p.Time-r.ackAt < fastWithin
	threshold := c.firstRTT
	if threshold == 0 {
		threshold = outOfOrderWithin
	}
	if !spurious && !fast && f.next != end && p.Time-f.nextAt < threshold {
		f.outOfOrder++
		return
	}
	f.retransmitted++
	f.retransmittedBytes += uint64(again)
	f.forget(p.Seq)
	if p.DF || p.Version == 6 {
		f.again(p.Seq, p.PayloadLen)
	}
}

const (
	fastWithin       = 20 * 1000 * 1000 // nanoseconds
	outOfOrderWithin = 3 * 1000 * 1000  // nanoseconds, if the round-trip time is unknown
)

// acknowledge follows the acknowledgement that f sends for r's segments.
func (c *tcp) acknowledge(f, r *sender, p *wire.Packet) {
	control := p.Flags & (wire.SYN | wire.FIN)
	if p.PayloadLen == 0 && control == 0 && f.acked && p.Ack == f.ack && f.valid && p.Seq == f.next && p.Window != 0 && uint32(p.Window) == f.window {
		if f.dupAcks < 255 {
			f.dupAcks++
		}
	} else {
		f.dupAcks = 0
	}
	if r.valid && after(p.Ack, r.whole) {
		if r.spoke {
			r.lost++
		}
		r.whole = p.Ack
		r.join()
	}
	if c.flags&handshook == 0 && c.flags&(synSeen|synAckSeen) == synSeen|synAckSeen && control == 0 && f.syn && r.syn && f == &c.side[c.asker] && p.Ack == r.isn+1 {
		c.flags |= handshook
		c.firstRTT = max(p.Time-c.synAt, 0)
	}
	r.measure(p.Ack, p.Time)
	r.bigAcked(p.Ack)
	if control&wire.SYN == 0 && f.acked {
		f.scaled = true
	}
	f.ack, f.ackAt, f.window, f.acked = p.Ack, p.Time, uint32(p.Window), true
}

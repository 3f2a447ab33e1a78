package app

import (
	"slices"
)

// Limits of a head. A direction is held only as far as its protocol's reader still needs it.
const (
	maxHead = 64 << 10 // bytes of one direction that are not used yet
	maxLate = 16       // segments that came before their turn
)

// head is the start of one TCP direction that is not used yet.
type head struct {
	buf   []byte // what is contiguous and not used
	next  uint32 // stream offset after buf
	late  []segment
	begun bool
	hole  bool      // the last segment was cut by the capture: its rest never comes
	stop  bool      // looked at, in vain
	cand  [4]uint64 // protocols of the table that are not excluded yet
}

type segment struct {
	at uint32
	b  []byte
}

// feedTCP takes the payload at offset.
func (c *Classifier) feedTCP(d *dialog, offset uint32) bool {
	m := &c.m
	h := d.heads[m.side]
	if h == nil {
		h = c.newHead()
		d.heads[m.side] = h
	}
	if !h.begun {
		h.begun, h.next = true, offset
		if offset > 0 && offset < maxLookBytes { // the first segments are late: wait for them
			h.next = 0
		}
	}
	b := m.p.Payload
	if h.hole && int32(offset-h.next) >= 0 {
		c.skip(h, offset)
		m.gap = true
	}
	if ahead := int32(offset - h.next); ahead > 0 {
		if !c.store(h, offset, b) {
			return c.jump(d, h, offset, b)
		}
		return true
	} else if ahead < 0 {
		if -int64(ahead) >= int64(len(b)) {
			return true
		}
		b = b[-ahead:]
	}
	h.hole = m.p.Cut && int(m.p.PayloadLen) > len(m.p.Payload)
	more := c.take(d, h, b)
	for more && len(h.late) > 0 {
		s := h.late[0]
		ahead := int32(s.at - h.next)
		if ahead > 0 {
			break
		}
		h.late = h.late[1:]
		c.held -= len(s.b)
		if -int64(ahead) < int64(len(s.b)) {
			more = c.take(d, h, s.b[-ahead:])
		}
	}
	return more
}

// take adds b, which is next, and lets the protocol look.
func (c *Classifier) take(d *dialog, h *head, b []byte) bool {
	m := &c.m
	h.next += uint32(len(b))
	fresh := b
	if len(h.buf) > 0 {
		room := maxHead - len(h.buf)
		if room < len(b) || c.held+len(b) > c.o.MaxHeads {
			if c.held+len(b) > c.o.MaxHeads {
				c.drops.Heads++
			}
			return c.overflow(d, h, b)
		}
		h.buf = append(h.buf, b...)
		c.held += len(b)
		b = h.buf
	}
	m.b, m.used = b, 0
	more := c.look(d, h, fresh)
	m.gap = false
	if !more {
		return false
	}
	c.keep(h, b, min(m.used, len(b)))
	return true
}

// keep holds b[used:] for the next segment.
func (c *Classifier) keep(h *head, b []byte, used int) {
	rest := b[used:]
	if h.stop {
		rest = nil
	}
	c.held -= len(h.buf)
	if len(rest) > maxHead || c.held+len(rest) > c.o.MaxHeads {
		c.drops.Heads++
		rest = nil
	}
	if len(rest) == 0 {
		h.buf = h.buf[:0]
		return
	}
	if h.buf == nil {
		h.buf = c.buffer()
	}
	h.buf = append(h.buf[:0], rest...)
	c.held += len(h.buf)
}

// overflow drops what is held of h and goes on with b as after a gap, if the protocol's reader can.
func (c *Classifier) overflow(d *dialog, h *head, b []byte) bool {
	if d.proto == 0 {
		h.stop = true
	}
	c.held -= len(h.buf)
	h.buf = h.buf[:0]
	c.m.b, c.m.used, c.m.gap = b, 0, true
	more := c.look(d, h, b)
	c.m.gap = false
	if more {
		c.keep(h, b, min(c.m.used, len(b)))
	}
	return more
}

// store keeps a segment that came before its turn. It reports false if there is no room.
func (c *Classifier) store(h *head, at uint32, b []byte) bool {
	if len(h.late) >= maxLate || len(b) > maxHead || c.held+len(b) > c.o.MaxHeads || int32(at-h.next) > maxHead {
		return false
	}
	i, found := slices.BinarySearchFunc(h.late, at, func(s segment, at uint32) int { return int(int32(s.at - at)) })
	if found && len(h.late[i].b) >= len(b) {
		return true
	}
	h.late = slices.Insert(h.late, i, segment{at, slices.Clone(b)})
	c.held += len(b)
	return true
}

// skip gives up what lies before offset.
func (c *Classifier) skip(h *head, offset uint32) {
	c.held -= len(h.buf)
	h.buf, h.next, h.hole = h.buf[:0], offset, false
}

// jump gives up a gap that was not filled, and goes on with what came after it.
func (c *Classifier) jump(d *dialog, h *head, offset uint32, b []byte) bool {
	late := h.late
	h.late = nil
	for _, s := range late {
		c.held -= len(s.b)
	}
	late = append(late, segment{offset, b})
	slices.SortStableFunc(late, func(x, y segment) int { return int(int32(x.at - y.at)) })
	for _, s := range late {
		ahead := int32(s.at - h.next)
		if ahead > 0 {
			c.skip(h, s.at)
			c.m.gap = true
			ahead = 0
		}
		if -int64(ahead) >= int64(len(s.b)) {
			continue
		}
		if !c.take(d, h, s.b[-ahead:]) {
			return false
		}
	}
	return true
}

// newHead returns an empty head.
func (c *Classifier) newHead() *head {
	var h *head
	if n := len(c.heads); n > 0 {
		h, c.heads = c.heads[n-1], c.heads[:n-1]
	} else {
		h = new(head)
	}
	h.cand = c.all
	return h
}

// buffer returns an empty buffer.
func (c *Classifier) buffer() []byte {
	if n := len(c.buffers); n > 0 {
		b := c.buffers[n-1]
		c.buffers = c.buffers[:n-1]
		return b
	}
	return make([]byte, 0, 2048)
}

// releaseHeads gives back the heads of d.
func (c *Classifier) releaseHeads(d *dialog) {
	for i, h := range d.heads {
		if h == nil {
			continue
		}
		c.held -= len(h.buf)
		for _, s := range h.late {
			c.held -= len(s.b)
		}
		if cap(h.buf) > 0 && cap(h.buf) <= 16<<10 && len(c.buffers) < 1024 {
			c.buffers = append(c.buffers, h.buf[:0])
		}
		if *h = (head{}); len(c.heads) < 1024 {
			c.heads = append(c.heads, h)
		}
		d.heads[i] = nil
	}
}

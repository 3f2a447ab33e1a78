package app

// look lets the protocol read what is new in a TCP direction, or, while it is unknown, asks the matchers. fresh is the segment that
// came last, c.m.b all that is held.
func (c *Classifier) look(d *dialog, h *head, fresh []byte) bool {
	m := &c.m
	if d.proto != 0 {
		return c.read(d, m)
	}
	if d.packets[m.side] < 255 {
		d.packets[m.side]++
	}
	c.q = probe{b: m.b, src: m.p.SrcPort, dst: m.p.DstPort, d: d, p: m.p, side: m.side, first: len(fresh) == len(m.b), length: len(m.b)}
	var v verdict
	var i uint16
	if !h.stop && !m.gap {
		v, i = c.matchTCP(&c.q, h)
	}
	if v <= maybe && d.packets[m.side] > 1 {
		c.q.b, c.q.length, c.q.first = fresh, len(fresh), false
		if w, j := c.matchAnew(&c.q); w > maybe {
			v, i = w, j
			m.b = fresh
			m.gap = false
		}
	}
	if v <= maybe {
		return c.undecided(d, h, v)
	}
	c.decide(d, i, v, m.side)
	if c.table[i].read == nil {
		return false
	}
	return c.catchUp(d, h)
}

// undecided counts what was looked at in vain.
func (c *Classifier) undecided(d *dialog, h *head, v verdict) bool {
	m := &c.m
	if v == no || len(m.b) >= maxLookBytes {
		h.stop = true
		d.refuse(m.side, m.b, m.p.Cut)
	} else if len(m.b) < 256 && d.packets[m.side] > 0 { // few bytes, letter by letter perhaps, do not use up the chances
		d.packets[m.side]--
	}
	return !exhausted(d, m.side)
}

// catchUp gives the new protocol's reader what both directions said before: the other side's words first if they are held.
func (c *Classifier) catchUp(d *dialog, h *head) bool {
	m := &c.m
	mine, side := m.b, m.side
	if o := d.heads[side^1]; o != nil && len(o.buf) > 0 && !o.stop {
		m.b, m.side, m.used = o.buf, side^1, 0
		more := c.read(d, m)
		used := min(m.used, len(o.buf))
		m.b, m.side, m.used = mine, side, 0
		if !more {
			return false
		}
		c.held -= used
		o.buf = append(o.buf[:0], o.buf[used:]...)
	}
	h.stop = false
	if o := d.heads[side^1]; o != nil {
		o.stop = false
	}
	return c.read(d, m)
}

// matchTCP asks those matchers that have not refused this direction yet.
func (c *Classifier) matchTCP(q *probe, h *head) (verdict, uint16) {
	best := no
	for _, port := range [2]uint16{q.dst, q.src} {
		if n, ok := c.ports[0][port]; ok {
			if i, ok := c.byName[n]; ok && h.cand[i/64]&(1<<(i%64)) != 0 {
				if v := c.table[i].match(q); v > maybe {
					return v, i
				}
			}
		}
	}
	for _, i := range c.tcp {
		if h.cand[i/64]&(1<<(i%64)) == 0 {
			continue
		}
		switch v := c.table[i].match(q); v {
		case no:
			h.cand[i/64] &^= 1 << (i % 64)
		case maybe:
			best = maybe
		default:
			return v, i
		}
	}
	return best, 0
}

// matchAnew asks those matchers whose signature may stand at any segment's start.
func (c *Classifier) matchAnew(q *probe) (verdict, uint16) {
	for _, i := range c.tcp {
		if c.table[i].on&anew == 0 {
			continue
		}
		if v := c.table[i].match(q); v > maybe {
			return v, i
		}
	}
	return no, 0
}

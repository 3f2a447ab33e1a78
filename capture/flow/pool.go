package flow

// pool keeps the memory of conversations that ended for those that begin, and counts what the live ones hold.
type pool struct {
	entries *entry // chained
	tcps    []*tcp
	extras  []*extras
	bytes   int
}

const (
	slab     = 64    // entries that are allocated at once
	maxSpare = 16384 // states that are kept for later conversations
)

func (p *pool) entry() *entry {
	if p.entries == nil {
		s := make([]entry, slab)
		for i := range s {
			s[i].chain, p.entries = p.entries, &s[i]
		}
	}
	e := p.entries
	p.entries, e.chain = e.chain, nil
	p.bytes += entryBytes
	return e
}

func (p *pool) tcp() *tcp {
	p.bytes += tcpBytes
	if n := len(p.tcps); n > 0 {
		c := p.tcps[n-1]
		p.tcps = p.tcps[:n-1]
		return c
	}
	c := new(tcp)
	c.reset()
	return c
}

// release takes back e and all that hangs on it.
func (p *pool) release(e *entry) {
	p.bytes -= entryBytes
	if c := e.tcp; c != nil {
		p.bytes -= tcpBytes + c.lists()*rttBucketBytes
		c.reset()
		if len(p.tcps) < maxSpare {
			p.tcps = append(p.tcps, c)
		}
	}
	if x := e.more; x != nil {
		p.bytes -= extrasBytes + x.grown()
		x.reset()
		if len(p.extras) < maxSpare {
			p.extras = append(p.extras, x)
		}
	}
	*e = entry{chain: p.entries}
	p.entries = e
}

// extras returns what few conversations need, of e.
func (t *Table) extras(e *entry) *extras {
	if e.more == nil {
		p := &t.pool
		p.bytes += extrasBytes
		if n := len(p.extras); n > 0 {
			e.more = p.extras[n-1]
			p.extras = p.extras[:n-1]
		} else {
			e.more = new(extras)
		}
	}
	return e.more
}

// grown is how many bytes the lists of x hold.
func (x *extras) grown() int {
	return len(x.aliases)*scopeBytes + len(x.points)*2 + (len(x.marks[0])+len(x.marks[1]))*markBytes + len(x.errors)*errorBytes + len(x.buckets)*bucketBytes
}

// reset empties x for another conversation. Long lists are given up.
func (x *extras) reset() {
	*x = extras{aliases: x.aliases[:0], points: x.points[:0], marks: [2][]mark{x.marks[0][:0], x.marks[1][:0]}, errors: x.errors[:0], buckets: x.buckets[:0]}
	if cap(x.buckets) > 16 {
		x.buckets = nil
	}
	for i := range x.marks {
		if cap(x.marks[i]) > 8 {
			x.marks[i] = nil
		}
	}
}

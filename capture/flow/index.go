package flow

import "math/rand/v2"

// index finds the entries of a key: a chained hash table that doubles when it is full. Its seed is random, its order is never
// looked at.
type index struct {
	heads []*entry
	seed  uint64
	n     int
}

const firstHeads = 1024

func (x *index) init() {
	x.heads = make([]*entry, firstHeads)
	x.seed = rand.Uint64()
}

// head returns the chain in which entries of hash h are.
func (x *index) head(h uint32) *entry { return x.heads[h&uint32(len(x.heads)-1)] }

func (x *index) insert(e *entry) {
	if x.n >= len(x.heads) {
		x.grow()
	}
	i := e.hash & uint32(len(x.heads)-1)
	e.chain, x.heads[i] = x.heads[i], e
	x.n++
}

func (x *index) remove(e *entry) {
	at := &x.heads[e.hash&uint32(len(x.heads)-1)]
	for *at != e {
		at = &(*at).chain
	}
	*at, e.chain = e.chain, nil
	x.n--
}

func (x *index) grow() {
	old := x.heads
	x.heads = make([]*entry, 2*len(old))
	mask := uint32(len(x.heads) - 1)
	for _, e := range old {
		for e != nil {
			next := e.chain
			i := e.hash & mask
			e.chain, x.heads[i] = x.heads[i], e
			e = next
		}
	}
}

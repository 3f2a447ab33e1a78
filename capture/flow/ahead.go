package flow

import "netscope.example/nsgraph/capture/wire"

// aheadGroup is how many packets Ahead takes: so many waits for memory overlap.
const aheadGroup = 32

// Ahead loads what Add will need of the packets, at most 32 of them, so that Add does not wait for memory packet by packet. It
// changes nothing.
func (t *Table) Ahead(l []*wire.Packet) {
	l = l[:min(len(l), aheadGroup)]
	var at [aheadGroup]*entry
	for i, p := range l {
		k, _ := keyOf(p)
		at[i] = t.index.head(k.hash(t.index.seed))
	}
	sum := t.loaded
	for _, e := range at {
		if e != nil {
			// One word of each cache line that most packets need.
			sum += uint64(e.hash) + e.half[0].bytes + e.half[1].bytes + uint64(e.half[0].ttlMin)
		}
	}
	for _, e := range at {
		if e != nil && e.tcp != nil {
			c := e.tcp
			sum += uint64(c.side[0].next) + uint64(c.side[1].next) + uint64(len(c.side[0].rtt.buckets)) + uint64(len(c.side[1].rtt.buckets))
		}
	}
	t.loaded = sum
}

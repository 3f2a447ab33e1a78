package build

import (
	"time"

	"netscope.example/nsgraph/capture/fact"
)

// ints gives the lists of relationships their memory, many from one block: a large graph has a million of them.
type ints struct{ block []int64 }

const intsBlock = 4096

// room returns an empty list with room for n, nil if n is 0.
func (l *ints) room(n int) []int64 {
	if n == 0 {
		return nil
	}
	if n > len(l.block) {
		l.block = make([]int64, max(n, intsBlock))
	}
	r := l.block[:0:n]
	l.block = l.block[n:]
	return r
}

// dscp returns code point, packets and bytes of each count.
func (l *ints) dscp(d []fact.DSCPCount) []int64 {
	r := l.room(3 * len(d))
	for _, c := range d {
		r = append(r, int64(c.DSCP), int64(c.Packets), int64(c.Bytes))
	}
	return r
}

// counts returns c, or nothing if all are zero.
func (l *ints) counts(c []int64) []int64 {
	for _, n := range c {
		if n != 0 {
			return append(l.room(len(c)), c...)
		}
	}
	return nil
}

// volume returns when the buckets begin, in seconds, the bytes of each direction, and the packets of both.
func (l *ints) volume(v []fact.VolumeAt) (at, up, down, packets []int64) {
	n := len(v)
	at, up, down, packets = l.room(n), l.room(n), l.room(n), l.room(n)
	for _, x := range v {
		at = append(at, int64(x.At)/int64(time.Second))
		up = append(up, int64(x.Up.Bytes))
		down = append(down, int64(x.Down.Bytes))
		packets = append(packets, int64(x.Up.Packets+x.Down.Packets))
	}
	return at, up, down, packets
}

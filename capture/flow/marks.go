package flow

import (
	"slices"
	"unsafe"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// mark counts the packets of one combination of marks.
type mark struct {
	bits    uint16 // DSCP<<6 | ECN<<4 | tagged<<3 | PCP
	packets uint32
	bytes   uint64
}

const markBytes = int(unsafe.Sizeof(mark{}))

func markOf(p *wire.Packet) uint16 {
	m := uint16(p.DSCP&63)<<6 | uint16(p.ECN&3)<<4
	if p.Tagged {
		m |= 8 | uint16(p.PCP&7)
	}
	return m
}

// mark counts p, sent by side.
func (t *Table) mark(e *entry, side uint8, p *wire.Packet) {
	h := &e.half[side]
	m := markOf(p)
	for i := range h.marks {
		x := &h.marks[i]
		if x.packets == 0 {
			x.bits = m
		}
		if x.bits == m {
			x.packets++
			x.bytes += uint64(p.Length)
			return
		}
	}
	x := t.extras(e)
	l := x.marks[side]
	for i := range l {
		if l[i].bits == m {
			l[i].packets++
			l[i].bytes += uint64(p.Length)
			return
		}
	}
	x.marks[side] = append(l, mark{m, 1, uint64(p.Length)})
	t.pool.bytes += markBytes
}

// tally writes the counts of a side into f. dscp is room for the code points.
func (e *entry) tally(side uint8, f *fact.Half, dscp []fact.DSCPCount) {
	h := &e.half[side]
	add := func(m *mark) {
		if m.packets == 0 {
			return
		}
		n := uint64(m.packets)
		f.ECN[m.bits>>4&3] += n
		if m.bits&8 != 0 {
			f.PCP[m.bits&7] += n
		}
		d := uint8(m.bits >> 6)
		i, ok := slices.BinarySearchFunc(dscp, d, func(c fact.DSCPCount, d uint8) int { return int(c.DSCP) - int(d) })
		if !ok {
			dscp = slices.Insert(dscp, i, fact.DSCPCount{DSCP: d})
		}
		dscp[i].Packets += n
		dscp[i].Bytes += m.bytes
	}
	for i := range h.marks {
		add(&h.marks[i])
	}
	if e.more != nil {
		for i := range e.more.marks[side] {
			add(&e.more.marks[side][i])
		}
	}
	if len(dscp) > 0 {
		f.DSCP = dscp
	}
}

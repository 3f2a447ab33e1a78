package file

import "fmt"

// enhanced reads an Enhanced Packet Block.
func (g *pcapng) enhanced(dst []Packet, b []byte) ([]Packet, error) {
	if len(b) < 20 {
		return dst, fmt.Errorf("packet block of %d bytes", len(b))
	}
	n, err := g.index(order(g.swapped, b))
	if err != nil {
		return dst, err
	}
	return g.packet(dst, n, b)
}

// unknownDrops is what a Packet Block says if it does not know how many packets were lost before it.
const unknownDrops = 0xffff

// obsolete reads a Packet Block, which differs from the Enhanced one in its first four bytes: interface and drops, 16 bits each.
func (g *pcapng) obsolete(dst []Packet, b []byte) ([]Packet, error) {
	if len(b) < 20 {
		return dst, fmt.Errorf("packet block of %d bytes", len(b))
	}
	n, err := g.index(uint32(g.short(b)))
	if err != nil {
		return dst, err
	}
	if lost := g.short(b[2:]); lost != unknownDrops {
		g.interfaces[n].Dropped += uint64(lost)
	}
	return g.packet(dst, n, b)
}

// packet reads time, lengths and data, which both kinds of block have in the same places.
func (g *pcapng) packet(dst []Packet, n int, b []byte) ([]Packet, error) {
	captured := order(g.swapped, b[12:])
	if captured > MaxCaptured || int(captured) > len(b)-20 {
		return dst, fmt.Errorf("packet %d has %d captured bytes in a block body of %d", g.number+1, captured, len(b))
	}
	stamp := uint64(order(g.swapped, b[4:]))<<32 | uint64(order(g.swapped, b[8:]))
	g.last = g.clocks[n].time(stamp)
	if !g.timed {
		g.timed = true
		for i := range dst {
			dst[i].Time = g.last
		}
	}
	return g.add(dst, n, b[20:20+captured:20+captured], order(g.swapped, b[16:])), nil
}

// simple reads a Simple Packet Block: of the section's first interface, without time. It gets that of the
// packet before, or else of the first one that has a time, if that is in the same batch.
func (g *pcapng) simple(dst []Packet, b []byte) ([]Packet, error) {
	if len(b) < 4 {
		return dst, fmt.Errorf("simple packet block of %d bytes", len(b))
	}
	n, err := g.index(0)
	if err != nil {
		return dst, err
	}
	length := order(g.swapped, b)
	captured := length
	if snap := g.interfaces[n].SnapLen; snap != 0 {
		captured = min(captured, snap)
	}
	if captured > MaxCaptured || int(captured) > len(b)-4 {
		return dst, fmt.Errorf("packet %d has %d captured bytes in a block body of %d", g.number+1, captured, len(b))
	}
	return g.add(dst, n, b[4:4+captured:4+captured], length), nil
}

func (g *pcapng) add(dst []Packet, n int, data []byte, length uint32) []Packet {
	g.number++
	dst = append(dst, Packet{Data: data, Time: g.last, Number: g.number, Length: length, Interface: uint32(n)})
	if fcs := g.interfaces[n].FCS; fcs != 0 {
		dst[len(dst)-1].withoutFCS(fcs)
	}
	return dst
}

package sight

import (
	"cmp"
	"slices"
	"strings"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// copyKey tells apart what is summed up in one fact.Copy.
type copyKey struct {
	kind             fact.CopyKind
	hops             uint8
	fromDSCP, toDSCP uint8
	from, to         uint32
	fromPt, toPt     uint16
	fromMAC, toMAC   fact.MAC
}

type copies struct {
	m      map[copyKey]*fact.Copy
	last   copyKey
	lastC  *fact.Copy
	folded uint64
}

// add counts e, a sighting of p, as the copy that m says.
func (c *copies) add(w *Window, m *match, e *entry, p *wire.Packet) {
	a, b := m.from, e
	if m.reverse {
		a, b = b, a
	}
	k := copyKey{
		kind: m.kind, hops: m.hops, fromDSCP: a.dscp, toDSCP: b.dscp, from: a.scope, to: b.scope, fromPt: a.point, toPt: b.point,
		fromMAC: a.src, toMAC: b.src,
	}
	v := c.lastC
	if v == nil || k != c.last {
		v = c.find(w, k, p)
		c.last, c.lastC = k, v
	}
	d := b.time - a.time
	if v.Packets == 0 {
		v.DelayMin, v.DelayMax, v.First = d, d, fact.Time(e.time)
	}
	v.Packets++
	v.DelaySum += d
	v.DelayMin, v.DelayMax = min(v.DelayMin, d), max(v.DelayMax, d)
	v.First, v.Last = min(v.First, fact.Time(a.time), fact.Time(b.time)), max(v.Last, fact.Time(e.time))
	v.Sightings = max(v.Sightings, uint64(e.repeat)+1)
	if p.DstMAC.IsGroup() {
		v.Broadcasts++
	}
	if a.ecn&3 != 0 && b.ecn&3 == 0 {
		v.ECTCleared++
	}
	witness(v, a)
	witness(v, b)
}

// find returns the sum for k. When there are too many, MACs and then marks are given up.
func (c *copies) find(w *Window, k copyKey, p *wire.Packet) *fact.Copy {
	v, ok := c.m[k]
	if !ok && len(c.m) >= w.o.Copies {
		c.folded++
		k.fromMAC, k.toMAC = fact.MAC{}, fact.MAC{}
		if v, ok = c.m[k]; !ok && len(c.m) >= 2*w.o.Copies {
			k = copyKey{kind: k.kind, fromPt: k.fromPt, toPt: k.toPt}
			v, ok = c.m[k]
		}
	}
	if ok {
		return v
	}
	v = &fact.Copy{
		Kind: k.kind, From: w.scopes.list[k.from], To: w.scopes.list[k.to], FromMAC: k.fromMAC, ToMAC: k.toMAC, Hops: k.hops,
		FromPoint: w.o.point(k.fromPt), ToPoint: w.o.point(k.toPt), FromDSCP: k.fromDSCP, ToDSCP: k.toDSCP, Witness: subject(p),
	}
	c.m[k] = v
	return v
}

// subject names what a packet belongs to.
func subject(p *wire.Packet) string {
	if p.Has&wire.HasIP == 0 {
		return p.SrcMAC.String() + " -> " + p.DstMAC.String()
	}
	return p.Src.Netip().String() + " -> " + p.Dst.Netip().String()
}

// witness keeps the numbers of the first packets of each capture, in pairs of original and copy.
func witness(v *fact.Copy, e *entry) {
	for i := range v.Evidence {
		if v.Evidence[i].Capture == e.capt {
			v.Evidence[i].Packets = insert(v.Evidence[i].Packets, e.number)
			return
		}
	}
	if len(v.Evidence) < 4 {
		v.Evidence = append(v.Evidence, fact.Evidence{Capture: e.capt, Packets: []uint64{e.number}})
	}
}

// insert adds n to the ascending s while there is room.
func insert(s []uint64, n uint64) []uint64 {
	if len(s) >= fact.MaxEvidence {
		return s
	}
	i, found := slices.BinarySearch(s, n)
	if found {
		return s
	}
	return slices.Insert(s, i, n)
}

// Facts yields a *fact.Copy for every kind of copy that was seen, in a stable order.
func (w *Window) Facts(yield func(fact.Fact) bool) {
	all := make([]*fact.Copy, 0, len(w.copies.m))
	for _, v := range w.copies.m {
		slices.SortFunc(v.Evidence, func(a, b fact.Evidence) int { return cmp.Compare(a.Capture, b.Capture) })
		all = append(all, v)
	}
	slices.SortFunc(all, compareCopies)
	for _, v := range all {
		if !yield(v) {
			return
		}
	}
}

func compareCopies(a, b *fact.Copy) int {
	return cmp.Or(
		cmp.Compare(a.Kind, b.Kind),
		strings.Compare(a.FromPoint, b.FromPoint), strings.Compare(a.ToPoint, b.ToPoint),
		a.From.Compare(b.From), a.To.Compare(b.To),
		slices.Compare(a.FromMAC[:], b.FromMAC[:]), slices.Compare(a.ToMAC[:], b.ToMAC[:]),
		cmp.Compare(a.Hops, b.Hops), cmp.Compare(a.FromDSCP, b.FromDSCP), cmp.Compare(a.ToDSCP, b.ToDSCP),
	)
}

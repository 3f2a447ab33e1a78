package wire

import (
	"encoding/binary"

	"netscope.example/nsgraph/capture/fact"
)

// fragmentLife is how long the ports of a first fragment are believed, in nanoseconds; the reassembly time-out of Linux.
const fragmentLife = 30e9

// fragmentWays is how many places in the table a datagram may take.
const fragmentWays = 4

// datagram identifies a datagram (RFC 791, RFC 8200), within one scope.
type datagramKey struct {
	src, dst Addr
	scope    fact.Scope
	id       uint32
	protocol fact.Transport
}

// fragments remembers the ports that first fragments had. Its size is fixed at the first use.
type fragments struct {
	limit   int
	slots   []fragmentSlot
	evicted uint64
	orphans int // later fragments without ports since the last Resolve
}

type fragmentSlot struct {
	key      datagramKey
	seen     int64
	src, dst uint16
	used     bool
}

func keyOf(p *Packet) datagramKey {
	return datagramKey{p.Src, p.Dst, p.Scope, p.IPID, p.Protocol}
}

// set returns the places where k may be.
func (f *fragments) set(k *datagramKey) []fragmentSlot {
	h := mix(binary.LittleEndian.Uint64(k.src[8:])^uint64(k.id), binary.LittleEndian.Uint64(k.dst[8:])^uint64(k.protocol)<<56)
	i := int(h%uint64(len(f.slots)/fragmentWays)) * fragmentWays
	return f.slots[i : i+fragmentWays]
}

// remember keeps the ports of the first fragment p, in place of the oldest if need be.
func (f *fragments) remember(p *Packet) {
	if p.Has&HasTransport == 0 {
		return
	}
	if f.slots == nil {
		if f.limit <= 0 {
			f.limit = 4096
		}
		f.slots = make([]fragmentSlot, (f.limit+fragmentWays-1)/fragmentWays*fragmentWays)
	}
	k := keyOf(p)
	set := f.set(&k)
	oldest := &set[0]
	for i := range set {
		s := &set[i]
		if !s.used || s.key == k {
			oldest = s
			break
		}
		if s.seen < oldest.seen {
			oldest = s
		}
	}
	if oldest.used && oldest.key != k && p.Time-oldest.seen < fragmentLife {
		f.evicted++
	}
	*oldest = fragmentSlot{key: k, seen: p.Time, src: p.SrcPort, dst: p.DstPort, used: true}
}

// recall gives the later fragment p the ports of its first one.
func (f *fragments) recall(p *Packet) {
	if f.slots != nil {
		k := keyOf(p)
		set := f.set(&k)
		for i := range set {
			s := &set[i]
			if s.used && s.key == k && p.Time-s.seen < fragmentLife && s.seen-p.Time < fragmentLife {
				p.SrcPort, p.DstPort = s.src, s.dst
				return
			}
		}
	}
	f.orphans++
}

// Resolve gives the later fragments in batch, that came before their first one, its ports, as far as that came too by now.
// It costs nothing if there are none.
func (d *Decoder) Resolve(batch []Packet) {
	if d.fragments.orphans == 0 {
		return
	}
	for i := range batch {
		if p := &batch[i]; p.Fragment && !p.FirstFr && p.SrcPort == 0 && p.DstPort == 0 {
			d.fragments.recall(p)
		}
	}
	d.fragments.orphans = 0
}

// Evicted returns how many datagrams were forgotten because too many were fragmented at once.
func (d *Decoder) Evicted() uint64 { return d.fragments.evicted }

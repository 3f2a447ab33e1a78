package simulate

import (
	"slices"

	"netscope.example/nsgraph/capture/simulate/frame"
)

// tap is a capture point at work.
type tap struct {
	s      *sim
	spec   *Capture
	index  int
	buf    []byte
	vlans  map[uint16]bool
	mirror bool // a switch's: frames are shown with their VLAN's tag

	Packets, Bytes  uint64
	Sightings       uint64 // of packets shown before, by any point
	Lost, Truncated uint64
	Twice           uint64
	big             *super // segments that an offloading network card would show as one
}

// observe shows p, which stays the caller's, as it passes port at (arriving there, for what is not a mirror of departures).
func (t *tap) observe(p *packet, at *port) {
	s := t.s
	if t.vlans != nil && !t.vlans[t.vlanOf(p, at)] {
		return
	}
	if t.spec.Loss > 0 && s.rng.Float64() < t.spec.Loss {
		t.Lost++
		return
	}
	if t.spec.Offload && t.coalesce(p) {
		return
	}
	t.account(p, at)
	b := t.buf[:0]
	save := p.Tags
	n := p.NTags
	if v := t.tag(p, at); v != 0 {
		p.Push(frame.Tag{ID: v, PCP: at.node.(*bridge).priority(p)})
	}
	if t.spec.Strip || t.spec.StripTx && p.up {
		p.NTags = 0
	}
	b = p.Append(b)
	p.Tags, p.NTags = save, n
	if t.spec.Snap == 0 || len(b) < frame.MinLen {
		for len(b) < frame.MinLen {
			b = append(b, 0)
		}
	}
	t.buf = b
	t.emit(b, s.now)
	if t.spec.Twice {
		t.Twice++
		c := slices.Clone(b)
		s.after(2000, func() { t.emit(c, s.now) })
	}
}

// vlanOf is the VLAN that a frame is in when a mirror sees it.
func (t *tap) vlanOf(p *packet, at *port) uint16 {
	if p.NTags > 0 {
		return p.Tags[0].ID
	}
	if _, ok := at.node.(*bridge); ok {
		return at.access
	}
	return p.vlan
}

// tag is the VLAN tag that a switch's mirror adds to an untagged frame, 0 none. Frames between neighbours stay as they are.
func (t *tap) tag(p *packet, at *port) uint16 {
	if at == nil || !t.mirror || t.spec.Untagged || p.NTags > 0 || linkLocal(p.Dst) {
		return 0
	}
	return at.access
}

// emit writes the bytes of one frame, seen at now.
func (t *tap) emit(b []byte, now int64) {
	s := t.s
	if s.halted {
		return
	}
	when := now + int64(t.spec.Offset) + int64(float64(now)*t.spec.Drift/1e6)
	n := len(b)
	if t.spec.Snap > 0 && n > t.spec.Snap {
		b = b[:t.spec.Snap]
		t.Truncated++
	}
	t.Packets++
	t.Bytes += uint64(n)
	if err := s.sink.Frame(t.index, s.start.UnixNano()+when, b, n); err != nil {
		s.err = err
	}
	s.written++
	if s.limit > 0 && s.written >= s.limit {
		s.halted = true
	}
}

// account notes the sighting in the truth: a packet counts once, further sightings are copies.
func (t *tap) account(p *packet, at *port) {
	o := p.origin()
	bit := uint64(1) << min(t.index, 63)
	f := p.flow
	if f != nil && p.Proto != f.proto { // an ICMP error about the conversation is not part of it
		f = nil
	}
	if o.first {
		t.Sightings++
		if f != nil {
			f.copies++
		}
	} else {
		o.first = true
		n := p.WireLen()
		if t.tag(p, at) != 0 {
			n = max(p.Len()+4, frame.MinLen)
		}
		if f != nil {
			f.seen[side(p.up)].add(n)
		}
		t.s.rec.frame(p, n)
	}
	if w := p.whole; w != nil && p.Inner != nil && w.flow != nil { // a carrier shows its passenger
		w.flow.points |= bit
		if w.first {
			w.flow.copies++
		} else {
			w.first = true
			n := p.Inner.IPLen()
			if p.Tunnel == frame.InVXLAN {
				n = p.Inner.Len()
			}
			w.flow.seen[side(w.up)].add(n)
		}
	}
	o.seen |= bit
	if f != nil {
		f.points |= bit
	}
}

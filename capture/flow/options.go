package flow

import (
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// Bits of fact.SYNOptions.Stripped.
const (
	strippedScale = 1 << iota
	strippedSACK
	strippedTimestamps
)

// synOptions reads the options of a SYN (RFC 9293, section 3.1; RFC 7323; RFC 2018).
func synOptions(p *wire.Packet) fact.SYNOptions {
	o := fact.SYNOptions{Seen: true, WindowScale: -1, Window: p.Window}
	for b := p.Options; len(b) > 0 && b[0] != 0; {
		if b[0] == 1 {
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			break
		}
		switch v := b[2:b[1]]; {
		case b[0] == 2 && len(v) == 2:
			o.MSS = uint16(v[0])<<8 | uint16(v[1])
		case b[0] == 3 && len(v) == 1:
			o.WindowScale = int8(min(v[0], 14))
		case b[0] == 4 && len(v) == 0:
			o.SACK = true
		case b[0] == 8 && len(v) == 8:
			o.Timestamps = true
		}
		b = b[b[1]:]
	}
	return o
}

// compareSYN compares the options of a copy of f's SYN with those of the first sighting.
func (f *sender) compareSYN(p *wire.Packet) {
	if !f.syn || p.Seq != f.isn {
		return
	}
	a, b := &f.opts, synOptions(p)
	if b.MSS != a.MSS && b.MSS != 0 {
		a.MSSChanged = b.MSS
	}
	if (a.WindowScale < 0) != (b.WindowScale < 0) {
		a.Stripped |= strippedScale
	}
	if a.SACK != b.SACK {
		a.Stripped |= strippedSACK
	}
	if a.Timestamps != b.Timestamps {
		a.Stripped |= strippedTimestamps
	}
}

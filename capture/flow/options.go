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

// synOptions reads the options of a SYN.
func synOptions(p *wire.Packet) fact.SYNOptions {
	o := wire.ParseOptions(p.Options)
	return fact.SYNOptions{
		Seen: true, MSS: o.MSS, WindowScale: o.WindowScale, SACK: o.SACKPermitted, Timestamps: o.Timestamps, Window: p.Window,
	}
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

package control

import (
	"slices"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

var tagSettings = []Setting{
	{"vlan.invalid_tag", "what is wrong with the VLAN tags of a frame", "IEEE 802.1Q, 9.6"},
}

// invalidTag notes who sends tags that no network has.
func (d *Decoder) invalidTag(p *wire.Packet) {
	v := &p.Scope.VLAN
	what := "truncated tag"
	switch {
	case slices.Contains(v.ID[:v.N], 0xfff):
		what = "VLAN id 4095"
	case int(v.N) == len(v.ID):
		what = fact.ManyVLANs
	}
	s := d.bySender(p, "vlan")
	s.say("vlan.invalid_tag", what)
}

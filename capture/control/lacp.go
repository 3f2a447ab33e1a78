package control

import (
	"fmt"
	"strconv"
	"strings"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

var lacpSettings = []Setting{
	{"lacp.key", "operational key of the actor", "IEEE 802.1AX-2014, 6.4.2.3"},
	{"lacp.timeout", "short or long", "IEEE 802.1AX-2014, 6.4.2.3"},
	{"lacp.activity", "active or passive", "IEEE 802.1AX-2014, 6.4.2.3"},
	{"lacp.state", "aggregatable, synchronized, collecting, distributing, defaulted, expired: those that are", "IEEE 802.1AX-2014, 6.4.2.3"},
	{"lacp.partner", "system id of the partner that the actor knows", "IEEE 802.1AX-2014, 6.4.2.3"},
	{"lacp.partner_key", "key of the partner that the actor knows", "IEEE 802.1AX-2014, 6.4.2.3"},
}

// LACPEnd is the actor or partner information of a LACPDU.
type LACPEnd struct {
	System fact.MAC
	Key    uint16
	Port   uint16
	State  uint8
}

// LACP is a LACPDU (IEEE 802.1AX-2014, section 6.4.2.3).
type LACP struct{ Actor, Partner LACPEnd }

// decodeLACP reads a slow protocols frame; ok is false for other subtypes.
func decodeLACP(b []byte) (l LACP, ok bool, err error) {
	c := cursor{b: b}
	if c.u8() != 1 {
		return l, false, c.err("lacp")
	}
	c.skip(1)
	l.Actor, l.Partner = lacpEnd(&c, 1), lacpEnd(&c, 2)
	err = c.err("lacp")
	return l, err == nil, err
}

func lacpEnd(c *cursor, tlv uint8) (e LACPEnd) {
	if c.u8() != tlv || c.u8() != 20 {
		c.fail(errValue)
	}
	c.skip(2)
	copy(e.System[:], c.take(6))
	e.Key = c.u16()
	c.skip(2)
	e.Port, e.State = c.u16(), c.u8()
	c.skip(3)
	return e
}

var lacpStates = []string{"", "", "aggregatable", "synchronized", "collecting", "distributing", "defaulted", "expired"}

func (d *Decoder) lacp(p *wire.Packet) error {
	l, ok, err := decodeLACP(p.Network)
	if !ok {
		return err
	}
	s := d.byDevice(p, "lacp", l.Actor.System.String())
	s.port = fmt.Sprintf("%d", l.Actor.Port)
	s.say("lacp.key", strconv.Itoa(int(l.Actor.Key)))
	s.say("lacp.activity", [...]string{"passive", "active"}[l.Actor.State&1])
	s.say("lacp.timeout", [...]string{"long", "short"}[l.Actor.State>>1&1])
	s.say("lacp.state", strings.Join(capabilityNames(uint32(l.Actor.State)&^3, lacpStates), ", "))
	if !l.Partner.System.IsZero() {
		s.say("lacp.partner", l.Partner.System.String())
		s.say("lacp.partner_key", strconv.Itoa(int(l.Partner.Key)))
		s.link(fact.Link{To: l.Partner.System.String()})
	}
	return nil
}

package control

import (
	"strconv"

	"netscope.example/nsgraph/capture/wire"
)

var pimSettings = []Setting{
	{"pim.version", "2, or 1", "RFC 7761, 4.9"},
	{"pim.hold", "hold time, seconds; 65535: for ever", "RFC 7761, 4.9.2"},
	{"pim.dr_priority", "designated router priority", "RFC 7761, 4.9.2"},
}

// PIM is a hello (RFC 7761, section 4.9.2).
type PIM struct {
	Version  uint8
	Hold     int // seconds; -1: not said
	Priority int64
}

// decodePIM reads the IP payload b; ok is false for other messages than hellos.
func decodePIM(b []byte) (h PIM, ok bool, err error) {
	h.Hold, h.Priority = -1, -1
	c := cursor{b: b}
	head := c.u8()
	h.Version = head >> 4
	c.skip(3)
	if h.Version != 2 || head&15 != 0 {
		return h, false, c.err("pim")
	}
	for c.left() >= 4 {
		t := c.u16()
		v := c.sub(int(c.u16()))
		switch t {
		case 1:
			h.Hold = int(v.u16())
		case 19:
			h.Priority = int64(v.u32())
		}
		if v.bad != nil {
			c.bad = v.bad
		}
	}
	err = c.err("pim")
	return h, err == nil, err
}

func (d *Decoder) pim(p *wire.Packet) error {
	h, ok, err := decodePIM(upper(p))
	if !ok {
		return err
	}
	s := d.bySender(p, "pim")
	s.say("pim.version", strconv.Itoa(int(h.Version)))
	if h.Hold >= 0 {
		s.hold = int64(h.Hold) * 1e9
		s.say("pim.hold", strconv.Itoa(h.Hold))
	}
	if h.Priority >= 0 {
		s.say("pim.dr_priority", strconv.FormatInt(h.Priority, 10))
	}
	return nil
}

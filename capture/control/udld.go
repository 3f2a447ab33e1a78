package control

import (
	"strconv"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

var udldSettings = []Setting{
	{"udld.interval", "message interval, seconds", "RFC 5171, 4"},
	{"udld.name", "device name", "RFC 5171, 4"},
}

// UDLD is a message of unidirectional link detection (RFC 5171, section 4).
type UDLD struct {
	Device, Port, Name string
	Neighbor           string // the first device whose echo is in it
	Interval           uint8  // seconds
}

// decodeUDLD reads what follows the SNAP header.
func decodeUDLD(b []byte) (UDLD, error) {
	var u UDLD
	c := cursor{b: b}
	if c.u8()>>5 != 1 {
		c.fail(errValue)
	}
	c.skip(3)
	for c.left() >= 4 {
		t, n := c.u16(), int(c.u16())
		if n < 4 {
			break
		}
		v := c.sub(n - 4)
		switch t {
		case 1:
			u.Device = text(v.b)
		case 2:
			u.Port = text(v.b)
		case 3:
			if v.u32() > 0 {
				u.Neighbor = text(v.take(int(v.u16())))
			}
		case 4:
			u.Interval = v.u8()
		case 6:
			u.Name = text(v.b)
		}
		if v.bad != nil {
			c.bad = v.bad
		}
	}
	if u.Device == "" {
		c.fail(errValue)
	}
	return u, c.err("udld")
}

func (d *Decoder) udld(p *wire.Packet) error {
	u, err := decodeUDLD(p.Network)
	if err != nil {
		return err
	}
	s := d.byDevice(p, "udld", u.Device)
	s.port = u.Port
	s.say("udld.interval", strconv.Itoa(int(u.Interval)))
	s.say("udld.name", u.Name)
	if u.Neighbor != "" {
		s.link(fact.Link{FromName: u.Name, To: u.Neighbor})
	}
	return nil
}

package control

import (
	"strconv"

	"netscope.example/nsgraph/capture/wire"
)

var ripSettings = []Setting{
	{"rip.version", "1 or 2, of responses", "RFC 2453, 4"},
	{"rip.auth", "authentication of version 2: none, password, md5, or the number", "RFC 2453, 4.1; RFC 4822"},
}

// RIP is the head of a message (RFC 2453, section 4).
type RIP struct {
	Command, Version uint8
	Auth             uint16 // 0: none
}

// decodeRIP reads a UDP payload.
func decodeRIP(b []byte) (RIP, error) {
	c := cursor{b: b}
	r := RIP{Command: c.u8(), Version: c.u8()}
	c.skip(2)
	if r.Version < 1 || r.Version > 2 || r.Command < 1 || r.Command > 2 {
		c.fail(errValue)
	}
	if c.left() >= 4 && r.Version == 2 && c.u16() == 0xffff {
		r.Auth = c.u16()
	}
	return r, c.err("rip")
}

func (d *Decoder) rip(p *wire.Packet) error {
	r, err := decodeRIP(p.Payload)
	if err != nil || r.Command != 2 || p.SrcPort != 520 {
		return err
	}
	s := d.bySender(p, "rip")
	s.hold = 180e9 // the route timeout (RFC 2453, 3.8)
	s.say("rip.version", strconv.Itoa(int(r.Version)))
	if r.Version == 2 {
		auth := map[uint16]string{0: "none", 2: "password", 3: "md5"}[r.Auth]
		if auth == "" {
			auth = strconv.Itoa(int(r.Auth))
		}
		s.say("rip.auth", auth)
	}
	return nil
}

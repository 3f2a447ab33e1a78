package control

import (
	"fmt"
	"strconv"
	"strings"

	"netscope.example/nsgraph/capture/wire"
)

var eigrpSettings = []Setting{
	{"eigrp.as", "autonomous system number", "RFC 7868, 6.3"},
	{"eigrp.k", "K1 to K5, and K6 if it is not 0", "RFC 7868, 6.6.2"},
	{"eigrp.hold", "hold time, seconds", "RFC 7868, 6.6.2"},
	{"eigrp.auth", "authentication of hellos: none, md5, sha256, or the number", "RFC 7868, 6.6.3"},
	{"eigrp.goodbye", "the router took its hellos back (all K values 255): yes", "RFC 7868, 6.6.2"},
}

// EIGRP is a hello (RFC 7868, sections 6.3 and 6.6).
type EIGRP struct {
	Hello    bool // false: another opcode, and nothing else is valid
	AS       uint16
	K        [6]uint8 // K1 to K6
	HoldTime uint16   // seconds
	HasK     bool
	Auth     uint16 // 0: none
}

// decodeEIGRP reads the IP payload b. It keeps nothing of b.
func decodeEIGRP(b []byte) (EIGRP, error) {
	var e EIGRP
	c := cursor{b: b}
	if c.u8() != 2 {
		c.fail(errValue)
	}
	op := c.u8()
	c.skip(10) // checksum, flags, sequence
	ack := c.u32()
	c.skip(2)
	e.AS = c.u16()
	e.Hello = op == 5 && ack == 0
	for e.Hello && c.left() >= 4 {
		t, n := c.u16(), int(c.u16())
		v := c.sub(n - 4)
		switch t {
		case 1:
			copy(e.K[:], v.take(6))
			e.HoldTime, e.HasK = v.u16(), v.bad == nil
		case 2:
			e.Auth = v.u16()
		}
		if v.bad != nil {
			c.bad = v.bad
		}
	}
	return e, c.err("eigrp")
}

func (d *Decoder) eigrp(p *wire.Packet) error {
	e, err := decodeEIGRP(upper(p))
	if err != nil || !e.Hello || !e.HasK {
		return err
	}
	s := d.bySender(p, "eigrp")
	s.hold = int64(e.HoldTime) * 1e9
	if !destination(p).IsMulticast() {
		s.group = pair(source(p), destination(p))
	}
	if [5]uint8(e.K[:5]) == [5]uint8{255, 255, 255, 255, 255} {
		s.say("eigrp.goodbye", "yes")
		return nil
	}
	s.say("eigrp.as", strconv.Itoa(int(e.AS)))
	s.group = strings.TrimSpace(fmt.Sprintf("as %d %s", e.AS, s.group)) // a router can be in several
	k := fmt.Sprintf("%d %d %d %d %d", e.K[0], e.K[1], e.K[2], e.K[3], e.K[4])
	if e.K[5] != 0 {
		k += fmt.Sprintf(" %d", e.K[5])
	}
	s.say("eigrp.k", k)
	s.say("eigrp.hold", strconv.Itoa(int(e.HoldTime)))
	auth := map[uint16]string{0: "none", 2: "md5", 3: "sha256"}[e.Auth]
	if auth == "" {
		auth = strconv.Itoa(int(e.Auth))
	}
	s.say("eigrp.auth", auth)
	return nil
}

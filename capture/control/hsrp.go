package control

import (
	"net/netip"
	"strconv"

	"netscope.example/nsgraph/capture/wire"
)

var hsrpSettings = []Setting{
	{"hsrp.version", "1 or 2", "RFC 2281, 5.1"},
	{"hsrp.state", "initial, learn, listen, speak, standby, active", "RFC 2281, 5.1"},
	{"hsrp.priority", "priority", "RFC 2281, 5.1"},
	{"hsrp.hello", "hello time, seconds", "RFC 2281, 5.1"},
	{"hsrp.hold", "hold time, seconds", "RFC 2281, 5.1"},
	{"hsrp.address", "virtual address", "RFC 2281, 5.1"},
	{"hsrp.auth", "authentication: text and a digest of the password, md5, or none", "RFC 2281, 5.1"},
}

// HSRP is a hello, coup or resign message (RFC 2281, section 5.1; version 2 as Cisco documents it). Times are in milliseconds.
type HSRP struct {
	Version, Opcode uint8
	State           string
	Group           uint16
	Priority        uint32
	Hello, Hold     uint32 // 0: not said
	Virtual         netip.Addr
	Auth            string
}

var (
	hsrpStates1 = map[uint8]string{0: "initial", 1: "learn", 2: "listen", 4: "speak", 8: "standby", 16: "active"}
	hsrpStates2 = map[uint8]string{0: "disabled", 1: "initial", 2: "learn", 3: "listen", 4: "speak", 5: "standby", 6: "active"}
)

// decodeHSRP reads a UDP payload; ok is false for messages without a state (advertisements of passive routers).
func decodeHSRP(b []byte) (h HSRP, ok bool, err error) {
	c := cursor{b: b}
	if len(b) > 0 && b[0] == 0 {
		ok = h.version1(&c)
	} else {
		ok = h.version2(&c)
	}
	if ok && h.Auth == "" {
		h.Auth = "none"
	}
	err = c.err("hsrp")
	return h, ok && err == nil, err
}

func (h *HSRP) version1(c *cursor) bool {
	h.Version = 1
	c.skip(1)
	if h.Opcode = c.u8(); h.Opcode > 2 {
		return false
	}
	h.State = hsrpStates1[c.u8()]
	h.Hello, h.Hold = uint32(c.u8())*1000, uint32(c.u8())*1000
	h.Priority, h.Group = uint32(c.u8()), uint16(c.u8())
	c.skip(1)
	auth := c.take(8)
	h.Virtual = addr4(c.take(4))
	if h.State == "" {
		c.fail(errValue)
	}
	h.Auth = "text " + secret(auth)
	if c.left() >= 2 && c.u8() == 4 { // a TLV with an MD5 digest follows
		h.Auth = "md5"
	}
	return true
}

func (h *HSRP) version2(c *cursor) (found bool) {
	for c.left() >= 2 {
		t := c.u8()
		v := c.sub(int(c.u8()))
		switch t {
		case 1:
			h.groupState(&v)
			found = true
		case 3:
			h.Auth = "text " + secret(v.take(8))
		case 4:
			h.Auth = "md5"
		}
		if v.bad != nil {
			c.bad = v.bad
		}
	}
	return found
}

func (h *HSRP) groupState(v *cursor) {
	h.Version, h.Opcode = v.u8(), v.u8()
	h.State = hsrpStates2[v.u8()]
	ip := v.u8()
	h.Group = v.u16()
	v.skip(6)
	h.Priority, h.Hello, h.Hold = v.u32(), v.u32(), v.u32()
	a := v.take(16)
	if ip == 4 && a != nil {
		a = a[:4]
	}
	h.Virtual, _ = netip.AddrFromSlice(a)
	if h.State == "" || h.Version != 2 {
		v.fail(errValue)
	}
}

func (d *Decoder) hsrp(p *wire.Packet) error {
	h, ok, err := decodeHSRP(p.Payload)
	if !ok {
		return err
	}
	s := d.bySender(p, "hsrp")
	s.group, s.hold = "hsrp "+strconv.Itoa(int(h.Group)), int64(h.Hold)*1e6
	if h.Virtual.Is6() {
		s.group += " v6"
	}
	s.say("hsrp.version", strconv.Itoa(int(h.Version)))
	if h.Opcode == 2 { // resigns: its state is the one that it leaves
		h.State = "resigned"
	}
	s.say("hsrp.state", h.State)
	s.say("hsrp.priority", strconv.FormatUint(uint64(h.Priority), 10))
	if h.Hello > 0 {
		s.say("hsrp.hello", millis(h.Hello))
		s.say("hsrp.hold", millis(h.Hold))
	}
	if h.Virtual.IsValid() && !h.Virtual.IsUnspecified() {
		s.say("hsrp.address", h.Virtual.String())
	}
	s.say("hsrp.auth", h.Auth)
	return nil
}

// millis writes milliseconds as seconds.
func millis(ms uint32) string { return strconv.FormatFloat(float64(ms)/1000, 'f', -1, 64) }

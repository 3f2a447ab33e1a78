package control

import (
	"net/netip"
	"strconv"

	"netscope.example/nsgraph/capture/wire"
)

var glbpSettings = []Setting{
	{"glbp.state", "state of the virtual gateway: listen, speak, standby, active", "Cisco GLBP, hello TLV, as Wireshark reads it"},
	{"glbp.priority", "priority", "Cisco GLBP, hello TLV"},
	{"glbp.hello", "hello time, seconds", "Cisco GLBP, hello TLV"},
	{"glbp.hold", "hold time, seconds", "Cisco GLBP, hello TLV"},
	{"glbp.address", "virtual address", "Cisco GLBP, hello TLV"},
	{"glbp.auth", "authentication: none, text and a digest of the password, md5, or the number", "Cisco GLBP, authentication TLV"},
}

// GLBP is a hello of the Gateway Load Balancing Protocol. Times are in milliseconds.
type GLBP struct {
	Group       uint16
	State       string
	Priority    uint8
	Hello, Hold uint32
	Virtual     netip.Addr
	Auth        string
}

var glbpStates = map[uint8]string{4: "listen", 8: "speak", 16: "standby", 32: "active"}

// decodeGLBP reads a UDP payload; ok is false if it has no hello.
func decodeGLBP(b []byte) (g GLBP, ok bool, err error) {
	c := cursor{b: b}
	if c.u8() != 1 {
		c.fail(errValue)
	}
	c.skip(1)
	g.Group = c.u16()
	c.skip(8)
	for c.left() >= 2 {
		t, n := c.u8(), int(c.u8())
		v := c.sub(n - 2)
		if t == 3 {
			g.auth(&v)
		}
		if t != 1 {
			continue
		}
		v.skip(1)
		g.State = glbpStates[v.u8()]
		v.skip(1)
		g.Priority = v.u8()
		v.skip(2)
		g.Hello, g.Hold = v.u32(), v.u32()
		v.skip(7) // redirect, timeout, two unknown bytes, and the address type
		g.Virtual, _ = netip.AddrFromSlice(v.take(int(v.u8())))
		ok = v.bad == nil && g.State != ""
		c.bad = v.bad
	}
	if g.Auth == "" {
		g.Auth = "none"
	}
	err = c.err("glbp")
	return g, ok && err == nil, err
}

func (d *Decoder) glbp(p *wire.Packet) error {
	g, ok, err := decodeGLBP(p.Payload)
	if !ok {
		return err
	}
	s := d.bySender(p, "glbp")
	s.group, s.hold = "glbp "+strconv.Itoa(int(g.Group)), int64(g.Hold)*1e6
	s.say("glbp.state", g.State)
	s.say("glbp.priority", strconv.Itoa(int(g.Priority)))
	s.say("glbp.hello", millis(g.Hello))
	s.say("glbp.hold", millis(g.Hold))
	if g.Virtual.IsValid() && !g.Virtual.IsUnspecified() {
		s.say("glbp.address", g.Virtual.String())
	}
	s.say("glbp.auth", g.Auth)
	return nil
}

// auth reads the authentication TLV: a type, a length, and the password or what proves that it is known.
func (g *GLBP) auth(v *cursor) {
	switch t := v.u8(); t {
	case 1:
		g.Auth = "text " + secret(v.take(min(int(v.u8()), v.left())))
	case 2, 3:
		g.Auth = "md5"
	default:
		g.Auth = strconv.Itoa(int(t))
	}
	if v.bad != nil {
		g.Auth = ""
	}
}

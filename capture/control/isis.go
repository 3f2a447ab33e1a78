package control

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netscope.example/nsgraph/capture/wire"
)

var isisSettings = []Setting{
	{"isis.level", "level-1, level-2, level-1-2: the circuit type", "ISO/IEC 10589, 9.5"},
	{"isis.hold", "holding time, seconds", "ISO/IEC 10589, 9.5"},
	{"isis.areas", "area addresses, hexadecimal, in order", "ISO/IEC 10589, 9.5"},
	{"isis.auth", "authentication: none, password, hmac-md5, or the number", "RFC 5304, 2; RFC 5310, 3"},
	{"isis.addresses", "addresses of the interface", "RFC 1195, 5.3.4"},
	{"isis.hello_length", "length of a padded hello, bytes: the MTU less the link's header", "ISO/IEC 10589, 8.4.1.1"},
}

// ISIS is a hello (ISO/IEC 10589, sections 9.5 to 9.7).
type ISIS struct {
	PDU       uint8 // 15 and 16: LAN, level 1 and 2; 17: point to point
	Circuit   uint8 // 1, 2, 3: levels
	System    string
	Hold      uint16
	Length    uint16
	Padded    bool
	Areas     []string
	Addresses []netip.Addr
	Auth      int // -1: none
}

// decodeISIS reads what follows the LLC header; ok is false for other PDUs than hellos.
func decodeISIS(b []byte) (h ISIS, ok bool, err error) {
	h.Auth = -1
	c := cursor{b: b}
	if c.u8() != 0x83 {
		return h, false, nil // ES-IS and other users of this LLC address
	}
	c.skip(3)
	h.PDU = c.u8() & 31
	c.skip(3)
	if h.PDU < 15 || h.PDU > 17 {
		return h, false, c.err("isis")
	}
	h.Circuit = c.u8() & 3
	h.System = dotted(c.take(6))
	h.Hold, h.Length = c.u16(), c.u16()
	c.skip(1) // priority, or the local circuit id
	if h.PDU != 17 {
		c.skip(7) // LAN id
	}
	for c.left() >= 2 && c.at < int(h.Length) {
		t := c.u8()
		v := c.sub(int(c.u8()))
		h.tlv(t, &v)
		if v.bad != nil {
			c.bad = v.bad
		}
	}
	if h.Circuit == 0 {
		c.fail(errValue)
	}
	err = c.err("isis")
	return h, err == nil, err
}

func (h *ISIS) tlv(t uint8, v *cursor) {
	switch t {
	case 1:
		for v.left() > 0 && len(h.Areas) < 16 {
			h.Areas = append(h.Areas, fmt.Sprintf("%x", v.take(int(v.u8()))))
		}
	case 8:
		h.Padded = true
	case 10:
		h.Auth = int(v.u8())
	case 132:
		h.Addresses = append(h.Addresses, addrs4(v)...)
	}
}

// dotted writes a system id as "0000.0000.0001".
func dotted(b []byte) string {
	if len(b) != 6 {
		return ""
	}
	return fmt.Sprintf("%x.%x.%x", b[:2], b[2:4], b[4:])
}

func (d *Decoder) isis(p *wire.Packet) error {
	h, ok, err := decodeISIS(p.Network)
	if !ok {
		return err
	}
	s := d.byDevice(p, "isis", h.System)
	s.hold = int64(h.Hold) * 1e9
	s.group = [...]string{"level 1 lan", "level 2 lan", "point to point"}[h.PDU-15]
	s.say("isis.level", [...]string{"", "level-1", "level-2", "level-1-2"}[h.Circuit])
	s.say("isis.hold", strconv.Itoa(int(h.Hold)))
	slices.Sort(h.Areas)
	s.say("isis.areas", strings.Join(h.Areas, ", "))
	s.say("isis.addresses", joinAddrs(h.Addresses))
	auth := map[int]string{-1: "none", 1: "password", 54: "hmac-md5", 3: "generic"}[h.Auth]
	if auth == "" {
		auth = strconv.Itoa(h.Auth)
	}
	s.say("isis.auth", auth)
	if h.Padded {
		s.say("isis.hello_length", strconv.Itoa(int(h.Length)))
	}
	return nil
}

package control

import (
	"net/netip"
	"strconv"
	"strings"

	"netscope.example/nsgraph/capture/wire"
)

var vrrpSettings = []Setting{
	{"vrrp.version", "2 or 3", "RFC 3768, 5.3.1; RFC 5798, 5.2.1"},
	{"vrrp.state", "master; resigned after an advertisement of priority 0", "RFC 5798, 6.4"},
	{"vrrp.priority", "priority; 255: owner of the address", "RFC 5798, 5.2.4"},
	{"vrrp.interval", "advertisement interval, seconds", "RFC 3768, 5.3.7; RFC 5798, 5.2.7"},
	{"vrrp.addresses", "virtual addresses", "RFC 5798, 5.2.9"},
	{"vrrp.auth", "authentication of version 2: none, text and a digest of the password, md5, or the number", "RFC 2338, 5.3.6"},
}

// VRRP is an advertisement (RFC 3768, section 5.1; RFC 5798, section 5.1).
type VRRP struct {
	Version, Group, Priority uint8
	Auth                     uint8  // version 2
	Password                 string // a digest of it, of authentication type 1
	Interval                 uint32 // milliseconds
	Addresses                []netip.Addr
}

// decodeVRRP reads the IP payload b; ok is false for CARP, which shares the protocol number.
func decodeVRRP(b []byte, v6 bool) (v VRRP, ok bool, err error) {
	c := cursor{b: b}
	head := c.u8()
	v.Version = head >> 4
	if head&15 != 1 || v.Version < 2 || v.Version > 3 {
		c.fail(errValue)
	}
	v.Group, v.Priority = c.u8(), c.u8()
	n := int(c.u8())
	if v.Version == 2 {
		if n == 7 && len(b) == 36 {
			return v, false, nil
		}
		v.Auth, v.Interval = c.u8(), uint32(c.u8())*1000
	} else {
		v.Interval = uint32(c.u16()&0xfff) * 10
	}
	c.skip(2)
	size := 4
	if v6 {
		size = 16
	}
	for range n {
		a, _ := netip.AddrFromSlice(c.take(size))
		v.Addresses = append(v.Addresses, a)
	}
	if v.Version == 2 && v.Auth == 1 && c.left() >= 8 { // RFC 2338, 5.3.10
		v.Password = secret(c.take(8))
	}
	err = c.err("vrrp")
	return v, err == nil, err
}

func (d *Decoder) vrrp(p *wire.Packet) error {
	v, ok, err := decodeVRRP(upper(p), p.Version == 6)
	if !ok {
		return err
	}
	s := d.bySender(p, "vrrp")
	s.group = "vrrp " + strconv.Itoa(int(v.Group))
	if p.Version == 6 {
		s.group += " v6"
	}
	s.hold = 4 * int64(v.Interval) * 1e6 // three intervals and a skew of less than one (RFC 5798, 6.1)
	s.say("vrrp.version", strconv.Itoa(int(v.Version)))
	if v.Priority == 0 {
		s.say("vrrp.state", "resigned")
		return nil
	}
	s.say("vrrp.state", "master")
	s.say("vrrp.priority", strconv.Itoa(int(v.Priority)))
	s.say("vrrp.interval", millis(v.Interval))
	s.say("vrrp.addresses", joinAddrs(v.Addresses))
	if v.Version == 2 {
		auth := strconv.Itoa(int(v.Auth))
		if names := [...]string{"none", "text", "md5"}; int(v.Auth) < len(names) {
			auth = names[v.Auth]
		}
		s.say("vrrp.auth", strings.TrimSpace(auth+" "+v.Password))
	}
	return nil
}

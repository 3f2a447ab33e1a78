package control

import (
	"encoding/hex"
	"net/netip"
	"strconv"

	"netscope.example/nsgraph/capture/wire"
)

var dhcpv6Settings = []Setting{
	{"dhcpv6.server", "DUID of the server, hexadecimal", "RFC 8415, 21.3"},
	{"dhcpv6.preference", "server preference", "RFC 8415, 21.8"},
	{"dhcpv6.dns", "name servers given, in order", "RFC 3646, 3"},
}

// DHCPv6 is an advertise or reply of a DHCPv6 server (RFC 8415, section 8).
type DHCPv6 struct {
	Type       uint8
	Server     []byte // DUID, of the packet's bytes
	Preference int    // -1: not said
	DNS        []netip.Addr
}

// decodeDHCPv6 reads a UDP payload.
func decodeDHCPv6(b []byte) (DHCPv6, error) {
	c := cursor{b: b}
	m := DHCPv6{Type: c.u8(), Preference: -1}
	c.skip(3)
	if m.Type != 2 && m.Type != 7 {
		return m, c.err("dhcpv6")
	}
	for c.left() > 0 {
		t := c.u16()
		v := c.sub(int(c.u16()))
		switch t {
		case 2:
			m.Server = v.b
		case 7:
			m.Preference = int(v.u8())
		case 23:
			for v.left() >= 16 && len(m.DNS) < 16 {
				m.DNS = append(m.DNS, addr16(v.take(16)))
			}
		}
	}
	return m, c.err("dhcpv6")
}

func (d *Decoder) dhcpv6(p *wire.Packet) error {
	m, err := decodeDHCPv6(p.Payload)
	if err != nil || m.Server == nil {
		return err
	}
	s := d.bySender(p, "dhcpv6")
	id := m.Server[:min(len(m.Server), 32)]
	if len(id) > 0 {
		s.say("dhcpv6.server", hex.EncodeToString(id))
	}
	if m.Preference >= 0 {
		s.say("dhcpv6.preference", strconv.Itoa(m.Preference))
	}
	s.say("dhcpv6.dns", inOrder(m.DNS))
	return nil
}

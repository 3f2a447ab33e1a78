package control

import (
	"net/netip"
	"strconv"
	"strings"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// The fields are Cisco's, as its "Cisco Discovery Protocol" configuration guides and the dissectors of Wireshark and tcpdump describe them.
const cdpSource = "Cisco Discovery Protocol, TLV "

var cdpSettings = []Setting{
	{"cdp.ttl", "seconds that the announcement holds", "Cisco Discovery Protocol, header"},
	{"cdp.capabilities", "capabilities, in the order of their bits", cdpSource + "0x0004"},
	{"cdp.addresses", "addresses of the port", cdpSource + "0x0002"},
	{"cdp.version", "software version", cdpSource + "0x0005"},
	{"cdp.platform", "hardware platform", cdpSource + "0x0006"},
	{"cdp.vtp_domain", "VTP management domain", cdpSource + "0x0009"},
	{"cdp.native_vlan", "native VLAN id of the port", cdpSource + "0x000a"},
	{"cdp.duplex", "full or half", cdpSource + "0x000b"},
	{"cdp.voice_vlan", "VLAN id for phones", cdpSource + "0x000e"},
	{"cdp.mtu", "MTU, bytes", cdpSource + "0x0011"},
	{"cdp.management", "management addresses", cdpSource + "0x0016"},
}

// CDP is a Cisco Discovery Protocol announcement. Fields that are not there are zero, numbers -1.
type CDP struct {
	TTL               uint8 // seconds
	Device, Port      string
	Addresses         []netip.Addr
	Management        []netip.Addr
	Capabilities      []string
	Version, Platform string
	HasDomain         bool
	Domain            string
	NativeVLAN, Voice int
	Duplex            int // 0 half, 1 full
	MTU               uint32
	Name              string
}

// decodeCDP reads what follows the SNAP header. It keeps nothing of b.
func decodeCDP(b []byte) (CDP, error) {
	m := CDP{NativeVLAN: -1, Voice: -1, Duplex: -1}
	c := cursor{b: b}
	if v := c.u8(); v != 1 && v != 2 {
		c.fail(errValue)
	}
	m.TTL = c.u8()
	c.skip(2) // checksum
	for c.left() >= 4 {
		t, n := c.u16(), int(c.u16())
		if n < 4 { // padding
			break
		}
		v := c.sub(n - 4)
		if m.tlv(t, &v); v.bad != nil {
			c.bad = v.bad
		}
	}
	if m.Device == "" {
		c.fail(errValue)
	}
	return m, c.err("cdp")
}

func (m *CDP) tlv(t uint16, v *cursor) {
	switch t {
	case 1:
		m.Device = text(v.b)
	case 2:
		m.Addresses = cdpAddresses(v)
	case 3:
		m.Port = text(v.b)
	case 4:
		m.Capabilities = capabilityNames(v.u32(), cdpCapabilities)
	case 5:
		m.Version = text(v.b)
	case 6:
		m.Platform = text(v.b)
	case 9:
		m.Domain, m.HasDomain = text(v.b), true
	case 10:
		m.NativeVLAN = int(v.u16())
	case 11:
		m.Duplex = int(v.u8() & 1)
	case 14:
		v.u8() // 1: data
		m.Voice = int(v.u16())
	case 17:
		m.MTU = v.u32()
	case 20:
		m.Name = text(v.b)
	case 22:
		m.Management = cdpAddresses(v)
	}
}

var cdpCapabilities = []string{"router", "bridge", "source-route-bridge", "switch", "host", "igmp", "repeater", "phone", "remote"}

func cdpAddresses(v *cursor) []netip.Addr {
	var as []netip.Addr
	n := v.u32()
	for ; n > 0 && v.left() > 0 && len(as) < 16; n-- {
		v.u8() // protocol type
		v.skip(int(v.u8()))
		a := v.take(int(v.u16()))
		if ip, ok := netip.AddrFromSlice(a); ok {
			as = append(as, ip)
		}
	}
	return as
}

func (d *Decoder) cdp(p *wire.Packet) error {
	m, err := decodeCDP(p.Network)
	if m.Device == "" {
		return err
	}
	s := d.byDevice(p, "cdp", m.Device)
	s.port, s.hold = m.Port, int64(m.TTL)*1e9
	s.say("cdp.ttl", strconv.Itoa(int(m.TTL)))
	s.say("cdp.capabilities", strings.Join(m.Capabilities, ", "))
	s.say("cdp.addresses", joinAddrs(m.Addresses))
	s.say("cdp.version", m.Version)
	s.say("cdp.platform", m.Platform)
	s.say("cdp.management", joinAddrs(m.Management))
	s.say("cdp.vtp_domain", m.Domain)
	if m.NativeVLAN >= 0 {
		s.say("cdp.native_vlan", strconv.Itoa(m.NativeVLAN))
	}
	if m.Duplex >= 0 {
		s.say("cdp.duplex", [...]string{"half", "full"}[m.Duplex])
	}
	if m.Voice >= 0 {
		s.say("cdp.voice_vlan", strconv.Itoa(m.Voice))
	}
	if m.MTU > 0 {
		s.say("cdp.mtu", strconv.FormatUint(uint64(m.MTU), 10))
	}
	name := m.Name
	if name == "" {
		name = m.Device
	}
	s.link(fact.Link{
		FromName: name, Platform: m.Platform, Version: m.Version, Capabilities: m.Capabilities, Management: append(m.Management, m.Addresses...),
	})
	for _, ip := range append(m.Addresses, m.Management...) {
		d.name(p, ip, name, "cdp")
	}
	return err
}

package control

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

var lldpSettings = []Setting{
	{"lldp.system_name", "system name", "IEEE 802.1AB-2016, 8.5.6"},
	{"lldp.system_description", "system description", "IEEE 802.1AB-2016, 8.5.7"},
	{"lldp.port_description", "port description", "IEEE 802.1AB-2016, 8.5.5"},
	{"lldp.ttl", "seconds that the announcement holds; 0 takes it back", "IEEE 802.1AB-2016, 8.5.4"},
	{"lldp.capabilities", "enabled capabilities, in the order of their bits", "IEEE 802.1AB-2016, 8.5.8"},
	{"lldp.management", "management addresses", "IEEE 802.1AB-2016, 8.5.9"},
	{"lldp.pvid", "port VLAN id; 0: the port has none", "IEEE 802.1Q-2014, D.2.1"},
	{"lldp.vlans", "VLAN ids with their names, ascending", "IEEE 802.1Q-2014, D.2.3"},
	{"lldp.autoneg", "auto-negotiation: enabled, disabled, or unsupported", "IEEE 802.3-2012, 79.3.1"},
	{"lldp.mau", "operational MAU type, the last arc of dot3MauType", "IEEE 802.3-2012, 79.3.1; RFC 4836"},
	{"lldp.duplex", "full or half, as the MAU type says", "RFC 4836"},
	{"lldp.speed", "megabits per second, as the MAU type says", "RFC 4836"},
	{"lldp.aggregation", "link aggregation: none, capable, or active", "IEEE 802.1AX-2014, annex F"},
	{"lldp.max_frame", "largest frame, bytes with header and FCS", "IEEE 802.3-2012, 79.3.4"},
	{"lldp.med_voice_vlan", "VLAN id of the voice policy; untagged", "ANSI/TIA-1057, 10.2.3"},
	{"lldp.med_voice_dscp", "DSCP of the voice policy", "ANSI/TIA-1057, 10.2.3"},
	{"lldp.med_voice_pcp", "802.1p priority of the voice policy", "ANSI/TIA-1057, 10.2.3"},
	{"lldp.med_model", "manufacturer and model of the endpoint", "ANSI/TIA-1057, 10.2.6"},
}

// LLDP is an LLDP data unit (IEEE 802.1AB-2016, 8.2). Optional fields that are not there are zero.
type LLDP struct {
	Chassis, Port       string // identifiers: a MAC or address as text, or what the device says
	TTL                 uint16 // seconds
	PortDescription     string
	SystemName          string
	SystemDescription   string
	Capabilities        []string // enabled
	Management          []netip.Addr
	PVID                int // -1: not said
	VLANs               []string
	HasPHY              bool
	AutoNeg             uint8 // bit 0 supported, bit 1 enabled
	MAU                 uint16
	Aggregation         int    // status bits; -1: not said
	MaxFrame            uint16 // bytes
	Voice               bool   // the next three are valid
	VoiceVLAN           uint16
	VoicePCP, VoiceDSCP uint8
	Manufacturer, Model string
}

// decodeLLDP reads the LLDPDU b. It keeps nothing of b.
func decodeLLDP(b []byte) (LLDP, error) {
	l := LLDP{PVID: -1, Aggregation: -1}
	c := cursor{b: b}
	for i := 0; c.left() > 0; i++ {
		head := c.u16()
		v := c.sub(int(head & 0x1ff))
		t := head >> 9
		if t == 0 {
			break
		}
		if i < 3 && int(t) != i+1 { // chassis, port and TTL come first, in this order
			c.fail(errValue)
			break
		}
		l.tlv(t, &v)
		if v.bad != nil {
			c.bad = v.bad
		}
	}
	if l.Chassis == "" || l.Port == "" {
		c.fail(errValue)
	}
	return l, c.err("lldp")
}

func (l *LLDP) tlv(t uint16, v *cursor) {
	switch t {
	case 1:
		l.Chassis = lldpID(v, 4, 5)
	case 2:
		l.Port = lldpID(v, 3, 4)
	case 3:
		l.TTL = v.u16()
	case 4:
		l.PortDescription = text(v.b)
	case 5:
		l.SystemName = text(v.b)
	case 6:
		l.SystemDescription = text(v.b)
	case 7:
		v.u16()
		l.Capabilities = capabilityNames(uint32(v.u16()), lldpCapabilities)
	case 8:
		n := v.u8()
		a := v.sub(int(n))
		if ip := familyAddress(&a); ip.IsValid() && len(l.Management) < 16 {
			l.Management = append(l.Management, ip)
		}
		v.bad = a.bad
	case 127:
		l.organisation(v)
	}
}

var lldpCapabilities = []string{"other", "repeater", "switch", "wlan", "router", "phone", "docsis", "station", "c-vlan", "s-vlan", "two-port"}

func capabilityNames(bits uint32, names []string) []string {
	var on []string
	for i, n := range names {
		if bits&(1<<i) != 0 {
			on = append(on, n)
		}
	}
	return on
}

// lldpID reads a chassis or port identifier, given the numbers of the subtypes that are a MAC and a network address.
func lldpID(v *cursor, mac, network uint8) string {
	switch sub := v.u8(); {
	case sub == mac && v.left() == 6:
		return fact.MAC(v.b).String()
	case sub == network:
		if ip := familyAddress(v); ip.IsValid() {
			return ip.String()
		}
		return hex.EncodeToString(v.b[:min(len(v.b), 32)])
	}
	if s := text(v.b); s != "" {
		return s
	}
	return hex.EncodeToString(v.b[:min(len(v.b), 32)])
}

// familyAddress reads an IANA address family number (1: IPv4, 2: IPv6) and the address.
func familyAddress(v *cursor) netip.Addr {
	switch v.u8() {
	case 1:
		return addr4(v.take(min(4, v.left())))
	case 2:
		return addr16(v.take(min(16, v.left())))
	}
	return netip.Addr{}
}

func (l *LLDP) organisation(v *cursor) {
	oui := uint32(v.u8())<<16 | uint32(v.u16())
	switch sub := v.u8(); oui<<8 | uint32(sub) {
	case 0x0080c201:
		l.PVID = int(v.u16())
	case 0x0080c203:
		id, n := v.u16(), v.u8()
		name := text(v.take(int(n)))
		if v.bad == nil && len(l.VLANs) < 64 {
			l.VLANs = append(l.VLANs, fmt.Sprintf("%d %s", id, name))
		}
	case 0x00120f01:
		l.AutoNeg = v.u8()
		v.skip(2)
		l.MAU, l.HasPHY = v.u16(), v.bad == nil
	case 0x00120f03, 0x0080c207:
		l.Aggregation = int(v.u8())
	case 0x00120f04:
		l.MaxFrame = v.u16()
	case 0x0012bb02:
		if app := v.u8(); app == 1 { // voice
			p := uint32(v.u8())<<16 | uint32(v.u16())
			l.Voice = v.bad == nil && p>>23 == 0 // the policy is known
			if p&(1<<22) != 0 {                  // tagged
				l.VoiceVLAN = uint16(p >> 9 & 0xfff)
			}
			l.VoicePCP, l.VoiceDSCP = uint8(p>>6&7), uint8(p&63)
		}
	case 0x0012bb09:
		l.Manufacturer = text(v.b)
	case 0x0012bb0a:
		l.Model = text(v.b)
	}
}

func (d *Decoder) lldp(p *wire.Packet) error {
	l, err := decodeLLDP(p.Network)
	if l.Chassis == "" || l.Port == "" {
		return err
	}
	s := d.byDevice(p, "lldp", l.Chassis)
	s.port, s.hold = l.Port, int64(l.TTL)*1e9
	s.say("lldp.ttl", strconv.Itoa(int(l.TTL)))
	if l.TTL == 0 { // a shutdown says nothing else
		return err
	}
	s.say("lldp.system_name", l.SystemName)
	s.say("lldp.system_description", l.SystemDescription)
	s.say("lldp.port_description", l.PortDescription)
	s.say("lldp.capabilities", strings.Join(l.Capabilities, ", "))
	s.say("lldp.management", joinAddrs(l.Management))
	if l.PVID >= 0 {
		s.say("lldp.pvid", strconv.Itoa(l.PVID))
	}
	s.say("lldp.vlans", strings.Join(l.VLANs, ", "))
	l.sayLink(&s)
	s.link(fact.Link{
		FromName: l.SystemName, Platform: l.Model, Version: l.SystemDescription, Capabilities: l.Capabilities, Management: l.Management,
	})
	for _, ip := range l.Management {
		d.name(p, ip, l.SystemName, "lldp")
	}
	return err
}

func (l *LLDP) sayLink(s *speech) {
	if l.HasPHY {
		s.say("lldp.autoneg", [...]string{"unsupported", "disabled", "unsupported", "enabled"}[l.AutoNeg&3])
		s.say("lldp.mau", strconv.Itoa(int(l.MAU)))
		if m, ok := mauTypes[l.MAU]; ok {
			s.say("lldp.speed", strconv.Itoa(m.mbps))
			s.say("lldp.duplex", m.duplex)
		}
	}
	if l.Aggregation >= 0 {
		s.say("lldp.aggregation", [...]string{"none", "capable", "active", "active"}[l.Aggregation&3])
	}
	if l.MaxFrame > 0 {
		s.say("lldp.max_frame", strconv.Itoa(int(l.MaxFrame)))
	}
	if l.Voice {
		vlan := "untagged"
		if l.VoiceVLAN > 0 {
			vlan = strconv.Itoa(int(l.VoiceVLAN))
		}
		s.say("lldp.med_voice_vlan", vlan)
		s.say("lldp.med_voice_dscp", strconv.Itoa(int(l.VoiceDSCP)))
		s.say("lldp.med_voice_pcp", strconv.Itoa(int(l.VoicePCP)))
	}
	s.say("lldp.med_model", strings.TrimSpace(l.Manufacturer+" "+l.Model))
}

func joinAddrs(as []netip.Addr) string {
	as = slices.Clone(as)
	slices.SortFunc(as, netip.Addr.Compare)
	t := make([]string, 0, len(as))
	for _, a := range slices.Compact(as) {
		t = append(t, a.String())
	}
	return strings.Join(t, ", ")
}

// mauTypes are the MAU types that fix a speed and a duplex mode (RFC 4836, section 4; IANA-MAU-MIB).
var mauTypes = map[uint16]struct {
	mbps   int
	duplex string
}{
	10: {10, "half"}, 11: {10, "full"}, 12: {10, "half"}, 13: {10, "full"}, // 10BASE-T, -FL
	14: {100, "half"}, 15: {100, "half"}, 16: {100, "full"}, 17: {100, "half"}, 18: {100, "full"}, 19: {100, "half"}, 20: {100, "full"},
	21: {1000, "half"}, 22: {1000, "full"}, 23: {1000, "half"}, 24: {1000, "full"}, 25: {1000, "half"}, 26: {1000, "full"},
	27: {1000, "half"}, 28: {1000, "full"}, 29: {1000, "half"}, 30: {1000, "full"},
	31: {10000, "full"}, 32: {10000, "full"}, 33: {10000, "full"}, 34: {10000, "full"}, 35: {10000, "full"}, 36: {10000, "full"},
}

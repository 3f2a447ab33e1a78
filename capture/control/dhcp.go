package control

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

var dhcpSettings = []Setting{
	{"dhcp.server", "the endpoint answers as a server (offers, acknowledges, refuses): yes", "RFC 2131, 3.1"},
	{"dhcp.naks", "the server refused requests: yes", "RFC 2131, 3.1"},
	{"dhcp.relay", "relay through which the server was asked", "RFC 2131, 4.1"},
	{"dhcp.rival", "another server that answered the same request", "RFC 2131, 3.1"},
	{"dhcp.network", "prefix of the addresses that the server gives", "RFC 2132, 3.3"},
	{"dhcp.mask", "subnet mask given", "RFC 2132, 3.3"},
	{"dhcp.router", "routers given", "RFC 2132, 3.5"},
	{"dhcp.dns", "name servers given, in order", "RFC 2132, 3.8"},
	{"dhcp.domain", "domain name given", "RFC 2132, 3.17"},
	{"dhcp.mtu", "interface MTU given, bytes", "RFC 2132, 5.1"},
	{"dhcp.ntp", "time servers given, in order", "RFC 2132, 8.3"},
	{"dhcp.lease", "lease time given in offers, seconds", "RFC 2132, 9.2"},
	{"dhcp.unanswered", "the client asked for an address three times and more, seconds apart, and was offered none: yes", "RFC 2131, 4.1"},
	{"dhcp.bound", "the client was given an address, or has one: yes", "RFC 2131, 4.4"},
	{"dhcp.decline", "address that a client found in use", "RFC 2131, 3.1"},
	{"dhcp.fingerprint", "parameter request list of the client", "RFC 2132, 9.8"},
	{"dhcp.vendor_class", "vendor class of the client", "RFC 2132, 9.13"},
}

// DHCP is a DHCPv4 message (RFC 2131, section 2). Options that are not there are zero.
type DHCP struct {
	Op                        uint8
	Type                      uint8 // option 53
	XID                       uint32
	Hardware                  fact.MAC
	Client, Yours, Relay      netip.Addr // ciaddr, yiaddr, giaddr
	Server, Requested         netip.Addr // options 54 and 50
	Mask                      int        // bits; -1: not said
	Routers, DNS, NTP         []netip.Addr
	Domain, Host, VendorClass string
	Lease                     uint32
	MTU                       uint16
	Parameters                []uint8
}

// DHCP message types (RFC 2132, section 9.6).
const (
	dhcpDiscover = 1 + iota
	dhcpOffer
	dhcpRequest
	dhcpDecline
	dhcpAck
	dhcpNak
)

// decodeDHCP reads a UDP payload. It keeps nothing of b.
func decodeDHCP(b []byte) (DHCP, error) {
	m := DHCP{Mask: -1}
	c := cursor{b: b}
	m.Op = c.u8()
	c.skip(1)
	if n := c.u8(); m.Op != 1 && m.Op != 2 || n > 16 {
		c.fail(errValue)
	}
	c.skip(1)
	m.XID = c.u32()
	c.skip(4)
	m.Client, m.Yours = addr4(c.take(4)), addr4(c.take(4))
	c.skip(4)
	m.Relay = addr4(c.take(4))
	copy(m.Hardware[:], c.take(16))
	c.skip(64 + 128)
	if c.u32() != 0x63825363 {
		c.fail(errValue)
	}
	for c.left() > 0 {
		t := c.u8()
		if t == 0 {
			continue
		}
		if t == 255 {
			break
		}
		v := c.sub(int(c.u8()))
		if m.option(t, &v); v.bad != nil {
			c.bad = v.bad
		}
	}
	return m, c.err("dhcp")
}

func (m *DHCP) option(t uint8, v *cursor) {
	switch t {
	case 1:
		m.Mask = maskBits(v.take(4))
	case 3:
		m.Routers = addrs4(v)
	case 6:
		m.DNS = addrs4(v)
	case 12:
		m.Host = text(v.b)
	case 15:
		m.Domain = text(v.b)
	case 26:
		m.MTU = v.u16()
	case 42:
		m.NTP = addrs4(v)
	case 50:
		m.Requested = addr4(v.take(4))
	case 51:
		m.Lease = v.u32()
	case 53:
		m.Type = v.u8()
	case 54:
		m.Server = addr4(v.take(4))
	case 55:
		m.Parameters = slices.Clone(v.b[:min(len(v.b), 64)])
	case 60:
		m.VendorClass = text(v.b)
	case 81: // client FQDN (RFC 4702): flags and two result codes, then the name, as text unless the E flag says otherwise
		flags := v.u8()
		v.skip(2)
		if flags&4 == 0 && m.Host == "" {
			m.Host = text(v.b)
		}
	}
}

func addrs4(v *cursor) []netip.Addr {
	var as []netip.Addr
	for v.left() >= 4 && len(as) < 16 {
		as = append(as, addr4(v.take(4)))
	}
	return as
}

func inOrder(as []netip.Addr) string {
	t := make([]string, len(as))
	for i, a := range as {
		t[i] = a.String()
	}
	return strings.Join(t, ", ")
}

// leaseKey is one exchange between a client and the servers.
type leaseKey struct {
	xid      uint32
	hardware fact.MAC
}

// lease is what is remembered of an exchange: who asked, and who answered.
type lease struct {
	host, vendor string
	parameters   []uint8
	server       netip.Addr
	asked        uint8 // times, while nobody answered; up to fact.DHCPTries
	last         int64 // when, nanoseconds
}

// betweenTries is how far apart two requests of a client are at least, nanoseconds: it waits 4 s, plus or minus 1 s, before it repeats the first, and longer
// after that (RFC 2131, section 4.1); some do not wait so long. What comes sooner is the same request, seen at another point or in another VLAN.
const betweenTries = int64(1e9)

// maxLeases is how many exchanges are remembered; when there are more, all are forgotten, and with them only names and rivals in flight.
const maxLeases = 4096

type leases struct{ m map[leaseKey]*lease }

func newLeases() *leases { return &leases{m: map[leaseKey]*lease{}} }

func (l *leases) of(m *DHCP) *lease {
	k := leaseKey{m.XID, m.Hardware}
	x := l.m[k]
	if x == nil {
		if len(l.m) >= maxLeases {
			clear(l.m)
		}
		x = &lease{}
		l.m[k] = x
	}
	return x
}

func (d *Decoder) dhcp(p *wire.Packet) error {
	m, err := decodeDHCP(p.Payload)
	if err != nil {
		return err
	}
	x := d.leases.of(&m)
	if m.Op == 1 {
		d.dhcpClient(p, &m, x)
		return nil
	}
	server := m.Server
	if !server.IsValid() || server.IsUnspecified() {
		server = source(p)
	}
	s := d.bySender(p, "dhcp")
	s.kind, s.speaker, s.address = fact.EndpointSpeaker, "", server
	if relayed(&m) {
		s.say("dhcp.relay", m.Relay.String())
	}
	d.dhcpServer(&s, &m, x)
	return nil
}

// relayed reports whether a relay passed the message on, so that it is a copy of the client's.
func relayed(m *DHCP) bool { return m.Relay.IsValid() && !m.Relay.IsUnspecified() }

// dhcpClient remembers what the client says of itself until a server acknowledges its address.
func (d *Decoder) dhcpClient(p *wire.Packet, m *DHCP, x *lease) {
	if m.Host != "" {
		x.host = m.Host
	}
	if m.VendorClass != "" {
		x.vendor = m.VendorClass
	}
	if len(m.Parameters) > 0 {
		x.parameters = m.Parameters
	}
	switch {
	case m.Type == dhcpDiscover && !x.server.IsValid() && !relayed(m):
		if x.asked == 0 || x.asked < fact.DHCPTries && p.Time-x.last >= betweenTries {
			x.asked, x.last = x.asked+1, p.Time
		}
		if x.asked == fact.DHCPTries {
			s := d.byDevice(p, "dhcp", m.Hardware.String())
			s.mac = m.Hardware
			s.say("dhcp.unanswered", "yes")
		}
	case m.Type == dhcpDecline && m.Requested.IsValid():
		s := d.byDevice(p, "dhcp", m.Hardware.String())
		s.mac = m.Hardware
		s.say("dhcp.decline", m.Requested.String())
	case m.Type == dhcpRequest && m.Client.IsValid() && !m.Client.IsUnspecified(): // a renewal: the address is the client's
		x.of(d, p, m.Client, m.Hardware)
	}
}

// of says what is known of the client that has address.
func (x *lease) of(d *Decoder, p *wire.Packet, address netip.Addr, mac fact.MAC) {
	d.name(p, address, x.host, "dhcp")
	s := speech{d: d, p: p, protocol: "dhcp", kind: fact.EndpointSpeaker, address: address, mac: mac}
	list := make([]string, len(x.parameters))
	for i, n := range x.parameters {
		list[i] = strconv.Itoa(int(n))
	}
	s.say("dhcp.bound", "yes")
	s.say("dhcp.fingerprint", strings.Join(list, ","))
	s.say("dhcp.vendor_class", x.vendor)
}

func (d *Decoder) dhcpServer(s *speech, m *DHCP, x *lease) {
	switch m.Type {
	case dhcpNak:
		s.say("dhcp.naks", "yes")
	case dhcpOffer, dhcpAck:
	default:
		return
	}
	s.say("dhcp.server", "yes")
	if x.server.IsValid() && x.server != s.address {
		s.say("dhcp.rival", x.server.String())
	}
	x.server = s.address
	if m.Type == dhcpNak || !m.Yours.IsValid() || m.Yours.IsUnspecified() { // an answer to INFORM, or a boot server's, gives no address
		return
	}
	if m.Mask >= 0 { // options belong to the subnet of the address that they come with
		s.group = netip.PrefixFrom(m.Yours, m.Mask).Masked().String()
		s.say("dhcp.mask", netmask(m.Mask))
		s.say("dhcp.network", s.group)
	}
	s.say("dhcp.router", inOrder(m.Routers))
	s.say("dhcp.dns", inOrder(m.DNS))
	s.say("dhcp.ntp", inOrder(m.NTP))
	s.say("dhcp.domain", m.Domain)
	if m.MTU > 0 {
		s.say("dhcp.mtu", strconv.Itoa(int(m.MTU)))
	}
	if m.Type == dhcpOffer && m.Lease > 0 {
		s.say("dhcp.lease", strconv.FormatUint(uint64(m.Lease), 10))
	}
	if m.Type == dhcpAck {
		x.of(d, s.p, m.Yours, m.Hardware)
	}
}

package control

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

var ospfSettings = []Setting{
	{"ospf.version", "2 or 3", "RFC 2328, A.3.1; RFC 5340, A.3.1"},
	{"ospf.area", "area id, dotted", "RFC 2328, A.3.1"},
	{"ospf.auth", "authentication: none, password, cryptographic, or the number", "RFC 2328, D"},
	{"ospf.mask", "network mask of the interface", "RFC 2328, A.3.2"},
	{"ospf.hello", "hello interval, seconds", "RFC 2328, A.3.2"},
	{"ospf.dead", "router dead interval, seconds", "RFC 2328, A.3.2"},
	{"ospf.area_type", "normal, stub, or nssa: the E and N bits", "RFC 2328, A.2; RFC 3101, 2.1"},
	{"ospf.priority", "router priority", "RFC 2328, A.3.2"},
	{"ospf.dr", "designated router: its address (version 2) or router id (version 3)", "RFC 2328, A.3.2"},
	{"ospf.bdr", "backup designated router", "RFC 2328, A.3.2"},
	{"ospf.neighbors", "router ids heard, in order; none", "RFC 2328, A.3.2"},
	{"ospf.address", "address that the router speaks from", "RFC 2328, A.3.1"},
	{"ospf.mtu", "interface MTU of database descriptions, bytes", "RFC 2328, A.3.3"},
	{"ospf.exchange", "how far the database exchange of the group's two routers came: exstart, exchange, loading", "RFC 2328, 10.1"},
}

// OSPF is the header of an OSPF packet, with the fields of a hello or of a database description (RFC 2328, A.3; RFC 5340, A.3).
type OSPF struct {
	Version   uint8
	Type      uint8 // 1 hello, 2 database description, 3 request, 4 update, 5 acknowledgement
	Router    netip.Addr
	Area      netip.Addr
	Auth      uint16 // version 2
	Instance  uint8  // version 3
	Options   uint32
	Mask      int // bits; -1 not contiguous; of version 2's hellos
	Hello     uint16
	Dead      uint32
	Priority  uint8
	DR, BDR   netip.Addr
	Neighbors []netip.Addr // router ids
	MTU       uint16
	Flags     uint8 // of a database description: 4 init, 2 more, 1 master
	LSAs      bool  // the database description describes something
}

// Types of OSPF packets.
const (
	ospfHello = 1 + iota
	ospfDescription
	ospfRequest
	ospfUpdate
	ospfAck
)

// decodeOSPF reads the IP payload b. It keeps nothing of b.
func decodeOSPF(b []byte) (OSPF, error) {
	c := cursor{b: b}
	o := OSPF{Version: c.u8(), Type: c.u8()}
	length := int(c.u16())
	o.Router, o.Area = addr4(c.take(4)), addr4(c.take(4))
	c.skip(2)
	head := 24
	switch o.Version {
	case 2:
		o.Auth = c.u16()
		c.skip(8)
	case 3:
		o.Instance = c.u8()
		c.skip(1)
		head = 16
	default:
		c.fail(errValue)
	}
	if o.Type < ospfHello || o.Type > ospfAck || length < head {
		c.fail(errValue)
	}
	body := cursor{b: c.b[:min(len(c.b), max(0, length-head))], at: c.at, bad: c.bad} // authentication data lies behind
	switch o.Type {
	case ospfHello:
		o.hello(&body)
	case ospfDescription:
		o.description(&body)
	}
	return o, body.err("ospf")
}

func (o *OSPF) hello(c *cursor) {
	if o.Version == 2 {
		o.Mask = maskBits(c.take(4))
		o.Hello, o.Options, o.Priority = c.u16(), uint32(c.u8()), c.u8()
		o.Dead = c.u32()
	} else {
		c.skip(4) // interface id
		v := c.u32()
		o.Priority, o.Options = uint8(v>>24), v&0xffffff
		o.Hello, o.Dead = c.u16(), uint32(c.u16())
	}
	o.DR, o.BDR = addr4(c.take(4)), addr4(c.take(4))
	for c.left() >= 4 && len(o.Neighbors) < 64 {
		o.Neighbors = append(o.Neighbors, addr4(c.take(4)))
	}
}

func (o *OSPF) description(c *cursor) {
	if o.Version == 2 {
		o.MTU, o.Options, o.Flags = c.u16(), uint32(c.u8()), c.u8()
	} else {
		o.Options = c.u32() & 0xffffff
		o.MTU, o.Flags = c.u16(), uint8(c.u16())
	}
	c.skip(4)
	o.LSAs = c.left() >= 20
}

func (d *Decoder) ospf(p *wire.Packet) error {
	o, err := decodeOSPF(upper(p))
	if err != nil {
		return err
	}
	s := d.byDevice(p, "ospf", o.Router.String())
	to := destination(p)
	switch o.Type {
	case ospfHello:
		s.group, s.hold = o.segment(p, s.address, to), int64(o.Dead)*1e9
		o.sayHello(&s)
	case ospfDescription:
		s.hold = 30e9 // six retransmission intervals: a later exchange is another one
		if s.group = pair(s.address, to); to.IsMulticast() {
			s.group = ""
		}
		s.say("ospf.mtu", strconv.Itoa(int(o.MTU)))
		if o.Flags&4 != 0 && !o.LSAs {
			s.say("ospf.exchange", "exstart")
		} else {
			s.say("ospf.exchange", "exchange")
		}
	case ospfRequest, ospfUpdate, ospfAck:
		if !to.IsMulticast() {
			s.group = pair(s.address, to)
			s.say("ospf.exchange", "loading")
		}
	}
	return nil
}

// segment names what the routers of a hello's network share: the prefix of a multicast hello in version 2, the instance in version 3. Hellos
// to one address (virtual links, NBMA) are a group of their own two ends.
func (o *OSPF) segment(p *wire.Packet, from, to netip.Addr) string {
	switch {
	case !to.IsMulticast():
		return pair(from, to)
	case o.Version == 3:
		return fmt.Sprintf("instance %d", o.Instance)
	case o.Mask < 0 || !from.Is4():
		return ""
	}
	return netip.PrefixFrom(from, o.Mask).Masked().String()
}

// pair names two addresses in order.
func pair(a, b netip.Addr) string {
	if b.Less(a) {
		a, b = b, a
	}
	return a.String() + " " + b.String()
}

func (o *OSPF) sayHello(s *speech) {
	s.say("ospf.version", strconv.Itoa(int(o.Version)))
	s.say("ospf.area", o.Area.String())
	if o.Version == 2 {
		s.say("ospf.auth", authName(o.Auth))
		s.say("ospf.mask", netmask(o.Mask))
	}
	s.say("ospf.hello", strconv.Itoa(int(o.Hello)))
	s.say("ospf.dead", strconv.Itoa(int(o.Dead)))
	s.say("ospf.area_type", o.areaType())
	s.say("ospf.priority", strconv.Itoa(int(o.Priority)))
	s.say("ospf.dr", o.DR.String())
	s.say("ospf.bdr", o.BDR.String())
	if s.address.IsValid() {
		s.say("ospf.address", s.address.String())
	}
	list := "none"
	if len(o.Neighbors) > 0 {
		list = joinAddrs(o.Neighbors)
	}
	s.say("ospf.neighbors", list)
	for _, n := range o.Neighbors {
		s.link(fact.Link{To: n.String(), Capabilities: []string{"router"}})
	}
}

func (o *OSPF) areaType() string {
	switch {
	case o.Options&0x08 != 0 && o.Options&0x02 == 0:
		return "nssa"
	case o.Options&0x02 == 0:
		return "stub"
	}
	return "normal"
}

func authName(n uint16) string {
	names := [...]string{"none", "password", "cryptographic"}
	if int(n) < len(names) {
		return names[n]
	}
	return strconv.Itoa(int(n))
}

// netmask writes a mask of n bits dotted; "" if n is none.
func netmask(n int) string {
	if n < 0 || n > 32 {
		return ""
	}
	m := ^uint32(0) << (32 - n)
	return strings.Join([]string{octet(m >> 24), octet(m >> 16), octet(m >> 8), octet(m)}, ".")
}

func octet(v uint32) string { return strconv.Itoa(int(v & 255)) }

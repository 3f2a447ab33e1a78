package frame

import (
	"encoding/binary"
	"net/netip"
)

// OSPFHeader is what every OSPFv2 packet begins with (RFC 2328, appendix A.3.1).
type OSPFHeader struct {
	Router netip.Addr
	Area   uint32
	Auth   uint16 // 0 none, 1 simple
}

// ospf puts the header before body and seals it.
func (h OSPFHeader) ospf(typ byte, body []byte) []byte {
	b := []byte{2, typ, 0, 0}
	binary.BigEndian.PutUint16(b[2:], uint16(24+len(body)))
	b = append(b, h.Router.AsSlice()...)
	b = binary.BigEndian.AppendUint32(b, h.Area)
	b = append(b, 0, 0)
	b = binary.BigEndian.AppendUint16(b, h.Auth)
	b = append(b, make([]byte, 8)...)
	b = append(b, body...)
	// the checksum leaves the authentication out
	binary.BigEndian.PutUint16(b[12:], Fold(Sum(Sum(0, b[:16]), b[24:])))
	if h.Auth == 1 {
		copy(b[16:24], "nsgraph1")
	}
	return b
}

// OSPFHello is a hello packet.
type OSPFHello struct {
	OSPFHeader
	Mask       int
	Hello      uint16 // seconds
	Dead       uint32
	Options    uint8
	Priority   uint8
	DR, BDR    netip.Addr
	Neighbours []netip.Addr
}

// Payload builds the IP payload.
func (o *OSPFHello) Payload() []byte {
	var b []byte
	m := ^uint32(0) << (32 - o.Mask)
	if o.Mask == 0 {
		m = 0
	}
	b = binary.BigEndian.AppendUint32(b, m)
	b = binary.BigEndian.AppendUint16(b, o.Hello)
	b = append(b, o.Options, o.Priority)
	b = binary.BigEndian.AppendUint32(b, o.Dead)
	for _, a := range []netip.Addr{o.DR, o.BDR} {
		if !a.Is4() {
			a = netip.IPv4Unspecified()
		}
		b = append(b, a.AsSlice()...)
	}
	for _, a := range o.Neighbours {
		b = append(b, a.AsSlice()...)
	}
	return o.ospf(1, b)
}

// OSPFDatabase is a database description; its LSA headers are router LSAs of the listed routers.
type OSPFDatabase struct {
	OSPFHeader
	MTU     uint16
	Options uint8
	Flags   uint8 // 1 master, 2 more, 4 init
	Seq     uint32
	LSAs    []netip.Addr
}

// Payload builds the IP payload.
func (o *OSPFDatabase) Payload() []byte {
	b := binary.BigEndian.AppendUint16(nil, o.MTU)
	b = append(b, o.Options, o.Flags)
	b = binary.BigEndian.AppendUint32(b, o.Seq)
	for _, a := range o.LSAs {
		b = append(b, routerLSA(a, o.Options)[:20]...)
	}
	return o.ospf(2, b)
}

// OSPFUpdate is a link state update with one router LSA of the sender.
func OSPFUpdate(h OSPFHeader, options uint8) []byte {
	return h.ospf(4, append([]byte{0, 0, 0, 1}, routerLSA(h.Router, options)...))
}

// OSPFAck acknowledges the router LSA of a router.
func OSPFAck(h OSPFHeader, of netip.Addr, options uint8) []byte {
	return h.ospf(5, routerLSA(of, options)[:20])
}

// OSPFRequest asks for the router LSA of a router.
func OSPFRequest(h OSPFHeader, of netip.Addr) []byte {
	b := append([]byte{0, 0, 0, 1}, of.AsSlice()...)
	return h.ospf(3, append(b, of.AsSlice()...))
}

// routerLSA is a router LSA with one stub link (RFC 2328, appendix A.4.2).
func routerLSA(r netip.Addr, options uint8) []byte {
	id := r.AsSlice()
	b := []byte{0, 1, options, 1}
	b = append(append(b, id...), id...)
	b = append(b, 0x80, 0, 0, 1, 0, 0, 0, 36)
	b = append(b, 0, 0, 0, 1)
	b = append(append(b, id...), 255, 255, 255, 255)
	b = append(b, 3, 0, 0, 1)
	binary.BigEndian.PutUint16(b[16:], fletcher16(b[2:], 14))
	return b
}

// EIGRPHello is a hello (RFC 7868, section 6.6).
type EIGRPHello struct {
	AS   uint16
	K    [6]uint8
	Hold uint16
}

// Payload builds the IP payload.
func (e *EIGRPHello) Payload() []byte {
	b := []byte{2, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	b = binary.BigEndian.AppendUint16(b, e.AS)
	b = append(b, 0, 1, 0, 12)
	b = append(b, e.K[:]...)
	b = binary.BigEndian.AppendUint16(b, e.Hold)
	b = append(b, 0, 4, 0, 8, 12, 4, 1, 2)
	binary.BigEndian.PutUint16(b[2:], Checksum(b))
	return b
}

// HSRP builds the UDP payload of a hello: version 1 (RFC 2281), or version 2's group state TLV.
func HSRP(version, state, priority, group uint8, hello, hold uint16, virtual netip.Addr, auth string, mac MAC) []byte {
	key := make([]byte, 8)
	copy(key, auth)
	if version == 1 {
		b := []byte{0, 0, state, byte(hello), byte(hold), priority, group, 0}
		return append(append(b, key...), virtual.AsSlice()...)
	}
	b := []byte{1, 40, 2, 0, hsrp2State(state), 4, 0, group}
	b = append(b, mac[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(priority))
	b = binary.BigEndian.AppendUint32(b, uint32(hello)*1000)
	b = binary.BigEndian.AppendUint32(b, uint32(hold)*1000)
	b = append(b, virtual.AsSlice()...)
	b = append(b, make([]byte, 12)...)
	return append(append(b, 3, 8), key...)
}

// hsrp2State translates version 1's states (8 standby, 16 active) to version 2's.
func hsrp2State(s uint8) uint8 {
	if s == 16 {
		return 6
	}
	return 5
}

// VRRPv2 builds the IP payload of an advertisement (RFC 3768); interval in seconds.
func VRRPv2(group, priority, interval uint8, virtual netip.Addr, auth string) []byte {
	typ := byte(0)
	key := make([]byte, 8)
	if auth != "" {
		typ = 1
		copy(key, auth)
	}
	b := []byte{0x21, group, priority, 1, typ, interval, 0, 0}
	b = append(append(b, virtual.AsSlice()...), key...)
	binary.BigEndian.PutUint16(b[6:], Checksum(b))
	return b
}

// VRRPv3 builds the IP payload of an advertisement (RFC 9568); interval in hundredths of a second.
func VRRPv3(from netip.Addr, group, priority uint8, interval uint16, virtual netip.Addr) []byte {
	b := []byte{0x31, group, priority, 1, byte(interval >> 8 & 15), byte(interval), 0, 0}
	b = append(b, virtual.AsSlice()...)
	p := Packet{Type: IPv4, From: from, To: netip.AddrFrom4([4]byte{224, 0, 0, 18})}
	binary.BigEndian.PutUint16(b[6:], Fold(Sum(p.pseudo(VRRP, len(b)), b)))
	return b
}

// GLBP builds the UDP payload of a hello.
func GLBP(group uint16, state, priority uint8, hello, hold uint32, virtual netip.Addr, mac MAC) []byte {
	b := []byte{1, 0}
	b = binary.BigEndian.AppendUint16(b, group)
	b = append(b, 0, 0)
	b = append(b, mac[:]...)
	b = append(b, 1, 28, 0, state, 0, priority, 0, 0)
	b = binary.BigEndian.AppendUint32(b, hello)
	b = binary.BigEndian.AppendUint32(b, hold)
	b = append(b, 0, 0, 0, 0, 0, 0, 1, 4)
	return append(b, virtual.AsSlice()...)
}

// RIP builds the UDP payload of a response with one route.
func RIP(version uint8, password string, route netip.Prefix, metric uint32) []byte {
	b := []byte{2, version, 0, 0}
	if password != "" {
		k := make([]byte, 16)
		copy(k, password)
		b = append(append(b, 0xff, 0xff, 0, 2), k...)
	}
	b = append(b, 0, 2, 0, 0)
	b = append(b, route.Masked().Addr().AsSlice()...)
	m := uint32(0)
	if version == 2 {
		m = ^uint32(0) << (32 - route.Bits())
	}
	b = binary.BigEndian.AppendUint32(b, m)
	b = append(b, 0, 0, 0, 0)
	return binary.BigEndian.AppendUint32(b, metric)
}

// PIMHello builds the IP payload of a hello (RFC 7761, section 4.9.2).
func PIMHello(hold uint16, priority uint32) []byte {
	b := []byte{0x20, 0, 0, 0, 0, 1, 0, 2, byte(hold >> 8), byte(hold), 0, 19, 0, 4}
	b = binary.BigEndian.AppendUint32(b, priority)
	binary.BigEndian.PutUint16(b[2:], Checksum(b))
	return b
}

// ISISHello builds the LLC payload of a LAN hello (ISO 10589, section 9.5).
func ISISHello(level uint8, system [6]byte, area []byte, hold uint16, ip netip.Addr, circuit, priority uint8) []byte {
	typ := byte(15)
	if level == 2 {
		typ = 16
	}
	b := []byte{0x83, 27, 1, 0, typ, 1, 0, 0, level}
	b = append(b, system[:]...)
	b = binary.BigEndian.AppendUint16(b, hold)
	at := len(b)
	b = append(b, 0, 0, priority)
	b = append(append(b, system[:]...), circuit)
	b = append(b, 1, byte(len(area)+1), byte(len(area)))
	b = append(b, area...)
	b = append(b, 129, 1, 0xcc)
	b = append(append(b, 132, 4), ip.AsSlice()...)
	binary.BigEndian.PutUint16(b[at:], uint16(len(b)))
	return append([]byte{0xfe, 0xfe, 3}, b...)
}

// BGPOpen builds an OPEN (RFC 4271) with the four-octet AS capability.
func BGPOpen(as uint32, hold uint16, id netip.Addr) []byte {
	my := uint16(23456)
	if as < 65536 {
		my = uint16(as)
	}
	b := []byte{4, byte(my >> 8), byte(my), byte(hold >> 8), byte(hold)}
	b = append(b, id.AsSlice()...)
	b = append(b, 8, 2, 6, 65, 4)
	b = binary.BigEndian.AppendUint32(b, as)
	return BGP(1, b)
}

// BGP puts a BGP header before body.
func BGP(typ byte, body []byte) []byte {
	b := make([]byte, 16, 19+len(body))
	for i := range b {
		b[i] = 0xff
	}
	b = binary.BigEndian.AppendUint16(b, uint16(19+len(body)))
	return append(append(b, typ), body...)
}

// RouterAdvertisement builds the ICMPv6 message, not sealed (RFC 4861, section 4.2).
func RouterAdvertisement(hop uint8, managed, other bool, lifetime uint16, mac MAC, mtu uint32, prefix netip.Prefix) []byte {
	flags := byte(0)
	if managed {
		flags |= 0x80
	}
	if other {
		flags |= 0x40
	}
	b := []byte{134, 0, 0, 0, hop, flags, byte(lifetime >> 8), byte(lifetime), 0, 0, 0, 0, 0, 0, 0, 0}
	b = append(append(b, 1, 1), mac[:]...)
	if mtu != 0 {
		b = binary.BigEndian.AppendUint32(append(b, 5, 1, 0, 0), mtu)
	}
	if prefix.IsValid() {
		b = append(b, 3, 4, byte(prefix.Bits()), 0xc0)
		b = binary.BigEndian.AppendUint32(b, 2592000)
		b = binary.BigEndian.AppendUint32(b, 604800)
		b = append(b, 0, 0, 0, 0)
		b = append(b, prefix.Masked().Addr().AsSlice()...)
	}
	return b
}

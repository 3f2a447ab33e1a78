package simulate

import (
	"encoding/binary"
	"net/netip"

	"netscope.example/nsgraph/capture/simulate/frame"
)

// iface is a layer-3 interface of a host or router: an untagged port, or one VLAN of a tagged one.
type iface struct {
	s       *sim
	owner   stack
	port    *port
	label   string
	vlan    uint16 // tag to send; 0 untagged
	segment uint16 // VLAN it lives in, for context; 0 on a routed link
	context string
	mac     frame.MAC
	v4      netip.Addr
	net4    netip.Prefix
	v6      netip.Addr
	net6    netip.Prefix
	ll      netip.Addr // link-local, valid with v6
	gw4     netip.Addr
	gw6     netip.Addr
	mtu     int
	virtual map[netip.Addr]frame.MAC // addresses of FHRP groups that it answers for
	extra   []netip.Addr             // further addresses it claims
	proxy   bool                     // answers ARP for everything
	silent  bool                     // answers nothing
	arp     map[netip.Addr]*neighbour
	spec    *Interface
}

// stack is a node with addresses: a host or a router.
type stack interface {
	node
	// local takes over a packet for one of the node's own addresses.
	local(f *iface, p *packet)
}

// neighbour is an entry of the ARP or ND cache.
type neighbour struct {
	mac     frame.MAC
	ok      bool
	until   int64
	tries   int
	waiting []*packet
}

const neighbourLife = 300e9 // a common default of hosts is minutes

// owns reports whether a is an address that f answers for.
func (f *iface) owns(a netip.Addr) bool {
	if a == f.v4 || a == f.v6 || a == f.ll {
		return a.IsValid()
	}
	for _, x := range f.extra {
		if x == a {
			return true
		}
	}
	_, ok := f.virtual[a]
	return ok
}

// macOf is the MAC that answers for a.
func (f *iface) macOf(a netip.Addr) frame.MAC {
	if m, ok := f.virtual[a]; ok {
		return m
	}
	return f.mac
}

// mine reports whether f takes frames for m.
func (f *iface) mine(m frame.MAC) bool {
	if m == f.mac {
		return true
	}
	for _, v := range f.virtual {
		if v == m {
			return true
		}
	}
	return false
}

// transmit sends p as a frame to dst. It takes p over.
func (f *iface) transmit(p *packet, src, dst frame.MAC) {
	p.Src, p.Dst = src, dst
	if f.vlan != 0 {
		pcp := uint8(0)
		if p.IsIP() {
			pcp = p.DSCP() >> 3
		}
		p.Push(frame.Tag{ID: f.vlan, PCP: pcp})
	}
	f.port.send(p)
}

// sendIP sends p to the neighbour next, resolving it first. It takes p over.
func (f *iface) sendIP(p *packet, next netip.Addr) {
	if p.To.IsMulticast() {
		f.transmit(p, f.mac, multicastMAC(p.To))
		return
	}
	if p.To == broadcast4 || f.net4.IsValid() && p.To.Is4() && p.To == lastAddr(f.net4) && f.net4.Bits() < 31 {
		f.transmit(p, f.mac, frame.Broadcast)
		return
	}
	n := f.arp[next]
	if n == nil {
		n = &neighbour{}
		f.arp[next] = n
	}
	if n.ok && f.s.now < n.until {
		f.transmit(p, f.mac, n.mac)
		return
	}
	n.waiting = append(n.waiting, p)
	if len(n.waiting) == 1 {
		n.ok, n.tries = false, 0
		f.solicit(n, next)
	} else if len(n.waiting) > 64 {
		f.s.release(n.waiting[0])
		n.waiting = n.waiting[1:]
	}
}

// solicit asks for next, three times a second apart, then gives up.
func (f *iface) solicit(n *neighbour, next netip.Addr) {
	if n.ok {
		return
	}
	if n.tries == 3 {
		for _, p := range n.waiting {
			f.unreachable(p)
		}
		n.waiting = nil
		return
	}
	n.tries++
	if next.Is4() {
		f.sendARP(1, f.mac, f.v4, frame.MAC{}, next, frame.Broadcast)
	} else {
		f.sendNS(next)
	}
	f.s.after(1e9, func() { f.solicit(n, next) })
}

// unreachable says host unreachable to the sender of p, if f's owner is a router. It takes p over.
func (f *iface) unreachable(p *packet) {
	if r, ok := f.owner.(*router); ok {
		r.icmpError(p, 3, 1, 0)
	}
	f.s.release(p)
}

// learned enters what a neighbour said of itself, and sends what waited for it.
func (f *iface) learned(a netip.Addr, m frame.MAC, create bool) {
	n := f.arp[a]
	if n == nil {
		if !create {
			return
		}
		n = &neighbour{}
		f.arp[a] = n
	}
	n.mac, n.ok, n.until = m, true, f.s.now+neighbourLife
	w := n.waiting
	n.waiting = nil
	for _, p := range w {
		f.transmit(p, f.mac, m)
	}
}

func (f *iface) sendARP(op uint16, sha frame.MAC, spa netip.Addr, tha frame.MAC, tpa netip.Addr, dst frame.MAC) {
	p := f.s.alloc()
	p.Type = frame.ARP
	b := append(p.buf[:0], 0, 1, 8, 0, 6, 4, byte(op>>8), byte(op))
	s4, t4 := spa.As4(), tpa.As4()
	b = append(append(b, sha[:]...), s4[:]...)
	b = append(append(b, tha[:]...), t4[:]...)
	p.buf = b
	p.SetPayload(b)
	f.transmit(p, sha, dst)
}

// announce claims f's address by gratuitous ARP, or an unsolicited neighbour advertisement.
func (f *iface) announce(a netip.Addr) {
	if a.Is4() {
		f.sendARP(1, f.macOf(a), a, frame.MAC{}, a, frame.Broadcast)
	} else {
		f.sendNA(a, allNodes, 0x20)
	}
}

// onARP handles a message; p stays the caller's.
func (f *iface) onARP(p *packet) {
	if len(p.Payload) < 28 || !f.v4.IsValid() && len(f.virtual) == 0 {
		return
	}
	b := p.Payload
	op := binary.BigEndian.Uint16(b[6:])
	sha := frame.MAC(b[8:14])
	spa, tpa := netip.AddrFrom4([4]byte(b[14:18])), netip.AddrFrom4([4]byte(b[24:28]))
	mine := f.owns(tpa)
	if spa.IsValid() && !spa.IsUnspecified() && !f.owns(spa) {
		f.learned(spa, sha, op == 1 && mine)
	}
	if op == 1 && spa != tpa && !f.silent && (mine || f.proxy && !f.net4.Contains(tpa)) {
		m := f.macOf(tpa)
		f.sendARP(2, m, tpa, sha, spa, sha)
	}
}

var (
	broadcast4 = netip.AddrFrom4([4]byte{255, 255, 255, 255})
	allNodes   = netip.MustParseAddr("ff02::1")
)

// solicitedNode is the group that a's owner listens to (RFC 4291, section 2.7.1).
func solicitedNode(a netip.Addr) netip.Addr {
	b := a.As16()
	return netip.AddrFrom16([16]byte{0xff, 2, 10: 0, 11: 1, 12: 0xff, 13: b[13], 14: b[14], 15: b[15]})
}

// lladdr is the link-local address with the modified EUI-64 of m (RFC 4291, appendix A).
func lladdr(m frame.MAC) netip.Addr {
	return netip.AddrFrom16([16]byte{0xfe, 0x80, 8: m[0] ^ 2, 9: m[1], 10: m[2], 11: 0xff, 12: 0xfe, 13: m[3], 14: m[4], 15: m[5]})
}

func multicastMAC(a netip.Addr) frame.MAC {
	if a.Is4() {
		b := a.As4()
		return frame.MAC{1, 0, 0x5e, b[1] & 0x7f, b[2], b[3]}
	}
	b := a.As16()
	return frame.MAC{0x33, 0x33, b[12], b[13], b[14], b[15]}
}

// lastAddr is the directed broadcast address of an IPv4 prefix.
func lastAddr(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().As4()
	v := binary.BigEndian.Uint32(b[:]) | uint32(uint64(1)<<(32-p.Bits())-1)
	binary.BigEndian.PutUint32(b[:], v)
	return netip.AddrFrom4(b)
}

func (f *iface) icmp6(from, to netip.Addr, body []byte, dst frame.MAC) {
	p := f.s.alloc()
	p.Type, p.From, p.To, p.TTL, p.Proto = frame.IPv6, from, to, 255, frame.ICMPv6
	p.buf = append(p.buf[:0], body...)
	p.SetPayload(p.buf)
	p.SealICMPv6()
	f.transmit(p, f.mac, dst)
}

func (f *iface) sendNS(target netip.Addr) {
	t := target.As16()
	to := solicitedNode(target)
	b := append([]byte{135, 0, 0, 0, 0, 0, 0, 0}, t[:]...)
	b = append(append(b, 1, 1), f.mac[:]...)
	from := f.v6
	if target.IsLinkLocalUnicast() || !from.IsValid() {
		from = f.ll
	}
	f.icmp6(from, to, b, multicastMAC(to))
}

func (f *iface) sendNA(a, to netip.Addr, flags byte) {
	t := a.As16()
	b := append([]byte{136, 0, 0, 0, flags, 0, 0, 0}, t[:]...)
	b = append(append(b, 2, 1), f.mac[:]...)
	dst := multicastMAC(to)
	if !to.IsMulticast() {
		if n := f.arp[to]; n != nil && n.ok {
			dst = n.mac
		}
	}
	f.icmp6(a, to, b, dst)
}

// onND handles neighbour discovery; it reports whether p was such a message.
func (f *iface) onND(p *packet) bool {
	b := p.Payload
	if p.Proto != frame.ICMPv6 || len(b) < 8 {
		return false
	}
	switch b[0] {
	case 135:
		if len(b) < 24 {
			return true
		}
		target := netip.AddrFrom16([16]byte(b[8:24]))
		if !f.owns(target) || f.silent {
			return true
		}
		if p.From.IsUnspecified() {
			f.sendNA(target, allNodes, 0x20)
			return true
		}
		if len(b) >= 32 && b[24] == 1 {
			f.learned(p.From, frame.MAC(b[26:32]), true)
		}
		f.sendNA(target, p.From, f.routerFlag()|0x60)
	case 136:
		if len(b) >= 32 && b[24] == 2 {
			f.learned(netip.AddrFrom16([16]byte(b[8:24])), frame.MAC(b[26:32]), false)
		}
	case 133:
		if r, ok := f.owner.(*router); ok {
			r.advertise(f)
		}
	case 134:
	default:
		return false
	}
	return true
}

func (f *iface) routerFlag() byte {
	if _, ok := f.owner.(*router); ok {
		return 0x80
	}
	return 0
}

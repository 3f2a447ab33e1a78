package simulate

import (
	"encoding/binary"
	"math"
	"net/netip"

	"netscope.example/nsgraph/capture/simulate/frame"
)

// DHCP message types (RFC 2132, section 9.6).
const (
	dhcpDiscover = 1
	dhcpOffer    = 2
	dhcpRequest  = 3
	dhcpAck      = 5
	dhcpNak      = 6
)

// lease is one client's attempt.
type lease struct {
	h      *host
	xid    uint32
	flow   *flow
	server netip.Addr
	addr   netip.Addr
	done   bool
	asked  bool
}

// bootDHCP asks for an address until somebody gives one.
func (h *host) bootDHCP() {
	s := h.s
	l := &lease{h: h, xid: s.rng.Uint32()}
	h.lease = l
	any4 := netip.IPv4Unspecified()
	l.flow = s.newFlow(h, frame.UDP, netip.AddrPortFrom(any4, 68), netip.AddrPortFrom(broadcast4, 67), "dhcp", nil)
	l.flow.udp = &udpConn{flow: l.flow}
	l.discover(0)
}

func (l *lease) discover(try int) {
	if l.done || try > 4 {
		if !l.done {
			l.h.s.finish(l.flow, "timeout")
		}
		return
	}
	l.asked = false
	l.send(dhcpDiscover, netip.Addr{}, netip.Addr{})
	l.h.s.after(int64(4e9)<<try, func() { l.discover(try + 1) })
}

// send broadcasts a message of the client.
func (l *lease) send(typ byte, wish, server netip.Addr) {
	h := l.h
	b := bootp(1, l.xid, h.f.mac, netip.IPv4Unspecified(), netip.IPv4Unspecified())
	b = append(b, 53, 1, typ, 61, 7, 1)
	b = append(b, h.f.mac[:]...)
	if wish.IsValid() {
		b = append(append(b, 50, 4), wish.AsSlice()...)
	}
	if server.IsValid() {
		b = append(append(b, 54, 4), server.AsSlice()...)
	}
	name := or(h.spec.HostName, h.nm)
	b = append(append(b, 12, byte(len(name))), name...)
	if h.os.vendor != "" {
		b = append(append(b, 60, byte(len(h.os.vendor))), h.os.vendor...)
	}
	b = append(append(b, 55, byte(len(h.os.dhcp))), h.os.dhcp...)
	p := h.s.alloc()
	p.Type, p.From, p.To, p.Proto, p.TTL = frame.IPv4, netip.IPv4Unspecified(), broadcast4, frame.UDP, h.ttl()
	h.ipid++
	p.ID, p.SrcPort, p.DstPort = h.ipid, 68, 67
	p.SetPayload(pad(append(b, 255)))
	p.flow, p.up = l.flow, true
	l.flow.sent[0].add(p.WireLen())
	if l.flow.first < 0 {
		l.flow.first = h.s.now
	}
	l.flow.last = h.s.now
	h.f.transmit(p, h.f.mac, frame.Broadcast)
}

// bootp is the fixed part of a message, with the magic cookie.
func bootp(op byte, xid uint32, mac frame.MAC, yiaddr, giaddr netip.Addr) []byte {
	b := make([]byte, 240)
	b[0], b[1], b[2] = op, 1, 6
	binary.BigEndian.PutUint32(b[4:], xid)
	copy(b[16:], yiaddr.AsSlice())
	copy(b[24:], giaddr.AsSlice())
	copy(b[28:], mac[:])
	copy(b[236:], []byte{0x63, 0x82, 0x53, 0x63})
	return b
}

// pad fills a message up to the least length of BOOTP.
func pad(b []byte) []byte {
	for len(b) < 300 {
		b = append(b, 0)
	}
	return b
}

// option finds a DHCP option.
func option(b []byte, code byte) []byte {
	for b = b[min(240, len(b)):]; len(b) > 1 && b[0] != 255; {
		if b[0] == 0 {
			b = b[1:]
			continue
		}
		n := int(b[1])
		if len(b) < 2+n {
			return nil
		}
		if b[0] == code {
			return b[2 : 2+n]
		}
		b = b[2+n:]
	}
	return nil
}

// broadcastUDP handles DHCP at a host, client or server; it reports whether p was that.
func (h *host) broadcastUDP(p *packet) bool {
	if p.DstPort != 67 && p.DstPort != 68 || len(p.Payload) < 244 {
		return p.DstPort == 67 || p.DstPort == 68
	}
	b := p.Payload
	t := option(b, 53)
	if len(t) != 1 {
		return true
	}
	if p.DstPort == 68 {
		if l := h.lease; l != nil && !l.done && binary.BigEndian.Uint32(b[4:]) == l.xid && frame.MAC(b[28:34]) == h.f.mac {
			l.answer(t[0], b)
		}
		return true
	}
	if v := h.services[svcKey{frame.UDP, 67}]; v != nil && v.spec.DHCP != nil && !v.down {
		h.serveDHCP(v.spec.DHCP, t[0], p)
	}
	return true
}

// answer is the client hearing from a server.
func (l *lease) answer(typ byte, b []byte) {
	h := l.h
	switch {
	case typ == dhcpOffer && !l.asked:
		l.asked = true
		l.addr = netip.AddrFrom4([4]byte(b[16:20]))
		if id := option(b, 54); len(id) == 4 {
			l.server = netip.AddrFrom4([4]byte(id))
		}
		l.send(dhcpRequest, l.addr, l.server)
	case typ == dhcpAck && l.asked:
		l.done = true
		f := h.f
		f.v4 = netip.AddrFrom4([4]byte(b[16:20]))
		if m := option(b, 1); len(m) == 4 {
			bits := 0
			for _, x := range m {
				for ; x != 0; x <<= 1 {
					bits++
				}
			}
			f.net4 = netip.PrefixFrom(f.v4, bits).Masked()
		}
		if g := option(b, 3); len(g) >= 4 {
			f.gw4 = netip.AddrFrom4([4]byte(g[:4]))
		}
		if d := option(b, 6); len(d) >= 4 {
			if a := netip.AddrFrom4([4]byte(d[:4])); h.s.net.resolvers[a] != nil {
				h.resolver = a
			}
		}
		l.flow.outcome = "established"
		h.s.finish(l.flow, "")
		f.announce(f.v4)
		h.ready()
	case typ == dhcpNak && l.asked:
		l.asked = false
		h.s.after(1e9, func() { l.discover(0) })
	}
}

// serveDHCP answers a client's message, straight or by way of the relay that forwarded it.
func (h *host) serveDHCP(d *DHCP, typ byte, p *packet) {
	b := p.Payload
	mac := frame.MAC(b[28:34])
	giaddr := netip.AddrFrom4([4]byte(b[24:28]))
	if id := option(b, 54); len(id) == 4 && netip.AddrFrom4([4]byte(id)) != h.f.v4 {
		return // it chose another server
	}
	if d.Empty || !h.f.v4.IsValid() {
		return
	}
	kind := byte(dhcpOffer)
	if typ == dhcpRequest {
		kind = dhcpAck
		if d.NAK {
			kind = dhcpNak
		}
	}
	addr, n := h.s.net.leaseFor(d, mac)
	if !addr.IsValid() {
		return
	}
	give := addr
	if kind == dhcpNak {
		give = netip.IPv4Unspecified()
	}
	r := bootp(2, binary.BigEndian.Uint32(b[4:]), mac, give, giaddr)
	r = append(append(r, 53, 1, kind, 54, 4), h.f.v4.AsSlice()...)
	if kind != dhcpNak {
		gw := d.Router.Addr
		if !gw.IsValid() {
			gw = h.s.net.gatewayOf(mac)
		}
		r = d.options(r, n, gw)
	}
	q := h.s.alloc()
	q.Type, q.From, q.To, q.Proto, q.TTL = frame.IPv4, h.f.v4, broadcast4, frame.UDP, h.ttl()
	h.ipid++
	q.ID, q.SrcPort, q.DstPort = h.ipid, 67, 68
	q.SetPayload(pad(append(r, 255)))
	q.flow, q.up = p.flow, false
	relayed := !giaddr.IsUnspecified()
	if relayed {
		q.To, q.DstPort = giaddr, 67
	}
	if p.flow != nil {
		p.flow.server = h
		p.flow.sent[1].add(q.WireLen())
	}
	h.s.after(int64(d.Delay)+200e3, func() {
		if relayed {
			h.send(q)
			return
		}
		h.f.transmit(q, h.f.mac, frame.Broadcast)
	})
}

// options appends what the server tells of the network.
func (d *DHCP) options(r []byte, n netip.Prefix, gw netip.Addr) []byte {
	bits := d.Mask
	if bits == 0 {
		bits = n.Bits()
	}
	m := uint32(math.MaxUint32) << (32 - bits)
	r = append(r, 1, 4, byte(m>>24), byte(m>>16), byte(m>>8), byte(m))
	if gw.IsValid() {
		r = append(append(r, 3, 4), gw.AsSlice()...)
	}
	if d.DNS.IsValid() {
		r = append(append(r, 6, 4), d.DNS.AsSlice()...)
	}
	if d.Domain != "" {
		r = append(append(r, 15, byte(len(d.Domain))), d.Domain...)
	}
	t := uint32(d.Lease / 1e9)
	if t == 0 {
		t = 86400
	}
	r = binary.BigEndian.AppendUint32(append(r, 51, 4), t)
	if d.MTU != 0 {
		r = append(r, 26, 2, byte(d.MTU>>8), byte(d.MTU))
	}
	return r
}

// leaseFor is the address that a server gives to a client: the one planned for it if the pool holds it, else one counted off
// from the pool.
func (n *network) leaseFor(d *DHCP, mac frame.MAC) (netip.Addr, netip.Prefix) {
	for i, h := range n.hosts {
		if h.f.mac != mac {
			continue
		}
		v := n.vlans[h.f.segment]
		if !d.Pool.IsValid() || d.Pool.Masked() == v.Prefix.Masked() {
			return h.leased, v.Prefix.Masked()
		}
		b := d.Pool.Masked().Addr().As4()
		x := binary.BigEndian.Uint32(b[:]) + 150 + uint32(i%100)
		binary.BigEndian.PutUint32(b[:], x)
		return netip.AddrFrom4(b), d.Pool.Masked()
	}
	return netip.Addr{}, netip.Prefix{}
}

// gatewayOf is the gateway of the VLAN in which a client is.
func (n *network) gatewayOf(mac frame.MAC) netip.Addr {
	for _, h := range n.hosts {
		if h.f.mac == mac {
			gw, _ := n.gateway(h.f.segment)
			return gw
		}
	}
	return netip.Addr{}
}

// relay is a router's DHCP relay agent (RFC 2131, RFC 1542). It takes p over.
func (r *router) relay(f *iface, p *packet) {
	s := r.s
	defer s.release(p)
	if len(r.spec.Relay) == 0 || len(p.Payload) < 240 {
		return
	}
	if p.Payload[0] == 1 && isGroup(p.Dst) {
		for _, a := range r.spec.Relay {
			q := s.alloc()
			q.Type, q.From, q.To, q.Proto, q.TTL, q.SrcPort, q.DstPort = frame.IPv4, f.v4, a.Addr, frame.UDP, 255, 67, 67
			b := append([]byte(nil), p.Payload...)
			b[3]++
			copy(b[24:28], f.v4.AsSlice())
			q.SetPayload(b)
			q.flow, q.up = p.flow, true
			r.originate(f.context, q)
		}
		return
	}
	if p.Payload[0] != 2 || isGroup(p.Dst) {
		return
	}
	g := netip.AddrFrom4([4]byte(p.Payload[24:28]))
	for _, out := range r.ifaces {
		if out.v4 == g {
			q := s.alloc()
			q.Type, q.From, q.To, q.Proto, q.TTL, q.SrcPort, q.DstPort = frame.IPv4, out.v4, broadcast4, frame.UDP, 255, 67, 68
			r.ipid++
			q.ID = r.ipid
			q.SetPayload(append([]byte(nil), p.Payload...))
			q.flow, q.up = p.flow, false
			out.transmit(q, out.mac, frame.Broadcast)
		}
	}
}

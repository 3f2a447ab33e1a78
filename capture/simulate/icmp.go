package simulate

import (
	"encoding/binary"
	"net/netip"

	"netscope.example/nsgraph/capture/simulate/frame"
)

// icmpMessage builds an ICMP or ICMPv6 error about p: the header, four bytes, and as much of p as fits.
func icmpMessage(p *packet, typ, code uint8, word uint32) []byte {
	b := binary.BigEndian.AppendUint32([]byte{typ, code, 0, 0}, word)
	quote := p.AppendIP(nil)
	switch {
	case p.Type == frame.IPv6 && len(quote) > 1232: // as much as fits the least MTU (RFC 4443)
		quote = quote[:1232]
	case p.Type == frame.IPv4 && len(quote) > 548: // the header and eight octets (RFC 792), as many routers do
		quote = quote[:28]
	}
	b = append(b, quote...)
	if p.Type == frame.IPv4 {
		binary.BigEndian.PutUint16(b[2:], frame.Checksum(b))
	}
	return b
}

// mayAnswer reports whether an ICMP error about p is allowed (RFC 1122, section 3.2.2).
func mayAnswer(p *packet) bool {
	if !p.IsIP() || p.Offset > 0 || isGroup(p.Dst) || p.To.IsMulticast() || p.From.IsUnspecified() {
		return false
	}
	return p.Proto != frame.ICMP && p.Proto != frame.ICMPv6 || len(p.Payload) > 0 && (p.Payload[0] == 8 || p.Payload[0] == 128)
}

// errorPacket makes the packet of an ICMP error about p from an address.
func (s *sim) errorPacket(p *packet, from netip.Addr, ttl, typ, code uint8, word uint32) *packet {
	q := s.alloc()
	q.Type, q.From, q.To, q.TTL, q.Proto = p.Type, from, p.From, ttl, frame.ICMP
	q.ID = uint16(s.rng.Uint32())
	if p.Type == frame.IPv6 {
		q.Proto = frame.ICMPv6
		typ, code = icmp6(typ, code)
	}
	q.SetPayload(icmpMessage(p, typ, code, word))
	if p.Type == frame.IPv6 {
		q.SealICMPv6()
	}
	q.flow, q.up = p.flow, !p.up
	return q
}

// icmp6 translates the type and code of ICMP to those of ICMPv6 (RFC 4443).
func icmp6(typ, code uint8) (uint8, uint8) {
	switch {
	case typ == 11:
		return 3, 0
	case typ == 3 && code == 3:
		return 1, 4
	case typ == 3 && code == 4:
		return 2, 0
	case typ == 3 && (code == 13 || code == 9 || code == 10):
		return 1, 1
	case typ == 3 && code == 1:
		return 1, 3
	}
	return 1, 0
}

// icmpError answers p with an error of h itself. p stays the caller's.
func (h *host) icmpError(p *packet, typ, code uint8) {
	if !mayAnswer(p) {
		return
	}
	h.send(h.s.errorPacket(p, p.To, h.ttl(), typ, code, 0))
}

// onICMP takes over an ICMP message for h: echo, or an error about one of its conversations.
func (h *host) onICMP(p *packet) {
	s := h.s
	defer s.release(p)
	if len(p.Payload) < 8 {
		return
	}
	t, code := p.Payload[0], p.Payload[1]
	switch {
	case t == 8 && p.Proto == frame.ICMP, t == 128 && p.Proto == frame.ICMPv6:
		if h.spec.Firewall != "" || isGroup(p.Dst) {
			return
		}
		q := s.alloc()
		h.ip(q, p.To, p.From, p.Proto, p.DSCP())
		b := append(q.buf[:0], p.Payload...)
		b[0], b[2], b[3] = 0, 0, 0
		q.buf = b
		q.SetPayload(b)
		if p.Proto == frame.ICMPv6 {
			b[0] = 129
			q.SealICMPv6()
		} else {
			binary.BigEndian.PutUint16(b[2:], frame.Checksum(b))
		}
		if f := p.flow; f != nil {
			f.server = h
			h.dispatch(f, false, q)
			return
		}
		h.send(q)
	case t == 0 && p.Proto == frame.ICMP, t == 129 && p.Proto == frame.ICMPv6:
		if p.flow != nil && p.flow.outcome == "" {
			p.flow.outcome = "established"
		}
	case p.flow != nil:
		h.hurt(p, t, code)
	}
}

// hurt applies an ICMP error to the conversation that it quotes.
func (h *host) hurt(p *packet, t, code uint8) {
	f := p.flow
	v4 := p.Proto == frame.ICMP
	tooBig := v4 && t == 3 && code == 4 || !v4 && t == 2
	if c := f.tcp; c != nil {
		e := &c.end[0]
		if c.end[1].h == h {
			e = &c.end[1]
		}
		if e.h != h || e.state == dead {
			return
		}
		if tooBig {
			if h.spec.IgnorePMTU {
				return
			}
			mtu := int(binary.BigEndian.Uint32(p.Payload[4:]) & 0xffff)
			m := mtu - 40
			if !v4 {
				m -= 20
			}
			if e.ts {
				m -= 12
			}
			if m < e.mss && m > 0 {
				e.mss = m
				e.nxt = e.una
				e.push()
			}
			return
		}
		if e.state == synSent && (t == 3 && v4 || t == 1 && !v4) {
			f.outcome = icmpOutcome(v4, t, code)
			e.state = dead
			c.fail(f.outcome)
		}
		return
	}
	if f.outcome == "" && !tooBig {
		f.outcome = icmpOutcome(v4, t, code)
	}
	if u := f.udp; u != nil && u.sess != nil && !tooBig {
		u.sess.failed()
	}
}

func icmpOutcome(v4 bool, t, code uint8) string {
	switch {
	case v4 && t == 3 && (code == 9 || code == 10 || code == 13), !v4 && t == 1 && code == 1:
		return "prohibited"
	case v4 && t == 3 && code == 3, !v4 && t == 1 && code == 4:
		return "refused"
	}
	return "unreachable"
}

// ping sends n echo requests from h, period apart.
func (h *host) ping(to netip.Addr, n int, period int64, size int) *flow {
	s := h.s
	proto := uint8(frame.ICMP)
	if to.Is6() {
		proto = frame.ICMPv6
	}
	f := s.newFlow(h, proto, netip.AddrPortFrom(h.source(to), 0), netip.AddrPortFrom(to, 0), "icmp", nil)
	id := uint16(s.rng.Uint32())
	i := 0
	var next func()
	next = func() {
		q := s.alloc()
		h.ip(q, f.from.Addr(), to, proto, f.dscp[0])
		b := append(q.buf[:0], 8, 0, 0, 0, byte(id>>8), byte(id), byte((i+1)>>8), byte(i+1))
		for k := range size {
			b = append(b, byte(k))
		}
		q.buf = b
		q.SetPayload(b)
		if proto == frame.ICMPv6 {
			b[0] = 128
			q.SealICMPv6()
		} else {
			binary.BigEndian.PutUint16(b[2:], frame.Checksum(b))
		}
		h.dispatch(f, true, q)
		if i++; i < n {
			s.after(period, next)
		}
	}
	next()
	s.after(int64(n)*period+3e9, func() { s.finish(f, "") })
	return f
}

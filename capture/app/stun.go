package app

const stunCookie = 0x2112a442

// matchSTUN knows the head of RFC 8489, section 5, with its cookie, and that of RFC 3489 on its port. Where media may follow over TCP, a
// length comes first (RFC 4571).
func matchSTUN(q *probe) verdict {
	b := q.b
	if !q.udp && len(b) >= 22 && be32(b, 6) == stunCookie && be16(b, 0) == be16(b, 4)+20 {
		b = b[2:]
	}
	if len(b) < 20 || b[0]&0xc0 != 0 || be16(b, 2)%4 != 0 {
		return no
	}
	n := int(be16(b, 2))
	if be32(b, 4) != stunCookie {
		if !q.udp || n+20 != q.length || !(q.port(3478) || q.port(3479)) || be16(b, 0)&^0x0113 != 0 || be16(b, 0) == 0 {
			return no
		}
	} else if q.udp && n+20 > q.length {
		return no
	}
	switch be16(b, 0) & 0x0110 {
	case 0:
		return client
	case 0x0100, 0x0110:
		return server
	}
	return q.towards(3478)
}

// readSTUN watches for what shares the ports (RFC 7983): media and DTLS come to where STUN was.
func readSTUN(c *Classifier, d *dialog, m *message) bool {
	if m.p.Protocol != 17 || len(m.b) == 0 {
		return false
	}
	q := probe{b: m.b, src: m.p.SrcPort, dst: m.p.DstPort, d: d, p: m.p, side: m.side, udp: true, length: int(m.p.PayloadLen)}
	switch first := m.b[0]; {
	case first >= 128 && first < 192:
		if matchRTP(&q) > maybe {
			c.become(d, "rtp")
			d.x = true
		}
	case first >= 20 && first < 64 && matchDTLS(&q) > maybe:
		c.become(d, "dtls")
		d.x = &dtlsState{shared: true}
		readDTLS(c, d, m)
	}
	return true
}

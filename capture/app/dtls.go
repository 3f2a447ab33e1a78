package app

// matchDTLS knows a record's head (RFC 6347, section 4.1; RFC 9147, section 4).
func matchDTLS(q *probe) verdict {
	b := q.b
	if len(b) < 14 || b[0] < 20 || b[0] > 25 || b[0] == 24 || !(b[1] == 0xfe && b[2] >= 0xfc || b[1] == 1 && b[2] == 0) {
		return no
	}
	if n := int(be16(b, 11)); n == 0 || 13+n > max(q.length, len(b)) {
		return no
	}
	if b[0] == tlsHandshake && be16(b, 3) == 0 {
		switch b[13] {
		case clientHello:
			return client
		case serverHello, 3: // HelloVerifyRequest
			return server
		}
	}
	return either
}

// dtlsState is what the reader of DTLS keeps.
type dtlsState struct {
	shared bool // STUN was there before: media may follow (RFC 5764)
	looked uint8
}

// readDTLS takes names from a ClientHello that is whole in one datagram, and watches for the media that it made keys for.
func readDTLS(c *Classifier, d *dialog, m *message) bool {
	s, ok := d.x.(*dtlsState)
	if !ok {
		s = new(dtlsState)
		d.x = s
	}
	b := m.b
	if len(b) > 0 && b[0] >= 128 && b[0] < 192 {
		q := probe{b: b, src: m.p.SrcPort, dst: m.p.DstPort, d: d, p: m.p, side: m.side, udp: true, length: int(m.p.PayloadLen)}
		if matchRTP(&q) > maybe {
			c.become(d, "rtp")
			d.x = true
		}
		return true
	}
	if len(b) < 14+11 || b[0] != tlsHandshake || be16(b, 3) != 0 {
		if s.looked < 255 {
			s.looked++
		}
		return s.shared || s.looked < 16
	}
	n := int(be16(b, 11))
	if len(b) < 13+n || n < 12 {
		return true
	}
	body := b[13+12 : 13+n]
	switch b[13] {
	case clientHello:
		d.from(m.side)
		c.clientHello(d, m, body)
	case serverHello:
		d.from(m.side ^ 1)
		serverHelloBody(d, body)
	}
	return true
}

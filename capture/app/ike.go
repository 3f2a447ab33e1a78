package app

// matchIKE knows the head (RFC 7296, section 3.1; RFC 2408, section 3.1); on port 4500 behind four zeros (RFC 3948).
func matchIKE(q *probe) verdict {
	b, n := q.b, q.length
	if q.port(4500) && len(b) > 4 && be32(b, 0) == 0 {
		b, n = b[4:], n-4
	}
	cut := len(b) >= 20 && len(b) < 28 && n > len(b) && (q.port(500) || q.port(4500)) // by the capture, before the length
	if !cut && (len(b) < 28 || int(be32(b, 24)) != n) || be32(b, 0)|be32(b, 4) == 0 {
		return no
	}
	exchange := b[18]
	switch b[17] {
	case 0x10:
		if exchange != 2 && exchange != 4 && exchange != 5 && exchange != 6 && exchange != 32 && exchange != 33 || b[19]&0xf8 != 0 {
			return no
		}
	case 0x20:
		if exchange < 34 || exchange > 44 || b[19]&0xc7 != 0 {
			return no
		}
		if b[19]&0x20 != 0 {
			return server
		}
	default:
		return no
	}
	if be32(b, 8)|be32(b, 12) == 0 {
		return client
	}
	return either
}

// readIKE takes the version.
func readIKE(_ *Classifier, d *dialog, m *message) bool {
	b := m.b
	if m.p.SrcPort == 4500 || m.p.DstPort == 4500 {
		if len(b) > 4 && be32(b, 0) == 0 {
			b = b[4:]
		}
	}
	if len(b) >= 28 && d.info.Version == "" {
		d.info.Version = "IKEv1"
		if b[17] == 0x20 {
			d.info.Version = "IKEv2"
		}
	}
	return false
}

// matchESP knows ESP in UDP on port 4500, and the keep-alive of NAT (RFC 3948, sections 2.1 and 2.3).
func matchESP(q *probe) verdict {
	if !q.port(4500) {
		return no
	}
	if q.length == 1 && len(q.b) == 1 && q.b[0] == 0xff || len(q.b) >= 16 && be32(q.b, 0) > 255 && be32(q.b, 4) < 1<<28 {
		return either
	}
	return no
}

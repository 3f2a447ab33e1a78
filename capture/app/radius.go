package app

// matchRADIUS knows the head (RFC 2865, section 3) and attributes that fill the packet.
func matchRADIUS(q *probe) verdict {
	b := q.b
	if len(b) < 20 || int(be16(b, 2)) > q.length || be16(b, 2) < 20 {
		return no
	}
	port := q.port(1812) || q.port(1813) || q.port(1645) || q.port(1646) || q.port(3799)
	n, count := min(int(be16(b, 2)), len(b)), 0
	for at := 20; at < n; count++ {
		if at+2 > n || b[at] == 0 || b[at+1] < 2 {
			return no
		}
		at += int(b[at+1])
		if at > n && n == int(be16(b, 2)) {
			return no
		}
	}
	if !port && (count < 3 || int(be16(b, 2)) != q.length) {
		return no
	}
	switch b[0] {
	case 1, 4, 12, 40, 43:
		return client
	case 2, 3, 5, 11, 41, 42, 44, 45:
		return server
	}
	return no
}

// readRADIUS takes the user of a request.
func readRADIUS(_ *Classifier, d *dialog, m *message) bool {
	for at := 20; at+2 <= len(m.b); {
		n := int(m.b[at+1])
		if n < 2 || at+n > len(m.b) {
			break
		}
		if m.b[at] == 1 {
			d.user(m.b[at+2 : at+n])
			return false
		}
		at += n
	}
	return true
}

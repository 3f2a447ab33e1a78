package app

import "bytes"

// matchMySQL knows the server's greeting: packet 0, protocol 10, a version string; or an error instead of it.
func matchMySQL(q *probe) verdict {
	b := q.b
	if len(b) < 7 {
		if len(b) < 4 || b[3] == 0 {
			return maybe
		}
		return no
	}
	n := int(b[0]) | int(b[1])<<8 | int(b[2])<<16
	if b[3] != 0 || n < 4 || n > 1024 || len(b) < 4+n && len(b) > 256 {
		return no
	}
	switch b[4] {
	case 10, 9:
		v, _, ok := bytes.Cut(b[5:min(len(b), 4+n)], []byte{0})
		if !ok || len(v) < 3 || len(v) > 64 || !printable(v) || v[0] < '0' || v[0] > '9' || !bytes.Contains(v, []byte(".")) {
			return no
		}
		return server
	case 0xff:
		if code := le16(b, 5); code >= 1000 && code < 5000 && len(b) > 10 && printable(b[7:min(len(b), 4+n)]) {
			return server
		}
	}
	return no
}

// readMySQL takes version and user, and lets TLS take over after an SSL request.
func readMySQL(c *Classifier, d *dialog, m *message) bool {
	if more, ok := c.secured(d, m); ok {
		return more
	}
	b := m.b
	if len(b) < 5 {
		return true
	}
	n := int(b[0]) | int(b[1])<<8 | int(b[2])<<16
	if len(b) < 4+n && n < 4096 {
		return true
	}
	if m.side != d.clientSide(m.side) {
		if b[4] == 0xff {
			return false
		}
		v, _, _ := bytes.Cut(b[5:], []byte{0})
		d.version(v)
		m.used = len(b)
		return true
	}
	if b[3] != 1 || n < 32 {
		return false
	}
	m.used = min(4+n, len(b))
	if n == 32 && le16(b, 4)&0x0800 != 0 {
		c.startTLS(d)
		return true
	}
	if len(b) > 36 {
		u, _, _ := bytes.Cut(b[36:], []byte{0})
		d.user(u)
	}
	return false
}

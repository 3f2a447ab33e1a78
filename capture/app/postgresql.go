package app

import "bytes"

// matchPostgreSQL knows the startup message, the requests that may come before it, and the answers of the server.
func matchPostgreSQL(q *probe) verdict {
	b := q.b
	if len(b) < 8 {
		if len(b) == 1 && (b[0] == 'S' || b[0] == 'N') && len(q.other()) == 8 && be32(q.other(), 4)>>16 == 1234 {
			return server
		}
		if len(b) == 0 || b[0] == 0 && (len(b) < 2 || b[1] == 0) {
			return maybe
		}
		return no
	}
	n, code := int(be32(b, 0)), be32(b, 4)
	switch {
	case n == 8 && (code == 80877103 || code == 80877104), n == 16 && code == 80877102:
		return client
	case code == 0x00030000 && n >= 9 && n < 10000:
		if len(b) > 8 && b[8] >= 'a' && b[8] <= 'z' && bytes.Contains(b, []byte("user\x00")) {
			return client
		}
	case b[0] == 'R' && len(b) >= 9:
		if l := be32(b, 1); l >= 8 && l < 256 && be32(b, 5) <= 12 && (q.src == 5432 || be32(b, 5) == 5 && l == 12 || be32(b, 5) == 10) {
			return server
		}
	case b[0] == 'E' && len(b) >= 14 && b[5] == 'S' && (bytes.HasPrefix(b[6:], []byte("FATAL")) || bytes.HasPrefix(b[6:], []byte("ERROR"))):
		return server
	}
	return no
}

// readPostgreSQL takes user and version, and lets TLS take over.
func readPostgreSQL(c *Classifier, d *dialog, m *message) bool {
	if more, ok := c.secured(d, m); ok {
		return more
	}
	s := mail(d)
	if m.side == d.clientSide(m.side^1) {
		b := m.b
		n := int(be32(b, 0))
		if len(b) < 8 || len(b) < n && n < 10000 {
			return true
		}
		m.used = min(len(b), max(n, 8))
		switch be32(b, 4) {
		case 80877103:
			s.tls = true
		case 0x00030000:
			s.tls = false
			f := bytes.Split(b[8:m.used], []byte{0})
			for i := 0; i+1 < len(f); i += 2 {
				if string(f[i]) == "user" {
					d.user(f[i+1])
				}
			}
		default:
			m.used = len(b)
		}
		return true
	}
	if s.tls {
		s.tls = false
		m.used = 1
		if m.b[0] == 'S' {
			c.startTLS(d)
			return true
		}
	}
	if i := bytes.Index(m.b, []byte("server_version\x00")); i >= 0 {
		v, _, _ := bytes.Cut(m.b[i+15:], []byte{0})
		d.version(v)
		return false
	}
	m.used = len(m.b)
	return !bytes.HasPrefix(m.b, []byte("E")) && d.packets[0] < 250
}

package app

import "bytes"

// matchPOP3 knows the greeting "+OK text" and a first command after it (RFC 1939, section 4).
func matchPOP3(q *probe) verdict {
	if v := foldedMaybe(q.b, "+OK ", server); v != no {
		if v == maybe || q.src == 110 {
			return v
		}
		if holds(q.b, "POP") {
			return server
		}
		return maybe
	}
	for _, w := range [...]string{"USER ", "CAPA\r\n", "APOP ", "AUTH ", "AUTH\r\n", "STLS\r\n"} {
		if folded(q.b, w) && (q.dst == 110 || bytes.HasPrefix(q.other(), []byte("+OK "))) {
			return client
		}
	}
	return no
}

// readPOP3 takes the login, until it succeeded or TLS took over (RFC 2595).
func readPOP3(c *Classifier, d *dialog, m *message) bool {
	if more, ok := c.secured(d, m); ok {
		return more
	}
	s := mail(d)
	for {
		l, ok := m.next()
		if !ok {
			return true
		}
		if m.side == d.clientSide(m.side) && d.client != nobody {
			switch {
			case folded(l, "USER "):
				d.user(bytes.TrimSpace(l[5:]))
			case folded(l, "PASS "), folded(l, "AUTH PLAIN"), folded(l, "AUTH LOGIN"):
				d.info.Clear = "pop3"
			case folded(l, "STLS"):
				s.tls = true
			case folded(l, "STAT"), folded(l, "LIST"), folded(l, "RETR"), folded(l, "UIDL"):
				return false
			}
			continue
		}
		if folded(l, "+OK") {
			if s.tls {
				c.startTLS(d)
				return true
			}
			if len(l) > 4 {
				d.version(l[4:])
			}
		}
		s.tls = false
	}
}

package app

import "bytes"

// matchIRC knows the first words of both sides (RFC 2812, section 3.1; IRCv3 CAP).
func matchIRC(q *probe) verdict {
	for _, w := range [...]string{"NICK ", "CAP LS", "CAP REQ"} {
		if v := foldedMaybe(q.b, w, client); v != no {
			if l, _, ok := line(q.b); v == client && (!ok || !printable(l)) {
				return no
			}
			return v
		}
	}
	l, rest, ok := line(q.b)
	if !ok {
		return no
	}
	switch {
	case folded(l, "PASS "), folded(l, "USER "):
		if folded(rest, "NICK ") || folded(l, "USER ") && bytes.Contains(l, []byte(" :")) {
			return client
		}
		if q.dst >= 6660 && q.dst <= 6669 {
			return client
		}
	case folded(l, "NOTICE AUTH :"), folded(l, "NOTICE * :"), folded(l, "ERROR :"):
		return server
	case len(l) > 1 && l[0] == ':':
		w := field(l, 1)
		if _, n := digits(w); n == 3 && len(w) == 3 || bytes.Equal(w, []byte("NOTICE")) || bytes.Equal(w, []byte("CAP")) {
			return server
		}
	}
	return no
}

// readIRC lets TLS take over after STARTTLS (numeric 670).
func readIRC(c *Classifier, d *dialog, m *message) bool {
	if more, ok := c.secured(d, m); ok {
		return more
	}
	s := mail(d)
	for {
		l, ok := m.next()
		if !ok {
			return true
		}
		switch {
		case folded(l, "STARTTLS"):
			s.tls = true
		case s.tls && bytes.Equal(field(l, 1), []byte("670")):
			c.startTLS(d)
			return true
		case folded(l, "NICK "):
			d.user(l[5:])
		case bytes.Equal(field(l, 1), []byte("001")), folded(l, "JOIN "), bytes.Contains(l, []byte(" PRIVMSG ")):
			return false
		}
	}
}

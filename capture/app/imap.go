package app

import "bytes"

const imapCommands = "CAPABILITY LOGIN AUTHENTICATE STARTTLS NOOP ID LOGOUT SELECT EXAMINE LIST LSUB"

// matchIMAP knows the untagged greeting and a tagged first command (RFC 9051, sections 7.1 and 6).
func matchIMAP(q *probe) verdict {
	for _, w := range [...]string{"* OK", "* PREAUTH ", "* BYE "} {
		if v := foldedMaybe(q.b, w, server); v != no {
			if v == server && w == "* OK" && len(q.b) > 4 && q.b[4] != ' ' {
				return no
			}
			return v
		}
	}
	l, _, ok := line(q.b)
	if !ok {
		return no
	}
	tag, cmd := field(l, 0), field(l, 1)
	var w [16]byte
	if len(tag) == 0 || len(tag) > 16 || len(cmd) > 16 || !printable(tag) {
		return no
	}
	n := copy(w[:], cmd)
	word := string(bytes.ToUpper(w[:n]))
	if !oneOf(word, imapCommands) {
		return no
	}
	if q.dst == 143 || bytes.HasPrefix(q.other(), []byte("* ")) || word == "CAPABILITY" || word == "AUTHENTICATE" {
		return client
	}
	return no
}

// readIMAP takes the login, until a mailbox is selected or TLS took over.
func readIMAP(c *Classifier, d *dialog, m *message) bool {
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
			cmd := field(l, 1)
			switch {
			case folded(cmd, "LOGIN") && len(cmd) == 5:
				d.info.Clear = "imap"
				d.user(bytes.Trim(field(l, 2), `"`))
			case folded(cmd, "AUTHENTICATE"):
				if a := field(l, 2); folded(a, "PLAIN") || folded(a, "LOGIN") {
					d.info.Clear = "imap"
				}
			case folded(cmd, "STARTTLS"):
				s.tls = true
			case folded(cmd, "SELECT"), folded(cmd, "EXAMINE"):
				return false
			}
			continue
		}
		switch {
		case bytes.HasPrefix(l, []byte("* OK ")):
			d.version(l[5:])
		case s.tls && folded(field(l, 1), "OK"):
			c.startTLS(d)
			return true
		}
	}
}

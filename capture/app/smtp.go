package app

import "bytes"

// matchSMTP knows the greeting that says SMTP, and the client's hello (RFC 5321, section 4.1.1.1).
func matchSMTP(q *probe) verdict {
	if reply := foldedMaybe(q.b, "220", server); reply != no {
		l, _, ok := line(q.b)
		switch {
		case reply == maybe || len(q.b) < 4 || !ok && len(q.b) < 512:
			return maybe
		case q.b[3] != ' ' && q.b[3] != '-':
			return no
		case holds(l, "SMTP") || (q.src == 25 || q.src == 587) && !holds(l, "FTP"):
			return server
		case holds(l, "FTP"):
			return no
		}
		return maybe
	}
	for _, w := range [...]string{"EHLO ", "HELO ", "LHLO "} {
		if v := foldedMaybe(q.b, w, client); v != no {
			if v == client && !printable(q.b[:min(len(q.b), 32)]) {
				return no
			}
			return v
		}
	}
	if (q.src == 25 || q.src == 587) && (bytes.HasPrefix(q.b, []byte("421 ")) || bytes.HasPrefix(q.b, []byte("554 ")) || bytes.HasPrefix(q.b, []byte("521 "))) {
		return server
	}
	return no
}

// mailState is what the readers of mail protocols keep.
type mailState struct {
	tls bool // was asked for
}

func mail(d *dialog) *mailState {
	s, ok := d.x.(*mailState)
	if !ok {
		s = new(mailState)
		d.x = s
	}
	return s
}

// readSMTP takes the banner and the login until the first mail (RFC 4954, RFC 3207).
func readSMTP(c *Classifier, d *dialog, m *message) bool {
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
			case folded(l, "AUTH PLAIN"), folded(l, "AUTH LOGIN"):
				d.info.Clear = "smtp"
			case folded(l, "STARTTLS"):
				s.tls = true
			case folded(l, "MAIL FROM"), folded(l, "DATA"), folded(l, "BDAT"):
				return false
			}
			continue
		}
		if bytes.HasPrefix(l, []byte("220")) {
			if s.tls {
				c.startTLS(d)
				return true
			}
			if len(l) > 4 {
				d.version(l[4:])
			}
		}
	}
}

package app

import "bytes"

// matchXMPP knows the stream header (RFC 6120, section 4.7): who opens it names whom it wants, who answers gives an id.
func matchXMPP(q *probe) verdict {
	b := q.b
	if len(b) == 0 || b[0] != '<' {
		return no
	}
	if len(b) < 16 && (bytes.HasPrefix([]byte("<?xml version="), b[:min(len(b), 14)]) || bytes.HasPrefix([]byte("<stream:stream"), b[:min(len(b), 14)])) {
		return maybe
	}
	if !bytes.HasPrefix(b, []byte("<?xml")) && !bytes.HasPrefix(b, []byte("<stream:stream")) {
		return no
	}
	b = b[:min(len(b), 1024)]
	i := bytes.Index(b, []byte("<stream:stream"))
	if i < 0 {
		if len(b) < 128 {
			return maybe
		}
		return no
	}
	j := bytes.IndexByte(b[i:], '>')
	if j < 0 {
		return maybe
	}
	tag := b[i : i+j]
	if !bytes.Contains(tag, []byte("jabber")) {
		return no
	}
	if bytes.Contains(tag, []byte(" id=")) {
		return server
	}
	return client
}

// xmppState is what the reader of XMPP keeps.
type xmppState struct{ begun bool }

// readXMPP takes the domain, and lets TLS take over.
func readXMPP(c *Classifier, d *dialog, m *message) bool {
	if more, ok := c.secured(d, m); ok {
		return more
	}
	s, ok := d.x.(*xmppState)
	if !ok {
		s = new(xmppState)
		d.x = s
	}
	b := m.b
	if i := bytes.IndexByte(b, '>'); i < 0 && len(b) < 4096 && !m.gap {
		return true
	}
	m.used = len(b)
	if !s.begun && m.side == d.clientSide(m.side) {
		for _, quote := range [...]string{" to='", ` to="`} {
			if i := bytes.Index(b, []byte(quote)); i >= 0 {
				to := b[i+5:]
				if j := bytes.IndexByte(to, quote[4]); j >= 0 {
					c.name(d, m, to[:j], "xmpp")
					s.begun = true
				}
			}
		}
	}
	if bytes.Contains(b, []byte("<proceed")) {
		c.startTLS(d)
		return true
	}
	return !bytes.Contains(b, []byte("<message")) && !bytes.Contains(b, []byte("<success"))
}

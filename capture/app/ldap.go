package app

import "bytes"

// ldapOp reads the head of an LDAP message (RFC 4511, section 4.1.1): its operation's tag and contents.
func ldapOp(b []byte) (op byte, body cursor, size int, ok bool) {
	r := cursor{b: b}
	tag, msg, whole := r.element()
	if tag != 0x30 {
		return 0, cursor{}, 0, false
	}
	id, ok := msg.integer()
	if !ok || id < 0 || len(msg.b) == 0 {
		return 0, cursor{}, 0, false
	}
	if whole {
		size = len(b) - len(r.b)
	}
	op, body, _ = msg.element()
	return op, body, size, !msg.bad
}

// matchLDAP knows a message's operation.
func matchLDAP(q *probe) verdict {
	b := q.b
	if len(b) < 7 {
		if len(b) == 0 || b[0] == 0x30 && !q.udp {
			return maybe
		}
		return no
	}
	op, body, size, ok := ldapOp(b)
	if !ok || q.udp && size == 0 && len(b) == q.length {
		return no
	}
	switch op {
	case 0x60: // bind: version, name, choice of authentication
		v, ok := body.integer()
		if !ok || v < 2 || v > 3 {
			return no
		}
		return client
	case 0x42, 0x4a, 0x63, 0x66, 0x68, 0x6c, 0x6e, 0x50:
		if op == 0x63 { // search: base object is a string
			if t, _, _ := body.element(); t != 4 {
				return no
			}
		}
		return client
	case 0x77: // extended: an object identifier
		if t, oid, _ := body.element(); t != 0x80 || len(oid.b) < 3 || oid.b[0] < '0' || oid.b[0] > '2' {
			return no
		}
		return client
	case 0x61, 0x65, 0x67, 0x69, 0x6b, 0x6d, 0x6f, 0x78: // responses begin with a result code
		if t, _, _ := body.element(); t != 10 {
			return no
		}
		return server
	case 0x64, 0x73: // entries and references begin with a string
		if t, _, _ := body.element(); t != 4 {
			return no
		}
		return server
	}
	return no
}

const oidStartTLS = "1.3.6.1.4.1.1466.20037"

// readLDAP takes simple binds, until one was answered or TLS took over.
func readLDAP(c *Classifier, d *dialog, m *message) bool {
	if more, ok := c.secured(d, m); ok {
		return more
	}
	s := mail(d)
	for {
		b := m.b[m.used:]
		if len(b) < 7 {
			return true
		}
		op, body, size, ok := ldapOp(b)
		if !ok {
			m.used = len(m.b)
			return true
		}
		if size == 0 && len(b) < 4096 {
			return true
		}
		switch op {
		case 0x60:
			body.integer()
			_, dn, _ := body.element()
			auth, password, _ := body.element()
			d.user(dn.b)
			if auth == 0x80 && len(password.b) > 0 {
				d.info.Clear = "ldap-simple"
			}
		case 0x77:
			_, oid, _ := body.element()
			s.tls = bytes.Equal(oid.b, []byte(oidStartTLS))
		case 0x78:
			if _, code, _ := body.element(); s.tls && len(code.b) == 1 && code.b[0] == 0 {
				c.startTLS(d)
				m.used = len(m.b)
				return true
			}
		case 0x64, 0x65:
			return false // searches go on: the login is over
		}
		if size == 0 {
			size = len(b)
		}
		m.used += size
	}
}

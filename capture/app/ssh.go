package app

import "bytes"

// matchSSH knows the identification string (RFC 4253, section 4.2). Lines may come before the server's.
func matchSSH(q *probe) verdict {
	if v := foldedMaybe(q.b, "SSH-", either); v != either {
		return v
	}
	if len(q.b) < 8 {
		return maybe
	}
	if s := q.b[4:8]; !bytes.Equal(s, []byte("2.0-")) && !bytes.Equal(s[:2], []byte("1.")) {
		return no
	}
	return either
}

// sshState is what the reader of SSH keeps.
type sshState struct {
	banner [2]string
	looked uint8
}

// readSSH takes the banner of the server, and who is the client from the key exchange: message 30 or 34 is the client's, 31 and 33
// the server's (RFC 4253, section 8; RFC 4419; RFC 5656).
func readSSH(c *Classifier, d *dialog, m *message) bool {
	s, ok := d.x.(*sshState)
	if !ok {
		s = new(sshState)
		d.x = s
	}
	s.looked++
	if s.looked > 40 || m.gap {
		return false
	}
	if s.banner[m.side] == "" {
		l, ok := m.next()
		if !ok {
			return true
		}
		s.banner[m.side] = text(l)
		d.info.Version = s.banner[d.clientSide(m.side^1)^1] // of whoever spoke last, until the server is known
	}
	for {
		b := m.b[m.used:]
		if len(b) < 6 {
			return true
		}
		n := int(be32(b, 0))
		if n < 2 || n > 35000 { // no packet (RFC 4253, section 6.1): encrypted already
			return false
		}
		switch b[5] {
		case 30, 34:
			d.client, d.info.Version = side0+speaker(m.side), s.banner[m.side^1]
			return false
		case 31, 33:
			d.client, d.info.Version = side0+speaker(m.side^1), s.banner[m.side]
			return false
		}
		if len(b) < 4+n {
			return true
		}
		m.used += 4 + n
	}
}

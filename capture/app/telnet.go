package app

// matchTelnet knows option negotiation (RFC 854): IAC, WILL, WONT, DO or DONT, an option. Whose option it is shows the side: a server
// echoes, a client has a terminal and a window.
func matchTelnet(q *probe) verdict {
	b := q.b
	if len(b) == 0 || b[0] != 0xff {
		return matchPrompt(q)
	}
	if len(b) < 3 {
		return maybe
	}
	command, option := b[1], b[2]
	if command < 250 || command > 254 || option > 55 && option != 255 && option < 138 || command == 250 && option > 50 {
		return no
	}
	if len(b) > 3 && command > 250 && b[3] != 0xff && b[3] >= 0x80 {
		return no
	}
	will, do := command == 251, command == 253
	switch option {
	case 1: // echo
		if will {
			return server
		} else if do {
			return client
		}
	case 24, 31, 32, 33, 35, 39: // terminal type, window size, speed, flow control, X display, environment
		if do {
			return server
		} else if will {
			return client
		}
	}
	return q.towards(23)
}

// matchPrompt knows a server on Telnet's port that asks for a login without negotiating anything.
func matchPrompt(q *probe) verdict {
	if q.src != 23 || q.dst == 23 {
		return no
	}
	switch {
	case !printable(q.b):
		return no
	case holds(q.b, "LOGIN:"), holds(q.b, "USERNAME:"), holds(q.b, "PASSWORD:"):
		return server
	case len(q.b) < maxPrompt:
		return maybe // a banner
	}
	return no
}

// maxPrompt is how much a server may say before it asks who is there.
const maxPrompt = 1024

// telnetState is what the reader of Telnet keeps.
type telnetState struct {
	asked bool // the server's last words asked for a password
}

// readTelnet looks for a login: the server asks for a password, the client answers.
func readTelnet(_ *Classifier, d *dialog, m *message) bool {
	s, ok := d.x.(*telnetState)
	if !ok {
		s = new(telnetState)
		d.x = s
	}
	m.used = len(m.b)
	switch {
	case m.side != d.clientSide(m.side):
		if w := m.b[max(0, len(m.b)-256):]; holds(w, "PASSWORD") || holds(w, "PASSWD") || holds(w, "PASSCODE") {
			s.asked = true
		}
	case s.asked && m.b[0] != 0xff:
		d.info.Clear = "telnet"
		return false
	}
	return true
}

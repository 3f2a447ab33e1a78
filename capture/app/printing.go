package app

import "bytes"

// matchPJL knows the universal exit that begins a printer job, and PJL and PostScript on the port of raw printing.
func matchPJL(q *probe) verdict {
	if v := begins("\x1b%-12345X", client, 0)(q); v != no {
		return v
	}
	if q.dst == 9100 && (bytes.HasPrefix(q.b, []byte("@PJL ")) || bytes.HasPrefix(q.b, []byte("%!PS"))) {
		return client
	}
	return no
}

// matchLPD knows a daemon command on its port: a number, a queue's name, a line feed (RFC 1179, section 5).
func matchLPD(q *probe) verdict {
	if q.dst != 515 || len(q.b) < 2 || q.b[0] == 0 || q.b[0] > 5 {
		return no
	}
	if l, _, ok := line(q.b[1:]); ok && len(l) > 0 && printable(l) {
		return client
	}
	return no
}

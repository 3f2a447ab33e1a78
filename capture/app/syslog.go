package app

// matchSyslog knows a priority in angle brackets, followed by text (RFC 5424, section 6; RFC 3164); over TCP a length may come first
// (RFC 6587).
func matchSyslog(q *probe) verdict {
	b := q.b
	if !q.udp {
		if v, n := digits(b); n > 0 && n < 6 && v > 4 && len(b) > n && b[n] == ' ' {
			b = b[n+1:]
		}
	}
	if len(b) < 8 || b[0] != '<' {
		if len(b) < 8 && (len(b) == 0 || b[0] == '<') && !q.udp {
			return maybe
		}
		return no
	}
	p, n := digits(b[1:])
	if n == 0 || n > 3 || p > 191 || b[1+n] != '>' || !printable(b[2+n:min(len(b), 34)]) {
		return no
	}
	return client
}

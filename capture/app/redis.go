package app

import "bytes"

// matchRedis knows a RESP command: an array of bulk strings. Answers and inline commands need the port or the other side.
func matchRedis(q *probe) verdict {
	b := q.b
	if len(b) == 0 {
		return maybe
	}
	if b[0] == '*' {
		n, k := digits(b[1:])
		rest := b[1+k:]
		switch {
		case k == 0 && len(b) > 1:
			return no
		case len(rest) < 4:
			if bytes.HasPrefix([]byte("\r\n$"), rest[:min(len(rest), 3)]) {
				return maybe
			}
			return no
		case n == 0 || n > 1<<20 || !bytes.HasPrefix(rest, []byte("\r\n$")) || rest[3] < '0' || rest[3] > '9':
			return no
		}
		return client
	}
	if q.dst == 6379 && (folded(b, "PING\r\n") || folded(b, "INFO\r\n") || folded(b, "AUTH ")) {
		return client
	}
	if folded(b, "+OK\r") || folded(b, "+PONG") || folded(b, "-ERR ") || folded(b, "-NOAUTH ") || len(b) > 1 && (b[0] == '$' || b[0] == ':') && b[1] >= '0' && b[1] <= '9' {
		if o := q.other(); q.src == 6379 || len(o) > 0 && o[0] == '*' {
			return server
		}
	}
	return no
}

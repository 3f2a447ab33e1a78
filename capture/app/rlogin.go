package app

import "bytes"

// matchRlogin knows a client's first words on its port: an empty string, two users, terminal and speed (RFC 1282, section 2).
func matchRlogin(q *probe) verdict {
	b := q.b
	if q.dst != 513 || len(b) > 0 && b[0] != 0 || len(b) > 512 {
		return no
	}
	if bytes.Count(b, []byte{0}) < 4 {
		return maybe
	}
	if f := bytes.Split(b[1:], []byte{0}); !printable(f[0]) || !printable(f[1]) || bytes.IndexByte(f[2], '/') < 0 || !printable(f[2]) {
		return no
	}
	return client
}

// matchRsh knows a client's first words on the ports of remote shell and execution: the port of the error stream, two words, a command.
func matchRsh(q *probe) verdict {
	b := q.b
	if q.dst != 514 && q.dst != 512 || len(b) > 2048 {
		return no
	}
	_, n := digits(b)
	if n > 5 || len(b) > n && b[n] != 0 {
		return no
	}
	if bytes.Count(b, []byte{0}) < 4 {
		return maybe
	}
	for _, f := range bytes.SplitN(b[n+1:], []byte{0}, 4)[:3] {
		if len(f) == 0 || !printable(f) {
			return no
		}
	}
	return client
}

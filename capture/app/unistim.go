package app

// matchUNIStim knows Nortel's reliable UDP on its port: a sequence number, a packet type, and behind it who speaks.
func matchUNIStim(q *probe) verdict {
	b := q.b
	if !q.port(5000) || len(b) < 6 || b[4] > 2 || be16(b, 0) != 0 && be16(b, 0) != 0xffff {
		return no
	}
	switch {
	case b[4] < 2 && (len(b) == 6 || len(b) == 10) && b[5] == 0: // negative or positive acknowledgement
		return either
	case b[4] == 2 && b[5] <= 2 && len(b) > 8:
		if b[5] == 2 {
			return client // the terminal
		}
		return server
	}
	return no
}

package app

// matchUAUDP knows Alcatel's transport of telephone signalling on its ports: an operation, and sequence numbers where it has some.
func matchUAUDP(q *probe) verdict {
	b := q.b
	if !(q.port(32640) || q.port(32512)) || len(b) == 0 {
		return no
	}
	switch {
	case b[0] == 0 && len(b) > 4, b[0] == 1 && len(b) < 8, b[0] == 2 && len(b) < 8, b[0] == 3 && len(b) < 64, // connect, its answer, release, its answer
		b[0] == 4 && len(b) < 8, b[0] == 5 && len(b) < 8, b[0] == 6 && len(b) <= 12, b[0] == 7 && len(b) >= 5: // keep-alive, its answer, NACK, data
		return either
	}
	return no
}

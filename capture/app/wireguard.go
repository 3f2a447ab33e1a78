package app

// matchWireGuard knows the four messages by type, reserved zeros and size (WireGuard protocol, sections 5.4.2 to 5.4.6).
func matchWireGuard(q *probe) verdict {
	b := q.b
	if len(b) < 32 || b[1]|b[2]|b[3] != 0 {
		return no
	}
	switch {
	case b[0] == 1 && q.length == 148:
		return client
	case b[0] == 2 && q.length == 92:
		return server
	case b[0] == 3 && q.length == 64:
		return server
	case b[0] == 4 && q.length%16 == 0 && q.port(51820) && be32(b, 12) == 0:
		return q.towards(51820)
	}
	return no
}

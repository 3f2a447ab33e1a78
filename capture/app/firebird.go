package app

// matchFirebird knows the connect operation: op_connect, op_attach, a version of the packet, an architecture.
func matchFirebird(q *probe) verdict {
	b := q.b
	if len(b) < 16 {
		if len(b) < 4 && (len(b) == 0 || b[0] == 0) || len(b) >= 4 && be32(b, 0) == 1 && (len(b) < 8 || be32(b, 4) == 0x13) {
			return maybe
		}
		return no
	}
	if be32(b, 0) != 1 || be32(b, 4) != 0x13 || be32(b, 8) == 0 || be32(b, 8) > 3 || be32(b, 12) > 64 {
		return no
	}
	return client
}

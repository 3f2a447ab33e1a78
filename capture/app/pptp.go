package app

// matchPPTP knows a control message: its length, type 1, the magic cookie (RFC 2637, section 1.4).
func matchPPTP(q *probe) verdict {
	b := q.b
	if len(b) < 10 {
		if len(b) == 0 || b[0] == 0 && q.port(1723) {
			return maybe
		}
		return no
	}
	if be16(b, 2) != 1 || be32(b, 4) != 0x1a2b3c4d || be16(b, 0) < 16 || be16(b, 0) > 256 {
		return no
	}
	switch be16(b, 8) {
	case 1, 7: // start-control-connection-request, outgoing-call-request
		return client
	case 2, 8:
		return server
	}
	return q.towards(1723)
}

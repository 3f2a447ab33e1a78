package app

// matchHARTIP knows the head of HART-IP: version, message type and identifier, a length that is the message's.
func matchHARTIP(q *probe) verdict {
	b := q.b
	if !q.port(5094) || len(b) < 8 || b[0] == 0 || b[0] > 2 || b[1]&0x0f > 2 || b[2] > 5 || int(be16(b, 6)) != q.length {
		return no
	}
	return q.towards(5094)
}

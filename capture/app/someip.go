package app

// matchSOMEIP knows the head: a length, protocol version 1, a message type, a return code (AUTOSAR PRS_SOMEIP, 4.1.2). The lengths of
// what is there add up to it.
func matchSOMEIP(q *probe) verdict {
	b := q.b
	if len(b) < 16 || b[15] > 0x5e {
		return no
	}
	for rest, left := b, q.length; left > 0; {
		n := int(be32(rest, 4))
		if len(rest) >= 16 && rest[12] != 1 || n < 8 || n > left-8 {
			return no
		}
		if left -= n + 8; left > 0 && len(rest) < n+8+16 {
			return no
		}
		rest = rest[min(n+8, len(rest)):]
	}
	switch b[14] &^ 0x20 { // segments have a bit of their own
	case 0, 1:
		if b[15] == 0 {
			return client
		}
	case 2:
		if b[15] == 0 { // notifications: from the service, but to groups as well
			return either
		}
	case 0x80, 0x81:
		return server
	}
	return no
}

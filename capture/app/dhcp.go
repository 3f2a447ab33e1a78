package app

// matchDHCP knows BOOTP's operation, DHCP's cookie and the ports (RFC 2131, section 2), and the head of what the capture cut.
func matchDHCP(q *probe) verdict {
	b := q.b
	if !q.port(67) && !q.port(68) && !q.port(4011) || q.length < 236 || len(b) < min(q.length, 12) || b[1] == 0 || b[1] > 32 || b[2] > 16 {
		return no
	}
	if len(b) >= 240 && be32(b, 236) != 0x63825363 && be32(b, 236) != 0 {
		return no
	}
	switch b[0] {
	case 1:
		return client
	case 2:
		return server
	}
	return no
}

// matchDHCPv6 knows a message type, its ports and options that fill the datagram (RFC 8415, section 8).
func matchDHCPv6(q *probe) verdict {
	b := q.b
	if !q.port(546) && !q.port(547) || len(b) < 8 || b[0] == 0 || b[0] > 36 {
		return no
	}
	at := 4
	if b[0] == 12 || b[0] == 13 { // relayed
		at = 34
	}
	for at+4 <= len(b) {
		if be16(b, at) == 0 {
			return no
		}
		at += 4 + int(be16(b, at+2))
	}
	if at != q.length && at != len(b) && (at > q.length || len(b) == q.length) {
		return no
	}
	switch b[0] {
	case 2, 7, 10, 13:
		return server
	}
	return client
}

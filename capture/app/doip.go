package app

// matchDoIP knows the generic head: version and its complement, a payload type, a length that is the rest's (ISO 13400-2, section 7.1.2).
func matchDoIP(q *probe) verdict {
	b := q.b
	if len(b) < 8 || b[0] != ^b[1] || int(be32(b, 4)) != q.length-8 || b[0] == 0 || b[0] > 4 && b[0] != 0xff {
		return no
	}
	switch t := be16(b, 2); {
	case t == 1 || t == 2 || t == 3 || t == 5 || t == 0x4001 || t == 0x4003:
		return client
	case t == 0 || t == 4 || t == 6 || t == 0x4002 || t == 0x4004:
		return server
	case t >= 0x8001 && t <= 0x8003 || t == 7 || t == 8:
		return q.towards(13400)
	}
	return no
}

package app

// matchDCERPC knows the head of version 5 (C706, chapter 12): packet type, flags, data representation, fragment length.
func matchDCERPC(q *probe) verdict {
	b := q.b
	if q.udp {
		if len(b) < 80 || b[0] != 4 || b[1] > 10 || b[4]&0xee != 0 || b[5] > 3 || b[6] != 0 || int(le16(b, 74))+80 != q.length && int(be16(b, 74))+80 != q.length {
			return no
		}
		if b[1] == 0 {
			return client
		}
		return either
	}
	if len(b) < 16 {
		if len(b) == 0 || b[0] == 5 && (len(b) < 2 || b[1] <= 1) {
			return maybe
		}
		return no
	}
	n := int(le16(b, 8))
	if b[4] == 0 {
		n = int(be16(b, 8))
	}
	if b[0] != 5 || b[1] > 1 || b[2] > 20 || b[4]&0xef != 0 || b[5] > 3 || b[6] != 0 || n < 16 || n > 5840 {
		return no
	}
	switch b[2] {
	case 0, 11, 14, 16, 18, 19:
		return client
	case 2, 3, 12, 13, 15:
		return server
	}
	return no
}

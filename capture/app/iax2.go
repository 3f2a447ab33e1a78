package app

// matchIAX2 knows a full frame on its port: the bit that says so, a frame type, a subclass (RFC 5456, section 8.1.1).
func matchIAX2(q *probe) verdict {
	b := q.b
	if !q.port(4569) || len(b) < 12 || b[0]&0x80 == 0 || be16(b, 0) == 0x8000 || b[10] == 0 || b[10] > 12 ||
		b[10] == 1 && !printable(b[11:12]) || b[10] == 5 && b[11] != 0 { // digits of DTMF, null frames
		return no
	}
	if b[10] == 6 && b[11] == 1 && be16(b, 2) == 0 { // NEW
		return client
	}
	return either
}

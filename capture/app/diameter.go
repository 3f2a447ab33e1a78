package app

// matchDiameter knows version 1, a length, flags whose last four bits are 0, and commands of the base protocol and of common
// applications (RFC 6733, section 3).
func matchDiameter(q *probe) verdict {
	b := q.b
	if len(b) < 20 {
		if len(b) == 0 || b[0] == 1 && !q.udp {
			return maybe
		}
		return no
	}
	n, cmd := int(b[1])<<16|int(be16(b, 2)), int(b[5])<<16|int(be16(b, 6))
	if b[0] != 1 || n < 20 || n%4 != 0 || n > 65536 || b[4]&0x0f != 0 {
		return no
	}
	if !(cmd >= 257 && cmd <= 300 || cmd >= 8388608 && cmd < 8389000 || cmd >= 316 && cmd <= 330) {
		return no
	}
	if len(b) >= 28 { // a first attribute
		if l := int(b[25])<<16 | int(be16(b, 26)); l < 8 || l > n {
			return no
		}
	}
	if b[4]&0x80 != 0 {
		return client
	}
	return server
}

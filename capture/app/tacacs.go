package app

// matchTACACS knows TACACS+ (RFC 8907, section 4.1): version 12, type, sequence, a length that is the rest's.
func matchTACACS(q *probe) verdict {
	b := q.b
	if len(b) < 12 {
		if len(b) == 0 || b[0]&0xfe == 0xc0 {
			return maybe
		}
		return no
	}
	if b[0]&0xfe != 0xc0 || b[1] == 0 || b[1] > 3 || b[2] == 0 || b[2] > 20 || b[3]&^5 != 0 || be32(b, 8) > 65536 || len(b) > 12+int(be32(b, 8)) {
		return no
	}
	if b[2]&1 == 1 {
		return client
	}
	return server
}

package app

// matchFastCGI knows the record that begins a request: version 1, type 1, eight bytes, a role (FastCGI specification, section 5.1).
func matchFastCGI(q *probe) verdict {
	b := q.b
	if len(b) < 16 {
		if len(b) < 2 && (len(b) == 0 || b[0] == 1) || len(b) >= 2 && b[0] == 1 && b[1] == 1 {
			return maybe
		}
		return no
	}
	if b[0] != 1 || b[1] != 1 || be16(b, 4) != 8 || b[6] != 0 || be16(b, 8) == 0 || be16(b, 8) > 3 || b[10] > 1 || be32(b, 11) != 0 {
		return no
	}
	return client
}

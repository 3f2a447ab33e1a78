package app

// matchBGP knows the marker of sixteen ones, length and type (RFC 4271, section 4.1).
func matchBGP(q *probe) verdict {
	b := q.b
	for i := range min(16, len(b)) {
		if b[i] != 0xff {
			return no
		}
	}
	if len(b) < 19 {
		return maybe
	}
	if n := be16(b, 16); n < 19 || n > 4096 || b[18] == 0 || b[18] > 5 {
		return no
	}
	return q.towards(179)
}

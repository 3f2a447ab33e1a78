package app

// matchIBMMQ knows the eye-catcher of a transmission segment, in ASCII or EBCDIC, and a length behind it.
func matchIBMMQ(q *probe) verdict {
	b := q.b
	if len(b) < 8 {
		if len(b) == 0 || b[0] == 'T' || b[0] == 0xe3 {
			return maybe
		}
		return no
	}
	switch string(b[:4]) {
	case "TSH ", "TSHC", "TSHM", "\xe3\xe2\xc8\x40", "\xe3\xe2\xc8\xc3", "\xe3\xe2\xc8\xd4":
		if n := be32(b, 4); n >= 28 && n < 1<<24 {
			return q.towards(1414)
		}
	}
	return no
}

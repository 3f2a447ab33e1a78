package app

// matchNCP knows the marks that NetWare puts before requests and replies on TCP, with a length.
func matchNCP(q *probe) verdict {
	b := q.b
	switch {
	case len(b) < 4:
		if n := len(b); n == 0 || string(b) == "DmdT"[:n] || string(b) == "tNcP"[:n] {
			return maybe
		}
		return no
	case len(b) < 8 || be32(b, 4) < 8 || be32(b, 4) > 1<<20:
		return no
	case string(b[:4]) == "DmdT":
		return client
	case string(b[:4]) == "tNcP":
		return server
	}
	return no
}

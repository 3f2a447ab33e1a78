package app

// matchNRPE knows a query or response in the clear on its port: version 2 to 4, a type, and a result of none or up to 3.
func matchNRPE(q *probe) verdict {
	b := q.b
	if !q.port(5666) || len(b) < 10 || be16(b, 0) < 2 || be16(b, 0) > 4 || be32(b, 4) == 0 {
		return no
	}
	switch be16(b, 2) {
	case 1:
		return client
	case 2, 3:
		return server
	}
	return no
}

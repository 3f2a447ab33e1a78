package app

// matchZooKeeper knows the connect request and its response: a length, version 0, a time-out, a session whose password has 16 bytes.
func matchZooKeeper(q *probe) verdict {
	b := q.b
	if len(b) < 4 {
		if len(b) == 0 || b[0] == 0 {
			return maybe
		}
		return no
	}
	n := int(be32(b, 0))
	switch {
	case n < 36 || n > 45 || be32(b, 4) != 0 && len(b) >= 8:
		return no
	case len(b) < 4+n:
		return maybe
	case n >= 44 && be32(b, 28) == 16 && be32(b, 16) > 0 && be32(b, 16) < 1<<24:
		return client
	case n <= 37 && be32(b, 20) == 16 && be32(b, 8) < 1<<24:
		return server
	}
	return no
}

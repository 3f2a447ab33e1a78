package app

// matchKafka knows a request's head: length, API key, version, correlation, client's name.
func matchKafka(q *probe) verdict {
	b := q.b
	if len(b) < 14 {
		if len(b) == 0 || b[0] < 8 {
			return maybe
		}
		return no
	}
	n, key, version, name := int(be32(b, 0)), be16(b, 4), be16(b, 6), int(int16(be16(b, 12)))
	if n < 10 || n > 100<<20 || key > 92 || version > 20 || len(b) > 4+n && n < 1024 && q.dst != 9092 {
		return no
	}
	switch {
	case name == -1 && q.dst == 9092:
		return client
	case name <= 0 || name > 255 || 10+name > n || 14+name > len(b) || !printable(b[14:14+name]):
		return no
	}
	if q.dst == 9092 || name >= 3 && be32(b, 8) < 1<<24 {
		return client
	}
	return no
}

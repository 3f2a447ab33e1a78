package app

// matchOICQ knows QQ's datagrams on its ports: they begin with 2 and end with 3.
func matchOICQ(q *probe) verdict {
	b := q.b
	if !(q.port(8000) || q.port(4000)) || len(b) < 16 || len(b) != q.length || b[0] != 2 || b[len(b)-1] != 3 || be32(b, 7) < 10000 {
		return no
	}
	return q.towards(8000)
}

package app

// matchSSRP knows the requests and the response of SQL Server's resolution protocol on its port (MC-SQLR, section 2.2).
func matchSSRP(q *probe) verdict {
	b := q.b
	switch {
	case !q.port(1434) || len(b) == 0:
		return no
	case (b[0] == 2 || b[0] == 3) && q.length == 1, (b[0] == 4 || b[0] == 15) && len(b) > 2 && b[len(b)-1] == 0 && len(b) < 64 && q.dst == 1434:
		return client
	case b[0] == 5 && int(le16(b, 1))+3 == q.length:
		return server
	}
	return no
}

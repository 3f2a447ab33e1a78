package app

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// matchHTTP2 knows the client's preface without TLS (RFC 9113, section 3.4), and the server's SETTINGS that answer it.
func matchHTTP2(q *probe) verdict {
	if v := foldedMaybe(q.b, preface, client); v != no {
		return v
	}
	if b := q.b; len(b) >= 9 && b[0] == 0 && b[1] == 0 && b[2]%6 == 0 && b[3] == 4 && b[4] <= 1 && be32(b, 5) == 0 && folded(q.other(), "PRI * HTTP/2") {
		return server
	}
	return no
}

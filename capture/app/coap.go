package app

// matchCoAP knows version 1, a token of at most eight bytes, a code that exists, on its port (RFC 7252, section 3).
func matchCoAP(q *probe) verdict {
	b := q.b
	if !q.port(5683) || len(b) < 4 || b[0]>>6 != 1 || b[0]&15 > 8 {
		return no
	}
	switch class := b[1] >> 5; {
	case class == 0 && b[1] > 0 && b[1] <= 7:
		return client
	case (class == 2 || class == 4 || class == 5) && (b[1]&31 <= 15 || b[1]&31 == 22 || b[1]&31 >= 29):
		return server
	case b[1] == 0 && b[0]&15 == 0 && q.length == 4: // empty
		return either
	}
	return no
}

package app

// matchGIOP knows the head of CORBA's messages: magic, version 1.0 to 1.3, flags, type (CORBA 3.3, part 2, section 9.4.1).
func matchGIOP(q *probe) verdict {
	if v := foldedMaybe(q.b, "GIOP", either); v != either || len(q.b) < 12 {
		return min(v, maybe)
	}
	b := q.b
	if b[4] != 1 || b[5] > 3 || b[6] > 3 {
		return no
	}
	switch b[7] {
	case 0, 2, 3: // request, cancel request, locate request
		return client
	case 1, 4, 5: // reply, locate reply, close connection
		return server
	case 6, 7: // error, fragment
		return either
	}
	return no
}

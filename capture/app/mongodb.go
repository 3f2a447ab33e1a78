package app

// matchMongoDB knows the message head: length, request, answered request, operation; all little endian.
func matchMongoDB(q *probe) verdict {
	b := q.b
	if len(b) < 16 {
		if len(b) < 4 || le32(b, 0) < 48<<20 {
			return maybe
		}
		return no
	}
	n, to, op := le32(b, 0), le32(b, 8), le32(b, 12)
	if to == 1<<32-1 { // old drivers answer nothing so
		to = 0
	}
	if n < 16 || n > 48<<20 {
		return no
	}
	switch op {
	case 2001, 2002, 2004, 2005, 2006, 2007:
		if to == 0 && (op != 2004 || n < 1<<20) {
			return client
		}
	case 2010, 2011, 2012, 2013:
		if to == 0 {
			return client
		}
		return server
	case 1:
		if to != 0 && n >= 36 && le32(b, 16) < 64 && len(b) >= 36 && (int(n) <= len(b) || len(b) >= 400) { // what is longer fills its segment
			return server
		}
	}
	return no
}

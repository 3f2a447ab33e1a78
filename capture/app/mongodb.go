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
		if to != 0 && le32(b, 16) < 64 {
			return mongoReply(b, n)
		}
	}
	return no
}

// mongoReply knows OP_REPLY (MongoDB wire protocol, legacy opcodes) of n bytes: flags, cursor, position and number of documents end at 36; then comes the
// first document, which begins with its length, of at least 5 bytes, and the type of its first element, 0 if it has none (BSON specification, version 1.1),
// and lies within the message.
func mongoReply(b []byte, n uint32) verdict {
	switch {
	case n < 36:
		return no
	case len(b) < 36:
		return maybe
	case le32(b, 32) == 0:
		if n == 36 {
			return server
		}
		return no
	case n < 36+5:
		return no
	case len(b) < 36+5:
		return maybe
	}
	document, element := le32(b, 36), b[40]
	known := 1 <= element && element <= 0x13 || element == 0x7f || element == 0xff
	if document > n-36 || document < 5 || (document == 5) != (element == 0) || element != 0 && !known {
		return no
	}
	return server
}

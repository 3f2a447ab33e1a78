package app

// matchNDMP knows a record's mark and the head behind it: sequence, time, request or reply, a message of one of the interfaces
// (NDMP version 4, section 2.2).
func matchNDMP(q *probe) verdict {
	b := q.b
	if len(b) < 28 {
		if len(b) == 0 || b[0] == 0x80 {
			return maybe
		}
		return no
	}
	n, kind, msg := be32(b, 0), be32(b, 12), be32(b, 16)
	if n>>24 != 0x80 || n&0xffffff < 24 || kind > 1 || msg < 0x100 || msg > 0xfff || msg&0xff > 0x20 || be32(b, 20) > 1<<16 || !q.port(10000) && msg != 0x502 && msg != 0x900 {
		return no
	}
	if (kind == 0) == (msg>>8 != 5 && msg>>8 != 6 && msg>>8 != 7) { // notifications and logs are the server's requests
		return client
	}
	return server
}

package app

// matchEDonkey knows the hello: protocol, the segment's length, opcode 1, and a hash of 16 bytes or its absence.
func matchEDonkey(q *probe) verdict {
	b := q.b
	if len(b) < 6 || b[0] != 0xe3 && b[0] != 0xc5 || int(le32(b, 1)) != len(b)-5 || len(b) < 32 {
		return no
	}
	switch {
	case b[5] == 1: // hello, log in
		return client
	case b[5] == 0x4c && b[0] == 0xe3: // its answer
		return server
	}
	return no
}

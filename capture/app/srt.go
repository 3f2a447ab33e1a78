package app

// matchSRT knows the handshake: a control packet of type 0 and, behind its head, version 4 or 5 (draft-sharabayko-srt, section 3.2.1).
func matchSRT(q *probe) verdict {
	b := q.b
	if len(b) < 64 || be32(b, 0) != 0x80000000 || be32(b, 4) != 0 || be32(b, 16) != 4 && be32(b, 16) != 5 || be32(b, 28) < 64 || be32(b, 28) > 9000 {
		return no
	}
	return either
}

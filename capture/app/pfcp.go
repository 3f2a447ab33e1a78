package app

// matchPFCP knows the head on its port: version 1, a message type, a length that is the rest's (3GPP TS 29.244, section 7.2.2).
func matchPFCP(q *probe) verdict {
	b := q.b
	if !q.port(8805) || len(b) < 8 || b[0]>>5 != 1 || b[0]&0x18 != 0 || b[1] == 0 || b[1] > 99 || int(be16(b, 2)) != q.length-4 {
		return no
	}
	return q.towards(8805)
}

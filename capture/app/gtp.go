package app

// matchGTP knows the heads of GTP versions 1 and 2 on their ports (3GPP TS 29.060, section 6; TS 29.274, section 5), with a length
// that fits.
func matchGTP(q *probe) verdict {
	b := q.b
	if !(q.port(2123) || q.port(2152) || q.port(3386)) || len(b) < 8 {
		return no
	}
	n := int(be16(b, 2))
	switch b[0] >> 5 {
	case 1:
		if b[0]&0x10 == 0 && !q.port(3386) || n+8 > q.length {
			return no
		}
	case 2:
		if n+4 > q.length {
			return no
		}
	case 0:
		if !q.port(3386) || n+20 > q.length {
			return no
		}
	default:
		return no
	}
	switch b[1] {
	case 1, 16, 18, 20, 32, 34, 36, 170:
		return client
	case 2, 17, 19, 21, 33, 35, 37, 171:
		return server
	}
	return either
}

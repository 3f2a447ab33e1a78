package app

// matchNetFlow knows the heads of NetFlow 5 and 9 (RFC 3954) and of IPFIX (RFC 7011), whose counts and lengths must fit.
func matchNetFlow(q *probe) verdict {
	b := q.b
	if len(b) < 20 {
		return no
	}
	switch be16(b, 0) {
	case 1, 5, 7:
		size := map[uint16][2]int{1: {16, 52}, 5: {24, 48}, 7: {24, 52}}[be16(b, 0)]
		if n := int(be16(b, 2)); n >= 1 && n <= 30 && size[0]+n*size[1] == q.length {
			return client
		}
	case 9:
		set, n := be16(b, 20), int(be16(b, 22))
		if be16(b, 2) > 0 && be16(b, 2) < 512 && (set <= 1 || set >= 256) && n >= 8 && 20+n <= q.length && plausibleTime(be32(b, 8)) {
			return client
		}
	case 10:
		set, n := be16(b, 16), int(be16(b, 18))
		if int(be16(b, 2)) == q.length && (set == 2 || set == 3 || set >= 256) && n >= 4 && 16+n <= q.length && plausibleTime(be32(b, 4)) {
			return client
		}
	}
	return no
}

// plausibleTime reports whether seconds since 1970 lie after 1995.
func plausibleTime(s uint32) bool { return s > 788918400 }

// matchSFlow knows version 5 datagrams: address type, sequence, at least one sample.
func matchSFlow(q *probe) verdict {
	b := q.b
	if len(b) < 28 || be32(b, 0) != 5 && be32(b, 0) != 4 && be32(b, 0) != 2 {
		return no
	}
	at := 8 + 4
	switch be32(b, 4) {
	case 1:
	case 2:
		at = 8 + 16
	default:
		return no
	}
	if n := be32(b, at+12); n == 0 || n > 256 || !q.port(6343) && be32(b, at+16) > 4 {
		return no
	}
	return client
}

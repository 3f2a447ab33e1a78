package app

// matchNTP knows version, mode and size (RFC 5905, section 7.3); its port must agree.
func matchNTP(q *probe) verdict {
	b := q.b
	if !q.port(123) || len(b) < 8 {
		return no
	}
	version, mode := b[0]>>3&7, b[0]&7
	if version == 0 || version > 4 || mode == 0 || mode < 6 && q.length < 48 || mode < 6 && (b[1] > 16 && b[1] != 255 || q.length%4 != 0) {
		return no
	}
	switch mode {
	case 3:
		return client
	case 4:
		return server
	case 6:
		if op := b[1] & 31; op == 0 || op > 10 && op != 31 || b[1]&0xc0 == 0x40 {
			return no
		}
		fallthrough
	case 7: // control, private: the first bit after the mode's byte or in it is the response's
		if mode == 6 && b[1]&0x80 != 0 || mode == 7 && b[0]&0x80 != 0 {
			return server
		}
		return client
	}
	return either
}

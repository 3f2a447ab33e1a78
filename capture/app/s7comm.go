package app

// matchS7 knows ISO transport with S7's protocol number behind it (0x32; 0x72 of the later version), and a connection request that
// names rack and slot in two-byte selectors: what is called has a kind of connection other than 0.
func matchS7(q *probe) verdict {
	b, ok := tpkt(q.b)
	if !ok {
		if len(q.b) < 7 && (len(q.b) == 0 || q.b[0] == 3) {
			return maybe
		}
		return no
	}
	switch {
	case len(b) >= 5 && b[0] == 2 && b[1] == 0xf0 && b[3] == 0x32:
		switch b[4] {
		case 1:
			return client
		case 2, 3:
			return server
		case 7:
			return q.towards(102)
		}
	case len(b) >= 5 && b[0] == 2 && b[1] == 0xf0 && b[3] == 0x72 && b[4] <= 3 && (b[4] != 0 || q.port(102)):
		return q.towards(102)
	case len(b) >= 18 && (b[1] == 0xe0 || b[1] == 0xd0) && q.port(102):
		selectors := 0
		for r := (cursor{b: b[7:]}); len(r.b) >= 2; {
			kind, size := r.u8(), r.u8()
			if (kind == 0xc1 || kind == 0xc2 && r.peek() != 0) && size == 2 {
				selectors++
			}
			r.skip(int(size))
		}
		if selectors == 2 {
			return q.towards(102)
		}
	}
	return no
}

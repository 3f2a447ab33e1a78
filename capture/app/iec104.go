package app

// matchIEC104 knows the APCI (IEC 60870-5-104, section 5): start, length, and a control field; without data one of the commands.
func matchIEC104(q *probe) verdict {
	b := q.b
	if len(b) < 6 {
		if len(b) == 0 || b[0] == 0x68 {
			return maybe
		}
		return no
	}
	n := int(b[1])
	if b[0] != 0x68 || n < 4 || n > 253 {
		return no
	}
	if len(b) > 2+n && b[2+n] != 0x68 {
		return no
	}
	switch b[2] & 3 {
	case 3:
		if n != 4 || b[3]|b[4]|b[5] != 0 {
			return no
		}
		switch b[2] {
		case 0x07, 0x13, 0x43: // start, stop, test: act
			if b[2] == 0x07 {
				return client
			}
			return q.towards(2404)
		case 0x0b, 0x23, 0x83:
			return q.towards(2404)
		}
		return no
	case 1:
		if n != 4 || b[2] != 1 || b[3] != 0 || b[4]&1 != 0 {
			return no
		}
		return q.towards(2404)
	}
	if n < 12 || b[4]&1 != 0 || len(b) < 8 || b[6] == 0 || b[6] > 127 || !q.port(2404) {
		return no
	}
	return q.towards(2404)
}

package app

// matchDICOM knows the association's request and acceptance: type, length, version 1, the called and calling titles padded with blanks
// (DICOM PS3.8, sections 9.3.2 and 9.3.3).
func matchDICOM(q *probe) verdict {
	b := q.b
	if len(b) < 42 {
		if len(b) == 0 || b[0] <= 2 && b[0] > 0 && (len(b) < 2 || b[1] == 0) && (len(b) < 8 || be16(b, 6) == 1) {
			return maybe
		}
		return no
	}
	if n := be32(b, 2); b[1] != 0 || n < 68 || n > 1<<17 || be16(b, 6)&1 == 0 || be16(b, 8) != 0 || !printable(b[10:42]) {
		return no
	}
	switch b[0] {
	case 1:
		return client
	case 2:
		return server
	}
	return no
}

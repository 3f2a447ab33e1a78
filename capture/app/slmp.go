package app

// matchSLMP knows Mitsubishi's 3E frames in binary: subheader, network and station of the own network, a length that is the rest's.
func matchSLMP(q *probe) verdict {
	b := q.b
	if len(b) < 11 || b[1] != 0 || b[2] != 0 || b[3] != 0xff || le16(b, 4) != 0x3ff || int(le16(b, 7)) != q.length-9 {
		return no
	}
	switch b[0] {
	case 0x50:
		return client
	case 0xd0:
		return server
	}
	return no
}

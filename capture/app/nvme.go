package app

// matchNVMe knows the PDUs that initialise a connection of NVMe over TCP: 128 bytes, format 0 (NVMe/TCP transport, section 3.6.2).
func matchNVMe(q *probe) verdict {
	b := q.b
	if len(b) < 16 {
		if len(b) < 3 && (len(b) == 0 || b[0] <= 1) || len(b) >= 3 && b[0] <= 1 && b[1] == 0 && b[2] == 128 {
			return maybe
		}
		return no
	}
	if b[1] != 0 || b[2] != 128 || b[3] != 0 || le32(b, 4) != 128 || le16(b, 8) != 0 || b[10] > 31 {
		return no
	}
	switch b[0] {
	case 0:
		return client
	case 1:
		return server
	}
	return no
}

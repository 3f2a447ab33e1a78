package app

// matchDNP3 knows the start bytes and the head's checksum (IEEE 1815, clause 9).
func matchDNP3(q *probe) verdict {
	b := q.b
	if len(b) < 10 {
		if !q.udp && (len(b) == 0 || b[0] == 5 && (len(b) < 2 || b[1] == 0x64)) {
			return maybe
		}
		return no
	}
	if b[0] != 5 || b[1] != 0x64 || b[2] < 5 || dnpCRC(b[:8]) != le16(b, 8) {
		return no
	}
	if b[3]&0x80 != 0 { // from the master
		return client
	}
	return server
}

// dnpCRC is the checksum of IEEE 1815: polynomial 0x3d65, reflected, inverted at the end.
func dnpCRC(b []byte) uint16 {
	var c uint16
	for _, x := range b {
		c ^= uint16(x)
		for range 8 {
			if c&1 != 0 {
				c = c>>1 ^ 0xa6bc
			} else {
				c >>= 1
			}
		}
	}
	return ^c
}

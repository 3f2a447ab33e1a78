package app

// matchC37118 knows a frame of IEEE C37.118.2: synchronisation word, size and checksum (CRC-CCITT over all before it).
func matchC37118(q *probe) verdict {
	b := q.b
	if len(b) < 16 || b[0] != 0xaa || b[1]&0x80 != 0 || b[1]>>4 > 5 || b[1]&15 == 0 || b[1]&15 > 3 {
		return no
	}
	n := int(be16(b, 2))
	if n < 16 || n > 65500 {
		return no
	}
	if n > len(b) {
		if q.udp {
			return no
		}
		return maybe
	}
	if crcCCITT(b[:n-2]) != be16(b, n-2) {
		return no
	}
	if b[1]>>4 == 4 { // command
		return client
	}
	return server
}

// crcCCITT has polynomial 0x1021 and begins with all ones.
func crcCCITT(b []byte) uint16 {
	c := uint16(0xffff)
	for _, x := range b {
		c ^= uint16(x) << 8
		for range 8 {
			if c&0x8000 != 0 {
				c = c<<1 ^ 0x1021
			} else {
				c <<= 1
			}
		}
	}
	return c
}

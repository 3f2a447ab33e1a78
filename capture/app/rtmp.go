package app

// matchRTMP knows the handshake: version 3, a time, and zeros or a version, in 1537 bytes.
func matchRTMP(q *probe) verdict {
	b := q.b
	if len(b) == 0 || b[0] == 3 && len(b) < 1537 && !(len(b) > 2 && b[1] == 0 && int(be16(b, 2)) <= 1600 && len(b) == int(be16(b, 2))) {
		return maybe
	}
	if b[0] != 3 || len(b) < 1537 || len(b) > 3073 || len(b) > 1537 && len(b) < 3073 && !q.port(1935) {
		return no
	}
	if len(b) == 3073 || q.src == 1935 && q.dst != 1935 {
		return server
	}
	if o := q.other(); len(o) > 0 && o[0] == 3 {
		return server
	}
	if be32(b, 5) == 0 || q.port(1935) || b[5] < 128 && b[8] < 16 {
		return client
	}
	return no
}

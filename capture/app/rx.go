package app

// matchRx knows the head of Rx, which carries AFS, on its ports: an epoch, a packet type, a security index, a service.
func matchRx(q *probe) verdict {
	b := q.b
	if len(b) < 28 || !(q.src >= 7000 && q.src <= 7009 || q.dst >= 7000 && q.dst <= 7009) {
		return no
	}
	if be32(b, 0) == 0 || b[20] == 0 || b[20] > 13 || b[22] != 0 || b[23] > 5 || be16(b, 26) > 4096 {
		return no
	}
	if b[21]&1 != 0 { // initiated by the client
		return client
	}
	return server
}

package app

// matchKNX knows the head of KNXnet/IP: size 6, version 1.0, a service of its families, the message's length (EN ISO 22510).
func matchKNX(q *probe) verdict {
	b := q.b
	if len(b) < 6 || b[0] != 6 || b[1] != 0x10 || int(be16(b, 4)) != q.length || b[2] < 2 || b[2] > 9 {
		return no
	}
	return q.towards(3671)
}

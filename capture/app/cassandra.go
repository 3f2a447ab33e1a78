package app

import "bytes"

// matchCassandra knows the frame head of CQL's native protocol: version, flags, stream, operation, length.
func matchCassandra(q *probe) verdict {
	b := q.b
	if len(b) < 8 {
		if len(b) == 0 || b[0]&0x7f >= 1 && b[0]&0x7f <= 5 {
			return maybe
		}
		return no
	}
	v, op, at := b[0]&0x7f, b[4], 5
	if v < 3 {
		op, at = b[3], 4
	}
	n := int(be32(b, at))
	if v == 0 || v > 5 || b[1] > 0x1f || op > 0x10 || n > 1<<20 || len(b) < at+4 {
		return no
	}
	body := b[at+4:]
	whole := len(body) == n
	switch {
	case op == 1 && bytes.Contains(body, []byte("CQL_VERSION")) && b[0] < 0x80:
		return client
	case op == 5 && n == 0 && whole && b[0] < 0x80 && (q.dst == 9042 || be16(b, 2) == 0 && b[1] == 0):
		return client
	case op == 6 && b[0] >= 0x80 && bytes.Contains(body, []byte("COMPRESSION")):
		return server
	case whole && q.port(9042):
		if b[0] >= 0x80 {
			return server
		}
		return client
	}
	return no
}

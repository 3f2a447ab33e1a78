package app

import "bytes"

// matchMemcached knows text commands with their operands, and the binary head (lengths that agree); over UDP behind eight bytes.
func matchMemcached(q *probe) verdict {
	b := q.b
	if q.udp {
		if !q.port(11211) || len(b) < 12 || be16(b, 2) >= be16(b, 4) || be16(b, 6) != 0 || !printable(b[8:12]) {
			return no
		}
		return q.towards(11211)
	}
	if len(b) >= 24 && b[0] == 0x80 && b[1] <= 0x40 && b[5] == 0 && be16(b, 2) <= 250 && int(be16(b, 2))+int(b[4]) <= int(be32(b, 8)) && q.dst == 11211 {
		return client
	}
	l, _, ok := line(b)
	if !ok {
		if len(b) == 0 || q.dst == 11211 && printable(b) && len(b) < 300 {
			return maybe
		}
		return no
	}
	words := 0
	for range bytes.FieldsSeq(l) {
		words++
	}
	cmd := field(l, 0)
	switch {
	case oneOf(string(cmd[:min(len(cmd), 8)]), "set add replace append prepend") && (words == 5 || words == 6):
		for i := 2; i < 5; i++ {
			if _, n := digits(field(l, i)); n != len(field(l, i)) {
				return no
			}
		}
		return client
	case q.dst == 11211 && oneOf(string(cmd[:min(len(cmd), 12)]), "get gets delete incr decr stats version flush_all touch"):
		return client
	case q.src == 11211 && (len(cmd) != 5 || words == 1 || cmd[0] == 'V') && oneOf(string(cmd[:min(len(cmd), 12)]), "STORED VALUE END STAT VERSION ERROR NOT_FOUND DELETED"):
		return server
	}
	return no
}

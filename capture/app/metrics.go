package app

import "bytes"

// matchCollectd knows the parts of collectd's network protocol: the first is a host name that ends in a zero, more follow to the end.
// On its port the type of the first part is enough, a host's, a signature's, an encryption's.
func matchCollectd(q *probe) verdict {
	b := q.b
	if t := be16(b, 0); q.dst == 25826 && len(b) >= 8 && be16(b, 2) >= 8 && (t == 0 && printable(b[4:8]) || t == 0x200 || t == 0x210) {
		return client
	}
	if len(b) < 8 || be16(b, 0) != 0 || len(b) != q.length {
		return no
	}
	n := int(be16(b, 2))
	if n < 6 || n > len(b)-4 || b[n-1] != 0 || !printable(b[4:n-1]) {
		return no
	}
	for b = b[n:]; len(b) > 0; b = b[n:] {
		if n = int(be16(b, 2)); n < 4 || n > len(b) || be16(b, 0) > 0x210 {
			return no
		}
	}
	return client
}

// matchStatsD knows a line "name:value|type".
func matchStatsD(q *probe) verdict {
	if len(q.b) < 5 || !printable(q.b[:4]) {
		return no
	}
	l, _, ok := line(q.b)
	if !ok {
		l = q.b
	}
	name, rest, ok := bytes.Cut(l, []byte{':'})
	value, kind, ok2 := bytes.Cut(rest, []byte{'|'})
	if !ok || !ok2 || len(name) == 0 || len(value) == 0 || len(l) > 512 || !printable(l) || bytes.IndexByte(name, ' ') >= 0 {
		return no
	}
	for _, ch := range value {
		if (ch < '0' || ch > '9') && ch != '.' && ch != '-' && ch != '+' && ch != 'e' {
			return no
		}
	}
	kind, _, _ = bytes.Cut(kind, []byte{'|'})
	if !oneOf(string(kind), "c g ms h s d m") {
		return no
	}
	return client
}

// matchGraphite knows a line "path value time" on its port.
func matchGraphite(q *probe) verdict {
	if q.dst != 2003 {
		return no
	}
	l, _, ok := line(q.b)
	if f := bytes.Fields(l); !ok || len(f) != 3 || !printable(l) {
		return no
	} else if _, n := digits(f[2]); n < 9 {
		return no
	}
	return client
}

// matchGELF knows Graylog's chunks, and JSON, deflated or not, that goes to its port.
func matchGELF(q *probe) verdict {
	b := q.b
	switch {
	case q.dst != 12201 || len(b) < 8:
		return no
	case b[0] == 0x1e && b[1] == 0x0f, b[0] == 0x1f && b[1] == 0x8b, b[0] == 0x78 && be16(b, 0)%31 == 0, b[0] == '{' && holds(b, `"VERSION"`):
		return client
	}
	return no
}

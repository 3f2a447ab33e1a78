package app

import "bytes"

// matchSOCKS knows the first words: version 5 with methods (RFC 1928, section 3), version 4 with port and address, and the server's
// choice of a method.
func matchSOCKS(q *probe) verdict {
	b := q.b
	switch {
	case len(b) == 0:
		return maybe
	case b[0] == 5 && len(b) == 2 && (b[1] <= 2 || b[1] == 0xff):
		if o := q.other(); len(o) >= 3 && o[0] == 5 {
			return server
		}
		return maybe
	case b[0] == 5 && len(b) >= 3 && int(b[1])+2 == len(b) && b[1] > 0 && b[1] < 10:
		for _, m := range b[2:] {
			if m > 9 {
				return no
			}
		}
		if q.dst == 1080 || bytes.HasPrefix(q.other(), []byte{5}) {
			return client
		}
		return maybe
	case b[0] == 4 && len(b) >= 9 && (b[1] == 1 || b[1] == 2) && be16(b, 2) > 0 && bytes.IndexByte(b[8:], 0) == len(b)-9:
		return client
	case b[0] == 4 && len(b) < 9:
		return maybe
	}
	return no
}

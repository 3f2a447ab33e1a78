package app

import "bytes"

// matchMegaco knows the start line of H.248 in text, long or short, and a binary message on its ports (H.248.1, annexes A and B).
func matchMegaco(q *probe) verdict {
	b := q.b
	switch {
	case bytes.HasPrefix(b, []byte("MEGACO/")), (q.port(2944) || q.port(2945)) && bytes.HasPrefix(b, []byte("!/")) && len(b) > 4 && b[2] > '0' && b[2] <= '9':
		return either
	case q.port(2945) && len(b) > 8 && b[0] == 0x30 && bytes.Contains(b[1:min(len(b), 12)], []byte{0x80, 1}):
		return either
	}
	return no
}

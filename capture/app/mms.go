package app

import "bytes"

// matchMMS knows MMS (ISO 9506, as IEC 61850-8-1 and ICCP carry it) behind ISO transport: the association names it by its object
// identifier 1.0.9506; later each message stands behind the two empty tokens of the session.
func matchMMS(q *probe) verdict {
	b := q.b
	for range 2 { // the connection request or its confirmation may still be held
		body, ok := tpkt(b)
		switch {
		case !ok && len(b) < 7 && (len(b) == 0 || b[0] == 3):
			return maybe
		case !ok || len(body) < 3:
			return no
		case body[1]>>4 == 13 || body[1]>>4 == 14: // connection request, confirmation
			b = b[min(int(be16(b, 2)), len(b)):]
			continue
		case body[0] != 2 || body[1] != 0xf0:
			return no
		}
		s := body[3:]
		if len(s) > 4 && (s[0] == 13 || s[0] == 14) && bytes.Contains(s[:min(len(s), 512)], []byte{0x28, 0xca, 0x22}) { // connect, accept
			if s[0] == 13 {
				return client
			}
			return server
		}
		if len(s) < 9 || !bytes.HasPrefix(s, []byte{1, 0, 1, 0, 0x61}) {
			return no
		}
		if i := bytes.Index(s[:min(len(s), 32)], []byte{2, 1, 3, 0xa0}); i >= 0 && q.port(102) { // presentation context 3: MMS
			return q.towards(102)
		}
		return no
	}
	return no
}

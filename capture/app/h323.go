package app

import "encoding/binary"

// matchH323 knows Q.931 in TPKT (H.225.0, section 7.2): protocol discriminator 8, a two-byte call reference whose first bit is set in
// answers, a message type; and H.225 RAS on its port.
func matchH323(q *probe) verdict {
	if q.udp {
		if b := q.b; (q.port(1719) || q.port(1718)) && len(b) >= 4 && b[0] < 0x80 && b[0]&3 <= 2 {
			return either
		}
		return no
	}
	b, ok := tpkt(q.b)
	if !ok {
		if len(q.b) < 7 && (len(q.b) == 0 || q.b[0] == 3) {
			return maybe
		}
		return no
	}
	if len(b) < 5 {
		return maybe
	}
	if b[0] != 8 || b[1] != 2 {
		return no
	}
	switch b[4] {
	case 1, 2, 3, 5, 7, 13, 0x5a, 0x62, 0x6e, 0x7b, 0x7d:
	default:
		return no
	}
	if binary.BigEndian.Uint16(b[2:])&0x8000 != 0 {
		return server
	}
	return client
}

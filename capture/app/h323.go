package app

import (
	"bytes"
	"encoding/binary"
)

// rasProtocol is the object identifier 0.0.8.2250.0 of H.225.0, as its RAS messages carry it.
var rasProtocol = []byte{6, 0, 8, 0x91, 0x4a, 0}

// matchH323 knows Q.931 in TPKT (H.225.0, section 7.2): protocol discriminator 8, a two-byte call reference whose first bit is set in
// answers, a message type; and H.225 RAS on its port.
func matchH323(q *probe) verdict {
	if q.udp {
		if (q.port(1719) || q.port(1718)) && bytes.Contains(q.b[:min(len(q.b), 64)], rasProtocol) {
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

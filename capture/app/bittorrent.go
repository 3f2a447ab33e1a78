package app

import "bytes"

const btHandshake = "\x13BitTorrent protocol"

// matchBitTorrent knows the handshake (BEP 3), bencoded DHT messages (BEP 5), the tracker's connect (BEP 15), and µTP (BEP 29) when
// it carries a handshake or begins a connection.
func matchBitTorrent(q *probe) verdict {
	b := q.b
	if !q.udp {
		if len(b) < len(btHandshake) {
			if bytes.HasPrefix([]byte(btHandshake), b) {
				return maybe
			}
			return no
		}
		if bytes.HasPrefix(b, []byte(btHandshake)) {
			if bytes.HasPrefix(q.other(), []byte(btHandshake)) {
				return server
			}
			return either
		}
		return no
	}
	switch {
	case len(b) > 20 && b[0] == 'd' && (bytes.HasPrefix(b, []byte("d1:ad2:id20:")) || bytes.HasPrefix(b, []byte("d1:rd2:id20:")) ||
		bytes.HasPrefix(b, []byte("d2:ip")) && bytes.Contains(b, []byte("1:rd2:id20:")) || bytes.HasPrefix(b, []byte("d1:eli")) && bytes.Contains(b, []byte("1:y1:e"))):
		return either
	case q.length == 16 && be32(b, 0) == 0x417 && be32(b, 4) == 0x27101980 && be32(b, 8) == 0:
		return client
	case len(b) >= 20+len(btHandshake) && b[0] == 1 && bytes.HasPrefix(b[20:], []byte(btHandshake)):
		return either
	case len(b) == 20 && b[0] == 0x41 && b[1] == 0 && be32(b, 8) == 0 && be16(b, 16) == 1 && be16(b, 18) == 0: // µTP: SYN
		return client
	case bytes.HasPrefix(b, []byte("BT-SEARCH * HTTP/1.1")):
		return either
	}
	return no
}

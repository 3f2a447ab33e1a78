package app

import "bytes"

// matchTuya knows the broadcasts of Tuya's devices: a mark before and behind.
func matchTuya(q *probe) verdict {
	b := q.b
	if len(b) < 20 || be32(b, 0) != 0x000055aa || len(b) == q.length && be32(b, len(b)-4) != 0x0000aa55 {
		return no
	}
	return client
}

// matchKasa knows TP-Link's smart home on its port: JSON of which each byte is the key of the next, over TCP behind its length.
func matchKasa(q *probe) verdict {
	b := q.b
	if !q.port(9999) {
		return no
	}
	if !q.udp {
		if len(b) < 6 {
			return maybe
		}
		b = b[4:]
	}
	if len(b) < 8 || b[0] != '{'^171 || b[1] != b[0]^'"' && b[1] != b[0]^'}' {
		return no
	}
	if q.dst == 9999 {
		return client
	}
	return server
}

// matchMeraki knows what access points of Meraki say to their cloud, on its port.
func matchMeraki(q *probe) verdict {
	if len(q.b) < 16 || !q.port(7351) || !bytes.HasPrefix(q.b, []byte{0xfe, 0xf7, 0x28}) {
		return no
	}
	return q.towards(7351)
}

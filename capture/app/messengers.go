package app

import "bytes"

// matchWhatsApp knows the first words of its clients, in the clear before the handshake.
func matchWhatsApp(q *probe) verdict {
	b := q.b
	if len(b) < 12 {
		if n := min(len(b), 2); string(b[:n]) == "WA"[:n] || string(b[:n]) == "ED"[:n] {
			return maybe
		}
		return no
	}
	if bytes.HasPrefix(b, []byte("ED\x00\x01")) && bytes.Contains(b[4:min(len(b), 24)], []byte("WA")) ||
		b[0] == 'W' && b[1] == 'A' && b[2] <= 8 && b[3] <= 8 && (q.dst == 5222 || q.dst == 443 || q.dst == 80) {
		return client
	}
	return no
}

// matchMSNP knows the first line of a client of MSN.
func matchMSNP(q *probe) verdict {
	l, _, ok := line(q.b)
	if !ok || !bytes.HasPrefix(l, []byte("VER ")) || !bytes.HasPrefix(field(l, 2), []byte("MSNP")) {
		return no
	}
	return q.towards(1863)
}

// matchOSCAR knows FLAP frames on their port: a star, a channel, a length.
func matchOSCAR(q *probe) verdict {
	b := q.b
	if !q.port(5190) || len(b) < 6 || b[0] != '*' || b[1] == 0 || b[1] > 5 || int(be16(b, 4)) > 8192 {
		return no
	}
	return q.towards(5190)
}

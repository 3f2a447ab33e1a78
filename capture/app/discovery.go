package app

import "bytes"

// Protocols by which devices of one segment find each other.

// matchBJNP knows Canon's printers and scanners.
func matchBJNP(q *probe) verdict {
	b := q.b
	if len(b) < 16 || !oneOf(string(b[:4]), "BJNP BJNB MFNP MFNB") || int(be32(b, 12)) > q.length-16 {
		return no
	}
	if b[4]&0x80 == 0 {
		return client
	}
	return server
}

// matchMNDP knows MikroTik's neighbours: a sequence number, then type-length-values of which the first is a MAC.
func matchMNDP(q *probe) verdict {
	b := q.b
	switch {
	case !q.port(5678) || len(b) < 4:
		return no
	case q.length == 4 && be32(b, 0) == 0, len(b) > 14 && be16(b, 4) == 1 && be16(b, 6) == 6:
		return either
	}
	return no
}

// matchUbiquiti knows the discovery of Ubiquiti's devices on its port: version, command, length.
func matchUbiquiti(q *probe) verdict {
	b := q.b
	if !q.port(10001) || len(b) < 4 || b[0] == 0 || b[0] > 2 || int(be16(b, 2)) != q.length-4 {
		return no
	}
	return q.towards(10001)
}

// matchSAP knows announcements of sessions: version 1, an origin, and SDP behind (RFC 2974, section 3).
func matchSAP(q *probe) verdict {
	b := q.b
	if len(b) < 12 || b[0]>>5 != 1 || !bytes.Contains(b[:min(len(b), 64)], []byte("v=0")) || !(q.port(9875) || bytes.Contains(b[:min(len(b), 64)], []byte("application/sdp"))) {
		return no
	}
	return client
}

// matchWCCP knows the messages of WCCP version 2 on its port: a type, a version, a length that is the rest's.
func matchWCCP(q *probe) verdict {
	b := q.b
	if !q.port(2048) || len(b) < 8 || be32(b, 0) < 10 || be32(b, 0) > 13 || int(be16(b, 6)) != q.length-8 {
		return no
	}
	return either
}

// matchGLBP knows the head on its port: version 1, a group, an owner's MAC, and the first of the values behind it.
func matchGLBP(q *probe) verdict {
	if b := q.b; !q.port(3222) || len(b) < 14 || b[0] != 1 || b[1] > 4 || be16(b, 2) > 1023 || be16(b, 4) != 0 || b[12] == 0 || b[12] > 4 || b[13] < 2 || int(b[13]) > q.length-12 {
		return no
	}
	return either
}

// matchLISP knows the control messages of LISP on their port (RFC 9301, section 5).
func matchLISP(q *probe) verdict {
	b := q.b
	if !q.port(4342) || len(b) < 12 || b[0]>>4 == 0 || b[0]>>4 > 8 {
		return no
	}
	return either
}

package app

// matchFINS knows Omron's head over TCP, and over UDP on its port: a command or response with its gateway count.
func matchFINS(q *probe) verdict {
	b := q.b
	if !q.udp {
		if v := foldedMaybe(b, "FINS", either); v != either || len(b) < 12 {
			return min(v, maybe)
		}
		if be32(b, 4) < 8 || be32(b, 4) > 4096 {
			return no
		}
		return q.towards(9600)
	}
	if !q.port(9600) || len(b) < 12 || b[0]&0x80 == 0 || b[0]&0x3e != 0 || b[1] != 0 || b[2] == 0 || b[2] > 7 {
		return no
	}
	if b[0]&0x40 == 0 {
		return client
	}
	return server
}

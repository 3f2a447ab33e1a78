package app

// matchWireGuard knows the four messages by type, reserved zeros and size (WireGuard protocol, sections 5.4.2 to 5.4.6).
func matchWireGuard(q *probe) verdict {
	b := q.b
	if len(b) < 32 || b[1]|b[2]|b[3] != 0 {
		return no
	}
	switch {
	case b[0] == 1 && q.length == 148:
		return client
	case b[0] == 2 && q.length == 92:
		return server
	case b[0] == 3 && q.length == 64:
		return server
	case b[0] == 4 && q.length%16 == 0 && be32(b, 12) == 0:
		if q.port(51820) {
			return q.towards(51820)
		}
		if q.d != nil { // a second packet of the same session, counting on
			p := &q.d.prev[q.side]
			if be32(p[:], 0) == 0x04000000 && be32(p[:], 4) == be32(b, 4) && be32(b, 4) != 0 && le32(b, 8)-le32(p[:], 8) < 1024 && le32(b, 8) != le32(p[:], 8) {
				return either
			}
		}
		return maybe
	}
	return no
}

// matchTailscale knows the discovery messages of Tailscale by their first six bytes.
func matchTailscale(q *probe) verdict {
	if len(q.b) >= 38 && string(q.b[:6]) == "TS\U0001f4ac" {
		return either
	}
	return no
}

package app

// matchAMQP knows the protocol header (AMQP 0-9-1, section 4.2.2; AMQP 1.0, section 2.2) and the server's connection.start.
func matchAMQP(q *probe) verdict {
	b := q.b
	if v := foldedMaybe(b, "AMQP", client); v != no {
		if v == client && (len(b) < 8 || b[4] > 3) {
			if len(b) >= 8 {
				return no
			}
			return maybe
		}
		return v
	}
	if len(b) >= 11 && b[0] == 1 && be16(b, 1) == 0 && be16(b, 7) == 10 && be16(b, 9) == 10 {
		return server
	}
	// A frame in the middle: type, channel, size, and its last byte (section 2.3).
	if n := int(be32(b, 3)); len(b) >= 8 && b[0] >= 1 && b[0] <= 3 && n < len(b)-7 && n > 0 && b[7+n] == 0xce && len(b) >= 12 &&
		(b[0] == 3 || be16(b, 7) >= 10 && be16(b, 7) <= 90) {
		return q.towards(5672)
	}
	return no
}

package app

// matchOPCUA knows a message of OPC UA over TCP (OPC 10000-6, section 7.1.2): its type, F or C, its size.
func matchOPCUA(q *probe) verdict {
	b := q.b
	if len(b) < 8 {
		for _, s := range [...]string{"HELF", "ACKF", "ERRF", "OPNF", "MSGF", "CLOF"} {
			if len(b) < 4 && s[:len(b)] == string(b) {
				return maybe
			}
		}
		return no
	}
	n := le32(b, 4)
	if n < 8 || n > 16<<20 {
		return no
	}
	switch string(b[:4]) {
	case "HELF":
		return client
	case "ACKF", "ERRF":
		return server
	case "OPNF", "MSGF", "CLOF":
		return q.towards(4840)
	}
	return no
}

package app

// matchADS knows Beckhoff's AMS head on its port: zeros, a length, two addresses, a command, and state flags that tell answers.
func matchADS(q *probe) verdict {
	b := q.b
	if !q.port(48898) || len(b) < 38 || be16(b, 0) != 0 || le32(b, 2) < 32 || le32(b, 2) > 1<<20 || le16(b, 22) > 9 {
		return no
	}
	switch le16(b, 24) &^ 0x40 {
	case 4:
		return client
	case 5:
		return server
	}
	return no
}

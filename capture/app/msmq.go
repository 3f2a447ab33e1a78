package app

// matchMSMQ knows the base header of a message: version 16, the signature LIOR, a size (MS-MQMQ, section 2.2.19.1).
func matchMSMQ(q *probe) verdict {
	b := q.b
	if len(b) < 16 {
		if len(b) == 0 || b[0] == 0x10 && (len(b) < 5 || b[4] == 'L') {
			return maybe
		}
		return no
	}
	if b[0] != 0x10 || string(b[4:8]) != "LIOR" || le32(b, 8) < 16 {
		return no
	}
	return q.towards(1801)
}

package app

// matchOpenWire knows the first command of both sides: a length, WireFormatInfo, and the word ActiveMQ.
func matchOpenWire(q *probe) verdict {
	b := q.b
	if len(b) < 13 {
		if len(b) == 0 || b[0] == 0 {
			return maybe
		}
		return no
	}
	if b[0] != 0 || b[4] != 1 || string(b[5:13]) != "ActiveMQ" {
		return no
	}
	return q.towards(61616)
}

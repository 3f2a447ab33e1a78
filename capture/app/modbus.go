package app

// matchModbus knows the head of Modbus/TCP (MODBUS Messaging on TCP/IP, section 3.1.3): protocol 0, a length that is the rest's, a
// function. Off its port only the requests that read or write a fixed number of words are sure.
func matchModbus(q *probe) verdict {
	b := q.b
	if len(b) < 8 {
		if len(b) > 0 && q.port(502) {
			return maybe
		}
		return no
	}
	n := int(be16(b, 4))
	if be16(b, 2) != 0 || n < 2 || n > 254 || b[7]&0x7f == 0 || b[7]&0x7f > 0x2b+0x40 {
		return no
	}
	if q.port(502) {
		return q.towards(502)
	}
	if n == 6 && len(b) == 12 && b[7] >= 1 && b[7] <= 6 && q.first && (b[7] > 4 || be16(b, 10) > 0 && be16(b, 10) <= 2000) {
		return client
	}
	return no
}

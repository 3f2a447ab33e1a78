package app

// matchBACnet knows BACnet/IP (ASHRAE 135, annex J.2): type 0x81, function, the datagram's length, and version 1 behind.
func matchBACnet(q *probe) verdict {
	b := q.b
	if len(b) < 4 || b[0] != 0x81 || b[1] > 0x0c || int(be16(b, 2)) != q.length {
		return no
	}
	at := 4
	if b[1] == 4 { // forwarded
		at = 10
	}
	switch {
	case (b[1] == 4 || b[1] == 9 || b[1] == 10 || b[1] == 11) && (len(b) < at+2 || b[at] != 1):
		return no
	case b[1] < 9 && b[1] != 4 && !q.port(47808):
		return no
	}
	return q.towards(47808)
}

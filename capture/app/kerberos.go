package app

// matchKerberos knows a message (RFC 4120, section 5): its application tag, version 5 and its type again inside. Over TCP a length
// comes first. A change of password has its own head before the request, on its port (RFC 3244, section 2).
func matchKerberos(q *probe) verdict {
	b := q.b
	if q.udp && q.port(464) && len(b) > 6 && int(be16(b, 0)) == q.length && (be16(b, 2) == 1 || be16(b, 2) == 0xff80) {
		return q.towards(464)
	}
	if !q.udp {
		if len(b) < 24 {
			if len(b) == 0 || b[0] == 0 {
				return maybe
			}
			return no
		}
		if n := int(be32(b, 0)); n < 20 || n > 1<<20 {
			return no
		}
		b = b[4:]
	}
	r := cursor{b: b}
	tag, msg, _ := r.element()
	kind := int(tag & 0x1f)
	if tag>>5 != 3 { // application, constructed
		return no
	}
	seq, body, _ := msg.element()
	if seq != 0x30 {
		return no
	}
	_, five, _ := body.element()
	_, inner, _ := body.element()
	v, ok := five.integer()
	t, ok2 := inner.integer()
	if !ok || !ok2 || v != 5 || t != kind {
		return no
	}
	switch kind {
	case 10, 12, 14:
		return client
	case 11, 13, 15, 30:
		return server
	}
	return either
}

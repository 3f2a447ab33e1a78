package app

// matchSNMP knows a message (RFC 1157, section 4; RFC 3416; RFC 3412, section 6): version, community and request, or version 3's head.
func matchSNMP(q *probe) verdict {
	v, _, pdu, ok := snmpHead(q.b)
	if !ok {
		return no
	}
	switch {
	case v == 3:
		return q.towards(161)
	case pdu == 0xa2:
		return server
	}
	return client
}

// snmpHead reads the head; pdu is 0 for version 3.
func snmpHead(b []byte) (version int, community []byte, pdu byte, ok bool) {
	r := cursor{b: b}
	tag, msg, _ := r.element()
	v, isInt := msg.integer()
	if tag != 0x30 || !isInt {
		return 0, nil, 0, false
	}
	tag, name, whole := msg.element()
	switch {
	case v == 3 && tag == 0x30:
		_, isInt := name.integer()
		return 3, nil, 0, isInt
	case v > 1 || v < 0 || tag != 4 || !whole || len(msg.b) == 0:
		return 0, nil, 0, false
	}
	pdu = msg.b[0]
	return v + 1, name.b, pdu, pdu >= 0xa0 && pdu <= 0xa8
}

// readSNMP notes communities, which are passwords in clear.
func readSNMP(_ *Classifier, d *dialog, m *message) bool {
	switch v, _, _, ok := snmpHead(m.b); {
	case !ok:
		return true
	case v == 1:
		d.info.Clear, d.info.Version = "snmp-v1", "SNMPv1"
	case v == 2:
		d.info.Clear, d.info.Version = "snmp-v2c", "SNMPv2c"
	case v == 3:
		if d.info.Version == "" {
			d.info.Version = "SNMPv3"
		}
		return true // other managers may share the ports
	}
	return false
}

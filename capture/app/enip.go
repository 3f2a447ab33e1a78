package app

// matchEtherNetIP knows the encapsulation head (CIP volume 2, section 2-3): command, length, session, status, options 0; and over UDP
// the items of an I/O packet: a sequenced address, then data.
func matchEtherNetIP(q *probe) verdict {
	b := q.b
	if q.udp && len(b) >= 18 && le16(b, 0) == 2 && le16(b, 2) == 0x8002 && le16(b, 4) == 8 && le16(b, 14) == 0xb1 && 18+int(le16(b, 16)) == q.length {
		return either
	}
	if len(b) < 24 {
		if !q.udp && len(b) > 0 && q.port(44818) {
			return maybe
		}
		return no
	}
	n := int(le16(b, 2))
	switch cmd := le16(b, 0); cmd {
	case 0x04, 0x63, 0x64, 0x65, 0x66, 0x6f, 0x70:
		if le32(b, 8) > 0x69 || le32(b, 20) != 0 || n > 4096 {
			return no
		}
		if cmd == 0x65 && n == 4 && le16(b, 24) == 1 { // register session
			if le32(b, 4) == 0 {
				return client
			}
			return server
		}
		if q.port(44818) {
			return q.towards(44818)
		}
		if (cmd == 0x6f || cmd == 0x70) && len(b) == 24+n && le32(b, 4) != 0 && n >= 16 {
			return either
		}
	}
	return no
}

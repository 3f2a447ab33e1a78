package app

import "strconv"

// matchMSSQL knows the packet head of TDS (MS-TDS, section 2.2.3): type, status, length, window 0.
func matchMSSQL(q *probe) verdict {
	b := q.b
	if len(b) < 9 {
		if len(b) == 0 || b[0] <= 0x12 && b[0] >= 1 && (len(b) < 2 || b[1] <= 1) {
			return maybe
		}
		return no
	}
	n := int(be16(b, 2))
	if b[1] > 0x1f || n < 9 || n > 32768 || b[7] != 0 || len(b) > n && b[1]&1 != 0 && b[0] != 1 && b[0] != 3 {
		return no
	}
	switch b[0] {
	case 0x12: // prelogin: the first option is the version, at an offset behind the options
		if b[8] == 0 && b[1] == 1 && be16(b, 9) >= 6 && int(be16(b, 9)) < n {
			return client
		}
	case 0x10: // login 7: its length again, in little endian
		if int(le32(b, 8)) == n-8 && b[1] == 1 {
			return client
		}
	case 0x02: // login of Sybase
		if n == 512 && b[1] <= 1 {
			return client
		}
	case 0x01, 0x03: // a batch begins with the length of its headers
		if be16(b, 4) == 0 && le32(b, 8) == 22 && le16(b, 16) == 2 {
			return client
		}
		if q.dst == 1433 && b[1] == 1 && n == len(b) && b[0] == 1 {
			return client
		}
	case 0x04: // answers begin with a token
		if !q.first {
			return no
		}
		if b[8] == 0 && be16(b, 9) >= 6 && int(be16(b, 9)) < n && b[1] == 1 && n < 512 {
			return server
		}
		switch b[8] {
		case 0x81, 0xaa, 0xab, 0xad, 0xe3, 0xed:
			if int(le16(b, 9)) < n || b[8] == 0x81 {
				return server
			}
		case 0xfd, 0xfe, 0xff:
			if n >= 21 && le16(b, 9) < 0x200 {
				return server
			}
		}
	}
	return no
}

// readMSSQL takes the server's version from its prelogin answer.
func readMSSQL(_ *Classifier, d *dialog, m *message) bool {
	b := m.b
	if m.side != d.clientSide(m.side) && len(b) > 13 && b[0] == 4 && b[8] == 0 {
		if at := 8 + int(be16(b, 9)); at+4 <= len(b) {
			d.info.Version = strconv.Itoa(int(b[at])) + "." + strconv.Itoa(int(b[at+1])) + "." + strconv.Itoa(int(be16(b, at+2)))
		}
		return false
	}
	m.used = len(b)
	return m.side == d.clientSide(m.side) && len(b) > 0 && b[0] == 0x12
}

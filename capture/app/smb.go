package app

import "bytes"

// matchSMB knows the frame over TCP (MS-SMB2, section 2.1) and the protocol numbers of SMB 1 (FF), 2 (FE), encrypted (FD) and
// compressed (FC); on port 139 a NetBIOS session request may come first (RFC 1002, section 4.3.2).
func matchSMB(q *probe) verdict {
	b := q.b
	if len(b) < 8 {
		if len(b) == 0 || b[0] == 0 && (len(b) < 5 || b[4] >= 0xfc) || b[0] == 0x81 && q.dst == 139 {
			return maybe
		}
		return no
	}
	if b[0] == 0x81 && q.dst == 139 && be16(b, 2) == 68 && b[4] == 32 {
		return client
	}
	if (b[0] == 0x82 || b[0] == 0x83) && q.src == 139 && be16(b, 2) <= 1 {
		return server
	}
	if b[0] != 0 || !bytes.Equal(b[5:8], []byte("SMB")) {
		return no
	}
	switch b[4] {
	case 0xff:
		if len(b) < 14 {
			return maybe
		}
		if b[13]&0x80 != 0 {
			return server
		}
		return client
	case 0xfe:
		if len(b) < 24 {
			return maybe
		}
		if b[20]&1 != 0 {
			return server
		}
		return client
	case 0xfd, 0xfc:
		return q.towards(445)
	}
	return no
}

// readSMB takes the dialect from the server's first answers.
func readSMB(_ *Classifier, d *dialog, m *message) bool {
	for {
		b := m.b[m.used:]
		if len(b) < 8 {
			return true
		}
		n := 4 + int(b[1])<<16 + int(be16(b, 2))
		if b[0] == 0 && m.side != d.clientSide(m.side) {
			if len(b) < min(n, 74) {
				return true
			}
			if smbVersion(d, b[4:min(n, len(b))]) {
				return false
			}
		}
		if n > len(b) {
			if n > 4096 {
				m.used = len(m.b)
			}
			return true
		}
		m.used += n
	}
}

// smbVersion reads an answer (MS-SMB2, section 2.2.4; MS-CIFS, section 2.2.4.52.2). It reports whether the version is sure.
func smbVersion(d *dialog, b []byte) bool {
	switch {
	case b[0] == 0xfd, b[0] == 0xfc:
		if d.info.Version == "" {
			d.info.Version = "SMB3"
		}
		return true
	case b[0] == 0xfe && len(b) >= 70 && le16(b, 12) == 0: // negotiate
		d.info.Version = smbDialect(le16(b, 68))
		return d.info.Version != "SMB2" // a wildcard: the real negotiation follows
	case b[0] == 0xfe:
		if d.info.Version == "" {
			d.info.Version = "SMB2"
		}
		return true
	case b[0] == 0xff && len(b) >= 35 && (b[4] != 0x72 || le16(b, 33) != 0xffff):
		d.info.Version = "SMB1"
		return true
	}
	return false
}

func smbDialect(v uint16) string {
	switch v {
	case 0x0202:
		return "SMB2.0.2"
	case 0x0210:
		return "SMB2.1"
	case 0x0300:
		return "SMB3.0"
	case 0x0302:
		return "SMB3.0.2"
	case 0x0311:
		return "SMB3.1.1"
	}
	return "SMB2"
}

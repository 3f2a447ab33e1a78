package app

import "bytes"

// matchISCSI knows a login: operation 0x43 or 0x03, versions 0, keys as text (RFC 7143, section 11.12).
func matchISCSI(q *probe) verdict {
	b := q.b
	if len(b) < 48 {
		if len(b) == 0 || b[0]&0x3f == 3 || b[0] == 0x23 {
			return maybe
		}
		return no
	}
	switch {
	case (b[0] == 0x43 || b[0] == 0x03) && b[2] == 0 && b[3] == 0 && bytes.Contains(b[48:min(len(b), 512)], []byte("InitiatorName=")):
		return client
	case b[0] == 0x23 && b[2] == 0 && b[3] == 0 && b[36] <= 3 && (len(b) == 48 || bytes.Contains(b[48:], []byte("="))):
		return server
	}
	return no
}

package app

import "bytes"

// matchVNC knows the version (RFC 6143, section 7.1.1). The server speaks first.
func matchVNC(q *probe) verdict {
	if v := foldedMaybe(q.b, "RFB 00", server); v != server {
		return v
	}
	if len(q.b) < 12 {
		return maybe
	}
	if q.b[7] != '.' || q.b[11] != '\n' {
		return no
	}
	if bytes.HasPrefix(q.other(), []byte("RFB ")) || q.dst >= 5900 && q.dst <= 5903 { // or the server's version was not captured
		return client
	}
	return server
}

// readVNC takes the server's version.
func readVNC(_ *Classifier, d *dialog, m *message) bool {
	if m.side != d.clientSide(m.side) && len(m.b) >= 11 {
		d.version(m.b[:11])
	}
	return false
}

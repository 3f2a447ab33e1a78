package app

import "bytes"

// matchRsync knows the greeting that both sides send. Off its port, the server is taken to be the first.
func matchRsync(q *probe) verdict {
	v := foldedMaybe(q.b, "@RSYNCD: ", server)
	if v == server && q.port(873) {
		return q.towards(873)
	}
	if v == server && bytes.HasPrefix(q.other(), []byte("@RSYNCD: ")) {
		return client
	}
	return v
}

// readRsync takes the version.
func readRsync(_ *Classifier, d *dialog, m *message) bool {
	if l, ok := m.next(); ok && len(l) > 9 {
		d.version(l[9:])
	}
	return false
}

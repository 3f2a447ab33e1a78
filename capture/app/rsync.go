package app

import "bytes"

// matchRsync knows the daemon's greeting, which the client answers in kind.
func matchRsync(q *probe) verdict {
	v := foldedMaybe(q.b, "@RSYNCD: ", server)
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

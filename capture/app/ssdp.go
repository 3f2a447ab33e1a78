package app

import "bytes"

// matchSSDP knows HTTP over UDP (UPnP Device Architecture, section 1).
func matchSSDP(q *probe) verdict {
	switch {
	case bytes.HasPrefix(q.b, []byte("M-SEARCH * HTTP/1.1")):
		return client
	case bytes.HasPrefix(q.b, []byte("NOTIFY * HTTP/1.1")):
		return either
	case bytes.HasPrefix(q.b, []byte("HTTP/1.1 200 ")) && (q.src == 1900 || holds(q.b, "\nST:") || holds(q.b, "\nUSN:")):
		return server
	}
	return no
}

// readSSDP takes the device's own description of itself.
func readSSDP(_ *Classifier, d *dialog, m *message) bool {
	for l := range bytes.Lines(m.b) {
		if v, ok := header(l, "SERVER"); ok {
			d.version(v)
			return false
		}
	}
	return true
}

// matchWSDiscovery knows SOAP over UDP on its port (OASIS WS-Discovery 1.1).
func matchWSDiscovery(q *probe) verdict {
	if !q.port(3702) || len(q.b) < 20 || q.b[0] != '<' || !(holds(q.b, "SOAP") || holds(q.b, "ENVELOPE")) {
		return no
	}
	if q.dst == 3702 {
		return client
	}
	return server
}

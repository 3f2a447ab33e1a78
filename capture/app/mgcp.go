package app

import (
	"bytes"

	"netscope.example/nsgraph/capture/fact"
)

const mgcpVerbs = "EPCF CRCX MDCX DLCX RQNT NTFY AUEP AUCX RSIP"

// matchMGCP knows a command line "VERB id endpoint MGCP 1.0" and, on its ports, a response "code id" (RFC 3435, section 3).
func matchMGCP(q *probe) verdict {
	if len(q.b) < 5 || q.b[0] < '0' || q.b[0] > 'Z' {
		return no
	}
	l, _, ok := line(q.b)
	if !ok {
		l = q.b
	}
	if w := field(l, 0); len(w) == 4 && oneOf(string(w), mgcpVerbs) && folded(field(l, 3), "MGCP") {
		return client
	}
	if q.port(2427) || q.port(2727) {
		code, n := digits(l)
		if _, k := digits(field(l, 1)); n == 3 && code < 600 && len(l) > 4 && l[3] == ' ' && k > 0 {
			return server
		}
	}
	return no
}

// readMGCP announces the media that a body describes.
func readMGCP(c *Classifier, _ *dialog, m *message) bool {
	if i := bytes.Index(m.b, []byte("v=0")); i >= 0 {
		c.describe(m.b[i:], "mgcp", fact.Time(m.p.Time))
	}
	return true
}

package app

import (
	"bytes"

	"netscope.example/nsgraph/capture/fact"
)

const sipMethods = "INVITE ACK BYE CANCEL OPTIONS REGISTER PRACK SUBSCRIBE NOTIFY PUBLISH INFO REFER MESSAGE UPDATE"

// matchSIP knows the request line and the status line (RFC 3261, section 7).
func matchSIP(q *probe) verdict {
	if len(q.b) == 0 || q.b[0] < 'A' || q.b[0] > 'Z' {
		return no
	}
	if v := foldedMaybe(q.b, "SIP/2.0 ", server); v != no {
		return v
	}
	method, version, complete := requestLine(q.b)
	switch {
	case len(method) == 0 || len(method) > 9:
		return no
	case !complete && len(method) == len(q.b):
		return maybe
	case !oneOf(string(method), sipMethods):
		return no
	case bytes.Equal(version, []byte("SIP/2.0")):
		return client
	case !complete:
		if t := field(q.b, 1); folded(t, "SIP:") || folded(t, "SIPS:") || folded(t, "TEL:") {
			if q.udp {
				return client
			}
			return maybe
		}
	}
	return no
}

// readSIP takes the media that messages describe, and who speaks.
func readSIP(c *Classifier, d *dialog, m *message) bool {
	if m.p.Protocol == fact.UDP {
		if matchSIP(&probe{b: m.b, udp: true}) > maybe {
			c.sipMessage(d, m, m.b)
		}
		return true
	}
	for {
		b := m.b[m.used:]
		for len(b) > 0 && (b[0] == '\r' || b[0] == '\n') { // keep-alive
			b = b[1:]
			m.used++
		}
		head := bytes.Index(b, []byte("\r\n\r\n"))
		if head < 0 {
			if m.gap || len(b) > 32<<10 {
				m.used = len(m.b)
			}
			return true
		}
		if matchSIP(&probe{b: b}) <= maybe {
			m.used += head + 4
			continue
		}
		n := contentLength(b[:head+2])
		if n > 32<<10 {
			n = 0
		}
		if len(b) < head+4+n {
			return true
		}
		c.sipMessage(d, m, b[:head+4+n])
		m.used += head + 4 + n
	}
}

// contentLength reads Content-Length or l, 0 if neither is there.
func contentLength(head []byte) int {
	for l := range bytes.Lines(head) {
		v, ok := header(l, "CONTENT-LENGTH")
		if !ok {
			v, ok = header(l, "L")
		}
		if ok {
			n, _ := digits(v)
			return n
		}
	}
	return 0
}

// sipMessage reads one message.
func (c *Classifier) sipMessage(d *dialog, m *message, b []byte) {
	head, body, _ := bytes.Cut(b, []byte("\r\n\r\n"))
	sdp := false
	for l := range bytes.Lines(head) {
		v, ok := header(l, "CONTENT-TYPE")
		if !ok {
			v, ok = header(l, "C")
		}
		if ok {
			sdp = bytes.Contains(bytes.ToLower(v), []byte("application/sdp")) || bytes.Contains(v, []byte("multipart/"))
			continue
		}
		if d.info.Version == "" {
			if v, ok := header(l, "USER-AGENT"); ok {
				d.version(v)
			} else if v, ok := header(l, "SERVER"); ok {
				d.version(v)
			}
		}
	}
	if !sdp {
		return
	}
	if i := bytes.Index(body, []byte("v=0")); i >= 0 {
		c.describe(body[i:], "sip", fact.Time(m.p.Time))
	}
}

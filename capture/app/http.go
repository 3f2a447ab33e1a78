package app

import (
	"bytes"
	"encoding/base64"
)

const httpMethods = "GET POST HEAD PUT DELETE OPTIONS CONNECT PATCH TRACE PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK REPORT " +
	"SEARCH MERGE CHECKOUT BITS_POST RPC_IN_DATA RPC_OUT_DATA SUBSCRIBE UNSUBSCRIBE NOTIFY QUERY"

// requestLine cuts "METHOD target VERSION". complete: the line ended.
func requestLine(b []byte) (method, version []byte, complete bool) {
	l, _, complete := line(b)
	if !complete {
		l = b
	}
	i := bytes.IndexByte(l, ' ')
	if i <= 0 {
		if len(l) > 16 || complete {
			return nil, nil, true
		}
		return l, nil, false
	}
	if j := bytes.LastIndexByte(l, ' '); j > i && complete {
		version = l[j+1:]
	}
	return l[:i], version, complete
}

// matchHTTP knows the request line and the status line of HTTP/1 (RFC 9112, sections 3 and 4).
func matchHTTP(q *probe) verdict {
	if len(q.b) == 0 || q.b[0] < 'A' || q.b[0] > 'Z' {
		return no
	}
	if v := foldedMaybe(q.b, "HTTP/1.", server); v != no {
		if v == server && len(q.b) >= 9 && (q.b[8] != ' ' || q.b[7] != '0' && q.b[7] != '1') {
			return no
		}
		return v
	}
	method, version, complete := requestLine(q.b)
	switch {
	case len(method) == 0 || len(method) > 16:
		return no
	case !complete && len(method) == len(q.b):
		if printable(method) {
			return maybe
		}
		return no
	case !oneOf(string(method), httpMethods):
		return no
	case !complete:
		if rest := q.b[len(method):]; bytes.HasPrefix(rest, []byte(" rtsp:")) || bytes.HasPrefix(rest, []byte(" sip:")) {
			return no
		}
		if len(q.b) > 4096 || q.p != nil && q.p.Cut { // an endless target, or one that the capture cut
			return client
		}
		return maybe
	case bytes.HasPrefix(version, []byte("HTTP/1.")):
		return client
	}
	return no
}

// httpState is what the reader of HTTP keeps.
type httpState struct {
	agent     string
	requests  uint8
	looked    uint8
	responded bool
}

// readHTTP reads the heads of requests that begin a segment, and of the first response. Credentials usually come with the second
// request, after a refusal.
func readHTTP(c *Classifier, d *dialog, m *message) bool {
	h, ok := d.x.(*httpState)
	if !ok {
		h = new(httpState)
		d.x = h
	}
	b := m.b
	if m.side == d.clientSide(m.side) && !bytes.HasPrefix(b, []byte("HTTP/1.")) {
		method, _, _ := requestLine(b)
		head, whole := httpHead(b)
		switch {
		case !oneOf(string(method), httpMethods):
			h.looked++
		case !whole && !m.gap && len(b) < 16<<10 && !m.p.Cut:
			return true
		default:
			h.requests++
			c.request(d, m, h, head)
		}
	} else if !h.responded && bytes.HasPrefix(b, []byte("HTTP/1.")) {
		head, whole := httpHead(b)
		if !whole && !m.gap && len(b) < 16<<10 && !m.p.Cut {
			return true
		}
		h.responded = true
		for l := range bytes.Lines(head) {
			if v, ok := header(l, "SERVER"); ok {
				d.version(v)
			}
		}
		if d.info.Version == "" {
			d.info.Version = h.agent
		}
	} else {
		h.looked++
	}
	m.used = len(b)
	return h.requests < 8 && h.looked < 16
}

// httpHead returns the head in b, and whether its end is there.
func httpHead(b []byte) ([]byte, bool) {
	if i := bytes.Index(b, []byte("\r\n\r\n")); i >= 0 {
		return b[:i+2], true
	}
	if i := bytes.Index(b, []byte("\n\n")); i >= 0 {
		return b[:i+1], true
	}
	return b, false
}

// request reads a request's head.
func (c *Classifier) request(d *dialog, m *message, h *httpState, head []byte) {
	for l := range bytes.Lines(head) {
		if v, ok := header(l, "HOST"); ok {
			c.name(d, m, withoutPort(v), "http")
		} else if v, ok := header(l, "USER-AGENT"); ok && h.agent == "" {
			h.agent = text(v)
		} else if v, ok := header(l, "AUTHORIZATION"); ok && folded(v, "BASIC ") {
			d.info.Clear = "http-basic"
			if u, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(v[6:min(len(v), 512)]))); err == nil {
				u, _, _ = bytes.Cut(u, []byte(":"))
				d.user(u)
			}
		}
	}
}

// withoutPort cuts ":port" off a host.
func withoutPort(b []byte) []byte {
	if i := bytes.LastIndexByte(b, ':'); i >= 0 && bytes.IndexByte(b, ']') < i {
		return b[:i]
	}
	return b
}

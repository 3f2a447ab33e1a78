package app

import "bytes"

// proxySignature begins version 2 of the PROXY protocol.
const proxySignature = "\r\n\r\n\x00\r\nQUIT\n"

// matchProxy knows what a load balancer says of the client before it passes on what the client says (the PROXY protocol of HAProxy,
// versions 1 and 2).
func matchProxy(q *probe) verdict {
	if v := begins("PROXY ", client, 0)(q); v != no {
		if _, _, ok := line(q.b); v == client && !ok {
			if len(q.b) > 107 {
				return no
			}
			return maybe
		}
		if w := string(field(q.b, 1)); v == client && w != "TCP4" && w != "TCP6" && w != "UNKNOWN" {
			return no
		}
		return v
	}
	v := begins(proxySignature, client, 0)(q)
	if v == client && len(q.b) < 16+int(be16(q.b, 14)) {
		return maybe
	}
	return v
}

// proxied is set once the head was read.
type proxied struct{}

// readProxy skips the head, and lets whoever knows what is behind it, or what the server answers, take over.
func readProxy(c *Classifier, d *dialog, m *message) bool {
	head := 0
	if d.x == nil && m.side == d.clientSide(m.side) {
		head = proxyHead(m.b)
		for _, h := range d.heads {
			if h != nil {
				h.cand = c.all
				h.cand[(d.proto-1)/64] &^= 1 << ((d.proto - 1) % 64) // one head is enough
			}
		}
	}
	all, proto, more := m.b, d.proto, true
	if m.b, m.used = all[head:], 0; len(m.b) > 0 {
		d.proto, d.x = 0, nil
		more = c.look(d, d.heads[m.side], m.b)
	}
	if d.proto == 0 {
		d.proto, d.x = proto, proxied{}
	}
	m.b, m.used = all, m.used+head
	return more
}

// proxyHead returns the length of the head, of which all is there.
func proxyHead(b []byte) int {
	if bytes.HasPrefix(b, []byte(proxySignature)) {
		return min(len(b), 16+int(be16(b, 14)))
	}
	_, rest, _ := line(b)
	return len(b) - len(rest)
}

package app

import (
	"bytes"

	"netscope.example/nsgraph/capture/fact"
)

// tpkt reads the head of TPKT (RFC 1006, section 6) and returns what it carries, as far as it is there.
func tpkt(b []byte) (body []byte, ok bool) {
	if len(b) < 7 || b[0] != 3 || b[1] != 0 {
		return nil, false
	}
	n := int(be16(b, 2))
	if n < 7 {
		return nil, false
	}
	return b[4:min(n, len(b))], true
}

// matchRDP knows the connection request and confirmation that carry RDP's cookie or its negotiation (MS-RDPBCGR, section 2.2.1).
func matchRDP(q *probe) verdict {
	if q.udp {
		return matchRDPUDP(q)
	}
	b, ok := tpkt(q.b)
	if !ok {
		if len(q.b) < 7 && (len(q.b) == 0 || q.b[0] == 3) {
			return maybe
		}
		return no
	}
	if len(b) < 7 {
		return no
	}
	rest := b[7:]
	switch b[1] & 0xf0 {
	case 0xe0:
		if bytes.HasPrefix(rest, []byte("Cookie: ")) || len(rest) >= 8 && rest[0] == 1 && le16(rest, 2) == 8 {
			return client
		}
		if q.dst == 3389 && len(rest) == 0 {
			return client
		}
	case 0xd0:
		if len(rest) >= 8 && (rest[0] == 2 || rest[0] == 3) && le16(rest, 2) == 8 {
			return server
		}
		if q.src == 3389 && len(rest) == 0 {
			return server
		}
	}
	return no
}

// matchRDPUDP knows the SYN datagrams on RDP's port, which are padded to the size of the path (MS-RDPEUDP, section 2.2.2.1).
func matchRDPUDP(q *probe) verdict {
	b := q.b
	switch flags := be16(b, 6); {
	case !q.port(3389) || len(b) < 1000 || flags&1 == 0:
	case be32(b, 0) == 0xffffffff && flags&4 == 0:
		return client
	case flags&4 != 0:
		return server
	}
	return no
}

// readRDP takes the user of the cookie, and the certificate of TLS if that was agreed.
func readRDP(c *Classifier, d *dialog, m *message) bool {
	if m.p.Protocol == fact.UDP {
		return false
	}
	if more, ok := c.secured(d, m); ok {
		return more
	}
	b, ok := tpkt(m.b)
	n := int(be16(m.b, 2))
	if !ok || n > len(m.b) {
		return !ok && len(m.b) < 7 || ok && n < 1024
	}
	switch b[1] & 0xf0 {
	case 0xe0:
		if i := bytes.Index(b, []byte("mstshash=")); i >= 0 {
			u, _, _ := bytes.Cut(b[i+9:], []byte("\r"))
			d.user(u)
		}
	case 0xd0:
		if len(b) < 15 || b[7] != 2 || b[11]&0x0b == 0 {
			d.info.Version = "standard RDP security"
			return false
		}
		m.used = n
		c.startTLS(d)
		return true
	default:
		return false
	}
	m.used = n
	return true
}

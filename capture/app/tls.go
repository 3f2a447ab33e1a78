package app

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
)

// TLS record types and handshake messages (RFC 8446, section 5.1 and appendix B.3).
const (
	tlsChangeCipherSpec = 20
	tlsAlert            = 21
	tlsHandshake        = 22
	tlsData             = 23

	clientHello = 1
	serverHello = 2
	certificate = 11
)

// matchTLS knows a record's head: type, version 3.x, a length within the limit, and of a handshake its first message.
func matchTLS(q *probe) verdict {
	b := q.b
	if len(b) < 6 {
		if len(b) == 0 || b[0] == tlsHandshake && (len(b) < 2 || b[1] == 3) && (len(b) < 3 || b[2] <= 4) {
			return maybe
		}
		return no
	}
	if b[0]&0x80 != 0 && b[2] == 1 {
		return matchSSL2(b)
	}
	n := int(be16(b, 3))
	if b[1] != 3 || b[2] > 4 || n == 0 || n > 16384+2048 {
		return no
	}
	switch b[0] {
	case tlsHandshake:
		switch b[5] {
		case clientHello, serverHello:
			if len(b) >= 11 && (b[6] != 0 || b[9] != 3) {
				return no
			}
			if b[5] == clientHello {
				return client
			}
			return server
		case 0, 4, certificate, 12, 13, 14, 15, 16, 20, 22:
			return either
		}
		if !q.first || n >= 40 { // encrypted: a capture that begins in the middle
			return either
		}
	case tlsChangeCipherSpec:
		if n == 1 && b[5] == 1 {
			return either
		}
	case tlsAlert:
		if n == 2 && b[5] <= 2 || n >= 18 && n <= 64 {
			return either
		}
	case tlsData:
		if n < 17 {
			return no
		}
		if len(b) >= 5+n+3 && (b[5+n] < 20 || b[5+n] > 23 || b[5+n+1] != 3) {
			return no
		}
		return either
	}
	return no
}

// matchSSL2 knows the ClientHello of SSL 2.0 that also offered later versions (RFC 5246, appendix E.2).
func matchSSL2(b []byte) verdict {
	n := int(be16(b, 0) & 0x7fff)
	if len(b) < 11 || !(b[3] == 3 && b[4] <= 3 || b[3] == 0 && b[4] == 2) {
		return no
	}
	ciphers, session, challenge := int(be16(b, 5)), int(be16(b, 7)), int(be16(b, 9))
	if ciphers == 0 || ciphers%3 != 0 || challenge < 16 || challenge > 32 || 9+ciphers+session+challenge != n {
		return no
	}
	return client
}

// tls is what a TLS reader keeps.
type tlsState struct {
	through [2]bool // nothing more to learn from this side
	idle    uint8   // segments since
}

const maxHandshake = 24 << 10 // bytes of handshake that are held for a certificate

// readTLS takes server name, ALPN, version and certificate.
func readTLS(c *Classifier, d *dialog, m *message) bool {
	t, ok := d.x.(*tlsState)
	if !ok {
		t = new(tlsState)
		d.x = t
	}
	if m.gap || len(m.b) > maxHandshake {
		t.through[m.side] = true
	}
	if !t.through[m.side] {
		hs, end := handshake(m.b)
		t.through[m.side] = c.handshakes(d, m, hs) || end
		if !t.through[m.side] {
			return true
		}
	} else {
		t.idle++
	}
	m.used = len(m.b)
	return !(t.through[0] && t.through[1]) && t.idle < maxLook
}

// handshake puts the handshake messages of the records in b together. end: other records follow, no more messages in clear do.
func handshake(b []byte) (hs []byte, end bool) {
	one := true
	for len(b) >= 5 {
		if b[0] != tlsHandshake {
			return hs, b[0] != tlsAlert
		}
		n := int(be16(b, 3))
		part := b[5:]
		whole := n <= len(part)
		if whole {
			part = part[:n]
		}
		switch {
		case hs == nil:
			hs = part
		case one:
			hs, one = append(append(make([]byte, 0, len(hs)+len(b)), hs...), part...), false
		default:
			hs = append(hs, part...)
		}
		if !whole {
			return hs, false
		}
		b = b[5+n:]
	}
	return hs, false
}

// handshakes reads the messages in hs. It reports whether nothing more is to be learned from this side.
func (c *Classifier) handshakes(d *dialog, m *message, hs []byte) bool {
	for len(hs) >= 4 {
		kind, n := hs[0], int(hs[1])<<16|int(hs[2])<<8|int(hs[3])
		if n > len(hs)-4 {
			if kind == clientHello { // what is there of a cut one
				if m.p.Cut {
					c.clientHello(d, m, hs[4:])
				}
			}
			return n > maxHandshake || m.p.Cut
		}
		body := hs[4 : 4+n]
		switch kind {
		case clientHello:
			d.from(m.side)
			c.clientHello(d, m, body)
			return true
		case serverHello:
			d.from(m.side ^ 1)
			if serverHelloBody(d, body) {
				return true
			}
		case certificate:
			if m.side != d.clientSide(m.side^1) {
				c.leaf(d, m, body)
			}
			return true
		case 14, 20: // ServerHelloDone, Finished
			return true
		}
		hs = hs[4+n:]
	}
	return false
}

// clientHello reads names and protocols (RFC 8446, section 4.1.2; RFC 6066, section 3; RFC 7301).
func (c *Classifier) clientHello(d *dialog, m *message, b []byte) {
	r := cursor{b: b}
	v := r.u16()
	r.skip(32)
	r.skip(int(r.u8()))
	if v>>8 == 0xfe { // DTLS cookie
		r.skip(int(r.u8()))
	}
	r.skip(int(r.u16()))
	r.skip(int(r.u8()))
	if !r.bad && d.info.Version == "" {
		d.info.Version = tlsVersion(v)
	}
	r.skip(2)
	for len(r.b) >= 4 {
		kind, ext := r.u16(), r.sub(int(r.u16()))
		switch kind {
		case 0:
			ext.skip(3) // list length, type host_name
			if name := ext.take(int(ext.u16())); name != nil {
				c.name(d, m, name, "sni")
			}
		case 16:
			ext.skip(2)
			if p := ext.take(int(ext.u8())); p != nil && d.info.ALPN == "" {
				d.info.ALPN = text(p)
			}
		}
	}
}

// serverHelloBody reads version and ALPN. It reports whether what follows is encrypted.
func serverHelloBody(d *dialog, b []byte) bool {
	r := cursor{b: b}
	v := r.u16()
	r.skip(32)
	r.skip(int(r.u8()))
	r.skip(3)
	if r.bad {
		return false
	}
	r.skip(2)
	for len(r.b) >= 4 {
		kind, ext := r.u16(), r.sub(int(r.u16()))
		switch kind {
		case 43:
			v = ext.u16()
		case 16:
			ext.skip(2)
			if p := ext.take(int(ext.u8())); p != nil {
				d.info.ALPN = text(p)
			}
		}
	}
	d.info.Version = tlsVersion(v)
	return v == 0x0304 || v>>8 == 0x7f
}

// leaf reads the server's own certificate, which comes first.
func (c *Classifier) leaf(d *dialog, m *message, b []byte) {
	r := cursor{b: b}
	r.skip(3)
	der := r.take(r.u24())
	if len(der) == 0 || len(der) > 16<<10 || d.info.Cert != "" {
		return
	}
	sum := sha256.Sum256(der)
	d.info.Cert = hex.EncodeToString(sum[:])
	if n := certName(der); n != "" {
		d.info.CertName = text([]byte(n))
		c.name(d, m, []byte(n), "certificate")
	}
}

// certName returns the subject's common name, or the first DNS name; "" if there is none or der is no certificate.
func certName(der []byte) (name string) {
	defer func() {
		if recover() != nil { // a fault of the parser on crafted bytes is no name
			name = ""
		}
	}()
	x, err := x509.ParseCertificate(der)
	if err != nil {
		return ""
	}
	if x.Subject.CommonName != "" {
		return x.Subject.CommonName
	}
	if len(x.DNSNames) > 0 {
		return x.DNSNames[0]
	}
	return ""
}

// tlsVersion names a version; of DTLS too.
func tlsVersion(v uint16) string {
	switch v {
	case 0x0002:
		return "SSLv2"
	case 0x0300:
		return "SSLv3"
	case 0x0301:
		return "TLSv1.0"
	case 0x0302:
		return "TLSv1.1"
	case 0x0303:
		return "TLSv1.2"
	case 0x0304:
		return "TLSv1.3"
	case 0xfeff:
		return "DTLSv1.0"
	case 0xfefd:
		return "DTLSv1.2"
	case 0xfefc:
		return "DTLSv1.3"
	}
	return ""
}

// startTLS lets TLS take over from the protocol that asked for it: what was said before was no secret.
func (c *Classifier) startTLS(d *dialog) {
	d.info.Clear, d.info.Version = "", ""
	d.x = new(tlsState)
}

// secured reads TLS that took over. ok is false while it did not.
func (c *Classifier) secured(d *dialog, m *message) (more, ok bool) {
	if _, ok := d.x.(*tlsState); !ok {
		return false, false
	}
	return readTLS(c, d, m), true
}

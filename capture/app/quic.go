package app

import (
	"bytes"
)

// QUIC versions (RFC 9000, RFC 9369).
const (
	quicV1 = 1
	quicV2 = 0x6b3343cf
)

// quicKind tells families of versions apart: whose Initial packets can be read, which are QUIC all the same.
func quicKind(v uint32) (readable, known bool) {
	switch {
	case v == quicV1, v == quicV2, v >= 0xff000017 && v <= 0xff000022, v == 0xfaceb002: // drafts 23 to 34; Facebook's of draft 27
		return true, true
	case v>>8 == 0xff0000, v>>8 == 0xfaceb0, v&0x0f0f0f0f == 0x0a0a0a0a, googleVersion(v):
		return false, true
	case v == 0x709a50c4: // v2 drafts
		return false, true
	}
	return false, false
}

// googleVersion reports whether v is Q0 or T0 and two digits.
func googleVersion(v uint32) bool {
	hi, lo := v>>8&0xff, v&0xff
	return (v>>24 == 'Q' || v>>24 == 'T') && v>>16&0xff == '0' && hi >= '0' && hi <= '9' && lo >= '0' && lo <= '9'
}

// matchQUIC knows a long header (RFC 8999, section 5.1), and the public header that Google's versions had before.
func matchQUIC(q *probe) verdict {
	b := q.b
	if len(b) < 14 {
		return no
	}
	if b[0]&0x80 == 0 {
		return matchGQUIC(q)
	}
	v := be32(b, 1)
	r := cursor{b: b[5:]}
	dcid := r.take(int(r.u8()))
	r.skip(int(r.u8()))
	if r.bad {
		return no
	}
	_, known := quicKind(v)
	switch {
	case v == 0: // version negotiation
		if len(r.b) >= 4 && len(r.b)%4 == 0 && len(b) == q.length {
			if _, ok := quicKind(be32(r.b, 0)); ok {
				return server
			}
			if _, ok := quicKind(be32(r.b, len(r.b)-4)); ok {
				return server
			}
		}
		return no
	case !known:
		return no
	case googleVersion(v):
		return q.towards(443)
	case b[0]&0x40 == 0 || len(dcid) > 20:
		return no
	}
	if quicInitial(b[0], v) && len(dcid) >= 8 && q.length >= 1200 && (q.dst == 443 || q.src != 443) && r.varint() == 0 {
		if q.first && q.side == 0 {
			return client
		}
	}
	return q.towards(443)
}

// quicInitial reports whether the long header's type is Initial.
func quicInitial(first byte, v uint32) bool {
	if v == quicV2 {
		return first>>4&3 == 1
	}
	return first>>4&3 == 0
}

// matchGQUIC knows a client's packet of Google QUIC before version 46: flags with version and connection id, then "Q0".
func matchGQUIC(q *probe) verdict {
	if b := q.b; (b[0] == 0x0d || b[0] == 0x09 || b[0] == 0x0c || b[0] == 0x1d) && b[9] == 'Q' && b[10] == '0' && b[11] >= '0' && b[11] <= '9' && b[12] >= '0' && b[12] <= '9' {
		return client
	}
	return no
}

// readQUIC decrypts the Initial packets of the client until its ClientHello is whole.
func readQUIC(c *Classifier, d *dialog, m *message) bool {
	s, ok := d.x.(*quicState)
	if !ok {
		s = new(quicState)
		d.x = s
	}
	s.looked++
	b := m.b
	if len(b) >= 14 && b[0]&0x80 == 0 {
		if matchGQUIC(&probe{b: b}) == client {
			d.version(b[9:13])
			c.googleHello(d, m, b)
		}
		return d.info.Names == nil && s.looked < 6
	}
	for len(b) >= 14 && b[0]&0x80 != 0 { // packets may share a datagram
		v := be32(b, 1)
		readable, _ := quicKind(v)
		if d.info.Version == "" && v != 0 {
			d.info.Version = quicVersion(v)
		}
		if googleVersion(v) {
			c.googleHello(d, m, b)
		}
		if !readable || !quicInitial(b[0], v) {
			break
		}
		n, done := c.initial(d, m, s, b, v)
		if done {
			return false
		}
		if n <= 0 || n > len(b) {
			break
		}
		b = b[n:]
	}
	return s.looked < 12
}

func quicVersion(v uint32) string {
	switch {
	case v == quicV1:
		return "QUICv1"
	case v == quicV2:
		return "QUICv2"
	case v>>8 == 0xff0000:
		return "QUIC draft " + string([]byte{'0' + byte(v)/10%10, '0' + byte(v)%10})
	case googleVersion(v):
		return text([]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
	}
	return ""
}

// googleHello takes the server's name from a CHLO message: tags with the ends of their values, then the values.
func (c *Classifier) googleHello(d *dialog, m *message, b []byte) {
	i := bytes.Index(b, []byte("CHLO"))
	if i < 0 || len(b) < i+8 {
		return
	}
	n := int(le16(b, i+4))
	if n > 64 {
		return
	}
	values, from := i+8+8*n, 0
	for k := range n {
		t := i + 8 + 8*k
		end := int(le32(b, t+4))
		if t+8 > len(b) || end < from || values+end > len(b) {
			return
		}
		if string(b[t:t+4]) == "SNI\x00" {
			d.from(m.side)
			c.name(d, m, b[values+from:values+end], "sni")
		}
		from = end
	}
}

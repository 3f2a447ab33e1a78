package app

import (
	"bytes"
	"net/netip"

	"netscope.example/nsgraph/capture/fact"
)

// TNS packet types.
const (
	tnsConnect  = 1
	tnsAccept   = 2
	tnsRefuse   = 4
	tnsRedirect = 5
	tnsData     = 6
	tnsResend   = 11
)

// matchOracle knows the packet head of TNS: length, no checksum, type, and of a connect its version and descriptor.
func matchOracle(q *probe) verdict {
	b := q.b
	if len(b) < 12 {
		if len(b) < 5 || b[4] <= tnsResend {
			return maybe
		}
		return no
	}
	n := int(be16(b, 0))
	if n == 0 {
		n = int(be32(b, 0))
	} else if be16(b, 2) != 0 {
		return no
	}
	if n < 8 || n > 32767 || be16(b, 6) != 0 || b[5] > 0x40 {
		return no
	}
	v := be16(b, 8)
	switch b[4] {
	case tnsConnect:
		if v >= 256 && v < 400 && n >= 34 && be16(b, 10) <= v {
			return client
		}
	case tnsAccept:
		if v >= 256 && v < 400 && n >= 24 && n < 512 {
			return server
		}
	case tnsRefuse, tnsRedirect:
		if bytes.Contains(b, []byte("(DESCRIPTION=")) || bytes.Contains(b, []byte("(ADDRESS=")) || bytes.Contains(b, []byte("(ERR=")) {
			return server
		}
	case tnsResend:
		if n == 8 && q.src == 1521 {
			return server
		}
	case tnsData:
		if q.port(1521) && be16(b, 8) <= 0x40 && n <= max(len(b), 2048) {
			return q.towards(1521)
		}
	}
	return no
}

// readOracle announces where a redirect sends the client.
func readOracle(c *Classifier, d *dialog, m *message) bool {
	b := m.b
	if i := bytes.Index(b, []byte("(PORT=")); i >= 0 && m.side != d.clientSide(m.side) && len(b) > 4 && (b[4] == tnsRedirect || b[4] == tnsData) {
		port, _ := digits(b[i+6:])
		addr := d.addr[m.side].Netip()
		if j := bytes.Index(b, []byte("(HOST=")); j >= 0 {
			host, _, _ := bytes.Cut(b[j+6:], []byte(")"))
			if a, err := netip.ParseAddr(string(host[:min(len(host), 64)])); err == nil {
				addr = a
			}
		}
		if port > 0 && port < 65536 {
			c.announce(Expect{Addr: addr, Port: uint16(port), Peer: d.addr[m.side^1].Netip(), App: "oracle", Parent: "oracle", From: fact.Time(m.p.Time)})
		}
		return false
	}
	m.used = len(b)
	return len(b) > 4 && b[4] != tnsAccept
}

package app

import (
	"bytes"

	"netscope.example/nsgraph/capture/fact"
)

// matchTFTP knows a request: operation, file name, mode (RFC 1350, section 5).
func matchTFTP(q *probe) verdict {
	b := q.b
	if len(b) < 9 || b[0] != 0 || b[1] != 1 && b[1] != 2 {
		return no
	}
	name, rest, ok := bytes.Cut(b[2:], []byte{0})
	mode, _, ok2 := bytes.Cut(rest, []byte{0})
	if !ok || !ok2 || len(name) == 0 || !printable(name) {
		return no
	}
	if !folded(mode, "OCTET") && !folded(mode, "NETASCII") && !folded(mode, "MAIL") {
		return no
	}
	return client
}

// readTFTP announces the transfer, which goes from another port of the server to the client's.
func readTFTP(c *Classifier, d *dialog, m *message) bool {
	c.announce(Expect{Addr: d.addr[m.side].Netip(), Port: d.port[m.side], Peer: d.addr[m.side^1].Netip(), App: "tftp", Parent: "tftp",
		From: fact.Time(m.p.Time)})
	return false
}

package app

import (
	"net/netip"

	"netscope.example/nsgraph/capture/fact"
)

// matchSCCP knows Skinny: length and header version in little endian, then a message number. Its port must agree: the head is weak.
func matchSCCP(q *probe) verdict {
	b := q.b
	if !q.port(2000) {
		return no
	}
	if len(b) < 12 {
		return maybe
	}
	n, v, id := le32(b, 0), le32(b, 4), le32(b, 8)
	if n < 4 || n > 4096 || v > 0x20 || v > 0 && v < 5 || id > 0x2000 || id == 0 && n != 4 {
		return no
	}
	return q.towards(2000)
}

// Skinny messages that tell where media goes.
const (
	openReceiveChannelAck  = 0x22
	startMediaTransmission = 0x8a
)

// readSCCP announces the media of calls. Header version 17 brought addresses of both families.
func readSCCP(c *Classifier, d *dialog, m *message) bool {
	if m.gap {
		m.used = len(m.b)
		return true
	}
	for {
		b := m.b[m.used:]
		if len(b) < 12 {
			return true
		}
		n := int(le32(b, 0))
		if n < 4 || n > 4096 {
			m.used = len(m.b)
			return true
		}
		if len(b) < 8+n {
			return true
		}
		body, id, wide := b[12:8+n], le32(b, 8), le32(b, 4) >= 17
		at := 8 // conference, party
		if id == openReceiveChannelAck {
			at = 4 // status
		}
		if id == openReceiveChannelAck || id == startMediaTransmission {
			size := 4
			if wide {
				at, size = at+4, 16 // family
			}
			if len(body) >= at+size+4 && (!wide || le32(body, at-4) == 0) {
				c.announce(Expect{Addr: netip.AddrFrom4([4]byte(body[at : at+4])), Port: uint16(le32(body, at+size)), App: "rtp", Parent: "sccp",
					From: fact.Time(m.p.Time)})
			}
		}
		m.used += 8 + n
	}
}

package app

import (
	"net/netip"
	"strings"
)

// matchNBNS knows the name service (RFC 1002, section 4.2): DNS's head, and a first name of 32 letters A to P.
func matchNBNS(q *probe) verdict {
	b := q.b
	if !q.port(137) || len(b) < 12+34 {
		return no
	}
	if _, ok := netbiosName(b[12:]); !ok {
		return no
	}
	if b[2]&0x80 != 0 {
		return server
	}
	return client
}

// netbiosName decodes a first-level encoded name (RFC 1001, section 14.1): 15 characters and a type.
func netbiosName(b []byte) (name [16]byte, ok bool) {
	if len(b) < 34 || b[0] != 32 {
		return name, false
	}
	for i := range 16 {
		h, l := b[1+2*i]-'A', b[2+2*i]-'A'
		if h > 15 || l > 15 {
			return name, false
		}
		name[i] = h<<4 | l
	}
	return name, true
}

// readNBNS takes names from registrations, which name their sender, and from answers.
func readNBNS(c *Classifier, d *dialog, m *message) bool {
	b := m.b
	if len(b) < 46 {
		return true
	}
	name, ok := netbiosName(b[12:])
	opcode := b[2] >> 3 & 15
	group := false
	var ip netip.Addr
	switch {
	case !ok || name[15] != 0 && name[15] != 0x20: // workstation, file server
		return true
	case b[2]&0x80 == 0 && (opcode == 5 || opcode == 8): // registration, refresh: question, then a record by pointer
		if r := b[46:]; len(r) >= 22 {
			group, ip = r[16]&0x80 != 0, netip.AddrFrom4([4]byte(r[18:22]))
		}
	case b[2]&0x80 != 0 && opcode == 0 && b[3]&15 == 0: // answer: name, type, class, TTL, length, flags, address
		if r := b[46:]; len(r) >= 16 && be16(r, 0) == 0x20 {
			group = r[10]&0x80 != 0
			ip = netip.AddrFrom4([4]byte(r[12:16]))
		}
	}
	if group || !ip.IsValid() {
		return true
	}
	n := strings.ToLower(strings.TrimRight(string(name[:15]), " \x00"))
	if hostname([]byte(n)) {
		c.names.add(m.p, ip, []byte(n), "nbns", netip.Addr{}, 0)
	}
	return true
}

// matchNetBIOSDatagram knows the datagram service (RFC 1002, section 4.4): type, and the sender's address and port in the head.
func matchNetBIOSDatagram(q *probe) verdict {
	b := q.b
	if !q.port(138) || len(b) < 14 || b[0] < 0x10 || b[0] > 0x16 || be16(b, 8) != 138 {
		return no
	}
	return either
}

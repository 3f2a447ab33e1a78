package app

// matchMDNS knows DNS on port 5353 (RFC 6762). The top bit of a question's class asks for a unicast answer.
func matchMDNS(q *probe) verdict {
	b := q.b
	if !q.port(5353) || len(b) < 12 || be16(b, 2)&0x7800 != 0 || be16(b, 4) > 256 || be16(b, 6) > 512 {
		return no
	}
	if be16(b, 4)+be16(b, 6)+be16(b, 8) == 0 || !labelled(b[12:]) {
		return no
	}
	if be16(b, 2)&0x8000 == 0 && q.src != 5353 {
		return client
	}
	return either
}

// labelled reports whether b begins with a name in labels, and a type that exists behind it.
func labelled(b []byte) bool {
	for n := 0; len(b) > 0; {
		l := int(b[0])
		if l == 0 {
			return be16(b, 1) > 0 && be16(b, 1) <= 255 && be16(b, 3)&0x7fff > 0 && (be16(b, 3)&0x7fff <= 4 || be16(b, 3) == 255 || be16(b, 1) == 41)
		}
		if n += l + 1; l > 63 || l >= len(b) || n > 254 {
			return false
		}
		b = b[1+l:]
	}
	return false
}

// readMDNS takes names from answers.
func readMDNS(c *Classifier, d *dialog, m *message) bool {
	c.answers(d, m, m.b, "mdns")
	return true
}

// matchLLMNR knows DNS on port 5355 (RFC 4795).
func matchLLMNR(q *probe) verdict {
	b := q.b
	if !q.port(5355) || len(b) < 12 || be16(b, 4) != 1 || be16(b, 2)&0x7800 != 0 || !question(b[12:], true) {
		return no
	}
	if b[2]&0x80 != 0 {
		return server
	}
	return client
}

// readLLMNR takes names from answers.
func readLLMNR(c *Classifier, d *dialog, m *message) bool {
	c.answers(d, m, m.b, "llmnr")
	return true
}

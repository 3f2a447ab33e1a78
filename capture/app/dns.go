package app

import (
	"net/netip"

	"golang.org/x/net/dns/dnsmessage"

	"netscope.example/nsgraph/capture/wire"
)

const maxAnswers = 64 // of one message

// matchDNS knows a message by its head, its counts, and a first question that can be read (RFC 1035, section 4.1).
func matchDNS(q *probe) verdict {
	b := q.b
	if q.udp {
		if q.port(5353) || q.port(5355) || q.port(137) {
			return no
		}
		return dnsVerdict(b, q.port(53))
	}
	if len(b) < 14 {
		if len(b) >= 1 && b[0] > 16 {
			return no
		}
		return maybe
	}
	n := int(be16(b, 0))
	if n < 12 || len(b) < 2+n && n > 8192 {
		return no
	}
	return dnsVerdict(b[2:min(len(b), 2+n)], q.port(53))
}

func dnsVerdict(b []byte, port bool) verdict {
	if len(b) < 12 {
		return no
	}
	flags, qd, an, ns, ar := be16(b, 2), be16(b, 4), be16(b, 6), be16(b, 8), be16(b, 10)
	opcode := flags >> 11 & 15
	if opcode == 3 || opcode > 6 || flags&0x40 != 0 || flags&15 > 11 || an > 512 || ns > 256 || ar > 256 {
		return no
	}
	response := flags&0x8000 != 0
	switch {
	case qd > 1 && !port, qd > 16:
		return no
	case qd == 0 && !(response && port):
		return no
	case !response && opcode == 0 && (an != 0 || flags&0x0480 != 0) && !port:
		return no
	}
	if qd > 0 && !question(b[12:], port) {
		return no
	}
	if response {
		return server
	}
	return client
}

// question reports whether b begins with a question: labels, a type and a class that exist.
func question(b []byte, port bool) bool {
	n := 0
	for {
		if len(b) == 0 {
			return false
		}
		l := int(b[0])
		if l == 0 {
			break
		}
		if l > 63 || l >= len(b) || n+l > 254 {
			return false
		}
		n += l + 1
		b = b[1+l:]
	}
	if len(b) < 5 {
		return false
	}
	kind, class := be16(b, 1), be16(b, 3)
	if class != 1 && class != 3 && class != 4 && class != 254 && class != 255 {
		return false
	}
	return kind > 0 && (kind <= 65 || kind >= 99 && kind <= 109 || kind >= 249 && kind <= 261 || kind >= 32768 || port)
}

// readDNS takes names from answers.
func readDNS(c *Classifier, d *dialog, m *message) bool {
	if m.p.Protocol == 17 {
		c.answers(d, m, m.b, "dns")
		return true
	}
	if m.gap {
		m.used = len(m.b)
		return true
	}
	for {
		b := m.b[m.used:]
		if len(b) < 2 {
			return true
		}
		n := int(be16(b, 0))
		if len(b) < 2+n {
			return true
		}
		c.answers(d, m, b[2:2+n], "dns")
		m.used += 2 + n
	}
}

// answers takes the addresses of a response's answers as names: of the name that was asked for, and of the one that has the address.
func (c *Classifier) answers(d *dialog, m *message, b []byte, evidence string) {
	if len(b) < 12 || b[2]&0x80 == 0 {
		return
	}
	var p dnsmessage.Parser
	if _, err := p.Start(b); err != nil {
		return
	}
	var asked dnsmessage.Name
	if q, err := p.Question(); err == nil {
		asked = q.Name
	}
	if p.SkipAllQuestions() != nil {
		return
	}
	to := m.p.Dst.Netip()
	for range maxAnswers {
		h, err := p.AnswerHeader()
		if err != nil {
			return
		}
		switch h.Type {
		case dnsmessage.TypeA:
			r, err := p.AResource()
			if err != nil {
				return
			}
			c.answer(m.p, asked, h, netip.AddrFrom4(r.A), to, evidence)
		case dnsmessage.TypeAAAA:
			r, err := p.AAAAResource()
			if err != nil {
				return
			}
			c.answer(m.p, asked, h, netip.AddrFrom16(r.AAAA).Unmap(), to, evidence)
		default:
			if p.SkipAnswer() != nil {
				return
			}
		}
	}
}

func (c *Classifier) answer(p *wire.Packet, asked dnsmessage.Name, h dnsmessage.ResourceHeader, ip, to netip.Addr, evidence string) {
	var a, b [255]byte
	if to.IsMulticast() {
		to = netip.Addr{}
	}
	owner := lowerName(b[:0], &h.Name)
	if asked.Length > 1 {
		if n := lowerName(a[:0], &asked); string(n) != string(owner) {
			c.names.add(p, ip, n, evidence, to, h.TTL)
		}
	}
	c.names.add(p, ip, owner, evidence, to, h.TTL)
}

// lowerName appends n to dst in lower case, without its last dot; nothing if it is no host's name.
func lowerName(dst []byte, n *dnsmessage.Name) []byte {
	for _, ch := range n.Data[:n.Length] {
		if ch >= 'A' && ch <= 'Z' {
			ch += 'a' - 'A'
		}
		dst = append(dst, ch)
	}
	if len(dst) > 0 && dst[len(dst)-1] == '.' {
		dst = dst[:len(dst)-1]
	}
	if !hostname(dst) {
		return nil
	}
	return dst
}

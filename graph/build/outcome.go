package build

import (
	"netscope.example/nsgraph/capture/fact"
)

// outcome counts how far a conversation got, and what may tell who stopped it.
func (b *Builder) outcome(m *measures, c *fact.Conversation) {
	if errorsOnly(c) {
		return // their fate is that of the conversation they speak of
	}
	switch c.Outcome {
	case fact.Established:
		m.established = 1
	case fact.Refused:
		b.refused(m, c)
	case fact.Prohibited:
		m.prohibited = 1
		for i := range c.Errors {
			if e := &c.Errors[i]; prohibited(e) {
				m.blockers = append(m.blockers, e.From.String())
			}
		}
	case fact.Unreachable:
		m.unreachable = 1
	case fact.Unanswered:
		m.unanswered = 1
		b.tried(m, c)
	case fact.OneWay:
		m.oneWay = 1
		if c.Down.Packets == 0 {
			b.tried(m, c)
		}
	}
	if c.Outcome == fact.Established || c.Outcome != fact.Refused && c.Down.Payload > 0 {
		m.answered = true
		m.offered.add(c.First, c.Last)
	}
}

// refused separates a port unreachable of another address, which is surely not the host's own, from what remains to be judged.
func (b *Builder) refused(m *measures, c *fact.Conversation) {
	for i := range c.Errors {
		e := &c.Errors[i]
		if !portUnreachable(e) {
			continue
		}
		if e.From != c.Server.Addr() {
			m.foreign = 1
			m.blockers = append(m.blockers, e.From.String())
			return
		}
		m.refused = 1
		b.refusal[0] = refusal{mac: e.MAC, ttl: e.TTL, count: 1}
		m.refusals = b.refusal[:]
		return
	}
	m.refused = 1
	if c.TCP != nil && c.TCP.ResetTTL != 0 {
		b.refusal[0] = refusal{mac: c.TCP.ResetMAC, ttl: c.TCP.ResetTTL, count: 1}
		m.refusals = b.refusal[:]
	}
}

// tried keeps where an attempt without answer was seen.
func (b *Builder) tried(m *measures, c *fact.Conversation) {
	b.attempt[0] = attempt{places: b.placeList(c), next: c.Up.NextMAC, count: 1}
	m.tried = b.attempt[:]
}

func portUnreachable(e *fact.ICMPError) bool {
	return !e.V6 && e.Type == 3 && (e.Code == 3 || e.Code == 2) || e.V6 && e.Type == 1 && e.Code == 4
}

// prohibited reports whether an error says that an administrator forbids: ICMP 3/9, 3/10, 3/13 (RFC 1812, section 5.2.7.1), ICMPv6 1/1.
func prohibited(e *fact.ICMPError) bool {
	return !e.V6 && e.Type == 3 && (e.Code == 9 || e.Code == 10 || e.Code == 13) || e.V6 && e.Type == 1 && (e.Code == 1 || e.Code == 5 || e.Code == 6)
}

// errorsOnly reports whether a conversation is ICMP errors (RFC 792; RFC 4443, section 2.1), which answer another. Its server port is type and code.
func errorsOnly(c *fact.Conversation) bool {
	switch t := c.Server.Port() >> 8; c.Transport {
	case fact.ICMP:
		return t == 3 || t == 4 || t == 5 || t == 11 || t == 12
	case fact.ICMPv6:
		return t < 128
	}
	return false
}

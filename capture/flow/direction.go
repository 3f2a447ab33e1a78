package flow

import (
	"netscope.example/nsgraph/capture/fact"
)

// decision says which side is the client, and why.
type decision struct {
	client    uint8
	known     bool
	why       fact.Direction
	certainty float32
}

// Certainty of a direction by its reason. Ports and order give less, by how far their scores differ.
const (
	certain         = 1.0
	bySYNACK        = 0.99
	bySpeech        = 0.97
	byResemblance   = 0.85
	byAnnouncement  = 0.9
	byDeclaration   = 0.95
	certaintyOfPort = 0.95 // the most that ports can give
)

// decide returns the client of e. The first that knows it decides: a handshake, a destination that is a group and so cannot ask,
// the protocol's own speech or its announcement, the operator's declaration, the ports, and at last the order.
func (t *Table) decide(e *entry) decision {
	if e.decided.known {
		return e.decided
	}
	if e.key.lo == e.key.hi && e.key.loPort == e.key.hiPort { // it talks to itself: all packets are side 0's
		return decision{0, true, fact.ByOrder, certain}
	}
	if c := e.tcp; c != nil {
		switch {
		case c.flags&synSeen != 0:
			return decision{c.asker, true, fact.ByHandshake, certain}
		case c.flags&synAckSeen != 0:
			return decision{c.synAckSide() ^ 1, true, fact.ByHandshake, bySYNACK}
		}
	}
	if e.toGroup() {
		return decision{0, true, fact.ByOrder, certain}
	}
	if e.key.proto == fact.ICMP || e.key.proto == fact.ICMPv6 {
		return e.icmpClient()
	}
	side, sure := e.speech.Client()
	if side >= 0 && sure {
		return decision{uint8(side), true, fact.ByProtocol, bySpeech}
	}
	if _, server, ok := t.announced(e); ok {
		return decision{server ^ 1, true, fact.ByProtocol, byAnnouncement}
	}
	if d, ok := t.declared(e); ok {
		return d
	}
	if side >= 0 {
		return decision{uint8(side), true, fact.ByProtocol, byResemblance}
	}
	return t.byPorts(e)
}

// toGroup reports whether side 0 spoke to a multicast or broadcast address. Side 1 then never speaks.
func (e *entry) toGroup() bool {
	a, _ := e.end(1)
	switch {
	case a.a == 0 && a.b>>32 == 0xffff: // IPv4
		if ip := uint32(a.b); ip>>28 == 14 || ip == 0xffffffff {
			return true
		}
	case a.a>>56 == 0xff:
		return true
	}
	return e.tcp == nil && !e.half[1].seen && e.half[0].next.IsGroup()
}

func (e *entry) icmpClient() decision {
	switch {
	case e.flags&icmpRequested != 0:
		return decision{bit(e.flags&icmpRequestBy1 != 0), true, fact.ByProtocol, certain}
	case e.flags&icmpReplied != 0:
		return decision{bit(e.flags&icmpReplyBy1 == 0), true, fact.ByProtocol, certain}
	}
	return decision{0, true, fact.ByOrder, certain}
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// declared asks the operator's declaration. It decides if exactly one end is declared.
func (t *Table) declared(e *entry) (decision, bool) {
	if t.o.Declared == nil {
		return decision{}, false
	}
	var is [2]bool
	for s := range is {
		scope := e.half[s].scope
		if !e.half[s].seen {
			scope = e.half[s^1].scope
		}
		end := e.addrPort(uint8(s))
		is[s] = t.o.Declared(fact.Addr{Scope: scope, IP: end.Addr()}, end.Port(), e.key.proto)
	}
	if is[0] == is[1] {
		return decision{}, false
	}
	return decision{bit(is[0]), true, fact.ByDeclared, byDeclaration}, true
}

// byPorts weighs what ports and order say. Each end gets points for looking like a server's: its port number, how many
// conversations it is in, how many that port is in elsewhere; the end that did not begin gets some too, more without TCP, whose
// first captured packet may be anyone's.
func (t *Table) byPorts(e *entry) decision {
	var score [2]int
	a0, p0 := e.end(0)
	a1, p1 := e.end(1)
	if p0 != p1 {
		score[0] = t.serving(a0, p0, e.key.proto)
		score[1] = t.serving(a1, p1, e.key.proto)
		if e.key.proto == fact.UDP && !e.half[1].seen {
			here, _ := t.ports.score(a0, p0, e.key.proto)
			score[0] -= inMany(here) // who probes many and gets no answer serves nobody
		}
	}
	ports := score[1] - score[0] // above 0: side 0 is the client
	order := 1
	if e.key.proto != fact.TCP {
		order = 3
	}
	total := ports + order
	d := decision{client: bit(total < 0), known: true, why: fact.ByPort}
	if total < 0 {
		total, ports = -total, -ports
	}
	if ports <= 0 {
		d.why = fact.ByOrder
	}
	d.certainty = 0.5 + (certaintyOfPort-0.5)*float32(total)/float32(total+2)
	return d
}

// inMany returns the points of an end that is in n conversations.
func inMany(n uint16) int { return log2(n) * 3 / 2 }

// serving returns the points of one end: up to 10 for its port number, up to 6 for the conversations that it is in, up to 4 for
// those that its port is in at other addresses too.
func (t *Table) serving(a address, port uint16, proto fact.Transport) int {
	here, anywhere := t.ports.score(a, port, proto)
	return standing(port, proto) + inMany(here) + log2(anywhere) - log2(min(here, anywhere))
}

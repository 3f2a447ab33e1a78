package flow

import "netscope.example/nsgraph/capture/fact"

// outcome says how far the attempt that e is got. c is filled but for it; up is the client's side.
func outcome(e *entry, c *fact.Conversation, up uint8) fact.Outcome {
	if e.flags&established != 0 {
		return fact.Established
	}
	var o fact.Outcome
	if e.tcp != nil {
		o = e.tcp.outcome(e, up)
	} else {
		o = datagrams(e, c, up)
	}
	if o == fact.Established || o == fact.Refused {
		return o
	}
	for i := range c.Errors {
		if x := errorOutcome(&c.Errors[i]); x != fact.Unknown && c.Errors[i].OfClient {
			o = stronger(o, x)
		}
	}
	return o
}

// outcome of a TCP conversation. A SYN that a SYN-ACK answers is a request that was answered, with or without the last ACK.
func (c *tcp) outcome(e *entry, up uint8) fact.Outcome {
	u, d := &c.side[up], &c.side[up^1]
	seen := [2]bool{e.half[up].seen, e.half[up^1].seen}
	switch {
	case c.flags&handshook != 0, c.flags&(synSeen|synAckSeen) == synSeen|synAckSeen, u.spoke && d.spoke:
		return fact.Established
	case c.flags&synSeen != 0 && seen[1] && u.acked: // the client acknowledged what was not captured, and then came a RST
		return fact.Established
	case c.flags&synSeen != 0 && seen[1]: // nothing but RST
		return fact.Refused
	case c.flags&synSeen != 0 && !u.acked:
		return fact.Unanswered
	case c.flags&payloadSeen != 0 || c.flags&(synSeen|synAckSeen) != 0:
		return fact.OneWay // what it acknowledges was not captured
	}
	return fact.Unknown
}

// datagrams is the outcome without TCP: answered, or nothing came back, or nothing needed to.
func datagrams(e *entry, c *fact.Conversation, up uint8) fact.Outcome {
	asked, answered := e.half[up].seen, e.half[up^1].seen
	switch {
	case asked && answered:
		return fact.Established
	case !asked, e.toGroup(), c.Tunnel != fact.NoTunnel:
		return fact.OneWay
	}
	switch c.Transport {
	case fact.ICMP, fact.ICMPv6:
		if e.flags&icmpRequested != 0 {
			return fact.Unanswered
		}
		return fact.OneWay
	case fact.UDP, fact.SCTP:
		if oneWayPort(c.Server.Port()) || e.half[up].packets > streamPackets {
			return fact.OneWay
		}
		return fact.Unanswered
	}
	return fact.OneWay
}

// streamPackets is how many datagrams without an answer are a stream rather than an attempt that is repeated.
const streamPackets = 16

// oneWayPort reports whether nobody answers on a UDP port by design: discard, SNMP traps, syslog, NetFlow, IPFIX, sFlow, VXLAN,
// statsd, collectd, Graylog.
func oneWayPort(port uint16) bool {
	switch port {
	case 9, 162, 514, 2055, 4739, 4789, 6343, 8125, 9995, 9996, 12201, 25826:
		return true
	}
	return false
}

// errorOutcome says what an ICMP error means for the attempt that it answers (RFC 792, RFC 1812 section 5.2.7.1, RFC 4443).
func errorOutcome(x *fact.ICMPError) fact.Outcome {
	if x.V6 {
		switch {
		case x.Type == 1 && (x.Code == 1 || x.Code == 5 || x.Code == 6):
			return fact.Prohibited
		case x.Type == 1 && x.Code == 4:
			return fact.Refused
		case x.Type == 1, x.Type == 3:
			return fact.Unreachable
		}
		return fact.Unknown
	}
	switch {
	case x.Type == 3 && (x.Code == 9 || x.Code == 10 || x.Code == 13):
		return fact.Prohibited
	case x.Type == 3 && x.Code == 3:
		return fact.Refused
	case x.Type == 3 && x.Code == 4:
		return fact.Unknown // too big: the attempt goes on
	case x.Type == 3, x.Type == 11:
		return fact.Unreachable
	}
	return fact.Unknown
}

// stronger returns which of two outcomes says more of why nothing was established.
func stronger(a, b fact.Outcome) fact.Outcome {
	if rankOf[b] > rankOf[a] {
		return b
	}
	return a
}

var rankOf = [...]int{fact.Unknown: 0, fact.OneWay: 1, fact.Unanswered: 2, fact.Unreachable: 3, fact.Refused: 4, fact.Prohibited: 5, fact.Established: 6}

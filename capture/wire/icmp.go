package wire

import "netscope.example/nsgraph/capture/fact"

// icmp reads the first eight bytes of ICMP (RFC 792) and ICMPv6 (RFC 4443). The payload is what is behind them.
func icmp(p *Packet, b []byte, n int) {
	if len(b) < 4 {
		p.Problem = Short
		return
	}
	p.Has |= HasTransport
	p.DstPort = be16(b)
	if len(b) < 8 {
		if n >= 8 {
			p.Problem = Short
			p.PayloadLen = uint32(n - 8)
		}
		return
	}
	p.Seq = be32(b[4:])
	if p.echo() {
		p.SrcPort = be16(b[4:])
	}
	p.Payload, p.PayloadLen = b[8:], uint32(n-8)
}

// echo tells whether p is an ICMP query or reply with an identifier.
func (p *Packet) echo() bool {
	kind := p.DstPort >> 8
	if p.Protocol == fact.ICMPv6 {
		return kind == 128 || kind == 129
	}
	switch kind {
	case 0, 8, 13, 14, 15, 16, 17, 18: // echo, timestamp, information, address mask
		return true
	}
	return false
}

// Quoted returns the packet whose beginning the ICMP or ICMPv6 error (or redirect) p quotes, as far as it is quoted: addresses,
// protocol, ports, and TCP's sequence number at least. Its scope is that of p.
func Quoted(p *Packet) (q Packet, ok bool) {
	if p.Has&HasTransport == 0 || p.Depth > MaxDepth {
		return q, false
	}
	switch kind := p.DstPort >> 8; {
	case p.Protocol == fact.ICMP && (kind == 3 || kind == 4 || kind == 5 || kind == 11 || kind == 12):
	case p.Protocol == fact.ICMPv6 && kind >= 1 && kind <= 4:
	case p.Protocol == fact.ICMPv6 && kind == 137:
		return redirected(p)
	default:
		return q, false
	}
	return quoted(p, p.Payload)
}

// quoted reads the packet that begins in b.
func quoted(p *Packet, b []byte) (q Packet, ok bool) {
	q = Packet{Time: p.Time, Number: p.Number, Capture: p.Capture, Point: p.Point, Depth: p.Depth, Scope: p.Scope, Cut: true}
	if len(b) == 0 {
		return q, false
	}
	// The quotation ends early; how long the packet was only its header knows.
	const whole = 1 << 17
	n := 0
	switch b[0] >> 4 {
	case 4:
		b, n, ok = ipv4Header(&q, b, whole)
	case 6:
		b, n, ok = ipv6Header(&q, b, whole)
	}
	if !ok {
		return q, false
	}
	if q.Fragment && !q.FirstFr {
		return q, true
	}
	transport(&q, b, n)
	q.Length = q.IPLength
	return q, true
}

// redirected reads the packet that an ICMPv6 redirect has in its option 4 (RFC 4861, sections 4.5 and 4.6.3).
func redirected(p *Packet) (q Packet, ok bool) {
	if len(p.Payload) < 32 {
		return q, false
	}
	for b := p.Payload[32:]; len(b) >= 8; { // behind target and destination
		size := int(b[1]) * 8
		if size == 0 || size > len(b) {
			size = len(b)
		}
		if b[0] == 4 {
			return quoted(p, b[8:size])
		}
		b = b[size:]
	}
	return q, false
}

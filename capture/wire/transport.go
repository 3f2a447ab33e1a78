package wire

import "netscope.example/nsgraph/capture/fact"

// transport reads the header behind IP. A header that the capture cut gives what there is of it.
func transport(p *Packet, b []byte, n int) {
	switch p.Protocol {
	case fact.TCP:
		tcp(p, b, n)
	case fact.UDP, protoUDPLite:
		udp(p, b, n)
	case fact.ICMP, fact.ICMPv6:
		icmp(p, b, n)
	case fact.SCTP:
		ports(p, b, n, 12)
	case protoDCCP:
		ports(p, b, n, 12)
		if len(b) > 4 { // data offset, in words
			p.body(b, n, int(b[4])*4)
		}
	default:
		p.body(b, n, 0)
	}
}

// body sets the payload behind a header of the given size.
func (p *Packet) body(b []byte, n, header int) {
	p.Payload, p.PayloadLen = nil, 0
	switch {
	case n < header:
		p.Problem = BadHeader
		return
	case len(b) < header:
		p.Problem = Short
	default:
		p.Payload = b[header:]
	}
	p.PayloadLen = uint32(n - header)
}

// ports reads what UDP, TCP, SCTP and DCCP have in common, and the payload behind a header of the given size.
func ports(p *Packet, b []byte, n, header int) bool {
	if len(b) < 4 {
		p.Problem = Short
		return false
	}
	p.Has |= HasTransport
	p.SrcPort, p.DstPort = be16(b), be16(b[2:])
	p.body(b, n, header)
	return len(b) >= header
}

// tcp reads a TCP header (RFC 9293).
func tcp(p *Packet, b []byte, n int) {
	if len(b) < 20 {
		if ports(p, b, n, 20) || len(b) < 8 {
			return
		}
		p.Seq = be32(b[4:])
		return
	}
	p.Has |= HasTransport
	p.SrcPort, p.DstPort = be16(b), be16(b[2:])
	p.Seq, p.Ack = be32(b[4:]), be32(b[8:])
	p.Flags = b[13]
	p.Window = be16(b[14:])
	header := int(b[12]>>4) * 4
	if header < 20 || n < header {
		p.Problem = BadHeader
		return
	}
	p.PayloadLen = uint32(n - header)
	if len(b) < header {
		p.Problem = Short
		p.Options = b[20:]
		return
	}
	p.Options = b[20:header]
	p.Payload = b[header:]
}

// udp reads a UDP header (RFC 768). Its length counts if it is less than what IP carries.
func udp(p *Packet, b []byte, n int) {
	if len(b) >= 8 {
		switch length := int(be16(b[4:])); {
		case length == 0 || p.Protocol == protoUDPLite: // a jumbogram (RFC 2675); the checksum coverage (RFC 3828)
		case length < 8:
			p.Problem = BadHeader
			p.Has |= HasTransport
			p.SrcPort, p.DstPort = be16(b), be16(b[2:])
			return
		case length < n:
			n = length
			b = b[:min(len(b), n)]
		}
	}
	ports(p, b, n, 8)
}

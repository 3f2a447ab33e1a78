package flow

import (
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// icmpRole says what a message of a type does in its conversation.
type icmpRole uint8

const (
	icmpOther   icmpRole = iota // neither asks nor answers: errors, redirects, reports
	icmpRequest                 // asks
	icmpReply                   // answers
)

// icmpKind returns the role of a message, the type of the question (its own type, if it is none), and whether an identifier tells
// exchanges apart (RFC 792, RFC 950, RFC 4443, RFC 4861, RFC 8335).
func icmpKind(proto fact.Transport, typ uint8) (role icmpRole, question uint8, identified bool) {
	if proto == fact.ICMP {
		switch typ {
		case 8, 13, 15, 17, 42: // echo, timestamp, information, address mask, extended echo
			return icmpRequest, typ, true
		case 0:
			return icmpReply, 8, true
		case 14, 16, 18, 43:
			return icmpReply, typ - 1, true
		case 10: // router solicitation
			return icmpRequest, typ, false
		case 9:
			return icmpReply, 10, false
		}
		return icmpOther, typ, false
	}
	switch typ {
	case 128, 160: // echo, extended echo
		return icmpRequest, typ, true
	case 129, 161:
		return icmpReply, typ - 1, true
	case 133, 135, 139: // router and neighbour solicitation, node information
		return icmpRequest, typ, false
	case 134, 136, 140:
		return icmpReply, typ - 1, false
	}
	return icmpOther, typ, false
}

// icmpPorts returns what stands for ports in the key of an ICMP packet: the identifier, and the question's type and the code.
func icmpPorts(p *wire.Packet) (id, typeCode uint16) {
	role, question, identified := icmpKind(p.Protocol, uint8(p.DstPort>>8))
	if p.Has&wire.HasTransport == 0 {
		return 0, 0xffff
	}
	if identified {
		id = p.SrcPort
	}
	if role == icmpReply || identified {
		return id, uint16(question) << 8
	}
	return id, uint16(question)<<8 | p.DstPort&0xff
}

// quotedMTU returns the next-hop MTU that an ICMP error names (RFC 1191, section 4; RFC 4443, section 3.2); 0 none.
func quotedMTU(p *wire.Packet) uint32 {
	b, ok := icmpHeader(p)
	if !ok {
		return 0
	}
	switch typ, code := p.DstPort>>8, p.DstPort&0xff; {
	case p.Protocol == fact.ICMP && typ == 3 && code == 4:
		return uint32(b[6])<<8 | uint32(b[7])
	case p.Protocol == fact.ICMPv6 && typ == 2:
		return uint32(b[4])<<24 | uint32(b[5])<<16 | uint32(b[6])<<8 | uint32(b[7])
	}
	return 0
}

// icmpHeader returns the first eight bytes of the ICMP message of p.
func icmpHeader(p *wire.Packet) ([]byte, bool) {
	n := p.Network
	switch {
	case p.Version == 4 && len(n) >= 20:
		if h := int(n[0]&15) * 4; h >= 20 && len(n) >= h+8 {
			return n[h : h+8], true
		}
	case p.Version == 6 && len(n) >= 48:
		next, at := n[6], 40
		for range 8 {
			if next == uint8(fact.ICMPv6) {
				if len(n) < at+8 {
					return nil, false
				}
				return n[at : at+8], true
			}
			if next != 0 && next != 43 && next != 44 && next != 60 || len(n) < at+8 {
				return nil, false
			}
			length := 8
			if next != 44 {
				length += int(n[at+1]) * 8
			}
			next, at = n[at], at+length
		}
	}
	return nil, false
}

// countICMP notes whether p, sent by side, asks or answers.
func (e *entry) countICMP(side uint8, p *wire.Packet) {
	if p.Has&wire.HasTransport == 0 {
		return
	}
	switch role, _, _ := icmpKind(p.Protocol, uint8(p.DstPort>>8)); {
	case role == icmpRequest && e.flags&icmpRequested == 0:
		e.flags |= icmpRequested
		if side == 1 {
			e.flags |= icmpRequestBy1
		}
	case role == icmpReply && e.flags&icmpReplied == 0:
		e.flags |= icmpReplied
		if side == 1 {
			e.flags |= icmpReplyBy1
		}
	}
}

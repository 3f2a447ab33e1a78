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

// icmpType returns the type and code that stand for the service of e: the question's, or that of an announcement to a group.
func (e *entry) icmpType() uint16 {
	q := e.key.hiPort
	if e.flags&icmpRequested != 0 || e.flags&icmpReplied == 0 || !e.toGroup() {
		return q
	}
	if e.key.proto == fact.ICMP {
		return q - 1<<8 // router advertisement
	}
	return q + 1<<8
}

// quotedMTU returns the next-hop MTU that an ICMP error names (RFC 1191, section 4; RFC 4443, section 3.2); 0 none. Seq holds the
// second four bytes of the message.
func quotedMTU(p *wire.Packet) uint32 {
	switch typ, code := p.DstPort>>8, p.DstPort&0xff; {
	case p.Protocol == fact.ICMP && typ == 3 && code == 4:
		return p.Seq & 0xffff
	case p.Protocol == fact.ICMPv6 && typ == 2:
		return p.Seq
	}
	return 0
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

package app

// Protocols that a few bytes at the start of a message show, with lengths that must fit.

// matchAFP knows DSI: a flag, a command, and zeros where they belong (AFP over TCP).
func matchAFP(q *probe) verdict {
	b := q.b
	if len(b) < 16 {
		if len(b) > 0 && q.port(548) {
			return maybe
		}
		return no
	}
	if b[0] > 1 || b[1] == 0 || b[1] > 8 || be32(b, 12) != 0 || be32(b, 8) > 1<<20 || !q.port(548) && (b[1] != 3 && b[1] != 4 || int(be32(b, 8))+16 != len(b)) {
		return no
	}
	if b[0] == 0 {
		return client
	}
	return server
}

// matchAJP knows the packet heads of both sides (AJP 1.3).
func matchAJP(q *probe) verdict {
	b := q.b
	if len(b) < 5 {
		if len(b) < 2 && (len(b) == 0 || b[0] == 0x12 || b[0] == 'A') || len(b) >= 2 && (b[0] == 0x12 && b[1] == 0x34 || b[0] == 'A' && b[1] == 'B') {
			return maybe
		}
		return no
	}
	switch n := be16(b, 2); {
	case n == 0 || n > 8192:
	case b[0] == 0x12 && b[1] == 0x34 && (b[4] == 2 || b[4] == 7 || b[4] == 8 || b[4] == 10):
		return client
	case b[0] == 'A' && b[1] == 'B' && b[4] >= 3 && b[4] <= 9:
		return server
	}
	return no
}

// matchSMPP knows length, command, status and sequence (SMPP 3.4, section 3.2).
func matchSMPP(q *probe) verdict {
	b := q.b
	if len(b) < 16 {
		if len(b) < 4 || be32(b, 0) < 4096 && len(b) < 8 {
			return maybe
		}
		return no
	}
	n, cmd, status, seq := be32(b, 0), be32(b, 4), be32(b, 8), be32(b, 12)
	if n < 16 || n > 4096 || seq == 0 || seq > 0x7fffffff || cmd&0x7ffffe00 != 0 || cmd&0x1ff == 0 || cmd&0x1ff > 0x112 || int(n) > len(b)+1460 {
		return no
	}
	switch {
	case cmd&0x80000000 != 0 && status < 0x500:
		return server
	case cmd&0x80000000 == 0 && status == 0 && (cmd == 1 || cmd == 2 || cmd == 9 || cmd == 0x15 && n == 16):
		return client
	}
	return no
}

// matchLDP knows version 1 and the first message's type (RFC 5036, section 3.1).
func matchLDP(q *probe) verdict {
	b := q.b
	if len(b) < 18 {
		if !q.udp && (len(b) == 0 || b[0] == 0) && q.port(646) {
			return maybe
		}
		return no
	}
	if be16(b, 0) != 1 || int(be16(b, 2)) < 14 || be16(b, 8) != 0 || !q.port(646) || be16(b, 10)&0x7fff > 0x500 {
		return no
	}
	return either
}

// matchDRDA knows the DDM head: length, 0xd0, format, and the code point that begins a session.
func matchDRDA(q *probe) verdict {
	b := q.b
	if len(b) < 10 {
		if len(b) < 3 || b[2] == 0xd0 {
			return maybe
		}
		return no
	}
	if b[2] != 0xd0 || b[3]&0x0f == 0 || b[3]&0x0f > 5 || be16(b, 0) < 10 || be16(b, 0) != be16(b, 6)+6 {
		return no
	}
	switch be16(b, 8) {
	case 0x1041: // EXCSAT
		return client
	case 0x1443: // EXCSATRD
		return server
	}
	return either
}

// matchThrift knows the strict binary protocol, framed or not: version, message type, a method's name.
func matchThrift(q *probe) verdict {
	b := q.b
	if len(b) >= 4 && be32(b, 0)&0xffffff00 != 0x80010000 {
		if n := be32(b, 0); n < 12 || n > 16<<20 {
			return no
		}
		b = b[4:]
	}
	if len(b) < 9 {
		return maybe
	}
	n := int(be32(b, 4))
	if be32(b, 0)&0xfffffff8 != 0x80010000 || n == 0 || n > 64 || len(b) < 8+n || !printable(b[8:8+n]) {
		return no
	}
	if b[3] == 1 || b[3] == 4 {
		return client
	}
	return server
}

// matchTeamViewer knows the command heads of its two versions.
func matchTeamViewer(q *probe) verdict {
	b := q.b
	if q.udp || len(b) < 5 {
		return no
	}
	if b[0] == 0x17 && b[1] == 0x24 && b[2] >= 0x0a && b[2] <= 0x3f && q.port(5938) || b[0] == 0x11 && b[1] == 0x30 && q.port(5938) {
		return q.towards(5938)
	}
	return no
}

// matchOpenFlow knows version, type, and a length that fits (OpenFlow 1.0 to 1.5).
func matchOpenFlow(q *probe) verdict {
	b := q.b
	if len(b) < 8 {
		return no
	}
	n := int(be16(b, 2))
	if b[0] == 0 || b[0] > 6 || b[1] > 6 || b[1] == 1 || b[1] == 4 || n < 8 || !(q.port(6633) || q.port(6653)) || b[1] == 0 && (n%8 != 0 || n > 64) || b[1] > 0 && n != len(b) {
		return no
	}
	if q.port(6653) {
		return q.towards(6653)
	}
	return q.towards(6633)
}

// matchIPMI knows RMCP on its port: version 6, a class.
func matchIPMI(q *probe) verdict {
	b := q.b
	if !q.port(623) || len(b) < 4 || b[0] != 6 || b[1] != 0 || b[3]&0x1f < 6 || b[3]&0x1f > 8 {
		return no
	}
	return q.towards(623)
}

// matchRIP knows command and version on its port (RFC 2453, section 4), and those of RIPng on its own (RFC 2080, section 2.1).
func matchRIP(q *probe) verdict {
	b := q.b
	if q.port(521) && len(b) >= 24 && (b[0] == 1 || b[0] == 2) && b[1] == 1 && be16(b, 2) == 0 && (q.length-4)%20 == 0 {
		return either
	}
	if !q.port(520) || len(b) < 24 || b[0] == 0 || b[0] > 6 || b[1] == 0 || b[1] > 2 || be16(b, 2) != 0 || (q.length-4)%20 != 0 {
		return no
	}
	return either
}

// matchL2TP knows the head of L2TP 2 and 3 on its port (RFC 2661, section 3.1; RFC 3931).
func matchL2TP(q *probe) verdict {
	b := q.b
	if !q.port(1701) || len(b) < 6 || b[1]&15 != 2 && b[1]&15 != 3 || b[0]&0x80 != 0 && b[0]&0x48 != 0x48 {
		return no
	}
	return q.towards(1701)
}

// matchBFD knows version 1 and a length that is the datagram's, on its ports (RFC 5880, section 4.1).
func matchBFD(q *probe) verdict {
	b := q.b
	if q.port(3785) { // echo: what it carries is the sender's own affair (RFC 5881, section 4)
		return either
	}
	if !(q.port(3784) || q.port(4784)) || len(b) < 24 || b[0]>>5 != 1 && b[0]>>5 != 0 || int(b[3]) != q.length || b[2] == 0 {
		return no
	}
	return either
}

// matchHSRP knows versions 0 and 1 (RFC 2281, section 5) and the type-length-values of version 2, on its ports.
func matchHSRP(q *probe) verdict {
	b := q.b
	if !(q.port(1985) || q.port(2029)) || len(b) < 16 {
		return no
	}
	if b[0] == 0 && (b[1] <= 2 && b[2] <= 16 && b[2]&(b[2]-1) == 0 && len(b) >= 20 && b[3] > 0 && b[4] >= b[3] && b[7] == 0 || b[1] == 3) || b[0] == 1 && b[1] >= 40 && b[2] == 2 {
		return either
	}
	return no
}

// matchCAPWAP knows the preamble on its ports (RFC 5415, section 4.1).
func matchCAPWAP(q *probe) verdict {
	b := q.b
	if !(q.port(5246) || q.port(5247)) || len(b) < 8 || b[0] > 1 {
		return no
	}
	head := int(b[1]>>3) * 4
	switch {
	case b[0] == 1: // DTLS behind four bytes
		if b[4] < 20 || b[4] > 23 || b[5] != 0xfe {
			return no
		}
	case head < 8 || head+8 > q.length || b[3]&7 != 0:
		return no
	case q.port(5246) && (be32(b, head)&0xff == 0 || be32(b, head)&0xff > 26 || head+5+int(be16(b, head+5)) > q.length):
		return no
	}
	if q.port(5246) {
		return q.towards(5246)
	}
	return q.towards(5247)
}

// matchPTP knows a message's version and length on its ports (IEEE 1588, clause 13).
func matchPTP(q *probe) verdict {
	b := q.b
	if !(q.port(319) || q.port(320)) || len(b) < 34 {
		return no
	}
	if b[1]&15 == 2 && int(be16(b, 2)) <= q.length && be16(b, 2) >= 34 && (b[0]&15 <= 3 || b[0]&15 >= 8 && b[0]&15 <= 13) ||
		be16(b, 0) == 1 && be16(b, 2) == 1 && q.length >= 40 {
		return either
	}
	return no
}

// matchNATPMP knows the small requests and answers (RFC 6886, section 3) and those of PCP (RFC 6887), on their ports.
func matchNATPMP(q *probe) verdict {
	b := q.b
	if !(q.port(5350) || q.port(5351)) || len(b) < 2 || b[0] > 2 || b[1]&0x7f > 3 {
		return no
	}
	switch n := q.length; {
	case b[0] == 0 && !(b[1] == 0 && n == 2 || (b[1] == 1 || b[1] == 2) && n == 12 || b[1] == 128 && n == 12 || (b[1] == 129 || b[1] == 130) && n == 16),
		b[0] == 1, b[0] == 2 && (n < 24 || n < 60 && b[1]&0x7f > 0 || n > 24 && b[1] == 0 || n%4 != 0 || b[2] != 0):
		return no
	}
	if b[1]&0x80 != 0 {
		return server
	}
	return client
}

// matchSLP knows version, function and length on its port (RFC 2608, section 8).
func matchSLP(q *probe) verdict {
	b := q.b
	if !q.port(427) || len(b) < 12 || b[0] != 1 && b[0] != 2 || b[1] == 0 || b[1] > 11 {
		return no
	}
	if q.udp && (b[0] == 2 && int(b[2])<<16|int(be16(b, 3)) != q.length || b[0] == 1 && (int(be16(b, 2)) != q.length || b[6] < 'a' || b[6] > 'z')) {
		return no
	}
	return q.towards(427)
}

// matchXDMCP knows version 1, an operation and a length that fits, on its port.
func matchXDMCP(q *probe) verdict {
	b := q.b
	if !q.port(177) || len(b) < 6 || be16(b, 0) != 1 || be16(b, 2) == 0 || be16(b, 2) > 14 || int(be16(b, 4))+6 != q.length {
		return no
	}
	return q.towards(177)
}

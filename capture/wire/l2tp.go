package wire

import "netscope.example/nsgraph/capture/fact"

// l2tp reads an L2TPv2 data message (RFC 2661, section 3.1), which carries PPP.
func l2tp(b []byte, n int) (in inner, ok bool) {
	const (
		control, length, sequence, offset = 0x8000, 0x4000, 0x0800, 0x0200
		reserved                          = 0x34f0
	)
	if len(b) < 6 {
		return in, false
	}
	flags := be16(b)
	if flags&control != 0 || flags&reserved != 0 || flags&15 != 2 {
		return in, false
	}
	header := 6
	if flags&length != 0 {
		if size := int(be16(b[2:])); size > n || size < 8 {
			return in, false
		} else {
			n = size
			b = b[:min(len(b), n)]
		}
		header += 2
	}
	if flags&sequence != 0 {
		header += 4
	}
	if flags&offset != 0 {
		if len(b) < header+2 {
			return in, false
		}
		header += 2 + int(be16(b[header:]))
	}
	if len(b) < header+2 {
		return in, false
	}
	return inner{kind: fact.L2TP, link: linkPPP, b: b[header:], n: n - header}, true
}

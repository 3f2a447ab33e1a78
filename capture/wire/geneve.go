package wire

import "netscope.example/nsgraph/capture/fact"

// geneve reads GENEVE (RFC 8926).
func geneve(b []byte, n int) (in inner, ok bool) {
	if len(b) < 8 {
		return in, false
	}
	header := 8 + int(b[0]&0x3f)*4
	if b[0]>>6 != 0 || b[1]&0x3f != 0 || b[7] != 0 || len(b) < header {
		return in, false
	}
	in = inner{kind: fact.GENEVE, vni: be32(b[4:]) >> 8, b: b[header:], n: n - header}
	switch be16(b[2:]) {
	case typeEthernet:
		in.link = linkEthernet
	case typeIPv4, typeIPv6:
		in.link = linkRaw
	default:
		return in, false
	}
	return in, true
}

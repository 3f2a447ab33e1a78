package wire

import "netscope.example/nsgraph/capture/fact"

// lisp reads the data plane of LISP (RFC 9300, section 5.3): eight bytes of flags, nonce and locator bits or instance, then IP.
func lisp(b []byte, n int) (in inner, ok bool) {
	const instance = 0x08
	if len(b) < 8+20 || b[0]&0x03 != 0 && b[0]&instance == 0 || !isIP(b[8:]) {
		return in, false
	}
	in = inner{kind: fact.LISP, link: linkRaw, b: b[8:], n: n - 8}
	if b[0]&instance != 0 {
		in.vni = be32(b[4:]) >> 8
	}
	total := int(be16(b[10:])) // of IPv4
	if b[8]>>4 == 6 {
		total = int(be16(b[12:])) + 40
	}
	return in, total <= n-8
}

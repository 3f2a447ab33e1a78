package wire

import "netscope.example/nsgraph/capture/fact"

// teredo reads Teredo (RFC 4380, section 5.1.1): IPv6 behind two optional headers.
func teredo(b []byte, n int) (in inner, ok bool) {
	if len(b) >= 4 && be16(b) == 1 { // authentication
		size := 13 + int(b[2]) + int(b[3])
		if len(b) < size {
			return in, false
		}
		b, n = b[size:], n-size
	}
	if len(b) >= 8 && be16(b) == 0 { // origin
		b, n = b[8:], n-8
	}
	if len(b) < 40 || b[0]>>4 != 6 {
		return in, false
	}
	total := 40 + int(be16(b[4:]))
	if total > n || total < n && !teredoAddress(b[8:24]) && !teredoAddress(b[24:40]) { // trailers (RFC 6081)
		return in, false
	}
	return inner{kind: fact.Teredo, link: linkRaw, b: b, n: n}, true
}

// teredoAddress tells whether the IPv6 address a is Teredo's or link-local.
func teredoAddress(a []byte) bool {
	return be32(a) == 0x20010000 || be16(a) == 0xfe80
}

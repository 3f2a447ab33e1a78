package wire

import "netscope.example/nsgraph/capture/fact"

// Bits of the first 32 of a VXLAN header.
const (
	vxlanGroupPolicy = 0x80000000 // draft-smith-vxlan-group-policy: a policy id in the lower 16 bits
	vxlanVNI         = 0x08000000
	vxlanGPE         = 0x04000000 // draft-ietf-nvo3-vxlan-gpe: the next protocol in the lower 8 bits
)

// vxlan reads VXLAN (RFC 7348), and its extensions by group policy and next protocol.
func vxlan(b []byte, n int) (in inner, ok bool) {
	if len(b) < 8 || b[7] != 0 {
		return in, false
	}
	in = inner{kind: fact.VXLAN, vni: be32(b[4:]) >> 8, link: linkEthernet, b: b[8:], n: n - 8}
	switch flags := be32(b); {
	case flags == vxlanVNI, flags&^0x48ffff == vxlanVNI|vxlanGroupPolicy, flags == vxlanVNI|vxlanGPE|3:
		return in, in.n >= ethernetHeader
	case flags == vxlanVNI|vxlanGPE|1, flags == vxlanVNI|vxlanGPE|2:
		in.link = linkRaw
		return in, isIP(in.b)
	}
	return in, false
}

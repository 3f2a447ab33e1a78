package wire

import "netscope.example/nsgraph/capture/fact"

// backbone reads the service tag of a provider backbone bridge and the customer's frame behind it (IEEE 802.1Q, section 9.7). Its
// service identifier takes the place of a network identifier.
func (d *Decoder) backbone(p *Packet, b []byte, n int) {
	p.Network = b
	if len(b) < 4+ethernetHeader {
		p.Problem = Short
		return
	}
	d.carry(inner{kind: fact.Backbone, vni: be32(b) & 0xffffff, link: linkEthernet, b: b[4:], n: n - 4})
}

package wire

import (
	"encoding/binary"
	"math/bits"

	"netscope.example/nsgraph/capture/fact"
)

// Hash returns the same for both directions of a conversation: of the addresses, protocol and ports; of the MAC addresses and
// EtherType without IP. VLANs and tunnels do not count, so that copies meet. An ICMP error has the hash of what it quotes.
func (p *Packet) Hash() uint64 {
	if p.Protocol == fact.ICMP || p.Protocol == fact.ICMPv6 {
		if q, ok := Quoted(p); ok {
			return q.conversation()
		}
	}
	return p.conversation()
}

// conversation is Hash of the packet itself, whatever it quotes.
func (p *Packet) conversation() uint64 {
	if p.Has&HasIP == 0 {
		a := uint64(p.SrcMAC[0])<<40 | uint64(p.SrcMAC[1])<<32 | uint64(be32(p.SrcMAC[2:]))
		b := uint64(p.DstMAC[0])<<40 | uint64(p.DstMAC[1])<<32 | uint64(be32(p.DstMAC[2:]))
		return mix(min(a, b)^uint64(p.EtherType)<<48, max(a, b))
	}
	src, dst := p.SrcPort, p.DstPort
	if p.Protocol == fact.ICMP || p.Protocol == fact.ICMPv6 {
		dst = src // type and code differ by direction, the identifier does not
	}
	a, b := side(&p.Src, src), side(&p.Dst, dst)
	return mix(min(a, b)^uint64(p.Protocol), max(a, b))
}

// side returns one hash of an address and a port.
func side(a *Addr, port uint16) uint64 {
	return mix(binary.LittleEndian.Uint64(a[:8])^0x9e3779b97f4a7c15, binary.LittleEndian.Uint64(a[8:])^uint64(port)<<16)
}

// mix is the multiplication and folding of wyhash.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	return hi ^ lo
}

package flow

import (
	"encoding/binary"
	"math/bits"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// key is what packets of one conversation share in both directions: the lower of the two (address, port) pairs comes first.
type key struct {
	lo, hi         address
	loPort, hiPort uint16 // ICMP: what icmpPorts says
	proto          fact.Transport
}

// address is a wire.Addr as two big-endian words.
type address struct{ a, b uint64 }

func toAddress(w *wire.Addr) address {
	return address{binary.BigEndian.Uint64(w[:8]), binary.BigEndian.Uint64(w[8:])}
}

func (x address) wire() (w wire.Addr) {
	binary.BigEndian.PutUint64(w[:8], x.a)
	binary.BigEndian.PutUint64(w[8:], x.b)
	return w
}

// keyOf returns the key of p, and which of its ends sent p: 0 the lower one.
func keyOf(p *wire.Packet) (k key, from uint8) {
	s, d := toAddress(&p.Src), toAddress(&p.Dst)
	sp, dp := p.SrcPort, p.DstPort
	k.proto = p.Protocol
	if k.proto == fact.ICMP || k.proto == fact.ICMPv6 {
		sp, dp = icmpPorts(p)
	}
	if s.a > d.a || s.a == d.a && (s.b > d.b || s.b == d.b && sp > dp) {
		k.lo, k.hi, k.loPort, k.hiPort = d, s, dp, sp
		from = 1
	} else {
		k.lo, k.hi, k.loPort, k.hiPort = s, d, sp, dp
	}
	if k.proto == fact.ICMP || k.proto == fact.ICMPv6 {
		k.loPort, k.hiPort = sp, dp // the same for both directions
	}
	return k, from
}

// hash mixes k with a seed (the multiply and fold of wyhash), so that crafted keys do not share a bucket.
func (k *key) hash(seed uint64) uint32 {
	x := fold(k.lo.a^seed, k.lo.b^0xa0761d6478bd642f)
	y := fold(k.hi.a^0xe7037ed1a0b428db, k.hi.b^seed)
	z := uint64(k.loPort)<<32 | uint64(k.hiPort)<<16 | uint64(k.proto)
	return uint32(fold(x^z, y^seed^0x8ebc6af09c88c6e3))
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

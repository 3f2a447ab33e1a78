// Package sight recognises where packets and hosts were seen: the same packet a second time (behind a router, in another VLAN, in a
// mirror, at another capture point), and which addresses speak through which MAC addresses.
//
// A copy differs from its original in a way that a repeat from the sender cannot: its TTL is lower and its MACs are rewritten, or
// it is in another VLAN or at another capture point. Packets that are equal at one place are copies only where the capture
// doubles systematically; see [Window].
package sight

import (
	"encoding/binary"
	"math/bits"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// Multipliers of the fingerprint: odd 64-bit constants of wyhash.
const (
	k0 = 0xa0761d6478bd642f
	k1 = 0xe7037ed1a0b428db
	k2 = 0x8ebc6af09c88c6e3
	k3 = 0x589965cc75374cc3
)

// mix folds the 128-bit product of a and b into 64 bits.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// prefix is how many bytes of what follows the IP header (or of a frame without one) are part of a fingerprint.
const prefix = 32

// Fingerprint identifies a packet wherever it is seen: it covers addresses, protocol, IP identification, fragment, ports, TCP
// sequence numbers and flags, lengths, and the first bytes of other payloads. It leaves out what a hop may rewrite: MAC
// addresses, VLAN tags, TTL, DSCP, ECN, checksums, TCP window and options; of a handshake also how long these are.
//
// strong is true if the sender's IP identification makes an equal packet of the same sender within the window unlikely; it is
// false for IPv6, for identification 0 (RFC 6864 allows it for atomic datagrams) and for frames without IP.
func Fingerprint(p *wire.Packet) (h uint64, strong bool) {
	if p.Has&wire.HasIP == 0 {
		h = mix(uint64(p.EtherType)^k1, mac(p.SrcMAC)^k0)
		h = mix(h^mac(p.DstMAC), k2^uint64(p.Length))
		return bytesHash(h, p.Network), false
	}
	src, dst := &p.Src, &p.Dst
	h = mix(le(src[8:])^k0, le(dst[8:])^k1)
	if p.Version == 6 {
		h = mix(h^le(src[:8]), le(dst[:8])^k2)
	}
	length := uint64(p.IPLength)
	if p.Protocol == fact.TCP && p.Flags&wire.SYN != 0 && p.FragOff == 0 {
		length = uint64(p.PayloadLen) // a hop that takes an option out of a handshake shortens it
	}
	h = mix(h^uint64(p.Protocol)<<56^uint64(p.IPID), uint64(p.FragOff)<<1^k3^length<<32)
	strong = p.IPID != 0 && p.Version == 4
	if p.FragOff == 0 {
		switch p.Protocol {
		case fact.TCP:
			h = mix(h^uint64(p.SrcPort)<<48^uint64(p.DstPort)<<32^uint64(p.Flags), uint64(p.Seq)<<32^uint64(p.Ack)^k0)
			return h, strong
		case fact.UDP:
			h ^= uint64(p.SrcPort)<<48 ^ uint64(p.DstPort)<<32
			return bytesHash(h, p.Payload), strong
		}
	}
	return bytesHash(h, upper(p)), strong
}

// upper returns what follows the fixed IP header.
func upper(p *wire.Packet) []byte {
	n := 40
	if p.Version == 4 && len(p.Network) > 0 {
		n = int(p.Network[0]&15) * 4
	}
	if n > len(p.Network) {
		return nil
	}
	return p.Network[n:]
}

// exact summarises what a hop may rewrite but a mirror cannot: TCP window and options, DSCP and ECN.
func exact(p *wire.Packet) uint32 {
	h := mix(uint64(p.Window)<<16^uint64(p.DSCP)<<8^uint64(p.ECN)^k2, k1)
	switch o := p.Options; {
	case len(o) == 12: // the timestamps that most segments have, padded
		h = mix(h^le(o), le(o[4:])^k3)
	case len(o) > 0:
		h = bytesHash(h, o)
	}
	return uint32(h ^ h>>32)
}

func le(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

func mac(m fact.MAC) uint64 {
	return uint64(binary.LittleEndian.Uint32(m[:4])) | uint64(m[4])<<32 | uint64(m[5])<<40
}

// bytesHash adds the first bytes of b to h.
func bytesHash(h uint64, b []byte) uint64 {
	if len(b) > prefix {
		b = b[:prefix]
	}
	for len(b) >= 8 {
		h = mix(h^le(b), k1)
		b = b[8:]
	}
	var w uint64
	for i, c := range b {
		w |= uint64(c) << (8 * i)
	}
	return mix(h^w, k3^uint64(len(b)))
}

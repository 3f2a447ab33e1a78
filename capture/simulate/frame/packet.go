// Package frame holds the frames of a simulated network: headers as fields while they travel, bytes when they are captured.
package frame

import (
	"encoding/binary"
	"net/netip"

	"netscope.example/nsgraph/capture/fact"
)

// MAC is an EUI-48 address.
type MAC = fact.MAC

// Broadcast is the address of every station of a segment.
var Broadcast = MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// EtherTypes. LLC stands for an 802.3 length; Payload then begins at the LLC header.
const (
	LLC    = 0
	IPv4   = 0x0800
	ARP    = 0x0806
	IPv6   = 0x86dd
	Dot1Q  = 0x8100
	Dot1ad = 0x88a8
	LLDP   = 0x88cc
	Slow   = 0x8809
)

// IP protocol numbers.
const (
	ICMP   = 1
	IPIP   = 4
	TCP    = 6
	UDP    = 17
	SixIn4 = 41
	GRE    = 47
	ICMPv6 = 58
	EIGRP  = 88
	OSPF   = 89
	PIM    = 103
	VRRP   = 112
)

// TCP flags.
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// Tag is a VLAN tag.
type Tag struct {
	TPID uint16 // 0 means Dot1Q
	ID   uint16 // 0 to 4095
	PCP  uint8
}

// Tunnel says how Inner is carried.
type Tunnel uint8

// Tunnels. A packet with an Inner and no tunnel is one in IP of the same protocol number as Proto says.
const (
	NoTunnel Tunnel = iota
	InIP            // Proto 4 or 41
	InGRE           // Proto 47; VNI is the key, 0 none; inner IP
	InVXLAN         // UDP 4789; VNI; inner Ethernet
)

// Packet is one frame on its way. The zero value of a field leaves it out where the protocol allows.
type Packet struct {
	Src, Dst MAC
	Tags     [4]Tag // outer first
	NTags    uint8
	Type     uint16 // EtherType, or LLC

	From, To netip.Addr // of the IP header; used if Type is IPv4 or IPv6
	TTL      uint8
	TOS      uint8 // DSCP<<2 | ECN
	ID       uint16
	DF, MF   bool
	Offset   uint16 // of a fragment, in bytes
	Proto    uint8
	Alert    bool // IPv4 router alert option

	Raw              bool // Payload holds the transport header too: a fragment
	SrcPort, DstPort uint16
	Seq, Ack         uint32
	Flags            uint8
	Window           uint16
	Opt              [40]byte
	OptLen           uint8 // a multiple of 4
	Urgent           uint16

	Payload []byte // after the last header above

	Tunnel Tunnel
	VNI    uint32
	Inner  *Packet

	payloadSum uint32
	summed     bool
}

// SetPayload sets the payload by reference.
func (p *Packet) SetPayload(b []byte) { p.Payload, p.summed = b, false }

// IsIP reports whether p has an IP header.
func (p *Packet) IsIP() bool { return p.Type == IPv4 || p.Type == IPv6 }

// DSCP returns the code point.
func (p *Packet) DSCP() uint8 { return p.TOS >> 2 }

// SetDSCP changes the code point alone.
func (p *Packet) SetDSCP(d uint8) { p.TOS = p.TOS&3 | d<<2 }

// VLAN returns the outer tag's id, 0 if there is none.
func (p *Packet) VLAN() uint16 {
	if p.NTags == 0 {
		return 0
	}
	return p.Tags[0].ID
}

// Push adds an outer tag; a fifth one is refused by doing nothing.
func (p *Packet) Push(t Tag) {
	if int(p.NTags) == len(p.Tags) {
		return
	}
	copy(p.Tags[1:], p.Tags[:p.NTags])
	p.Tags[0] = t
	p.NTags++
}

// Pop removes the outer tag, if there is one.
func (p *Packet) Pop() {
	if p.NTags > 0 {
		copy(p.Tags[:], p.Tags[1:p.NTags])
		p.NTags--
	}
}

// transportLen is the length of what follows the IP header.
func (p *Packet) transportLen() int {
	if p.Raw {
		return len(p.Payload)
	}
	switch p.Tunnel {
	case InIP:
		return p.Inner.IPLen()
	case InGRE:
		n := 4
		if p.VNI != 0 {
			n = 8
		}
		return n + p.Inner.IPLen()
	case InVXLAN:
		return 16 + p.Inner.Len()
	}
	switch p.Proto {
	case TCP:
		return 20 + int(p.OptLen) + len(p.Payload)
	case UDP:
		return 8 + len(p.Payload)
	}
	return len(p.Payload)
}

// IPLen is the length from the IP header on, what an MTU limits; for other frames, of the payload.
func (p *Packet) IPLen() int {
	switch p.Type {
	case IPv4:
		n := 20
		if p.Alert {
			n = 24
		}
		return n + p.transportLen()
	case IPv6:
		return 40 + p.transportLen()
	}
	return len(p.Payload)
}

// Len is the frame's length without padding and check sequence.
func (p *Packet) Len() int { return 14 + 4*int(p.NTags) + p.IPLen() }

// MinLen is the length to which frames are padded on Ethernet, without the check sequence.
const MinLen = 60

// WireLen is Len, padded as Ethernet pads.
func (p *Packet) WireLen() int { return max(p.Len(), MinLen) }

// Append appends the frame's bytes, without padding, to b.
func (p *Packet) Append(b []byte) []byte {
	b = append(b, p.Dst[:]...)
	b = append(b, p.Src[:]...)
	for _, t := range p.Tags[:p.NTags] {
		tpid := t.TPID
		if tpid == 0 {
			tpid = Dot1Q
		}
		b = binary.BigEndian.AppendUint16(b, tpid)
		b = binary.BigEndian.AppendUint16(b, uint16(t.PCP)<<13|t.ID&0xfff)
	}
	if p.Type == LLC {
		b = binary.BigEndian.AppendUint16(b, uint16(len(p.Payload)))
		return append(b, p.Payload...)
	}
	b = binary.BigEndian.AppendUint16(b, p.Type)
	return p.AppendIP(b)
}

// AppendIP appends the bytes from the IP header on; for other frames, the payload.
func (p *Packet) AppendIP(b []byte) []byte {
	n := p.transportLen()
	switch p.Type {
	case IPv4:
		b = p.appendIPv4(b, n)
	case IPv6:
		b = p.appendIPv6(b, n)
	default:
		return append(b, p.Payload...)
	}
	return p.AppendTransport(b)
}

func (p *Packet) appendIPv4(b []byte, n int) []byte {
	at, hl := len(b), 20
	if p.Alert {
		hl = 24
	}
	off := p.Offset / 8
	if p.DF {
		off |= 0x4000
	}
	if p.MF {
		off |= 0x2000
	}
	from, to := p.From.As4(), p.To.As4()
	b = append(b, 0x40|byte(hl/4), p.TOS, byte((hl+n)>>8), byte(hl+n), byte(p.ID>>8), byte(p.ID), byte(off>>8), byte(off), p.TTL, p.Proto, 0, 0,
		from[0], from[1], from[2], from[3], to[0], to[1], to[2], to[3])
	if p.Alert {
		b = append(b, 0x94, 4, 0, 0)
	}
	binary.BigEndian.PutUint16(b[at+10:], Checksum(b[at:]))
	return b
}

func (p *Packet) appendIPv6(b []byte, n int) []byte {
	from, to := p.From.As16(), p.To.As16()
	b = append(b, 0x60|p.TOS>>4, p.TOS<<4, 0, 0, byte(n>>8), byte(n), p.Proto, p.TTL)
	b = append(b, from[:]...)
	return append(b, to[:]...)
}

// AppendTransport appends what follows the IP header.
func (p *Packet) AppendTransport(b []byte) []byte {
	if p.Raw {
		return append(b, p.Payload...)
	}
	switch p.Tunnel {
	case InIP:
		return p.Inner.AppendIP(b)
	case InGRE:
		if p.VNI != 0 {
			b = append(b, 0x20, 0)
		} else {
			b = append(b, 0, 0)
		}
		b = binary.BigEndian.AppendUint16(b, p.Inner.Type)
		if p.VNI != 0 {
			b = binary.BigEndian.AppendUint32(b, p.VNI)
		}
		return p.Inner.AppendIP(b)
	case InVXLAN:
		n := 16 + p.Inner.Len()
		b = append(b, byte(p.SrcPort>>8), byte(p.SrcPort), 0x12, 0xb5, byte(n>>8), byte(n), 0, 0)
		b = append(b, 8, 0, 0, 0, byte(p.VNI>>16), byte(p.VNI>>8), byte(p.VNI), 0)
		return p.Inner.Append(b)
	}
	switch p.Proto {
	case TCP:
		return p.appendTCP(b)
	case UDP:
		return p.appendUDP(b)
	}
	return append(b, p.Payload...)
}

func (p *Packet) appendTCP(b []byte) []byte {
	at := len(b)
	b = append(b, byte(p.SrcPort>>8), byte(p.SrcPort), byte(p.DstPort>>8), byte(p.DstPort),
		byte(p.Seq>>24), byte(p.Seq>>16), byte(p.Seq>>8), byte(p.Seq), byte(p.Ack>>24), byte(p.Ack>>16), byte(p.Ack>>8), byte(p.Ack),
		(5+p.OptLen/4)<<4, p.Flags, byte(p.Window>>8), byte(p.Window), 0, 0, byte(p.Urgent>>8), byte(p.Urgent))
	b = append(b, p.Opt[:p.OptLen]...)
	n := len(b) - at + len(p.Payload)
	sum := Sum(p.pseudo(TCP, n), b[at:]) + p.sumPayload()
	b = append(b, p.Payload...)
	binary.BigEndian.PutUint16(b[at+16:], Fold(sum))
	return b
}

func (p *Packet) appendUDP(b []byte) []byte {
	at := len(b)
	n := 8 + len(p.Payload)
	b = append(b, byte(p.SrcPort>>8), byte(p.SrcPort), byte(p.DstPort>>8), byte(p.DstPort), byte(n>>8), byte(n), 0, 0)
	c := Fold(Sum(p.pseudo(UDP, n), b[at:]) + p.sumPayload())
	if c == 0 {
		c = 0xffff
	}
	b = append(b, p.Payload...)
	binary.BigEndian.PutUint16(b[at+6:], c)
	return b
}

// sumPayload is the payload's part of the checksum, computed once however often the packet is captured.
func (p *Packet) sumPayload() uint32 {
	if !p.summed {
		p.payloadSum, p.summed = Sum(0, p.Payload), true
	}
	return p.payloadSum
}

// pseudo sums the pseudo header for n bytes of protocol proto.
func (p *Packet) pseudo(proto uint8, n int) uint32 {
	if p.Type == IPv4 {
		f, t := p.From.As4(), p.To.As4()
		return uint32(f[0])<<8 + uint32(f[1]) + uint32(f[2])<<8 + uint32(f[3]) +
			uint32(t[0])<<8 + uint32(t[1]) + uint32(t[2])<<8 + uint32(t[3]) + uint32(proto) + uint32(n)
	}
	f, t := p.From.As16(), p.To.As16()
	return Sum(Sum(uint32(proto)+uint32(n), f[:]), t[:])
}

// SealICMPv6 fills in the checksum of the ICMPv6 message in p.Payload.
func (p *Packet) SealICMPv6() {
	p.Payload[2], p.Payload[3] = 0, 0
	binary.BigEndian.PutUint16(p.Payload[2:], Fold(Sum(p.pseudo(ICMPv6, len(p.Payload)), p.Payload)))
}

// Package wire turns a frame into headers: link types, VLAN tags, MPLS, IP, fragments, tunnels, transport. It keeps no state but
// the table of fragments, allocates nothing per packet, and reads no byte that is not there.
package wire

import (
	"net/netip"

	"netscope.example/nsgraph/capture/fact"
)

// Addr is an IPv6 address, or an IPv4 address mapped into it, for fast hashing and comparison.
type Addr [16]byte

// Netip returns a as a netip.Addr; v6 tells whether a mapped address was IPv6 on the wire.
func (a Addr) Netip() netip.Addr { return netip.AddrFrom16(a).Unmap() }

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

// Bits of Packet.Has: which layers were read.
const (
	HasEthernet = 1 << iota
	HasIP
	HasTransport // ports (TCP, UDP, SCTP) or ICMP type and code
	HasLLC       // EtherType is an LLC DSAP<<8|SSAP pair, or the SNAP type if HasSNAP
	HasSNAP
	HasMPLS
	HasInvalidVLAN // a VLAN tag is invalid, as Problem says if nothing behind it is worse
)

// Packet is the headers of one frame, or of one inner packet of a tunnel. Slices point into the frame's bytes.
type Packet struct {
	Time     int64  // nanoseconds, corrected for the capture point's clock
	Number   uint64 // of the frame in its capture
	Length   uint32 // original bytes: of the frame, or from the inner header on
	Capture  uint16 // index of the capture among the sources
	Point    uint16 // index of the capture point
	Has      uint16
	Depth    uint8 // 0: outermost; n: inside n tunnels
	Problem  Problem
	PCP      uint8 // of the outer tag
	Tagged   bool  // any 802.1Q tag, priority tags included
	Cut      bool  // captured shorter than it was
	Outgoing bool  // cooked captures: sent by the capturing host

	Scope     fact.Scope
	SrcMAC    fact.MAC
	DstMAC    fact.MAC
	EtherType uint16 // of the network layer, after tags
	MPLSTC    uint8  // traffic class of the top label
	OUI       uint32 // of the SNAP header, with HasSNAP; 0 is EtherType's own

	Version  uint8 // 4, 6 or 0
	Protocol fact.Transport
	TTL      uint8
	DSCP     uint8
	ECN      uint8
	DF       bool
	Fragment bool // part of a fragmented datagram
	FirstFr  bool // the first fragment: it has the ports
	MoreFr   bool
	FragOff  uint32 // bytes
	IPID     uint32 // IPv4 identification, or that of the IPv6 fragment header; 0 otherwise
	Src, Dst Addr
	IPLength uint32 // total length of the IP packet as its header says (or as captured, for offloaded packets with length 0)

	SrcPort, DstPort uint16 // ICMP: type<<8|code in DstPort, identifier in SrcPort for echo
	Seq, Ack         uint32 // ICMP: bytes 4 to 7 of its header in Seq (next-hop MTU, gateway, identifier and sequence number)
	Flags            uint8
	Window           uint16
	Options          []byte // TCP options, as captured

	Network    []byte          // from the network header on, as captured (for ARP, LLDP, STP, …: the payload of the frame)
	Payload    []byte          // of the transport, as captured
	PayloadLen uint32          // of the transport, as the headers say
	Carries    fact.TunnelKind // this packet is the outer packet of a tunnel
}

// Problem says why a packet could not be read further.
type Problem uint8

// Problems.
const (
	OK          Problem = iota
	Short               // a header is cut, by the capture or by the sender
	BadHeader           // a length or version contradicts itself
	UnknownLink         // the link type is not one that is read
	TooDeep             // more tags or tunnels than are followed
	InvalidVLAN         // VLAN id 4095, more tags than are kept, or a tag that its sender cut
)

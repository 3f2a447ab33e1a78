package wire

import "netscope.example/nsgraph/capture/fact"

// Bits of the first 16 of a GRE header (RFC 2784, RFC 2890; version 1: RFC 2637).
const (
	greChecksum = 0x8000
	greRouting  = 0x4000
	greKey      = 0x2000
	greSequence = 0x1000
	greAck      = 0x0080
	greVersion  = 0x0007
)

// Protocol types of GRE beyond EtherTypes.
const (
	greERSPAN  = 0x88be
	greERSPAN3 = 0x22eb
	grePPP     = 0x880b
)

// protoMPLSinIP is MPLS directly in IP (RFC 4023).
const protoMPLSinIP = 137

// gre reads a GRE header. The packet stays plain IP if what it carries is not read.
func (d *Decoder) gre(p *Packet, b []byte, n int) {
	if len(b) < 4 {
		p.Problem = Short
		return
	}
	flags, protocol := be16(b), be16(b[2:])
	if flags&greRouting != 0 { // RFC 1701's source routes
		return
	}
	in := inner{kind: fact.GRE}
	size := 4
	if flags&greChecksum != 0 {
		size += 4
	}
	if flags&greKey != 0 {
		if len(b) >= size+4 {
			in.vni = be32(b[size:])
		}
		size += 4
	}
	if flags&greSequence != 0 {
		size += 4
	}
	if flags&greVersion == 1 {
		in.vni = 0 // payload length and call id, which differs by direction
		if flags&greAck != 0 {
			size += 4
		}
	}
	if len(b) < size {
		p.Problem = Short
		return
	}
	in.b, in.n = b[size:], n-size
	switch version := flags & greVersion; {
	case version == 1 && protocol == grePPP && flags&greSequence != 0: // PPTP; without sequence number it is an acknowledgement
		in.link = linkPPP
	case version != 0:
		return
	case protocol == typeIPv4 || protocol == typeIPv6:
		in.link = linkRaw
	case protocol == typeEthernet:
		in.link = linkEthernet
	case protocol == typeMPLS || protocol == typeMPLSMulticast:
		in.link = linkMPLS
	case protocol == greERSPAN && flags&greSequence == 0: // type I has no header
		in.kind, in.link = fact.ERSPAN, linkEthernet
	case protocol == greERSPAN:
		if !in.erspan(8) {
			return
		}
	case protocol == greERSPAN3:
		if !in.erspan(12) {
			return
		}
	default:
		return
	}
	if in.n > 0 {
		d.carry(in)
	}
}

// erspan takes the header of ERSPAN type II or III off (draft-foschiano-erspan-03). It tells the VLAN of the mirrored frame,
// unless the frame kept its tag.
func (in *inner) erspan(header int) bool {
	if len(in.b) < header {
		return false
	}
	word := be32(in.b)
	if header == 12 && in.b[11]&1 != 0 { // platform specific subheader
		header += 8
	}
	if len(in.b) < header {
		return false
	}
	if tagging := word >> 11 & 3; tagging != 3 {
		if id := uint16(word >> 16 & 0xfff); id != 0 && id != 0xfff {
			in.vlan = fact.VLANs{N: 1, ID: [fact.MaxVLANs]uint16{id}}
		}
		if tagging == 2 {
			in.tag, in.pcp = true, uint8(word>>13&7)
		}
	}
	in.kind, in.link = fact.ERSPAN, linkEthernet
	in.b, in.n = in.b[header:], in.n-header
	return true
}

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

// gre follows GRE in the IP packet p, which stays plain IP if what it carries is not read.
func (d *Decoder) gre(p *Packet, b []byte, n int) {
	if len(b) < 4 {
		p.Problem = Short
		return
	}
	if in, ok := greTunnel(b, n); ok && in.n > 0 {
		d.carry(in)
	}
}

// greTunnel reads a GRE header, which GRE in UDP has too (RFC 8086).
func greTunnel(b []byte, n int) (in inner, ok bool) {
	if len(b) < 4 {
		return in, false
	}
	flags, protocol := be16(b), be16(b[2:])
	size, ok := greSize(flags)
	if !ok || len(b) < size {
		return in, false
	}
	in.kind = fact.GRE
	in.b, in.n = b[size:], n-size
	if flags&greVersion == 1 { // PPTP; without sequence number it is an acknowledgement
		in.link = linkPPP
		return in, protocol == grePPP && flags&greSequence != 0
	}
	if flags&greKey != 0 {
		key := 4
		if flags&greChecksum != 0 {
			key = 8
		}
		in.vni = be32(b[key:])
	}
	switch protocol {
	case typeIPv4, typeIPv6:
		in.link = linkRaw
	case typeEthernet:
		in.link = linkEthernet
	case typeMPLS, typeMPLSMulticast:
		in.link = linkMPLS
	case greERSPAN:
		if flags&greSequence == 0 { // type I has no header
			in.kind, in.link = fact.ERSPAN, linkEthernet
			return in, true
		}
		return in, in.erspan(8)
	case greERSPAN3:
		return in, in.erspan(12)
	default:
		return in, false
	}
	return in, true
}

// greSize returns the bytes of a GRE header with these flags, unless it is of another kind.
func greSize(flags uint16) (size int, ok bool) {
	if flags&greRouting != 0 || flags&greVersion > 1 { // RFC 1701's source routes
		return 0, false
	}
	size = 4
	for _, bit := range [...]uint16{greChecksum, greKey, greSequence} {
		if flags&bit != 0 {
			size += 4
		}
	}
	if flags&greVersion == 1 && flags&greAck != 0 {
		size += 4
	}
	return size, true
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

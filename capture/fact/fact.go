// Package fact holds what leaves capture: plain values that say what packets showed, without conclusions.
//
// Every measure in a fact is a sum, a minimum, a maximum, a set or a bounded sample, so that merging facts is commutative and
// associative: over workers, capture files and capture points.
package fact

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Seq is a sequence that can fail. An error ends it.
type Seq[T any] = iter.Seq2[T, error]

// Fact is one of *Capture, *Artefact, *Conversation, *Stream, *Statement, *Link, *Station, *Name, *Copy.
type Fact interface{ fact() }

func (*Capture) fact()      {}
func (*Artefact) fact()     {}
func (*Conversation) fact() {}
func (*Stream) fact()       {}
func (*Statement) fact()    {}
func (*Link) fact()         {}
func (*Station) fact()      {}
func (*Name) fact()         {}
func (*Copy) fact()         {}

// Time is packet time: nanoseconds since 1970-01-01 UTC, corrected for the clock of the capture point.
type Time int64

// Time returns t as a time.Time in UTC.
func (t Time) Time() time.Time { return time.Unix(0, int64(t)).UTC() }

// String returns t in RFC 3339, UTC, always with nine digits of nanoseconds.
func (t Time) String() string { return t.Time().Format("2006-01-02T15:04:05.000000000Z07:00") }

// MarshalText writes t as String does.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads RFC 3339.
func (t *Time) UnmarshalText(b []byte) error {
	v, err := time.Parse(time.RFC3339Nano, string(b))
	if err != nil {
		return err
	}
	*t = Time(v.UnixNano())
	return nil
}

// Seconds returns the seconds from u to t.
func (t Time) Seconds(u Time) float64 { return float64(t-u) / 1e9 }

// MAC is an EUI-48 address.
type MAC [6]byte

// String returns lower-case hexadecimal with colons.
func (m MAC) String() string {
	const digits = "0123456789abcdef"
	var b [17]byte
	for i, x := range m {
		b[3*i], b[3*i+1] = digits[x>>4], digits[x&15]
		if i < 5 {
			b[3*i+2] = ':'
		}
	}
	return string(b[:])
}

// Compare orders addresses by their octets.
func (m MAC) Compare(o MAC) int { return bytes.Compare(m[:], o[:]) }

// IsZero reports whether m is 00:00:00:00:00:00, which stands for "none seen".
func (m MAC) IsZero() bool { return m == MAC{} }

// IsGroup reports whether m is a multicast or broadcast address.
func (m MAC) IsGroup() bool { return m[0]&1 != 0 }

// MaxVLANs is how many tags of a stack are kept; deeper stacks are cut and marked invalid.
const MaxVLANs = 3

// ManyVLANs is what is said of a deeper stack, as a value of vlan.invalid_tag.
const ManyVLANs = "more than " + string(rune('0'+MaxVLANs)) + " tags"

// VLANs is a stack of VLAN tags, outer first. The zero value is an untagged frame. Priority tags (VLAN id 0) are not kept in it.
type VLANs struct {
	N   uint8            // how many of ID are valid
	ID  [MaxVLANs]uint16 // 1 to 4095
	SVC uint8            // bit i is set if tag i is a service tag (0x88a8, 0x9100), not 0x8100
}

// String returns the ids, outer first, joined by dots ("100.10"); "" when untagged.
func (v VLANs) String() string {
	switch v.N {
	case 0:
		return ""
	case 1:
		return strconv.Itoa(int(v.ID[0]))
	}
	p := make([]string, v.N)
	for i := range p {
		p[i] = strconv.Itoa(int(v.ID[i]))
	}
	return strings.Join(p, ".")
}

// TunnelKind names what carried an inner packet.
type TunnelKind uint8

// The tunnels that are decoded. NoTunnel is the outermost frame.
const (
	NoTunnel TunnelKind = iota
	GRE
	IPinIP // IPv4-in-IPv4, 6in4, 4in6, IPv6-in-IPv6
	VXLAN
	GENEVE
	ERSPAN
	GTPU
	L2TP
	PPPoE
	Teredo
	MPLSPseudowire
	Backbone // 802.1ah, MAC in MAC
	LISP
	CAPWAP
)

var tunnelNames = [...]string{"", "gre", "ipip", "vxlan", "geneve", "erspan", "gtpu", "l2tp", "pppoe", "teredo", "mpls-pw", "802.1ah", "lisp", "capwap"}

// String returns the lower-case name; "" for NoTunnel.
func (k TunnelKind) String() string {
	if int(k) < len(tunnelNames) {
		return tunnelNames[k]
	}
	return "tunnel-" + strconv.Itoa(int(k))
}

// Scope says in which layer-2 world an address was seen: the VLAN stack, and inside which tunnel. It is comparable. Two equal
// addresses in different scopes may or may not be one host; graph/build decides that from Stations and Copies.
type Scope struct {
	VLAN   VLANs
	Tunnel TunnelKind
	VNI    uint32 // VXLAN or GENEVE network identifier, GRE key, 802.1ah service, LISP instance, GTP TEID is not used; 0 if none
}

// String returns "", "vlan 10", "vxlan 5000", "vlan 10 in vxlan 5000", …
func (s Scope) String() string {
	var b strings.Builder
	if s.VLAN.N > 0 {
		b.WriteString("vlan " + s.VLAN.String())
	}
	if s.Tunnel != NoTunnel {
		if b.Len() > 0 {
			b.WriteString(" in ")
		}
		b.WriteString(s.Tunnel.String())
		if s.VNI != 0 {
			fmt.Fprintf(&b, " %d", s.VNI)
		}
	}
	return b.String()
}

// Compare orders scopes: by tunnel, network identifier, depth of the VLAN stack and its tags, outer first.
func (s Scope) Compare(o Scope) int {
	if s == o {
		return 0
	}
	return cmp.Or(cmp.Compare(s.Tunnel, o.Tunnel), cmp.Compare(s.VNI, o.VNI), cmp.Compare(s.VLAN.N, o.VLAN.N),
		slices.Compare(s.VLAN.ID[:], o.VLAN.ID[:]), cmp.Compare(s.VLAN.SVC, o.VLAN.SVC))
}

// Transport is an IP protocol number.
type Transport uint8

// The transports with names of their own.
const (
	ICMP   Transport = 1
	TCP    Transport = 6
	UDP    Transport = 17
	ICMPv6 Transport = 58
	SCTP   Transport = 132
)

// String returns the IANA keyword in lower case, or "ip-N".
func (t Transport) String() string {
	switch t {
	case ICMP:
		return "icmp"
	case 2:
		return "igmp"
	case 4:
		return "ipip"
	case TCP:
		return "tcp"
	case UDP:
		return "udp"
	case 41:
		return "ipv6"
	case 46:
		return "rsvp"
	case 47:
		return "gre"
	case 50:
		return "esp"
	case 51:
		return "ah"
	case ICMPv6:
		return "icmpv6"
	case 88:
		return "eigrp"
	case 89:
		return "ospf"
	case 103:
		return "pim"
	case 112:
		return "vrrp"
	case 115:
		return "l2tp"
	case SCTP:
		return "sctp"
	}
	return "ip-" + strconv.Itoa(int(t))
}

// MaxEvidence is how many packet numbers a fact keeps as its witnesses.
const MaxEvidence = 8

// Evidence names packets that show a fact, as Wireshark numbers them in that file, smallest first.
type Evidence struct {
	Capture uint16   // index of the capture in the order of Run's sources; Capture.Index says which
	Packets []uint64 // at most MaxEvidence, ascending
}

// Addr is an address in a scope.
type Addr struct {
	Scope Scope
	IP    netip.Addr
}

package fact

import "net/netip"

// Stream is one RTP stream (RFC 3550): one synchronisation source from one address and port to another.
type Stream struct {
	Scope       Scope
	Src, Dst    netip.AddrPort
	SSRC        uint32
	PayloadType uint8
	Codec       string // "PCMU", "G729", …; from SDP, or the static table of RFC 3551; "" unknown
	ClockRate   uint32 // hertz
	ClockKnown  bool   // false: guessed
	Packets     uint64
	Lost        uint64 // by extended sequence number (RFC 3550, A.3); 0 if more came than expected
	Expected    uint64
	Duplicates  uint64
	Reordered   uint64
	JitterMean  float64 // milliseconds
	JitterMax   float64 // milliseconds
	DeltaMax    float64 // milliseconds between two packets
	BurstLost   uint64  // packets lost in runs of two or more
	LossRuns    uint64
	DSCP        DSCPCounts
	First, Last Time
	RTT         float64 // milliseconds from RTCP reports (LSR, DLSR); 0 unknown
	Announced   bool    // an SDP announced it
	Evidence    Evidence
}

// SpeakerKind says what kind of node makes a statement.
type SpeakerKind uint8

// Speakers.
const (
	DeviceSpeaker   SpeakerKind = iota // Speaker is a chassis, bridge, router or system id
	EndpointSpeaker                    // Address is the speaker
)

// Statement is a setting that a packet says of its sender, or of what its sender knows: `ospf.hello` = "10". Equal statements
// are one fact with a count.
type Statement struct {
	Kind     SpeakerKind
	Speaker  string     // device id: MAC of the chassis, router id, system name; "" for endpoints
	Address  netip.Addr // of the packet's sender, if it has one
	MAC      MAC        // source MAC
	Scope    Scope
	Port     string // the speaker's port (LLDP/CDP port id, STP port id), if said
	Protocol string // ospf, hsrp, lldp, …: the first part of Setting
	Group    string // what the setting must agree within: "hsrp 1", "vlan 10", an OSPF subnet; "" the segment
	Setting  string // dotted name: ospf.hello, cdp.native_vlan
	Value    string
	Point    string // capture point
	First    Time
	Last     Time
	Count    uint64
	Gaps     bool // silences much longer than its usual period lie between First and Last
	Evidence Evidence
}

// Link is an adjacency that a device announces (LLDP, CDP) or that both ends show (OSPF neighbours, STP).
type Link struct {
	Protocol     string
	From         string // device id of the sender
	FromName     string
	FromPort     string
	To           string // device id of the neighbour, if said; "" otherwise
	Scope        Scope
	Platform     string
	Version      string
	Capabilities []string // router, switch, phone, …
	Management   []netip.Addr
	MAC          MAC
	Point        string
	First, Last  Time
	Count        uint64
	Evidence     Evidence
}

// Station is an address that was seen as the source of frames of one MAC in one scope.
type Station struct {
	Scope       Scope
	IP          netip.Addr
	MAC         MAC
	Point       string
	Packets     uint64
	Claims      uint64 // ARP or ND messages in which it claims the address itself
	Announces   uint64 // of them gratuitous or unsolicited
	TTLMin      uint8  // of its IP packets, as sent through this MAC; 0 none
	TTLMax      uint8
	First, Last Time
	LastClaim   Time
	FirstClaim  Time
	Clocks      []TimestampClock // TCP timestamp clocks, at most 2
	Evidence    Evidence
}

// TimestampClock is a host's TCP timestamp clock (RFC 7323) seen through packets: value ≈ Base + Rate·(t − At).
type TimestampClock struct {
	At    Time
	Base  uint32
	Rate  float64 // ticks per second
	Count uint64
}

// Name is a name of an address, passively seen.
type Name struct {
	Scope       Scope
	IP          netip.Addr
	Name        string
	Evidence    string // dns, dhcp, sni, http, nbns, mdns, lldp, cdp, …
	Client      netip.Addr
	TTL         uint32 // seconds, of DNS answers
	First, Last Time
	Count       uint64
	Packets     Evidence
}

// CopyKind says how two sightings of one packet differ.
type CopyKind uint8

const (
	// Mirrored copies are equal: same VLAN, same TTL, same MACs.
	Mirrored CopyKind = iota
	// Routed copies have a lower TTL and other MACs.
	Routed
	// Bridged copies have the same TTL and MACs in another VLAN: a leak.
	Bridged
)

var copyNames = [...]string{"mirrored", "routed", "bridged"}

// String returns mirrored, routed or bridged.
func (k CopyKind) String() string { return copyNames[k] }

// Copy sums up the further sightings of packets between two places.
type Copy struct {
	Kind               CopyKind
	FromPoint, ToPoint string
	From, To           Scope
	FromMAC, ToMAC     MAC // source MACs: before and after; for routed copies ToMAC is the router's
	Hops               uint8
	FromDSCP, ToDSCP   uint8
	Packets            uint64
	Sightings          uint64 // the most sightings of one packet at one place; large in a bridging loop
	DelaySum           int64  // nanoseconds from the earlier to the later
	DelayMin, DelayMax int64
	Broadcasts         uint64 // of Packets, to a group address
	ECTCleared         uint64
	First, Last        Time
	Witness            string // one conversation or address that shows it: "10.0.0.1 -> 10.0.1.2"
	Evidence           []Evidence
}

// LoopSightings is how often one broadcast must come by at one place within moments to be called looping: a mirror shows it twice, a few taps and retries a
// few times, and old protocols were seen to repeat theirs twenty times.
const LoopSightings = 64

// DHCPTries is how often a client must ask for an address before it may be said that nobody offers it one: the first repetitions come within seconds.
const DHCPTries = 3

// Looping reports whether c is the same group-addressed frames again and again at one place: a bridging loop.
func (c *Copy) Looping() bool {
	return c.Kind == Mirrored && c.Broadcasts > 0 && c.Sightings >= LoopSightings
}

package fact

import "net/netip"

// Conversation is what two endpoints exchanged over one pair of ports, or of one ICMP identifier, counted once however many
// capture points and VLANs it was seen in. A long conversation is one fact, emitted when it ends, idles out, is evicted, or the run ends;
// a conversation that was emitted early and goes on is emitted again as a continuation (Partial) with the new packets alone.
type Conversation struct {
	Scope     Scope // where it was first seen
	Scopes    []Scope
	Transport Transport
	Client    netip.AddrPort // who asked; ports are 0 for transports without them, ICMP has type<<8|code as the server's port
	Server    netip.AddrPort
	ClientIn  Scope     // the scope in which the client's own frames were seen first
	ServerIn  Scope     // the scope in which the server's own frames were seen first; equals ClientIn if not routed in view
	Direction Direction // why Client is the client
	Certainty float64   // of the direction, 0.5 to 1
	First     Time
	Last      Time
	Partial   bool // continuation, or cut by eviction

	Up   Half // client to server
	Down Half // server to client

	TCP     *TCPInfo // nil unless Transport is TCP
	Outcome Outcome
	Errors  []ICMPError // that quote this conversation; at most 4 distinct
	App     App
	Parent  string // for secondary channels, the application that announced it: ftp, sip, …; "" otherwise

	Tunnel   TunnelKind // what this conversation itself carries, when it is a tunnel's outer conversation
	Step     int64      // nanoseconds of one bucket of Buckets
	Buckets  []VolumeAt // traffic over time, ascending
	Points   []uint16   // indexes of the capture points that saw it
	Evidence []Evidence
}

// VolumeAt is a conversation's frame bytes of one time step.
type VolumeAt struct {
	At       Time
	Up, Down Count
}

// Direction says what decided who is the client.
type Direction uint8

// From the weakest to the strongest.
const (
	ByOrder Direction = iota
	ByPort
	ByDeclared
	ByProtocol
	ByHandshake
)

var directionNames = [...]string{"order", "port", "declared", "protocol", "handshake"}

// String returns order, port, declared, protocol or handshake.
func (d Direction) String() string { return directionNames[d] }

// Half is one direction of a conversation. Counts are of packets counted once; Copies are further sightings.
type Half struct {
	Packets uint64
	Bytes   uint64 // frame bytes: Ethernet header to payload, no FCS; inside a tunnel, from the inner header on
	Payload uint64 // transport payload bytes, retransmissions included
	Copies  uint64 // further sightings, not in Packets
	First   Time
	Last    Time

	DSCP    DSCPCounts
	ECN     [4]uint64 // Not-ECT, ECT(1), ECT(0), CE
	PCP     [8]uint64 // of tagged frames, by the outer tag of the first sighting
	TTLMin  uint8     // of the first sightings
	TTLMax  uint8
	MAC     MAC // source MAC of the first frame; zero if the link has none
	NextMAC MAC // destination MAC of the first frame
	MACs    int // distinct source MACs among first sightings, counted up to 4

	Fragments uint64 // packets that are fragments
}

// DSCPCounts counts packets by code point; index 0 to 63. nil means none.
type DSCPCounts []DSCPCount

// DSCPCount is how many packets carried one code point.
type DSCPCount struct {
	DSCP    uint8
	Packets uint64
	Bytes   uint64
}

// Outcome says how far an attempt got.
type Outcome uint8

const (
	// Unknown: the capture does not show the beginning and only one direction.
	Unknown Outcome = iota
	// Established: handshake complete, or data both ways, or a request that was answered.
	Established
	// Refused: RST to the SYN, or ICMP port unreachable, from whoever; ResponderTTL and ResponderMAC tell who it can be.
	Refused
	// Prohibited: ICMP 3/9, 3/10, 3/13 or ICMPv6 1/1; the sender is in Errors.
	Prohibited
	// Unreachable: another ICMP destination unreachable or time exceeded.
	Unreachable
	// Unanswered: an attempt, nothing came back.
	Unanswered
	// OneWay: data flowed one way only, no answer was seen, and none was needed or the other direction is not captured.
	OneWay
)

var outcomeNames = [...]string{"unknown", "established", "refused", "prohibited", "unreachable", "unanswered", "one-way"}

// String returns the name in lower case.
func (o Outcome) String() string { return outcomeNames[o] }

// ICMPError is an ICMP or ICMPv6 error that quotes a conversation.
type ICMPError struct {
	From       netip.Addr // who sent the error
	MAC        MAC
	TTL        uint8
	V6         bool
	Type, Code uint8
	MTU        uint32 // next-hop MTU of 3/4 and ICMPv6 type 2
	OfClient   bool   // the error answers the client's packets
	Count      uint64
	First      Time
	Evidence   Evidence
}

// TCPInfo is what the TCP state of a conversation showed.
type TCPInfo struct {
	SYN, SYNACK, Handshake bool // seen; Handshake: SYN, SYN-ACK and the ACK
	Data                   bool // payload was seen
	SYNs                   uint64
	ISN                    uint32 // of the client's SYN
	ClientOptions          SYNOptions
	ServerOptions          SYNOptions
	ClosedBy               string // client, server, client-reset, server-reset, ""
	ResetTTL               uint8  // TTL of the first RST from the server's address; 0 none
	ResetMAC               MAC
	Up, Down               TCPHalf
}

// SYNOptions are the options of one side's SYN.
type SYNOptions struct {
	Seen        bool
	MSS         uint16 // 0: not offered
	WindowScale int8   // -1: not offered
	SACK        bool
	Timestamps  bool
	Window      uint16
	MSSChanged  uint16 // another MSS seen in a copy of the same SYN; 0 none
	Stripped    uint8  // options present in one sighting and missing in another: bit 0 scale, 1 SACK, 2 timestamps
}

// TCPHalf is the state of one sender.
type TCPHalf struct {
	Retransmitted      uint64 // segments
	RetransmittedBytes uint64
	OutOfOrder         uint64
	Lost               uint64 // segments or gaps that were acknowledged but never captured: loss of the capture itself
	ZeroWindows        uint64 // times this sender closed its own receive window
	ZeroWindowTime     int64  // nanoseconds its window stayed closed
	WindowMax          uint32 // largest advertised receive window, scaled if the scale is known
	WindowFull         uint64 // times the other side filled this sender's window
	RTT                RTT    // from this sender's segments to their acknowledgement, as seen at the capture point, without retransmitted segments (Karn)
	MaxSegment         uint32 // largest payload in one packet
	BigUnacked         uint32 // payload size of the smallest DF segment that was retransmitted at least twice and never acknowledged; 0 none
}

// RTT summarises round-trip times in nanoseconds. Buckets makes quantiles mergeable: bucket i counts samples of [2^(i/4), 2^((i+1)/4)) microseconds, i < 120.
type RTT struct {
	Count    uint64
	Sum      int64
	Min, Max int64
	Buckets  map[uint8]uint32
}

// App is what a conversation speaks, and how that is known.
type App struct {
	Name     string // lower case: tls, http, dns, …; "" unknown
	Evidence AppEvidence
	Names    []AppName // names seen in it: SNI, Host, …; at most 4
	ALPN     string
	Version  string // banner or protocol version, if it shows one, printable, at most 128 bytes
	User     string
	Clear    string // kind of credentials that went in clear: "ftp", "http-basic", "telnet", "ldap-simple", "pop3", "imap", "smtp", "snmp-v1", "snmp-v2c"; "" none
	Cert     string // SHA-256 of the server's leaf certificate, hexadecimal
	CertName string // its subject common name or first DNS name
}

// AppEvidence is the ladder of SPEC: payload > name > DNS answer > port.
type AppEvidence uint8

// From the weakest to the strongest.
const (
	NoEvidence AppEvidence = iota
	PortEvidence
	DNSEvidence
	NameEvidence
	PayloadEvidence
)

var evidenceNames = [...]string{"unknown", "port", "dns", "name", "payload"}

// String returns unknown, port, dns, name or payload.
func (e AppEvidence) String() string { return evidenceNames[e] }

// AppName is a name of the server that a conversation shows.
type AppName struct {
	Name     string
	Evidence string // sni, http, certificate, sip, …
}

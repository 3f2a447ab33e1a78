package simulate

import (
	"net/netip"

	"netscope.example/nsgraph/capture/fact"
)

// Truth is what a run knows of the network that its captures show. It is written as JSON beside the capture; times are RFC 3339 in
// UTC by the network's true clock, without a capture point's error.
type Truth struct {
	Schema        string         `json:"schema"` // nsgraph.truth/1
	Conversations []Conversation `json:"conversations"`
	Scenario      string         `json:"scenario"`
	Doc           string         `json:"doc"`
	Seed          uint64         `json:"seed"`
	From          fact.Time      `json:"from"`
	To            fact.Time      `json:"to"` // when the run ended
	Points        []PointTruth   `json:"points"`
	Hosts         []HostTruth    `json:"hosts"`
	Services      []ServiceTruth `json:"services"`
	Requires      []Requirement  `json:"requires"`     // that really caused conversations
	Applications  []Volume       `json:"applications"` // of conversations, as captured, each packet once
	Groups        []Volume       `json:"groups"`
	Total         Volume         `json:"total"` // all frames, control plane included, each once
	Queues        []QueueTruth   `json:"queues"`
	Streams       []StreamTruth  `json:"streams"`
	Settings      []Setting      `json:"settings"`
	Faults        []FaultTruth   `json:"faults"`
	Expect        Expect         `json:"expect"`
}

// Conversation is one, however many capture points and VLANs it was seen in.
type Conversation struct {
	ID        uint32    `json:"id"`
	Transport string    `json:"transport"`
	Client    string    `json:"client"` // address:port as the client used it
	Server    string    `json:"server"` // address:port as the client addressed it
	Seen      []Tuple   `json:"also,omitempty"`
	ClientOf  string    `json:"client_host"`
	ServerOf  string    `json:"server_host"` // who answered; "" nobody
	Context   string    `json:"context"`
	VLAN      uint16    `json:"client_vlan"`
	ServerIn  uint16    `json:"server_vlan,omitempty"`
	App       string    `json:"application"` // as a classifier names it; "" has no name
	Service   string    `json:"service,omitempty"`
	Names     []string  `json:"names,omitempty"`
	Cause     uint32    `json:"cause,omitempty"`  // the conversation for whose sake it was made
	Parent    string    `json:"parent,omitempty"` // the application that announced it
	Outcome   string    `json:"outcome"`          // established, refused, prohibited, unreachable, timeout, unfinished
	StoppedBy string    `json:"stopped_by,omitempty"`
	How       string    `json:"how,omitempty"` // drop, reset, icmp, unreachable
	FromZone  string    `json:"from_zone,omitempty"`
	ToZone    string    `json:"to_zone,omitempty"`
	Policy    string    `json:"policy,omitempty"` // allow, deny, observe, by the intent
	First     fact.Time `json:"first"`
	Last      fact.Time `json:"last"`
	Up        Half      `json:"up"`
	Down      Half      `json:"down"`
	Copies    uint64    `json:"copies"` // sightings beyond the first, of all its packets
	Lost      uint64    `json:"lost"`   // packets that the network lost
	Points    []string  `json:"points"` // capture points that saw it
}

// Tuple is a conversation's addresses behind a translation.
type Tuple struct {
	Client string `json:"client"`
	Server string `json:"server"`
}

// Half is one direction of a conversation.
type Half struct {
	Sent          uint64 `json:"sent"`       // packets, by the endpoint
	SentBytes     uint64 `json:"sent_bytes"` // frame bytes, as it sent them
	Packets       uint64 `json:"packets"`    // captured, each once
	Bytes         uint64 `json:"bytes"`
	Retransmitted uint64 `json:"retransmitted"`
	DSCP          uint8  `json:"dscp"` // as sent
}

// PointTruth is a capture point and its faults.
type PointTruth struct {
	Name      string  `json:"name"`
	File      string  `json:"file"`
	On        string  `json:"on"`
	Packets   uint64  `json:"packets"`
	Bytes     uint64  `json:"bytes"`
	Sightings uint64  `json:"sightings"` // of packets that some point had shown before
	Twice     uint64  `json:"mirrored_twice"`
	Lost      uint64  `json:"lost"`
	Truncated uint64  `json:"truncated"`
	OffsetS   float64 `json:"offset_s"`
	DriftPPM  float64 `json:"drift_ppm"`
	SnapLen   int     `json:"snaplen"`
	Stripped  bool    `json:"tags_stripped"`
	OneWay    bool    `json:"one_way"`
	Offload   bool    `json:"offload"`
}

// HostTruth is a host.
type HostTruth struct {
	Name      string       `json:"name"`
	Addresses []netip.Addr `json:"addresses"`
	MAC       string       `json:"mac"`
	VLAN      uint16       `json:"vlan"`
	Context   string       `json:"context"`
	Zone      string       `json:"zone"`
	OS        string       `json:"os"`
	Groups    []string     `json:"groups,omitempty"`
}

// ServiceTruth is a service.
type ServiceTruth struct {
	Name      string   `json:"name"`
	FQDN      string   `json:"fqdn"`
	Hosts     []string `json:"hosts"`
	Endpoints []string `json:"endpoints"` // address transport/port
	App       string   `json:"application"`
	Clients   int      `json:"clients"` // hosts that an exchange succeeded for
	Clear     bool     `json:"cleartext_credentials,omitempty"`
}

// Requirement says that one service needs another to answer.
type Requirement struct {
	Service string `json:"service"`
	Needs   string `json:"needs"`
	Count   uint64 `json:"conversations"`
}

// Volume is traffic as captured, each packet once.
type Volume struct {
	Name          string `json:"name"`
	Packets       uint64 `json:"packets"`
	Bytes         uint64 `json:"bytes"`
	Conversations uint64 `json:"conversations"`
}

// QueueTruth is how one class fared at one transmitter.
type QueueTruth struct {
	Link      string  `json:"link"`
	From      string  `json:"from"`
	Class     string  `json:"class"`
	Sent      uint64  `json:"sent"`
	Bytes     uint64  `json:"bytes"`
	Dropped   uint64  `json:"dropped"`
	Policed   uint64  `json:"policed"`   // of those dropped
	Contended uint64  `json:"contended"` // packets that had to wait for others
	P50Ms     float64 `json:"delay_p50_ms"`
	P95Ms     float64 `json:"delay_p95_ms"`
	P99Ms     float64 `json:"delay_p99_ms"`
	MaxMs     float64 `json:"delay_max_ms"`
}

// StreamTruth is one RTP stream.
type StreamTruth struct {
	SSRC     uint32  `json:"ssrc"`
	Src      string  `json:"src"`
	Dst      string  `json:"dst"`
	Codec    string  `json:"codec"`
	DSCP     uint8   `json:"dscp"` // as sent
	Sent     uint64  `json:"sent"`
	Received uint64  `json:"received"`
	JitterMs float64 `json:"jitter_ms"`    // RFC 3550 at the receiver, at the end
	DelayP95 float64 `json:"delay_p95_ms"` // one way
}

// Setting is what a device says of itself, right or wrong.
type Setting struct {
	Device string `json:"device"`
	Port   string `json:"port,omitempty"`
	Name   string `json:"name"`
	Value  string `json:"value"`
}

// FaultTruth is a fault or an act, with when it held.
type FaultTruth struct {
	Kind   string    `json:"kind"`
	Target string    `json:"target"`
	From   fact.Time `json:"from"`
	To     fact.Time `json:"to"`
}

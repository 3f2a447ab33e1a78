// Package graph is the model of an observed network: nodes that never change their key, relationships that hold during an interval, the
// stores that keep them, and the queries that ask them.
//
// Every relationship is the contribution of one ingest (its Batch): nothing is merged in a store, queries aggregate. So ingesting twice
// changes nothing, the order of ingests does not matter, and an ingest can be taken out again.
//
// This file is the only place where labels, relationship types and property names are defined: they are the struct tags below. A property that is
// tagged sparse is zero or empty in most rows; a store may leave it out there.
package graph

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"netscope.example/nsgraph/capture/fact"
)

// ID identifies a node or relationship in all stores, sensors and runs: the first 128 bits of the SHA-256 of its key.
type ID [16]byte

// idEncoding keeps order: identifiers sort as text as they sort as bytes, in Go, SQL and Cypher alike.
var idEncoding = base32.HexEncoding.WithPadding(base32.NoPadding)

// NewID returns the identifier of a key: a label or relationship type and the values that make it unique, in their order.
func NewID(kind string, key ...string) ID {
	var room [512]byte
	b := append(room[:0], kind...)
	for _, k := range key {
		b = append(append(b, 0), k...)
	}
	sum := sha256.Sum256(b)
	return ID(sum[:16])
}

// idDigits are the digits of idEncoding in lower case.
const idDigits = "0123456789abcdefghijklmnopqrstuv"

// String returns 26 lower-case base32 characters.
func (id ID) String() string {
	text := id.text() // so that this is inlined, and texts that are only compared take no memory
	return string(text[:])
}

func (id ID) text() (b [26]byte) {
	hi, lo := binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:])
	for i := range 12 { // 60 of the first 64 bits
		b[i] = idDigits[hi>>(59-5*i)&31]
	}
	b[12] = idDigits[(hi<<1|lo>>63)&31]
	for i := range 12 { // of the last 63 bits
		b[13+i] = idDigits[lo>>(58-5*i)&31]
	}
	b[25] = idDigits[lo<<2&31]
	return b
}

// IsZero reports whether id is unset.
func (id ID) IsZero() bool { return id == ID{} }

// MarshalText writes id as String does.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *ID) UnmarshalText(b []byte) error {
	v, err := idEncoding.DecodeString(strings.ToUpper(string(b)))
	if err != nil || len(v) != len(id) {
		return errors.New("graph: not an identifier: " + string(b))
	}
	copy(id[:], v)
	return nil
}

// Time is packet time, nanoseconds since 1970 UTC.
type Time = fact.Time

// Forever is the open end of time.
const Forever Time = 1<<63 - 1

// ErrNoData says that a store or a window of it holds nothing to answer from.
var ErrNoData = errors.New("no data")

// DefaultContext is the address space of addresses that nothing shows to be ambiguous.
const DefaultContext = "default"

// Nodes. Their fields are their key and what follows from it; they never change.
type (
	// Endpoint is a host address in an address context.
	Endpoint struct {
		ID      ID         `graph:"id"`
		Context string     `graph:"context"`
		Address netip.Addr `graph:"address"`
	}
	// Service is something that answers, or is asked to. Port is 0 for transports without ports; ICMP has none.
	Service struct {
		ID        ID         `graph:"id"`
		Endpoint  ID         `graph:"endpoint"`
		Context   string     `graph:"context"`
		Address   netip.Addr `graph:"address"`
		Transport string     `graph:"transport"`
		Port      uint16     `graph:"port"`
	}
	// VLAN is a VLAN id, or a stack of them, outer first, inside one domain.
	VLAN struct {
		ID     ID     `graph:"id"`
		Domain string `graph:"domain"` // "" or the tunnel that carries it: "vxlan 5000"
		VLAN   string `graph:"vlan"`   // "10", "100.10"
	}
	// Subnet is a prefix in a context, declared or learned.
	Subnet struct {
		ID      ID           `graph:"id"`
		Context string       `graph:"context"`
		Prefix  netip.Prefix `graph:"prefix"`
	}
	// Named is a node that its name identifies: Zone, Group, Application, Setting, Protocol, Name.
	Named struct {
		ID    ID     `graph:"id"`
		Label Label  `graph:"-"`
		Name  string `graph:"name"`
	}
	// MAC is a hardware address.
	MAC struct {
		ID      ID     `graph:"id"`
		Address string `graph:"address"`
		Vendor  string `graph:"vendor"`
	}
	// Device speaks a control protocol: a switch, a router.
	Device struct {
		ID     ID     `graph:"id"`
		Device string `graph:"device"` // chassis id, bridge id, router id or system name
	}
	// CapturePoint is where a capture was taken.
	CapturePoint struct {
		ID   ID     `graph:"id"`
		Name string `graph:"name"`
	}
	// Capture is one ingested input.
	Capture struct {
		ID            ID       `graph:"id"`
		SHA256        string   `graph:"sha256"`
		Batch         ID       `graph:"batch"`
		Path          string   `graph:"path"`
		Format        string   `graph:"format"`
		LinkTypes     []string `graph:"link_types"`
		Point         string   `graph:"point"`
		Packets       int64    `graph:"packets"`
		Bytes         int64    `graph:"bytes"`
		CapturedBytes int64    `graph:"captured_bytes"`
		First         Time     `graph:"first"`
		Last          Time     `graph:"last"`
		Truncated     int64    `graph:"truncated_packets"`
		Undecodable   int64    `graph:"undecodable_packets"`
		Dropped       int64    `graph:"dropped_packets"`
		Duplicates    int64    `graph:"duplicates"`
		Complete      bool     `graph:"complete"`
		Error         string   `graph:"error"`
		ClockOffset   float64  `graph:"clock_offset_s"`
		Step          int64    `graph:"step_s"` // seconds of one bucket of the timeline
		At            []int64  `graph:"at"`     // Unix seconds at which the buckets start, ascending; empty buckets are left out
		AtBytes       []int64  `graph:"at_bytes"`
		AtPackets     []int64  `graph:"at_packets"`
		AtAgain       []int64  `graph:"at_again"` // bytes of frames that another capture point saw before: they load this link, too
	}
	// Artefact is a property of a capture that can fool an analysis.
	Artefact struct {
		ID     ID      `graph:"id"`
		Batch  ID      `graph:"batch"`
		Kind   string  `graph:"kind"`
		Point  string  `graph:"point"`
		Extent float64 `graph:"extent"`
		Text   string  `graph:"text"`
	}
	// Stream is one RTP stream of one ingest.
	Stream struct {
		ID          ID       `graph:"id"`
		Batch       ID       `graph:"batch"`
		Src         string   `graph:"src"` // address:port
		Dst         string   `graph:"dst"`
		SSRC        int64    `graph:"ssrc"`
		PayloadType int64    `graph:"payload_type"`
		Codec       string   `graph:"codec"`
		ClockRate   int64    `graph:"clock_rate_hz"`
		ClockKnown  bool     `graph:"clock_known"`
		Packets     int64    `graph:"packets"`
		Expected    int64    `graph:"expected"`
		Lost        int64    `graph:"lost"`
		Duplicates  int64    `graph:"duplicates"`
		Reordered   int64    `graph:"reordered"`
		LossRuns    int64    `graph:"loss_runs"`
		BurstLost   int64    `graph:"burst_lost"`
		JitterMean  float64  `graph:"jitter_mean_ms"`
		JitterMax   float64  `graph:"jitter_max_ms"`
		DeltaMax    float64  `graph:"delta_max_ms"`
		RTT         float64  `graph:"rtt_ms"`
		Announced   bool     `graph:"announced"`
		DSCP        []int64  `graph:"dscp"` // code points, with DSCPPackets
		DSCPPackets []int64  `graph:"dscp_packets"`
		First       Time     `graph:"first"`
		Last        Time     `graph:"last"`
		Evidence    []string `graph:"evidence"`
	}
	// Finding is a finding with its history: what an analysis concluded, first and last when, and whether the last run still concluded it.
	Finding struct {
		ID         ID       `graph:"id"`
		Rule       string   `graph:"rule"`
		Severity   string   `graph:"severity"`
		Confidence float64  `graph:"confidence"`
		Text       string   `graph:"text"`
		Subjects   []string `graph:"subjects"` // "kind id label"
		First      Time     `graph:"first"`
		Last       Time     `graph:"last"`
		Open       bool     `graph:"open"`
		Count      int64    `graph:"count"`
	}
	// Snapshot names an interval of packet time.
	Snapshot struct {
		ID       ID       `graph:"id"`
		Name     string   `graph:"name"`
		From     Time     `graph:"from"`
		To       Time     `graph:"to"`       // half-open
		Captures []string `graph:"captures"` // SHA-256; empty: all
	}
)

// Label is a node label.
type Label string

// Labels.
const (
	LabelEndpoint     Label = "Endpoint"     // a host address in an address context
	LabelService      Label = "Service"      // something that answers, or is asked to
	LabelVLAN         Label = "VLAN"         // a VLAN id, or a stack of them, in a domain
	LabelSubnet       Label = "Subnet"       // a prefix, declared or learned
	LabelZone         Label = "Zone"         // a part of the network that the policy speaks of, declared, or inferred from VLANs and subnets
	LabelGroup        Label = "Group"        // a user group or business unit, declared
	LabelApplication  Label = "Application"  // something that the business knows by name, declared
	LabelSetting      Label = "Setting"      // something that a packet says of a configuration: ospf.hello, tcp.mss, cdp.duplex
	LabelProtocol     Label = "Protocol"     // a network protocol, as a capture counts them
	LabelName         Label = "Name"         // a name that was seen for an address
	LabelMAC          Label = "MAC"          // a hardware address
	LabelDevice       Label = "Device"       // a speaker of a control protocol: a switch, a router
	LabelCapturePoint Label = "CapturePoint" // where a capture was taken
	LabelCapture      Label = "Capture"      // one ingested input
	LabelArtefact     Label = "Artefact"     // a property of a capture that can fool an analysis
	LabelStream       Label = "Stream"       // a media stream
	LabelSnapshot     Label = "Snapshot"     // a named interval of packet time
	LabelFinding      Label = "Finding"      // what an analysis concluded, with its history
)

// Rel is what all relationships have. A relationship holds during [From, To).
type Rel struct {
	ID    ID   `graph:"id"`
	Src   ID   `graph:"-"`
	Dst   ID   `graph:"-"`
	From  Time `graph:"valid_from"`
	To    Time `graph:"valid_to"`
	Batch ID   `graph:"batch"`
}

// Type is a relationship type.
type Type string

// Relationship types.
const (
	TypeUses        Type = "USES"         // communication that was observed, with its measures; Up is client to service
	TypeOffers      Type = "OFFERS"       // it answered
	TypeRequires    Type = "REQUIRES"     // inferred by nesting in time: the first service needs the second
	TypeInVLAN      Type = "IN_VLAN"      // frames of it, or to it, were seen there
	TypeInSubnet    Type = "IN_SUBNET"    // the address lies in the prefix
	TypeInZone      Type = "IN_ZONE"      // where the intent, or what was seen, puts it
	TypeInGroup     Type = "IN_GROUP"     // the intent says so
	TypePartOf      Type = "PART_OF"      // the intent says so
	TypeReaches     Type = "REACHES"      // endpoints of the zone were answered by the service of another zone, and what the policy says of it
	TypeKnownAs     Type = "KNOWN_AS"     // a name that was seen for it
	TypeHasMAC      Type = "HAS_MAC"      // the address was the source of frames of that MAC
	TypeStates      Type = "STATES"       // what it said of its configuration
	TypeConnectedTo Type = "CONNECTED_TO" // neighbours, as LLDP, CDP, OSPF and their like announce them
	TypeRoutes      Type = "ROUTES"       // it forwards for the network
	TypeCarries     Type = "CARRIES"      // the VLAN was seen at it
	TypeSends       Type = "SENDS"        // the stream comes from there
	TypeReceivedBy  Type = "RECEIVED_BY"  // the stream goes there
	TypeSeenAt      Type = "SEEN_AT"      // packets of it were captured there
	TypeCopied      Type = "COPIED_TO"    // packets that were seen twice
	TypeCarried     Type = "CARRIED"      // traffic of the capture by protocol and by VLAN, frames counted once
	TypeAbout       Type = "ABOUT"        // what it is about
)

// Relationships.
type (
	// Uses is (Endpoint)-[:USES]->(Service): what one endpoint exchanged with one service, in one application, between two VLANs. Up is client to
	// service.
	Uses struct {
		Rel
		Application string   `graph:"application"`
		Evidence    string   `graph:"application_evidence"` // payload, name, dns, port, unknown
		ALPN        []string `graph:"alpn" sparse:"true"`
		Versions    []string `graph:"versions" sparse:"true"` // banners, at most 4
		Parent      string   `graph:"parent" sparse:"true"`   // application that announced this secondary channel
		Credentials string   `graph:"credentials" sparse:"true"`
		Cleartext   int64    `graph:"cleartext" sparse:"true"`   // conversations in which credentials went in clear
		Certificate string   `graph:"certificate" sparse:"true"` // SHA-256 of the leaf
		CertName    string   `graph:"certificate_name" sparse:"true"`
		ServerNames []string `graph:"server_names" sparse:"true"` // SNI, Host: names by which this client asked
		Direction   string   `graph:"direction"`                  // strongest reason
		Certainty   float64  `graph:"certainty"`
		ClientVLAN  string   `graph:"client_vlan" sparse:"true"`
		ServerVLAN  string   `graph:"server_vlan" sparse:"true"`
		Tunnel      string   `graph:"tunnel" sparse:"true"`  // that carried these conversations: "vxlan 5000"; "" none
		Carries     string   `graph:"carries" sparse:"true"` // these conversations are a tunnel: "gre"
		Points      []string `graph:"points"`
		ClientMAC   string   `graph:"client_mac" sparse:"true"` // last hop towards the client, and the server, as seen
		ServerMAC   string   `graph:"server_mac" sparse:"true"`

		Conversations int64    `graph:"conversations"`
		Established   int64    `graph:"established"`
		Refused       int64    `graph:"refused" sparse:"true"`         // by the service's own host
		Foreign       int64    `graph:"refused_foreign" sparse:"true"` // RST or port unreachable that was not the host's own
		Prohibited    int64    `graph:"prohibited" sparse:"true"`
		Unreachable   int64    `graph:"unreachable" sparse:"true"`
		Unanswered    int64    `graph:"unanswered" sparse:"true"`
		OneWay        int64    `graph:"one_way" sparse:"true"`
		Reached       int64    `graph:"reached" sparse:"true"` // one-way or unanswered, but seen in the service's own segment
		Handshakes    int64    `graph:"handshakes" sparse:"true"`
		Blockers      []string `graph:"blocked_by" sparse:"true"` // addresses or MACs of who refused for the service

		PacketsUp   int64 `graph:"packets_up"`
		PacketsDown int64 `graph:"packets_down"`
		BytesUp     int64 `graph:"bytes_up"`
		BytesDown   int64 `graph:"bytes_down"`
		PayloadUp   int64 `graph:"payload_up" sparse:"true"`
		PayloadDown int64 `graph:"payload_down" sparse:"true"`
		Copies      int64 `graph:"copies" sparse:"true"`

		DSCPUp     []int64 `graph:"dscp_up" sparse:"true"` // packets per code point: code, packets, bytes, code, packets, bytes, …
		DSCPDown   []int64 `graph:"dscp_down" sparse:"true"`
		PCPUp      []int64 `graph:"pcp_up" sparse:"true"` // 8 counts, or empty
		PCPDown    []int64 `graph:"pcp_down" sparse:"true"`
		ECNUp      []int64 `graph:"ecn_up" sparse:"true"` // 4 counts
		ECNDown    []int64 `graph:"ecn_down" sparse:"true"`
		TTLUpMin   int64   `graph:"ttl_up_min" sparse:"true"`
		TTLUpMax   int64   `graph:"ttl_up_max" sparse:"true"`
		TTLDownMin int64   `graph:"ttl_down_min" sparse:"true"`
		TTLDownMax int64   `graph:"ttl_down_max" sparse:"true"`

		Retransmitted      int64   `graph:"retransmitted" sparse:"true"`
		RetransmittedBytes int64   `graph:"retransmitted_bytes" sparse:"true"`
		OutOfOrder         int64   `graph:"out_of_order" sparse:"true"`
		CaptureLost        int64   `graph:"capture_lost" sparse:"true"`
		ZeroWindowsUp      int64   `graph:"zero_windows_up" sparse:"true"` // closed by the client
		ZeroWindowsDown    int64   `graph:"zero_windows_down" sparse:"true"`
		ZeroWindowUpMs     int64   `graph:"zero_window_up_ms" sparse:"true"`
		ZeroWindowDownMs   int64   `graph:"zero_window_down_ms" sparse:"true"`
		RTTCount           int64   `graph:"rtt_count" sparse:"true"` // both sides added: what a client sees
		RTTMin             int64   `graph:"rtt_min_ns" sparse:"true"`
		RTTSum             int64   `graph:"rtt_sum_ns" sparse:"true"`
		RTTMax             int64   `graph:"rtt_max_ns" sparse:"true"`
		RTTBuckets         []int64 `graph:"rtt_buckets" sparse:"true"` // bucket, count, bucket, count, … of fact.RTT
		MSSUp              int64   `graph:"mss_up" sparse:"true"`      // smallest offered by the client; 0 none seen
		MSSDown            int64   `graph:"mss_down" sparse:"true"`
		ScaleUp            int64   `graph:"scale_up" sparse:"true"` // window scale offered: -1 not offered, -2 not seen
		ScaleDown          int64   `graph:"scale_down" sparse:"true"`
		SACK               int64   `graph:"sack" sparse:"true"` // handshakes in which both offered it
		Timestamps         int64   `graph:"timestamps" sparse:"true"`
		WindowMaxUp        int64   `graph:"window_max_up" sparse:"true"`
		WindowMaxDown      int64   `graph:"window_max_down" sparse:"true"`
		MaxSegment         int64   `graph:"max_segment" sparse:"true"`
		Fragments          int64   `graph:"fragments" sparse:"true"`
		FragmentsUp        int64   `graph:"fragments_up" sparse:"true"`   // of Fragments, sent by the client
		StrippedScale      int64   `graph:"stripped_scale" sparse:"true"` // handshakes in which a SYN lost the option between two sightings
		StrippedSACK       int64   `graph:"stripped_sack" sparse:"true"`
		StrippedTimestamps int64   `graph:"stripped_timestamps" sparse:"true"`
		ClampedUp          int64   `graph:"mss_clamped_up" sparse:"true"` // another MSS seen in a copy of the client's SYN, the smallest; 0 none
		ClampedDown        int64   `graph:"mss_clamped_down" sparse:"true"`
		UnackedUp          int64   `graph:"unacked_up" sparse:"true"` // smallest DF payload of the client that was sent again and again and never acknowledged; 0 none
		UnackedDown        int64   `graph:"unacked_down" sparse:"true"`
		WindowFullUp       int64   `graph:"window_full_up" sparse:"true"` // times the client's receive window was filled
		WindowFullDown     int64   `graph:"window_full_down" sparse:"true"`
		WindowUseUp        int64   `graph:"window_use_up" sparse:"true"` // per mille of the client's receive window that the best of the transfers to it filled: rate × RTT / window
		WindowUseDown      int64   `graph:"window_use_down" sparse:"true"`
		ClientNext         string  `graph:"client_next" sparse:"true"` // destination MAC of the client's first frame, and the server's
		ServerNext         string  `graph:"server_next" sparse:"true"`

		Step      int64   `graph:"step_s"` // seconds of one bucket
		At        []int64 `graph:"at"`     // Unix seconds at which the buckets start, ascending
		AtUp      []int64 `graph:"at_bytes_up"`
		AtDown    []int64 `graph:"at_bytes_down"`
		AtPackets []int64 `graph:"at_packets"`
		Starts    []int64 `graph:"starts"` // Unix milliseconds of the first conversations, at most 64, ascending

		Witness []string `graph:"evidence"` // "sha256:12,15,…" packets that show it, at most 4 captures
	}
	// Offers is (Endpoint)-[:OFFERS]->(Service): it answered.
	Offers struct {
		Rel
		Application string `graph:"application"`
	}
	// Requires is (Service)-[:REQUIRES]->(Service): inferred by nesting in time.
	Requires struct {
		Rel
		Support    int64   `graph:"support"` // parents with a nested child
		Parents    int64   `graph:"parents"` // conversations of the parent that could have had one
		Confidence float64 `graph:"confidence"`
	}
	// InVLAN is (Endpoint)-[:IN_VLAN]->(VLAN): its own frames, or frames to it, were seen there.
	InVLAN struct {
		Rel
		Packets int64  `graph:"packets"`
		Local   bool   `graph:"local"` // it speaks there itself (ARP, ND, or its MAC is no router's)
		MAC     string `graph:"mac"`
	}
	// Member is (…)-[:IN_SUBNET|IN_ZONE|IN_GROUP|PART_OF|REACHES|CARRIES|ROUTES|SENDS|RECEIVED_BY|SEEN_AT|ABOUT]->(…): membership without measures but a count.
	Member struct {
		Rel
		Type  Type   `graph:"-"`
		Count int64  `graph:"count"`
		Why   string `graph:"why"` // declared, arp, prefix, …; of REACHES what the policy says: "allow by web"
	}
	// KnownAs is (Endpoint)-[:KNOWN_AS]->(Name).
	KnownAs struct {
		Rel
		Evidence string   `graph:"evidence"` // dns, dhcp, sni, http, nbns, mdns, lldp, cdp, …
		Count    int64    `graph:"count"`
		Clients  []string `graph:"clients"` // who was told, at most 16
		Witness  []string `graph:"packets"`
	}
	// HasMAC is (Endpoint)-[:HAS_MAC]->(MAC): the address was the source of frames of that MAC.
	HasMAC struct {
		Rel
		VLAN       string   `graph:"vlan"`
		Tunnel     string   `graph:"tunnel"`
		Point      string   `graph:"point"`
		Packets    int64    `graph:"packets"`
		Claims     int64    `graph:"claims"` // ARP or ND messages that claim the address
		Announces  int64    `graph:"announces"`
		FirstClaim Time     `graph:"first_claim"`
		LastClaim  Time     `graph:"last_claim"`
		TTLMin     int64    `graph:"ttl_min"`
		TTLMax     int64    `graph:"ttl_max"`
		Router     bool     `graph:"router"`                    // the MAC forwards for many addresses
		Virtual    string   `graph:"virtual"`                   // hsrp, vrrp, glbp: an FHRP MAC
		ServiceTag bool     `graph:"service_tag" sparse:"true"` // a tag of VLAN is a provider's (0x88a8, 0x9100)
		Witness    []string `graph:"evidence"`
	}
	// States is (Device or Endpoint)-[:STATES]->(Setting): what it said in its packets.
	States struct {
		Rel
		Speaker string   `graph:"speaker"` // device id or address, for reading
		Setting string   `graph:"setting"`
		Value   string   `graph:"value"`
		VLAN    string   `graph:"vlan"`
		Tunnel  string   `graph:"tunnel"`
		Group   string   `graph:"group"`
		Port    string   `graph:"port"`
		MAC     string   `graph:"mac"`
		Address string   `graph:"address"`
		Point   string   `graph:"point"`
		Count   int64    `graph:"count"`
		Gaps    bool     `graph:"gaps"`
		Witness []string `graph:"evidence"`
	}
	// ConnectedTo is (Device)-[:CONNECTED_TO]->(Device): announced by LLDP, CDP, OSPF, …
	ConnectedTo struct {
		Rel
		Protocol     string   `graph:"protocol"`
		FromPort     string   `graph:"from_port"`
		FromName     string   `graph:"from_name"`
		Platform     string   `graph:"platform"`
		Version      string   `graph:"version"`
		Capabilities []string `graph:"capabilities"`
		Management   []string `graph:"management"`
		MAC          string   `graph:"mac"`
		VLAN         string   `graph:"vlan"`
		Count        int64    `graph:"count"`
		Witness      []string `graph:"evidence"`
	}
	// Copied is (CapturePoint)-[:COPIED_TO]->(CapturePoint): packets seen twice.
	Copied struct {
		Rel
		Kind       string   `graph:"kind"` // mirrored, routed, bridged
		FromVLAN   string   `graph:"from_vlan"`
		ToVLAN     string   `graph:"to_vlan"`
		FromMAC    string   `graph:"from_mac"`
		ToMAC      string   `graph:"to_mac"`
		Hops       int64    `graph:"hops"`
		FromDSCP   int64    `graph:"from_dscp"`
		ToDSCP     int64    `graph:"to_dscp"`
		Packets    int64    `graph:"packets"`
		Broadcasts int64    `graph:"broadcasts"`
		Sightings  int64    `graph:"sightings"` // the most of one packet at one place
		ECTCleared int64    `graph:"ect_cleared"`
		DelayMin   int64    `graph:"delay_min_ns"`
		DelayMax   int64    `graph:"delay_max_ns"`
		DelaySum   int64    `graph:"delay_sum_ns"`
		Example    string   `graph:"example"`
		Witness    []string `graph:"evidence"`
	}
	// Carried is (Capture)-[:CARRIED]->(Protocol or VLAN): its traffic by network protocol and by VLAN, frames counted once.
	Carried struct {
		Rel
		Packets int64 `graph:"packets"`
		Bytes   int64 `graph:"bytes"`
	}
)

// NewEndpointID, and its like below, return the identifier of a node by its key.
func NewEndpointID(context string, a netip.Addr) ID { return NewID("Endpoint", context, a.String()) }

// NewServiceID returns the identifier of a service.
func NewServiceID(context string, a netip.Addr, transport string, port uint16) ID {
	return NewID("Service", context, a.String(), transport, itoa(port))
}

// NewVLANID returns the identifier of a VLAN in a domain.
func NewVLANID(domain, vlan string) ID { return NewID("VLAN", domain, vlan) }

// NewNamedID returns the identifier of a node whose key is its name alone.
func NewNamedID(l Label, name string) ID { return NewID(string(l), name) }

func itoa(p uint16) string { return strconv.Itoa(int(p)) }

// Again returns the bytes of bucket n of the timeline that another capture point saw before.
func (c *Capture) Again(n int) int64 {
	if n >= len(c.AtAgain) {
		return 0 // ingested before they were counted
	}
	return c.AtAgain[n]
}

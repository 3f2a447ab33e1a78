package graph

import "netscope.example/nsgraph/capture/fact"

// Batch is what one ingest adds: the captures that were read together, their nodes, and the relationships that they show. All
// relationships carry its ID.
type Batch struct {
	ID ID // hash of the captures' SHA-256 values, sorted, and of the declared contexts

	Known Time // when it was ingested, by the machine's clock; "as known at" filters by it. The only time in the graph that is not packet time
	Contents
}

// Contents are nodes and relationships, each slice sorted by ID and without doubles.
type Contents struct {
	Endpoints []Endpoint
	Services  []Service
	VLANs     []VLAN
	Subnets   []Subnet
	Named     []Named
	MACs      []MAC
	Devices   []Device
	Points    []CapturePoint
	Captures  []Capture
	Artefacts []Artefact
	Streams   []Stream

	Uses        []Uses
	Offers      []Offers
	Requires    []Requires
	InVLAN      []InVLAN
	Members     []Member
	KnownAs     []KnownAs
	HasMAC      []HasMAC
	States      []States
	ConnectedTo []ConnectedTo
	Copied      []Copied
	Carried     []Carried
}

// BatchInfo describes a batch that a store holds.
type BatchInfo struct {
	ID       ID
	Known    Time
	Captures []string // SHA-256, sorted
}

// EvidenceString writes packets as the graph keeps them: "SHA256:12,15".
func EvidenceString(sha256 string, e fact.Evidence) string {
	b := []byte(sha256)
	for i, n := range e.Packets {
		b = append(b, ":,"[min(i, 1)])
		b = appendUint(b, n)
	}
	return string(b)
}

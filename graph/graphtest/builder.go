package graphtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"

	"netscope.example/nsgraph/graph"
)

// Builder makes a small batch by hand: its methods add what is missing and return identifiers.
type Builder struct {
	b graph.Batch
	n int
}

// SHA returns the SHA-256 that a capture of this name has in fixtures.
func SHA(name string) string {
	h := sha256.Sum256([]byte(name))
	return hex.EncodeToString(h[:])
}

// NewBatch begins a batch of one capture of this name, ingested at known.
func NewBatch(name string, known graph.Time) *Builder {
	sha := SHA(name)
	b := &Builder{b: graph.Batch{ID: graph.NewID("Batch", sha), Known: known}}
	b.b.Captures = []graph.Capture{{
		ID: graph.NewID(string(graph.LabelCapture), sha), SHA256: sha, Batch: b.b.ID, Path: name + ".pcapng", Format: "pcapng", Point: "core1", Complete: true,
	}}
	b.Point("core1")
	return b
}

// Capture returns the batch's capture, to be filled in.
func (b *Builder) Capture() *graph.Capture { return &b.b.Captures[0] }

// Rel returns the common part of a relationship of this batch that holds during [from, to).
func (b *Builder) Rel(t graph.Type, src, dst graph.ID, from, to graph.Time) graph.Rel {
	b.n++
	return graph.Rel{
		ID:  graph.NewID(string(t), b.b.ID.String(), fmt.Sprint(b.n)),
		Src: src, Dst: dst, From: from, To: to, Batch: b.b.ID,
	}
}

// Point adds a capture point.
func (b *Builder) Point(name string) graph.ID {
	id := graph.NewNamedID(graph.LabelCapturePoint, name)
	b.b.Points = append(b.b.Points, graph.CapturePoint{ID: id, Name: name})
	return id
}

// Endpoint adds an address of the default context.
func (b *Builder) Endpoint(address string) graph.ID {
	a := netip.MustParseAddr(address)
	id := graph.NewEndpointID(graph.DefaultContext, a)
	b.b.Endpoints = append(b.b.Endpoints, graph.Endpoint{ID: id, Context: graph.DefaultContext, Address: a})
	return id
}

// Service adds a service and its endpoint.
func (b *Builder) Service(address, transport string, port uint16) graph.ID {
	e := b.Endpoint(address)
	a := netip.MustParseAddr(address)
	id := graph.NewServiceID(graph.DefaultContext, a, transport, port)
	b.b.Services = append(b.b.Services, graph.Service{
		ID: id, Endpoint: e, Context: graph.DefaultContext, Address: a, Transport: transport, Port: port,
	})
	return id
}

// VLAN adds a VLAN.
func (b *Builder) VLAN(vlan string) graph.ID {
	id := graph.NewVLANID("", vlan)
	b.b.VLANs = append(b.b.VLANs, graph.VLAN{ID: id, VLAN: vlan})
	return id
}

// Device adds a device.
func (b *Builder) Device(name string) graph.ID {
	id := graph.NewNamedID(graph.LabelDevice, name)
	b.b.Devices = append(b.b.Devices, graph.Device{ID: id, Device: name})
	return id
}

// Named adds a zone, group, application, setting, protocol or name.
func (b *Builder) Named(l graph.Label, name string) graph.ID {
	id := graph.NewNamedID(l, name)
	b.b.Named = append(b.b.Named, graph.Named{ID: id, Label: l, Name: name})
	return id
}

// Uses adds an established communication of one conversation, which edit may change.
func (b *Builder) Uses(client, service graph.ID, from, to graph.Time, edit func(*graph.Uses)) {
	u := graph.Uses{
		Rel: b.Rel(graph.TypeUses, client, service, from, to), Application: "tls", Evidence: "payload", Direction: "handshake", Certainty: 1,
		Points: []string{"core1"}, Conversations: 1, Established: 1, Handshakes: 1,
	}
	if edit != nil {
		edit(&u)
	}
	b.b.Uses = append(b.b.Uses, u)
}

// Contents gives access to what no method adds.
func (b *Builder) Contents() *graph.Contents { return &b.b.Contents }

// Batch returns the batch, in order.
func (b *Builder) Batch() *graph.Batch {
	b.b.Sort()
	return &b.b
}

// Intent returns a declared layer: each address in its zone, from and until ever.
func Intent(zones map[string][]string) graph.Contents {
	b := &Builder{}
	for zone, addresses := range zones {
		z := b.Named(graph.LabelZone, zone)
		for _, a := range addresses {
			e := b.Endpoint(a)
			b.b.Members = append(b.b.Members, graph.Member{
				Rel:  graph.Rel{ID: graph.NewID("IN_ZONE", zone, a), Src: e, Dst: z, From: graph.MinTime, To: graph.Forever},
				Type: graph.TypeInZone, Why: "declared",
			})
		}
	}
	b.b.Sort()
	return b.b.Contents
}

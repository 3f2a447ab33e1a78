package build_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
)

const (
	second = fact.Time(time.Second)
	start  = fact.Time(1_700_000_000) * second
)

// vlan is the scope of one VLAN tag.
func vlan(id uint16) fact.Scope {
	return fact.Scope{VLAN: fact.VLANs{N: 1, ID: [fact.MaxVLANs]uint16{id}}}
}

// talk is a TCP conversation that was established, seen in one scope.
func talk(s fact.Scope, client, server string, at fact.Time) *fact.Conversation {
	return &fact.Conversation{
		Scope: s, Scopes: []fact.Scope{s}, ClientIn: s, ServerIn: s, Transport: fact.TCP,
		Client: netip.MustParseAddrPort(client), Server: netip.MustParseAddrPort(server),
		Direction: fact.ByHandshake, Certainty: 1, First: at, Last: at + second,
		Up:       fact.Half{Packets: 6, Bytes: 600, Payload: 200, TTLMin: 64, TTLMax: 64, DSCP: fact.DSCPCounts{{DSCP: 0, Packets: 6, Bytes: 600}}, ECN: [4]uint64{6}},
		Down:     fact.Half{Packets: 4, Bytes: 4000, Payload: 3600, TTLMin: 63, TTLMax: 63, DSCP: fact.DSCPCounts{{DSCP: 0, Packets: 4, Bytes: 4000}}, ECN: [4]uint64{4}},
		TCP:      &fact.TCPInfo{SYN: true, SYNACK: true, Handshake: true, Data: true},
		Outcome:  fact.Established,
		App:      fact.App{Name: "tls", Evidence: fact.PayloadEvidence},
		Step:     int64(second),
		Buckets:  []fact.VolumeAt{{At: at - at%second, Up: fact.Count{Packets: 6, Bytes: 600}, Down: fact.Count{Packets: 4, Bytes: 4000}}},
		Evidence: []fact.Evidence{{Packets: []uint64{1, 2, 3}}},
	}
}

// batch builds the facts in their order.
func batch(t *testing.T, o build.Options, facts ...fact.Fact) (*graph.Batch, build.Stats) {
	t.Helper()
	b := build.New(o)
	for _, f := range facts {
		b.Add(f)
	}
	return b.Batch()
}

// sameInAnyOrder builds the facts in several orders and returns the batch, which must be one.
func sameInAnyOrder(t *testing.T, o build.Options, facts ...fact.Fact) *graph.Batch {
	t.Helper()
	want, _ := batch(t, o, facts...)
	facts = slices.Clone(facts)
	r := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		r.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		got, _ := batch(t, o, facts...)
		if equal(want, got) {
			continue
		}
		if d := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); d != "" {
			t.Fatalf("another order gives another batch:\n%s", d)
		}
	}
	return want
}

var sha = fmt.Sprintf("%064x", 7)

func file() *fact.Capture {
	return &fact.Capture{SHA256: sha, Path: "a.pcap", Format: "pcap", Points: []string{"core1"}, PointIndexes: []uint16{0}, Point: "core1", Complete: true}
}

func TestUsesAreAddedUp(t *testing.T) {
	s := vlan(10)
	g := sameInAnyOrder(t, build.Options{}, file(),
		talk(s, "10.10.0.5:40000", "10.90.0.5:443", start),
		talk(s, "10.10.0.5:40001", "10.90.0.5:443", start+1800*second),
		talk(s, "10.10.0.5:40002", "10.90.0.5:443", start+5000*second),
		talk(s, "10.10.0.5:40003", "10.90.0.5:443", start+20000*second)) // after more than an hour of silence
	if len(g.Uses) != 2 || len(g.Services) != 1 || len(g.Endpoints) != 2 || len(g.Offers) != 2 {
		t.Fatalf("uses %d services %d endpoints %d offers %d", len(g.Uses), len(g.Services), len(g.Endpoints), len(g.Offers))
	}
	u := g.Uses[0]
	if u.Conversations == 1 {
		u = g.Uses[1]
	}
	if u.Conversations != 3 || u.BytesUp != 1800 || u.PacketsDown != 12 || u.From != start || u.To != start+5001*second+1 {
		t.Errorf("uses %+v", u)
	}
	if len(u.At) != 3 || u.At[0] != 1_700_000_000 || u.AtUp[0] != 600 || u.AtPackets[1] != 10 || u.Step != 1 {
		t.Errorf("volume %v %v %v step %d", u.At, u.AtUp, u.AtPackets, u.Step)
	}
	if len(u.Witness) != 1 || u.Witness[0] != sha+":1,2,3" {
		t.Errorf("witness %v", u.Witness)
	}
}

func BenchmarkAddConversation(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var cs []*fact.Conversation
	for i := range 4096 {
		c := talk(vlan(10), fmt.Sprintf("10.10.%d.%d:40000", r.IntN(4), r.IntN(200)+1), fmt.Sprintf("10.90.0.%d:%d", r.IntN(20)+1, 400+r.IntN(4)), start+fact.Time(i)*second/10)
		c.TCP.Up.RTT = fact.RTT{Count: 3, Sum: 3e6, Min: 1e6, Max: 1e6, Buckets: map[uint8]uint32{39: 3}}
		c.TCP.Down.RTT = fact.RTT{Count: 2, Sum: 1e5, Min: 5e4, Max: 5e4, Buckets: map[uint8]uint32{22: 2}}
		c.Points = []uint16{0}
		cs = append(cs, c)
	}
	bu := build.New(build.Options{})
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		bu.Add(cs[i%len(cs)])
		i++
	}
}

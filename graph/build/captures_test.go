package build_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	packets "netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
)

// Every real capture gives the same batch in whatever order its facts come, and all bytes of its conversations are in USES.
func TestRealCaptures(t *testing.T) {
	dir := os.Getenv("NSGRAPH_CAPTURES")
	if dir == "" {
		t.Skip("NSGRAPH_CAPTURES does not name a folder of captures")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.pcap*"))
	if err != nil || len(files) == 0 {
		t.Skipf("no captures in %s (%v)", dir, err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, f := range files {
		if i, err := os.Stat(f); err != nil || i.Size() > 8<<20 {
			continue
		}
		src, err := packets.Sources([]string{f})
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		var facts []fact.Fact
		for x, err := range packets.Run(context.Background(), src, packets.Options{Workers: 1}) {
			if err != nil {
				t.Logf("%s: %v", f, err)
				break
			}
			facts = append(facts, x)
		}
		want, _ := batch(t, build.Options{}, facts...)
		var bytes, got uint64
		for _, x := range facts {
			if c, ok := x.(*fact.Conversation); ok {
				bytes += c.Up.Bytes + c.Down.Bytes
			}
		}
		for i := range want.Uses {
			got += uint64(want.Uses[i].BytesUp + want.Uses[i].BytesDown)
		}
		if got != bytes {
			t.Errorf("%s: USES hold %d bytes, conversations %d", f, got, bytes)
		}
		r.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		again, _ := batch(t, build.Options{}, facts...)
		if !equal(want, again) {
			t.Errorf("%s: another order gives another batch", f)
		}
		checkBatch(t, f, want)
	}
}

// equal compares without cmp's report, which is slow on large batches.
func equal(a, b *graph.Batch) bool { return reflect.DeepEqual(a, b) }

// checkBatch holds a batch to what all batches are: lists in order without doubles, ends that exist.
func checkBatch(t *testing.T, name string, b *graph.Batch) {
	t.Helper()
	nodes := map[graph.ID]bool{}
	sorted := func(kind string, ids []graph.ID) {
		if !slices.IsSortedFunc(ids, func(a, b graph.ID) int { return slices.Compare(a[:], b[:]) }) {
			t.Errorf("%s: %s not in order", name, kind)
		}
		if len(slices.Compact(ids)) != len(ids) {
			t.Errorf("%s: %s doubled", name, kind)
		}
	}
	node := func(kind string, n int, id func(int) graph.ID) {
		ids := make([]graph.ID, n)
		for i := range ids {
			ids[i] = id(i)
			nodes[ids[i]] = true
		}
		sorted(kind, ids)
	}
	node("endpoints", len(b.Endpoints), func(i int) graph.ID { return b.Endpoints[i].ID })
	node("services", len(b.Services), func(i int) graph.ID { return b.Services[i].ID })
	node("vlans", len(b.VLANs), func(i int) graph.ID { return b.VLANs[i].ID })
	node("subnets", len(b.Subnets), func(i int) graph.ID { return b.Subnets[i].ID })
	node("named", len(b.Named), func(i int) graph.ID { return b.Named[i].ID })
	node("macs", len(b.MACs), func(i int) graph.ID { return b.MACs[i].ID })
	node("devices", len(b.Devices), func(i int) graph.ID { return b.Devices[i].ID })
	node("points", len(b.Points), func(i int) graph.ID { return b.Points[i].ID })
	node("captures", len(b.Captures), func(i int) graph.ID { return b.Captures[i].ID })
	node("streams", len(b.Streams), func(i int) graph.ID { return b.Streams[i].ID })
	rel := func(kind string, n int, of func(int) graph.Rel) {
		ids := make([]graph.ID, n)
		for i := range ids {
			r := of(i)
			ids[i] = r.ID
			if !nodes[r.Src] || !nodes[r.Dst] || r.From >= r.To || r.Batch != b.ID {
				t.Errorf("%s: %s %+v has no ends, no duration or no batch", name, kind, r)
			}
		}
		sorted(kind, ids)
	}
	rel("uses", len(b.Uses), func(i int) graph.Rel { return b.Uses[i].Rel })
	rel("offers", len(b.Offers), func(i int) graph.Rel { return b.Offers[i].Rel })
	rel("requires", len(b.Requires), func(i int) graph.Rel { return b.Requires[i].Rel })
	rel("in vlan", len(b.InVLAN), func(i int) graph.Rel { return b.InVLAN[i].Rel })
	rel("members", len(b.Members), func(i int) graph.Rel { return b.Members[i].Rel })
	rel("known as", len(b.KnownAs), func(i int) graph.Rel { return b.KnownAs[i].Rel })
	rel("has mac", len(b.HasMAC), func(i int) graph.Rel { return b.HasMAC[i].Rel })
	rel("states", len(b.States), func(i int) graph.Rel { return b.States[i].Rel })
	rel("connected", len(b.ConnectedTo), func(i int) graph.Rel { return b.ConnectedTo[i].Rel })
	rel("copied", len(b.Copied), func(i int) graph.Rel { return b.Copied[i].Rel })
	rel("carried", len(b.Carried), func(i int) graph.Rel { return b.Carried[i].Rel })
}

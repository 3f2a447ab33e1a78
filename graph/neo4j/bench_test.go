package neo4j_test

import (
	"fmt"
	"net/netip"
	"testing"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/neo4j/neo4jtest"
)

// endpoints returns a batch of n endpoints, and of one membership so that they have something to do with each other.
func endpoints(name string, n int) *graph.Batch {
	b := graphtest.NewBatch(name, 1)
	for i := range n {
		b.Endpoint(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}).String())
	}
	return b.Batch()
}

// BenchmarkApply loads a warm server: nodes alone, relationships of one property beside the common ones, and communications with all their properties.
func BenchmarkApply(b *testing.B) {
	const n = 20_000
	narrow := func(name string) *graph.Batch {
		x := endpoints(name, 2000)
		c := graphtest.NewBatch(name, 1)
		*c.Contents() = x.Contents
		v := c.VLAN("10")
		for i := range n {
			c.Contents().InVLAN = append(c.Contents().InVLAN, graph.InVLAN{
				Rel: c.Rel(graph.TypeInVLAN, x.Endpoints[i%2000].ID, v, graph.Time(i+1), graph.Time(i+2)), Packets: int64(i),
			})
		}
		return c.Batch()
	}
	for _, c := range []struct {
		name, unit string
		batch      func(string) *graph.Batch
	}{
		{"nodes", "nodes/s", func(name string) *graph.Batch { return endpoints(name, n) }},
		{"narrow", "rels/s", narrow},
		{"uses", "rels/s", func(name string) *graph.Batch { return graphtest.Big(name, n) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := neo4jtest.Open(b)
			defer s.Close()
			if err := s.Apply(b.Context(), c.batch("warm")); err != nil {
				b.Fatal(err)
			}
			if err := s.Remove(b.Context(), graphtest.SHA("warm")); err != nil {
				b.Fatal(err)
			}
			i := 0
			for b.Loop() {
				i++
				b.StopTimer()
				batch := c.batch(fmt.Sprint("bench ", i))
				b.StartTimer()
				if err := s.Apply(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), c.unit)
		})
	}
}

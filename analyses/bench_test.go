package analyses

import (
	"testing"

	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/memory"
)

// BenchmarkSite resolves 50,000 endpoints with 300,000 USES, and makes their layer.
func BenchmarkSite(b *testing.B) {
	batch, err := fixture.Large(50_000, 20_000, 300_000)
	if err != nil {
		b.Fatal(err)
	}
	q := memory.New()
	if err := q.Apply(b.Context(), batch); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		site, err := NewSite(b.Context(), q, graph.Params{}, nil)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := site.Layer(b.Context(), q, graph.Params{}); err != nil {
			b.Fatal(err)
		}
	}
}

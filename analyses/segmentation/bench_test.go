package segmentation

import (
	"testing"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

// BenchmarkRun answers for 20,000 services and 300,000 USES of 50,000 endpoints.
func BenchmarkRun(b *testing.B) {
	batch, err := fixture.Large(50_000, 20_000, 300_000)
	if err != nil {
		b.Fatal(err)
	}
	q := memory.New()
	if err := q.Apply(b.Context(), batch); err != nil {
		b.Fatal(err)
	}
	in, err := intent.Parse("site.yaml", []byte("version: 1\nzones: [{name: a, prefixes: [10.0.0.0/17]}, {name: b, prefixes: [10.0.128.0/17]}]\npolicy: {default: deny}\n"))
	if err != nil {
		b.Fatal(err)
	}
	site, err := analyses.NewSite(b.Context(), q, graph.Params{}, in)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Run(b.Context(), q, graph.Params{}, site, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

package cookbook_test

import (
	"testing"

	"netscope.example/nsgraph/analyses/cookbook"
	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/memory"
)

// BenchmarkQuestions asks each question of 20,000 endpoints with 100,000 communications.
func BenchmarkQuestions(b *testing.B) {
	large, err := fixture.Large(20_000, 5_000, 100_000)
	if err != nil {
		b.Fatal(err)
	}
	s := memory.New()
	if err := s.Apply(b.Context(), large); err != nil {
		b.Fatal(err)
	}
	for _, q := range cookbook.Questions() {
		b.Run(q.Info().Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range q.Rows(b.Context(), s, graph.Params{Args: largeArguments(q.Info())}) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// largeArguments suit the graph of [fixture.Large].
func largeArguments(q graph.QuestionInfo) map[string]any {
	known := map[string]any{"address": "10.0.0.1", "client": "10.0.0.2", "server": "10.0.0.1", "who": "10.0.0.1", "application": "tls", "vlan": "1", "since": fixture.At(1800), "port": int64(1)}
	args := map[string]any{}
	for _, p := range q.Params {
		args[p.Name] = p.Default
		if v, ok := known[p.Name]; ok {
			args[p.Name] = v
		}
	}
	return args
}

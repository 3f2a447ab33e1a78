package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/sqlite"
)

// BenchmarkApply stores communications with all their properties.
func BenchmarkApply(b *testing.B) {
	const n = 60_000
	batch := graphtest.Big("bench", n)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		path := filepath.Join(b.TempDir(), fmt.Sprint(i, ".db"))
		s, err := sqlite.Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Apply(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		if info, err := os.Stat(path); err == nil {
			b.ReportMetric(float64(info.Size())/n, "bytes/row")
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkView reads them all, and a window of a hundredth.
func BenchmarkView(b *testing.B) {
	const n = 60_000
	path := filepath.Join(b.TempDir(), "view.db")
	s, err := sqlite.Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	batch := graphtest.Big("bench", n)
	if err := s.Apply(b.Context(), batch); err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		p    graph.Params
		rows int
	}{
		{"all", graph.Params{}, n},
		{"window", graph.Params{From: 1_700_000_030_000_000_000, To: 1_700_000_030_100_000_000}, 1099},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := sqlite.OpenExisting(b.Context(), path) // a new one: nothing is cached
				if err != nil {
					b.Fatal(err)
				}
				v, err := r.View(b.Context(), c.p)
				if err != nil || len(v.Uses) != c.rows {
					b.Fatalf("%d uses, %v, want %d", len(v.Uses), err, c.rows)
				}
				if err := r.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(c.rows*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

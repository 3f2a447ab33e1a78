package configuration

import (
	"os"
	"path/filepath"
	"testing"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
	"netscope.example/nsgraph/graph/memory"
)

// reportOf runs the analysis over a capture of the folder that NSGRAPH_CAPTURES names.
func reportOf(t testing.TB, name string) Report {
	t.Helper()
	dir := os.Getenv("NSGRAPH_CAPTURES")
	if dir == "" {
		t.Skip("NSGRAPH_CAPTURES is not set")
	}
	src, err := capture.Sources([]string{filepath.Join(dir, name)})
	if err != nil {
		t.Skip(err)
	}
	b, _, err := build.Run(t.Context(), capture.Run(t.Context(), src, capture.Options{Workers: 1}), build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := memory.New()
	if err := s.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	site, err := analyses.NewSite(t.Context(), s, graph.Params{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), s, graph.Params{}, site, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

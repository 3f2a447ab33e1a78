package sqlite_test

import (
	"path/filepath"
	"testing"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/sqlite"
)

func TestStore(t *testing.T) {
	graphtest.Run(t, func(t *testing.T) graph.Store {
		s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "odd ?%# name.db"))
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

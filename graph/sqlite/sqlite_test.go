package sqlite_test

import (
	"errors"
	"path/filepath"
	"strings"
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

// TestNoCypher says that a file answers no Cypher.
func TestNoCypher(t *testing.T) {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.nsgraph"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, err := range s.Cypher(t.Context(), "RETURN 1", nil) {
		if !errors.Is(err, graph.ErrNoCypher) || !strings.Contains(err.Error(), "x.nsgraph") {
			t.Errorf("%v, want ErrNoCypher and the file", err)
		}
		return
	}
	t.Error("no answer at all")
}

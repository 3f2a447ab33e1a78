package neo4j_test

import (
	"flag"
	"testing"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/neo4j/neo4jtest"
)

// TestStore runs the suite, with fewer random graphs than a store without a server gets, each of which costs it half a second.
func TestStore(t *testing.T) {
	neo4jtest.Options(t)
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "rapid.checks" })
	if !chosen {
		if err := flag.Set("rapid.checks", "25"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { flag.Set("rapid.checks", "100") })
	}
	graphtest.Run(t, func(t *testing.T) graph.Store { return neo4jtest.Open(t) })
}

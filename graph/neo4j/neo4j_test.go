package neo4j_test

import (
	"testing"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/neo4j/neo4jtest"
)

func TestStore(t *testing.T) {
	neo4jtest.Options(t)
	graphtest.Run(t, func(t *testing.T) graph.Store { return neo4jtest.Open(t) })
}

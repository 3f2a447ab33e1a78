package neo4j

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"netscope.example/nsgraph/graph"
)

// ErrServer says that the server is not one that this store is known to work with.
var ErrServer = errors.New("neo4j: server is not supported")

// minMajor and minMinor are the oldest server that has the shortest paths that queries ask for (ANY SHORTEST, 5.21).
const minMajor, minMinor = 5, 21

// checkServer asks the server what it is. One that does not answer at first is not waited for: patience is for those that have been there.
func (s *Store) checkServer(ctx context.Context) error {
	info, err := s.driver.GetServerInfo(ctx)
	if err != nil {
		return s.wrap(ctx, err)
	}
	var name, version string
	err = s.read(ctx, func(t tx) error {
		rows, err := t.rows("CALL dbms.components() YIELD name, versions RETURN name, versions[0] AS version", nil)
		for _, r := range rows {
			n, _ := r["name"].(string)
			v, _ := r["version"].(string)
			if name == "" || strings.HasPrefix(n, "Neo4j") {
				name, version = n, v
			}
		}
		return err
	})
	if e, ok := errors.AsType[*driver.Neo4jError](err); ok && (strings.HasSuffix(e.Code, "ProcedureNotFound") || !strings.HasPrefix(e.Code, "Neo.")) {
		name, version, err = e.Code, "", nil // another server's words
	}
	if err != nil {
		return err
	}
	if !strings.HasPrefix(info.Agent(), "Neo4j/") || strings.Contains(info.Agent(), "compatible") { // Neo4j/v5.11.0 compatible graph database server - Memgraph
		name = info.Agent()
	}
	if err := supported(name, version); err != nil {
		return fmt.Errorf("store %s: %w", s.name(), err)
	}
	return nil
}

// supported refuses what is not known to work.
func supported(name, version string) error {
	if !strings.HasPrefix(name, "Neo4j Kernel") {
		return fmt.Errorf("%w: %w: it is no Neo4j (%q): Memgraph, Neptune and FalkorDB lack constraints or Cypher that queries need", graph.ErrVersion, ErrServer, name)
	}
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	ma, err1 := strconv.Atoi(major)
	mi, err2 := strconv.Atoi(strings.TrimRight(minor, "-abcdefghijklmnopqrstuvwxyz"))
	if err1 != nil || err2 != nil || ma < minMajor || ma == minMajor && mi < minMinor {
		return fmt.Errorf("%w: %w: Neo4j %s is too old, want %d.%d or later", graph.ErrVersion, ErrServer, version, minMajor, minMinor)
	}
	return nil
}

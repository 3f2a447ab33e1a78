// Package neo4jtest gives tests a real Neo4j.
//
// NSGRAPH_TEST_NEO4J names a server by its URL, which tests then empty. Otherwise one is started for the run: Neo4j Community from its Maven
// artifacts with a JDK of version 17 or later, which are kept in the user's cache, else with Docker. Where neither works the test is
// skipped and says so; NSGRAPH_TEST_NEO4J=require makes that a failure, and none starts no server. A started server ends with the test process, however that ends.
package neo4jtest

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"netscope.example/nsgraph/graph/neo4j"
)

// Variable is the environment variable that chooses the server.
const Variable = "NSGRAPH_TEST_NEO4J"

// Values of Variable besides a URL.
const (
	require = "require" // a server is started, and its absence is a failure
	none    = "none"    // no server is started
)

var errNone = errors.New(Variable + "=" + none)

var shared struct {
	sync.Once
	options neo4j.Options
	server  *Server // kept: its standard input, when it is collected, ends it
	err     error
}

// Options returns how to reach the server of this run, starting it for the first test that asks.
func Options(t testing.TB) neo4j.Options {
	t.Helper()
	shared.Do(func() {
		if os.Getenv(Variable) == none {
			shared.err = errNone
			return
		}
		if url := os.Getenv(Variable); url != "" && url != require {
			shared.options, shared.err = neo4j.FromEnvironment(url, os.Getenv)
			if shared.err == nil {
				shared.err = lock() // packages are tested at the same time, and share the server
			}
			return
		}
		_, hot := t.(*testing.B)
		if shared.server, shared.err = start("none", hot); shared.err == nil {
			shared.options = shared.server.Options()
		}
	})
	if shared.err != nil {
		unavailable(t, shared.err)
	}
	return shared.options
}

// unavailable skips the test, or fails it where the server is required.
func unavailable(t testing.TB, err error) {
	t.Helper()
	if v := os.Getenv(Variable); v != "" && v != none {
		t.Fatalf("%s=%s: %v", Variable, v, err)
	}
	t.Skipf("no Neo4j to test with: set %s to the URL of a server, or install a JDK of version 17 or later with Maven, or Docker: %v", Variable, err)
}

// Open opens an emptied store on the server of this run.
func Open(t testing.TB) *neo4j.Store {
	t.Helper()
	o := Options(t)
	Empty(t, o)
	s, err := neo4j.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Empty deletes everything in the database but constraints and indexes.
func Empty(t testing.TB, o neo4j.Options) {
	t.Helper()
	query(t, o, "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS")
}

// Query runs a statement as a client of its own and returns its rows.
func Query(t testing.TB, o neo4j.Options, statement string) [][]any {
	t.Helper()
	return query(t, o, statement)
}

func query(t testing.TB, o neo4j.Options, statement string) (rows [][]any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	auth := driver.NoAuth()
	if o.User != "" {
		auth = driver.BasicAuth(o.User, o.Password, "")
	}
	d, err := driver.NewDriverWithContext(o.URI, auth)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close(ctx)
	session := d.NewSession(ctx, driver.SessionConfig{DatabaseName: o.Database})
	defer session.Close(ctx)
	result, err := session.Run(ctx, statement, nil)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	records, err := result.Collect(ctx)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	for _, r := range records {
		rows = append(rows, r.Values)
	}
	return rows
}

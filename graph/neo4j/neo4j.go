// Package neo4j is the store for architects: the graph in a Neo4j server, where every named query runs as Cypher.
//
// Labels, relationship types and property names are those of package graph. Times are DateTime in UTC with nanoseconds, the open end of time is the largest
// that nanoseconds since 1970 reach, identifiers are text. Properties that package graph calls sparse are absent where they are zero.
//
// A batch is a node (:Batch {id, known, captures, complete}). It is loaded in several transactions, each of which also counts itself in a node (:Lane), so
// that none runs twice, and nothing of it is visible to queries before the last one sets complete. What a killed client leaves is finished by whoever applies
// the batch again.
package neo4j

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"netscope.example/nsgraph/graph"
)

// Options say where the server is and who asks.
type Options struct {
	URI      string        // neo4j:// or bolt://, also with +s and +ssc
	User     string        // empty: no authentication
	Password string        // never part of URI
	Database string        // empty: the user's home database
	Patience time.Duration // how long one transaction is tried again while the server is away or busy; zero: 30 seconds
}

// Schemes are the URL schemes that name a Neo4j server.
var Schemes = []string{"neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc"}

// FromEnvironment returns the options for a URI: NSGRAPH_NEO4J_USER (neo4j where a password is given), NSGRAPH_NEO4J_PASSWORD or the first line of
// the file NSGRAPH_NEO4J_PASSWORD_FILE, and NSGRAPH_NEO4J_DATABASE, which ?database=NAME in the URI overrides.
func FromEnvironment(uri string, getenv func(string) string) (Options, error) {
	o := Options{URI: uri, User: getenv("NSGRAPH_NEO4J_USER"), Password: getenv("NSGRAPH_NEO4J_PASSWORD"), Database: getenv("NSGRAPH_NEO4J_DATABASE")}
	u, err := url.Parse(uri)
	if err != nil {
		return o, fmt.Errorf("neo4j: not a URL: %w", err)
	}
	if u.User != nil {
		return o, errors.New("neo4j: user and password come from NSGRAPH_NEO4J_USER and NSGRAPH_NEO4J_PASSWORD or NSGRAPH_NEO4J_PASSWORD_FILE, never from the URL")
	}
	if q := u.Query(); q.Has("database") {
		o.Database = q.Get("database")
		q.Del("database")
		u.RawQuery = q.Encode()
		o.URI = u.String()
	}
	if path := getenv("NSGRAPH_NEO4J_PASSWORD_FILE"); path != "" && o.Password == "" {
		b, err := os.ReadFile(path)
		if err != nil {
			return o, fmt.Errorf("neo4j: password: %w", err)
		}
		o.Password, _, _ = strings.Cut(string(b), "\n")
		o.Password = strings.TrimSuffix(o.Password, "\r")
	}
	if o.User == "" && o.Password != "" {
		o.User = "neo4j"
	}
	return o, nil
}

// Store is a connection to a server. Several clients may be connected.
type Store struct {
	o      Options
	driver driver.DriverWithContext
}

var _ graph.Store = (*Store)(nil)

// Open connects, checks the server and the version of the graph, and makes constraints and indexes where the database has none.
func Open(ctx context.Context, o Options) (*Store, error) {
	u, err := url.Parse(o.URI)
	if err != nil || !slices.Contains(Schemes, u.Scheme) || u.Host == "" {
		return nil, fmt.Errorf("neo4j: %q is no address of a server: want neo4j://host:port, or one of %s", o.URI, strings.Join(Schemes, ", "))
	}
	if o.Patience == 0 {
		o.Patience = 30 * time.Second
	}
	auth := driver.NoAuth()
	if o.User != "" {
		auth = driver.BasicAuth(o.User, o.Password, "")
	}
	d, err := driver.NewDriverWithContext(o.URI, auth, func(c *config.Config) {
		c.MaxConnectionPoolSize = 16
		c.MaxTransactionRetryTime = o.Patience
		c.ConnectionAcquisitionTimeout = 30 * time.Second
		c.SocketConnectTimeout = 5 * time.Second
		c.TelemetryDisabled = true
		c.FetchSize = 2000
	})
	if err != nil {
		return nil, fmt.Errorf("neo4j: %w", err)
	}
	s := &Store{o: o, driver: d}
	for _, check := range []func(context.Context) error{s.checkServer, s.checkSchema} {
		if err := check(ctx); err != nil {
			return nil, errors.Join(err, d.Close(context.WithoutCancel(ctx)))
		}
	}
	return s, nil
}

// Close closes the connections.
func (s *Store) Close() error { return s.driver.Close(context.Background()) }

// View returns nil: this store answers in Cypher. [Store.Select] reads a part of the graph.
func (s *Store) View(ctx context.Context, _ graph.Params) (*graph.View, error) { return nil, ctx.Err() }

// name is how errors call the store.
func (s *Store) name() string {
	if s.o.Database != "" {
		return s.o.URI + " database " + s.o.Database
	}
	return s.o.URI
}

// wrap names the store in err and says by a sentinel what callers decide by.
func (s *Store) wrap(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("store %s: %w", s.name(), ctx.Err())
	}
	if e, ok := errors.AsType[*driver.Neo4jError](err); ok {
		switch {
		case e.IsAuthenticationFailed() || e.HasSecurityCode():
			return fmt.Errorf("store %s: %w: wrong user or password, or no right to do this: %w", s.name(), graph.ErrUnreachable, err)
		case strings.HasSuffix(e.Code, "DatabaseNotFound"):
			return fmt.Errorf("store %s: %w: no such database: %w", s.name(), graph.ErrUnreachable, err)
		case driver.IsRetryable(err):
			return fmt.Errorf("store %s: %w: %w", s.name(), graph.ErrUnreachable, err)
		}
	}
	if driver.IsConnectivityError(err) || driver.IsTransactionExecutionLimit(err) || isRefusal(err) {
		return fmt.Errorf("store %s: %w: %w", s.name(), graph.ErrUnreachable, err)
	}
	return fmt.Errorf("store %s: %w", s.name(), err)
}

// isRefusal reports errors of the driver that tell of a server that does not answer or not as Neo4j does.
func isRefusal(err error) bool {
	_, ok := errors.AsType[*driver.InvalidAuthenticationError](err)
	return ok || strings.Contains(err.Error(), "server responded") || strings.Contains(err.Error(), "Unable to retrieve routing table")
}

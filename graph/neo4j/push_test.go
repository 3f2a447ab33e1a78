package neo4j_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/memory"
	"netscope.example/nsgraph/graph/neo4j"
	"netscope.example/nsgraph/graph/neo4j/neo4jtest"
	"netscope.example/nsgraph/graph/sqlite"
)

// childTarget names the server in the environment of a child of [TestPushKilled].
const childTarget = "NSGRAPH_TEST_PUSH_CHILD"

func TestMain(m *testing.M) {
	if uri := os.Getenv(childTarget); uri != "" {
		if err := pushChild(uri); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// pushChild pushes the large source and prints how many rows are loaded.
func pushChild(uri string) error {
	ctx := context.Background()
	from, err := large(ctx)
	if err != nil {
		return err
	}
	to, err := neo4j.Open(ctx, neo4j.Options{URI: uri, Database: os.Getenv("NSGRAPH_NEO4J_DATABASE"), User: os.Getenv("NSGRAPH_NEO4J_USER"), Password: os.Getenv("NSGRAPH_NEO4J_PASSWORD")})
	if err != nil {
		return err
	}
	_, err = neo4j.Push(ctx, from, to, func(p neo4j.Pushed) { fmt.Println(p.Rows) })
	return err
}

// large is two batches of several transactions each.
func large(ctx context.Context) (*memory.Store, error) {
	s := memory.New()
	for _, name := range []string{"large 1", "large 2"} {
		if err := s.Apply(ctx, graphtest.Big(name, usesOfLarge)); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// usesOfLarge are the communications of each batch of large, rowsOfLarge what both hold: 1000 services, 3000 endpoints, a capture and its point each.
const (
	usesOfLarge = 6000
	rowsOfLarge = 2 * (1000 + 3000 + usesOfLarge + 1 + 1)
)

// fill puts into s what a push has to copy: batches that share nodes, a declared layer, snapshots, findings.
func fill(t *testing.T, s graph.Store) {
	t.Helper()
	ctx := t.Context()
	a := graphtest.NewBatch("a", 100)
	c, web := a.Endpoint("10.10.0.7"), a.Service("10.90.0.5", "tcp", 443)
	a.Uses(c, web, 10, 20, nil)
	zone := a.Named(graph.LabelZone, "suggested")
	a.Contents().Members = append(a.Contents().Members, graph.Member{Rel: a.Rel(graph.TypeInZone, c, zone, 10, 20), Type: graph.TypeInZone, Why: "prefix"})
	b := graphtest.NewBatch("b", 200)
	b.Uses(b.Endpoint("10.10.0.8"), b.Service("10.90.0.5", "tcp", 443), 15, 30, nil)
	finding := graph.Finding{
		ID: graph.NewID("finding"), Rule: "a/x", Severity: "high", Confidence: 1, Text: "10.10.0.7 …", Subjects: []string{"endpoint " + c.String() + " 10.10.0.7"}, First: 10, Last: 20, Count: 1,
	}
	for _, err := range []error{
		s.Apply(ctx, a.Batch()), s.Apply(ctx, b.Batch()), s.Apply(ctx, graphtest.Full(graphtest.Edge)),
		s.SetIntent(ctx, graphtest.Intent(map[string][]string{"users": {"10.10.0.7", "10.10.0.99"}, "servers": {"10.90.0.5"}})),
		s.CreateSnapshot(ctx, graph.Snapshot{Name: "before", From: 1, To: 15}), s.SaveFindings(ctx, []string{"a/x"}, []graph.Finding{finding}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// equal compares all that two stores hold.
func equal(t *testing.T, from graph.Store, to *neo4j.Store) {
	t.Helper()
	ctx := t.Context()
	want, err := from.View(ctx, graph.Params{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := to.Select(ctx, graph.Params{})
	if err != nil {
		t.Fatal(err)
	}
	if d := graphtest.Diff(want, got); d != "" {
		t.Errorf("view (-want +got):\n%.3000s", d)
	}
	for what, pair := range map[string][2]func() (any, error){
		"snapshots": {func() (any, error) { return from.Snapshots(ctx) }, func() (any, error) { return to.Snapshots(ctx) }},
		"findings":  {func() (any, error) { return from.Findings(ctx) }, func() (any, error) { return to.Findings(ctx) }},
	} {
		want, err1 := pair[0]()
		got, err2 := pair[1]()
		if err1 != nil || err2 != nil || fmt.Sprint(want) != fmt.Sprint(got) {
			t.Errorf("%s: %v %v, want %v %v", what, got, err2, want, err1)
		}
	}
}

// counts returns how many nodes and relationships the server has, the schema's node aside.
func counts(t *testing.T, o neo4j.Options) string {
	t.Helper()
	return fmt.Sprint(neo4jtest.Query(t, o, "MATCH (n) WHERE NOT n:Schema RETURN count(n) AS n UNION ALL MATCH ()-[r]->() RETURN count(r) AS n"))
}

func opened(t *testing.T) *neo4j.Store {
	t.Helper()
	s := neo4jtest.Open(t)
	t.Cleanup(func() { s.Close() })
	return s
}

func pushed(t *testing.T, from graph.Store, to *neo4j.Store, batches, skipped int) neo4j.Pushed {
	t.Helper()
	p, err := neo4j.Push(t.Context(), from, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.Batches != batches || p.Skipped != skipped || p.Of != batches+skipped {
		t.Errorf("%+v, want %d copied and %d there", p, batches, skipped)
	}
	return p
}

// TestPush pushes twice: nothing is doubled. Sources are the other stores.
func TestPush(t *testing.T) {
	for name, open := range map[string]func() (graph.Store, error){
		"memory": func() (graph.Store, error) { return memory.New(), nil },
		"sqlite": func() (graph.Store, error) { return sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.nsgraph")) },
	} {
		t.Run(name, func(t *testing.T) {
			to := opened(t)
			from, err := open()
			if err != nil {
				t.Fatal(err)
			}
			defer from.Close()
			fill(t, from)
			if p := pushed(t, from, to, 3, 0); p.Rows == 0 {
				t.Error("no rows")
			}
			equal(t, from, to)
			once := counts(t, neo4jtest.Options(t))
			if p := pushed(t, from, to, 0, 3); p.Rows != 0 {
				t.Errorf("the second push loaded %d rows", p.Rows)
			}
			equal(t, from, to)
			if twice := counts(t, neo4jtest.Options(t)); twice != once {
				t.Errorf("%s after the second push, %s after the first", twice, once)
			}
			late := graphtest.NewBatch("late", 300)
			late.Uses(late.Endpoint("10.10.0.7"), late.Service("10.90.0.6", "tcp", 22), 40, 50, nil)
			if err := from.Apply(t.Context(), late.Batch()); err != nil {
				t.Fatal(err)
			}
			pushed(t, from, to, 1, 3)
			equal(t, from, to)
		})
	}
}

// TestPushIntentOnly pushes a store that knows nothing but what is declared.
func TestPushIntentOnly(t *testing.T) {
	to, from := opened(t), memory.New()
	if err := from.SetIntent(t.Context(), graphtest.Intent(map[string][]string{"users": {"10.10.0.7"}})); err != nil {
		t.Fatal(err)
	}
	pushed(t, from, to, 0, 0)
	equal(t, from, to)
}

// TestPushKilled kills the pushing process by SIGKILL while it loads nodes, and relationships of the first and of the second batch; the next push finishes what it left.
func TestPushKilled(t *testing.T) {
	o := neo4jtest.Options(t)
	from, err := large(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, point := range []int{1, rowsOfLarge / 3, rowsOfLarge * 5 / 8, rowsOfLarge * 7 / 8} {
		t.Run(strconv.Itoa(point), func(t *testing.T) {
			to := opened(t)
			if at := killedAt(t, o, point); at >= rowsOfLarge {
				t.Fatalf("the push was killed after %d rows, when it was done", at)
			}
			there, err := to.Batches(t.Context())
			if want := point * 2 / rowsOfLarge; err != nil || len(there) != want {
				t.Errorf("%d batches are seen, %v, want %d", len(there), err, want)
			}
			v, err := to.Select(t.Context(), graph.Params{})
			if err != nil || len(v.Uses) != usesOfLarge*len(there) {
				t.Errorf("%d communications are seen, %v, want %d", len(v.Uses), err, usesOfLarge*len(there))
			}
			pushed(t, from, to, 2-len(there), len(there))
			equal(t, from, to)
		})
	}
}

// killedAt runs a child that pushes, kills it once it has loaded that many rows, and returns how many it had told.
func killedAt(t *testing.T, o neo4j.Options, rows int) (at int) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childTarget+"="+o.URI, "NSGRAPH_NEO4J_DATABASE="+o.Database, "NSGRAPH_NEO4J_USER="+o.User, "NSGRAPH_NEO4J_PASSWORD="+o.Password)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for at < rows && lines.Scan() {
		if at, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil || at < rows {
		t.Fatalf("the child ended by itself after %d rows: %v", at, err)
	}
	return at
}

// TestPushTogether lets two clients push the same at the same time.
func TestPushTogether(t *testing.T) {
	to := opened(t)
	second, err := neo4j.Open(t.Context(), neo4jtest.Options(t))
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	from, err := large(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, s := range []*neo4j.Store{to, second} {
		wg.Go(func() {
			if _, err := neo4j.Push(context.Background(), from, s, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	equal(t, from, to)
}

// TestServer uses a server of its own, with a password, which it kills.
func TestServer(t *testing.T) {
	server := neo4jtest.Start(t, "correct horse")
	good := server.Options()
	good.Patience = 2 * time.Minute
	t.Run("refused", func(t *testing.T) { refused(t, good) })
	to, err := neo4j.Open(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	from, err := large(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	restarted := make(chan error, 1)
	killed := false
	p, err := neo4j.Push(t.Context(), from, to, func(p neo4j.Pushed) {
		if killed || p.Rows < rowsOfLarge/3 {
			return
		}
		killed = true
		server.Kill()
		go func() { restarted <- server.Restart() }()
	})
	if err != nil || p.Batches != 2 {
		t.Errorf("a push over a restart: %+v, %v", p, err)
	}
	if !killed {
		t.Fatal("the server was not killed")
	}
	if err := <-restarted; err != nil {
		t.Fatal(err)
	}
	equal(t, from, to)

	impatient := good
	impatient.Patience = 300 * time.Millisecond
	gone, err := neo4j.Open(t.Context(), impatient)
	if err != nil {
		t.Fatal(err)
	}
	defer gone.Close()
	if err := from.Apply(t.Context(), graphtest.Big("large 3", usesOfLarge)); err != nil {
		t.Fatal(err)
	}
	_, err = neo4j.Push(t.Context(), from, gone, func(neo4j.Pushed) { server.Kill() })
	if !errors.Is(err, graph.ErrUnreachable) || !strings.Contains(err.Error(), "1 of 3 batches are missing") {
		t.Errorf("the server went away: %v, want ErrUnreachable and what is missing", err)
	}
	_, err = neo4j.Push(t.Context(), from, gone, nil)
	if !errors.Is(err, graph.ErrUnreachable) || !strings.Contains(err.Error(), "which of 3 batches are missing") {
		t.Errorf("the server is away: %v, want ErrUnreachable and what is missing", err)
	}
}

// refused tries what cannot be opened.
func refused(t *testing.T, good neo4j.Options) {
	http, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer http.Close()
	go func() {
		for {
			c, err := http.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
			c.Close()
		}
	}()
	for what, c := range map[string]struct {
		edit func(*neo4j.Options)
		want string
	}{
		"password": {func(o *neo4j.Options) { o.Password = "wrong" }, "wrong user or password"},
		"none":     {func(o *neo4j.Options) { o.User, o.Password = "", "" }, "wrong user or password"},
		"database": {func(o *neo4j.Options) { o.Database = "nowhere" }, "no such database"},
		"closed":   {func(o *neo4j.Options) { o.URI = "bolt://127.0.0.1:1" }, "bolt://127.0.0.1:1"},
		"http":     {func(o *neo4j.Options) { o.URI = "bolt://" + http.Addr().String() }, http.Addr().String()},
	} {
		o := good
		o.Patience = 300 * time.Millisecond
		c.edit(&o)
		s, err := neo4j.Open(t.Context(), o)
		if err == nil {
			s.Close()
		}
		if !errors.Is(err, graph.ErrUnreachable) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want ErrUnreachable with %q", what, err, c.want)
		}
	}
}

package sqlite_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/sqlite"
)

func opened(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func applied(t *testing.T, s *sqlite.Store, b *graph.Batch) {
	t.Helper()
	if err := s.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

// raw opens the file as any SQLite tool does.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.db")
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	b := graphtest.Full(graphtest.Plain)
	applied(t, s, b)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := sqlite.OpenExisting(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	v, err := again.View(t.Context(), graph.Params{})
	if err != nil {
		t.Fatal(err)
	}
	if d := graphtest.Diff(graph.Select(&b.Contents, []graph.BatchInfo{b.Info()}, graph.Params{}), v); d != "" {
		t.Error(d)
	}
}

// TestTwoProcesses lets one store see what another one, opened beside it, changes: no view is kept too long.
func TestTwoProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.db")
	a, b := opened(t, path), opened(t, path)
	for i := range 3 {
		applied(t, a, graphtest.Big(fmt.Sprint(i), 10))
		v, err := b.View(t.Context(), graph.Params{})
		if err != nil || len(v.Uses) != 10*(i+1) {
			t.Errorf("after %d batches: %d uses, %v", i+1, len(v.Uses), err)
		}
	}
}

func TestRefused(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	foreign := filepath.Join(dir, "foreign.db")
	if _, err := raw(t, foreign).Exec("CREATE TABLE songs (title TEXT)"); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(dir, "newer.db")
	opened(t, newer)
	if _, err := raw(t, newer).Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(dir, "cut.db")
	s, err := sqlite.Open(t.Context(), cut)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(cut, 5000); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path string
		is   error
		says string
	}{
		{file("capture.db", "\xd4\xc3\xb2\xa1 this is a capture, no store"), graph.ErrUnreachable, "not a store of nsgraph"},
		{file("short.db", "x"), graph.ErrUnreachable, "not a store of nsgraph"},
		{file("header.db", "SQLite format 3\x00"+strings.Repeat("?", 5000)), graph.ErrUnreachable, "header.db"},
		{foreign, graph.ErrUnreachable, "another program"},
		{newer, graph.ErrVersion, "schema 99"},
		{cut, graph.ErrUnreachable, "malformed"},
		{filepath.Join(dir, "no", "such", "folder.db"), graph.ErrUnreachable, "folder.db"},
		{dir, graph.ErrUnreachable, filepath.Base(dir)},
	} {
		s, err := sqlite.Open(t.Context(), c.path)
		if err == nil {
			s.Close()
		}
		if !errors.Is(err, c.is) || !strings.Contains(fmt.Sprint(err), c.says) || !strings.Contains(fmt.Sprint(err), c.path) {
			t.Errorf("%s: %v, want %v that says %q", c.path, err, c.is, c.says)
		}
	}
	missing := filepath.Join(dir, "missing.db")
	if _, err := sqlite.OpenExisting(t.Context(), missing); !errors.Is(err, graph.ErrUnreachable) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v, want ErrUnreachable and ErrNotExist", err)
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("asking for a missing store made one")
	}
}

// TestDamaged overwrites the middle of a store: reading it is an error that names the file, never half an answer.
func TestDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "damaged.db")
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	applied(t, s, graphtest.Big("x", 5000))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 4; i < len(b)*3/4; i++ {
		b[i] = 0xA5
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err = sqlite.Open(t.Context(), path)
	if err == nil {
		defer s.Close()
		_, err = s.View(t.Context(), graph.Params{})
	}
	if !errors.Is(err, graph.ErrUnreachable) || !strings.Contains(err.Error(), path) {
		t.Errorf("%v, want ErrUnreachable with the path", err)
	}
}

// TestReadable asks as an architect would, with another tool.
func TestReadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.db")
	s := opened(t, path)
	b := graphtest.NewBatch("x", 1)
	b.Uses(b.Endpoint("10.10.0.7"), b.Service("10.90.0.5", "tcp", 8443), 1_700_000_000_000_000_000, 1_700_000_001_500_000_000, func(u *graph.Uses) {
		u.BytesUp, u.BytesDown, u.ServerNames, u.RTTMin = 100, 2000, []string{"erp.corp.example"}, 1_250_000
	})
	applied(t, s, b.Batch())
	var got struct {
		client, server, application, first, until string
		port, up, down                            int
	}
	err := raw(t, path).QueryRow("SELECT client, server, port, application, bytes_up, bytes_down, first, until FROM dependencies").
		Scan(&got.client, &got.server, &got.port, &got.application, &got.up, &got.down, &got.first, &got.until)
	if want := "{10.10.0.7 10.90.0.5 tls 2023-11-14T22:13:20.000Z 2023-11-14T22:13:21.500Z 8443 100 2000}"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("%v, %v, want %s", got, err, want)
	}
	var rtt int
	var name string
	err = raw(t, path).QueryRow(`SELECT more ->> 'rtt_min_ns', server_names ->> 0 FROM "USES"`).Scan(&rtt, &name)
	if err != nil || rtt != 1_250_000 || name != "erp.corp.example" {
		t.Errorf("%d, %q, %v", rtt, name, err)
	}
}

// TestRemoveNodes counts rows: what only the removed capture showed is gone, what others show is not.
func TestRemoveNodes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.db")
	s := opened(t, path)
	a, b := graphtest.NewBatch("a", 1), graphtest.NewBatch("b", 2)
	a.Uses(a.Endpoint("10.0.0.1"), a.Service("10.0.0.2", "tcp", 1), 1, 2, nil)
	b.Uses(b.Endpoint("10.0.0.1"), b.Service("10.0.0.3", "tcp", 1), 1, 2, nil)
	applied(t, s, a.Batch())
	applied(t, s, b.Batch())
	applied(t, s, graphtest.Full(graphtest.Plain))
	for _, name := range []string{"a", "full-0"} {
		if err := s.Remove(t.Context(), graphtest.SHA(name)); err != nil {
			t.Fatal(err)
		}
	}
	db := raw(t, path)
	want := map[string]int{"Endpoint": 2, "Service": 1, "USES": 1, "Capture": 1, "CapturePoint": 1, "Batch": 1}
	for _, k := range graph.Kinds() {
		var n int
		if err := db.QueryRow(fmt.Sprintf("SELECT count(*) FROM %q", k.Name)).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n != want[k.Name] {
			t.Errorf("%s: %d rows, want %d", k.Name, n, want[k.Name])
		}
	}
}

const killedStore = "NSGRAPH_TEST_KILLED_STORE"

// TestKilled kills a process while it applies a large batch, at many moments: the store is as it was, or has the batch whole.
func TestKilled(t *testing.T) {
	if path := os.Getenv(killedStore); path != "" {
		s := opened(t, path)
		fmt.Println("ready")
		applied(t, s, graphtest.Big("large", 20_000))
		return
	}
	before, large := graphtest.Big("before", 100), graphtest.Big("large", 20_000)
	path := filepath.Join(t.TempDir(), "killed.db")
	applied(t, opened(t, path), before)
	cut := 0
	for wait := 20 * time.Millisecond; ; wait = wait * 3 / 2 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), killedStore+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 5)); err != nil { // it has opened the store
			t.Fatal(err)
		}
		time.Sleep(wait) // the moment does not matter to the outcome, only to what is tried
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		killed := cmd.Wait() != nil
		s, err := sqlite.OpenExisting(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		v, err := s.View(t.Context(), graph.Params{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		switch len(v.Uses) {
		case len(before.Uses):
			cut++
		case len(before.Uses) + len(large.Uses):
			if cut == 0 {
				t.Error("no moment was early enough to cut it off")
			}
			return
		default:
			t.Fatalf("killed %v after %v: %d uses, want %d or %d", killed, wait, len(v.Uses), len(before.Uses), len(before.Uses)+len(large.Uses))
		}
	}
}

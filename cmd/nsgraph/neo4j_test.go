package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"netscope.example/nsgraph/graph/neo4j/neo4jtest"
)

// TestNeo4jScripts runs the command lines of testdata/neo4j, with $NEO4J as the URL of an emptied server.
func TestNeo4jScripts(t *testing.T) {
	o := neo4jtest.Options(t)
	office, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/neo4j/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files { // one after the other: they share the server
		neo4jtest.Empty(t, o)
		testscript.Run(t, testscript.Params{
			Files:               []string{file},
			RequireExplicitExec: true,
			Setup: func(e *testscript.Env) error {
				e.Setenv("OFFICE", office)
				e.Setenv("NSGRAPH_STORE", "")
				e.Setenv("NSGRAPH_INTENT", "")
				e.Setenv("NEO4J", o.URI)
				e.Setenv("NSGRAPH_NEO4J_USER", o.User)
				e.Setenv("NSGRAPH_NEO4J_PASSWORD", o.Password)
				e.Setenv("NSGRAPH_NEO4J_DATABASE", o.Database)
				return nil
			},
			Cmds: map[string]func(*testscript.TestScript, bool, []string){"code": code, "same": same},
		})
	}
}

// ownTimes are a run's own times, which no two reports share.
var ownTimes = regexp.MustCompile(`"(started|duration_s)": [^\n]*\n`)

// same compares two reports but for their own times.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: same file file")
	}
	a, b := ownTimes.ReplaceAllString(ts.ReadFile(args[0]), ""), ownTimes.ReplaceAllString(ts.ReadFile(args[1]), "")
	if a != b {
		ts.Fatalf("%s and %s differ: %s", args[0], args[1], firstDifference(a, b))
	}
}

// realCaptures are of several kinds: one of each of these words in its name, the smallest.
var realCaptures = []string{"dns", "smb", "sip", "vlan", "ospf", "dhcp"}

// TestNeo4jReports compares reports over SQLite and Neo4j on captures that were taken somewhere.
func TestNeo4jReports(t *testing.T) {
	dir := os.Getenv("NSGRAPH_CAPTURES")
	if dir == "" {
		t.Skip("NSGRAPH_CAPTURES names no folder of captures")
	}
	o := neo4jtest.Options(t)
	t.Setenv("NSGRAPH_NEO4J_USER", o.User)
	t.Setenv("NSGRAPH_NEO4J_PASSWORD", o.Password)
	t.Setenv("NSGRAPH_NEO4J_DATABASE", o.Database)
	command := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(context.Background(), args, strings.NewReader(""), &out, &errs); code != 0 {
			t.Fatalf("%v: exit %d: %s", args, code, errs.String())
		}
		return out.String()
	}
	for _, word := range realCaptures {
		t.Run(word, func(t *testing.T) {
			capture := smallest(t, dir, word)
			neo4jtest.Empty(t, o)
			db := filepath.Join(t.TempDir(), "x.db")
			command("ingest", capture, "--store", db, "-q")
			command("push", "--store", db, "--to", o.URI, "-q")
			want, got := command("report", "--store", db, "-o", "json", "-q"), command("report", "--store", o.URI, "-o", "json", "-q")
			if want, got := ownTimes.ReplaceAllString(want, ""), ownTimes.ReplaceAllString(got, ""); want != got {
				t.Errorf("%s: SQLite and Neo4j report otherwise: %s", capture, firstDifference(want, got))
			}
		})
	}
}

// smallest returns the smallest capture with a word in its name.
func smallest(t *testing.T, dir, word string) string {
	t.Helper()
	type file struct {
		path string
		size int64
	}
	var files []file
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		ext := filepath.Ext(path)
		if err != nil || d.IsDir() || !strings.Contains(strings.ToLower(d.Name()), word) || ext != ".pcap" && ext != ".pcapng" && ext != ".cap" {
			return err
		}
		info, err := d.Info()
		files = append(files, file{path, info.Size()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("no capture with %q in its name", word)
	}
	return slices.MinFunc(files, func(a, b file) int { return int(a.size - b.size) }).path
}

func firstDifference(a, b string) string {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			return as[i] + " and " + bs[i]
		}
	}
	return "one is longer"
}

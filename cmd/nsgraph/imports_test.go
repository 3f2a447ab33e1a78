package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "netscope.example/nsgraph/"

// rooms are the top folders in the direction in which data moves: each may import itself and those before it.
var rooms = []string{"capture", "graph", "analyses", "export", "cmd"}

// TestImportDirection names every import that points the way that data moves.
func TestImportDirection(t *testing.T) {
	seen := 0
	eachImport(t, func(file, path string) {
		inside, ok := strings.CutPrefix(path, module)
		if !ok {
			return
		}
		seen++
		from, to := slices.Index(rooms, room(file)), slices.Index(rooms, room(inside))
		if from < 0 || to < 0 || to > from && !strings.HasSuffix(file, "_test.go") { // a test may look at what comes after
			t.Errorf("%s imports %s: %s must not know %s", file, path, room(file), room(inside))
		}
		if strings.Contains(inside, "/neo4jtest") || strings.Contains(inside, "/graphtest") || strings.HasSuffix(inside, "analyses/fixture") || strings.Contains(inside, "/accuracy") {
			if !strings.HasSuffix(file, "_test.go") && !strings.Contains(file, "test/") && !strings.HasPrefix(file, "analyses/fixture/") {
				t.Errorf("%s imports %s, which is for tests", file, path)
			}
		}
	})
	if seen < 50 {
		t.Fatalf("saw %d imports of the module: the walk is broken", seen)
	}
}

// users names the only rooms that may use a library.
var users = map[string][]string{
	"github.com/google/gopacket":                {"capture"},
	"github.com/neo4j/neo4j-go-driver":          {"graph/neo4j", "cmd"},
	"modernc.org/sqlite":                        {"graph/sqlite"},
	"github.com/spf13/cobra":                    {"cmd"},
	"gonum.org/v1/gonum":                        {"analyses", "capture/simulate"},
	"netscope.example/nsgraph/capture/simulate": {"capture/simulate", "cmd", "analyses/accuracy"},
}

// TestLibraryUsers holds each library to its room, and keeps the simulator from the analyses.
func TestLibraryUsers(t *testing.T) {
	eachImport(t, func(file, path string) {
		for lib, rooms := range users {
			if path != lib && !strings.HasPrefix(path, lib+"/") || strings.HasSuffix(path, "gopacket/macs") {
				continue
			}
			if !slices.ContainsFunc(rooms, func(r string) bool { return strings.HasPrefix(file, r+"/") }) && !strings.HasSuffix(file, "_test.go") {
				t.Errorf("%s imports %s, only %v may", file, path, rooms)
			}
		}
	})
}

// TestNoInit finds functions that register things by themselves.
func TestNoInit(t *testing.T) {
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.Contains(string(b), "\nfunc init() ") {
			t.Errorf("%s has an init", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func room(path string) string { return strings.SplitN(filepath.ToSlash(path), "/", 2)[0] }

// eachImport calls f with every Go file of the module, relative to its root, and each of its imports.
func eachImport(t *testing.T, f func(file, path string)) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." && d.Name() != "." {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		src, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel("../..", path)
		if err != nil {
			return err
		}
		for _, i := range src.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			f(filepath.ToSlash(rel), p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

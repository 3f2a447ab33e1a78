package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/sqlite"
)

// TestReadOnly asks a store in a folder where nothing may be written, as a colleague does who may only look.
func TestReadOnly(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "site.db")
	s := opened(t, path)
	applied(t, s, graphtest.NewBatch("x", 1).Batch())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		mode os.FileMode
	}{{path, 0o444}, {dir, 0o555}} {
		if err := os.Chmod(c.name, c.mode); err != nil {
			t.Fatal(err)
		}
	}
	defer os.Chmod(dir, 0o755)
	if os.Geteuid() == 0 { // who may do everything becomes nobody, in this thread and for files only
		for d := dir; d != "/"; d = filepath.Dir(d) {
			if info, err := os.Stat(d); err == nil && info.Mode()&0o055 != 0o055 && os.Chmod(d, info.Mode()|0o055) != nil {
				t.Skip("nobody else can look into", d)
			}
		}
		runtime.LockOSThread()
		if err := syscall.Setfsuid(65534); err != nil {
			t.Skip(err)
		}
		defer func() {
			_ = syscall.Setfsuid(0)
			runtime.UnlockOSThread()
		}()
	}
	r, err := sqlite.OpenExisting(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if bs, err := r.Batches(t.Context()); err != nil || len(bs) != 1 {
		t.Errorf("%d batches, %v", len(bs), err)
	}
	err = r.CreateSnapshot(t.Context(), graph.Snapshot{Name: "now", From: 1, To: 2})
	if !errors.Is(err, sqlite.ErrReadOnly) || !errors.Is(err, graph.ErrUnreachable) {
		t.Errorf("a change: %v, want ErrReadOnly and ErrUnreachable", err)
	}
	if _, err := sqlite.Open(t.Context(), path); !errors.Is(err, graph.ErrUnreachable) {
		t.Errorf("opened to write: %v", err)
	}
}

//go:build unix

package neo4jtest

import (
	"os"
	"path/filepath"
	"syscall"
)

// lock waits until no other test process uses the named server; it ends with the process.
func lock() error {
	f, err := os.OpenFile(filepath.Join(os.TempDir(), "nsgraph-test-neo4j.lock"), os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return err
	}
	held = append(held, f)
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
}

var held []*os.File // kept open: a lock ends with its file

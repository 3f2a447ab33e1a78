package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestMemoryBound(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "")
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	m := newMemoryBound()
	if got := debug.SetMemoryLimit(-1); got != 240<<20 {
		t.Errorf("limit %d with little alive, want 240 MiB", got)
	}
	large := make([]byte, 400<<20) // never touched, so it costs no memory
	runtime.GC()
	m.adapt(2)
	if got := debug.SetMemoryLimit(-1); got < 800<<20 || got > 900<<20 {
		t.Errorf("limit %d with 400 MiB alive, want twice that", got)
	}
	runtime.KeepAlive(large)
	debug.SetMemoryLimit(before)
	t.Setenv("GOMEMLIMIT", "1GiB")
	newMemoryBound().adapt(2)
	if got := debug.SetMemoryLimit(-1); got != before {
		t.Errorf("limit %d in spite of GOMEMLIMIT", got)
	}
}

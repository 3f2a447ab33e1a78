package main

import (
	"runtime/debug"
	"testing"
)

func TestBoundMemory(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	relax := boundMemory()
	if got := debug.SetMemoryLimit(-1); got != 240<<20 {
		t.Errorf("limit %d while reading, want 240 MiB", got)
	}
	relax()
	if got := debug.SetMemoryLimit(-1); got != 240<<20 {
		t.Errorf("limit %d after a small graph, want 240 MiB", got)
	}
	debug.SetMemoryLimit(before)
	t.Setenv("GOMEMLIMIT", "1GiB")
	boundMemory()()
	if got := debug.SetMemoryLimit(-1); got != before {
		t.Errorf("limit %d in spite of GOMEMLIMIT", got)
	}
}

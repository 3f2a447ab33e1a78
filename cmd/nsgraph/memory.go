package main

import (
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
)

// memoryGoal is what a run over captures keeps below, in bytes, as long as what it needs is not itself that much: the program and its stacks
// come on top. GOMEMLIMIT, if it is set, decides instead.
const memoryGoal = 240 << 20

// memoryBound makes the garbage collector work harder near memoryGoal. What is alive may be half as much again, or the collector would not
// end: a graph at the builder's bounds, with its capture's tables, is larger than the goal.
type memoryBound struct{ off bool }

func newMemoryBound() *memoryBound {
	m := &memoryBound{off: os.Getenv("GOMEMLIMIT") != ""}
	m.adapt(1.5)
	return m
}

// adapt sets the limit to times what the last collection found alive, memoryGoal at least.
func (m *memoryBound) adapt(times float64) {
	if m.off {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	limit := float64(memoryGoal)
	if v := live[0].Value; v.Kind() == metrics.KindUint64 {
		limit = max(limit, float64(v.Uint64())*times)
	}
	debug.SetMemoryLimit(int64(min(limit, math.MaxInt64/2)))
}

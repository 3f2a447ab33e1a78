package main

import (
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
)

// memoryGoal is what a run over captures keeps below, in bytes, as long as its graph is not itself that large: the program and its stacks
// come on top. GOMEMLIMIT, if it is set, decides instead.
const memoryGoal = 240 << 20

// boundMemory makes the garbage collector work harder near memoryGoal while captures are read, and returns what lets it work as the graph
// needs that was built: there may be as much garbage as is alive then, or a large graph would be collected without end.
func boundMemory() (relax func()) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	debug.SetMemoryLimit(memoryGoal)
	return func() {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		limit := int64(memoryGoal)
		if v := live[0].Value; v.Kind() == metrics.KindUint64 && v.Uint64() < math.MaxInt64/2 {
			limit = max(limit, 2*int64(v.Uint64()))
		}
		debug.SetMemoryLimit(limit)
	}
}

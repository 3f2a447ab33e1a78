package build

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// What SYNs lost, and what was never acknowledged, add up in any order.
func TestTCPAddsUp(t *testing.T) {
	parts := []*fact.TCPInfo{
		{ClientOptions: fact.SYNOptions{Seen: true, MSS: 1460, MSSChanged: 1360, Stripped: 1}, Up: fact.TCPHalf{BigUnacked: 1448, WindowFull: 2}},
		{ClientOptions: fact.SYNOptions{Seen: true, MSS: 1460, MSSChanged: 1300}, ServerOptions: fact.SYNOptions{Seen: true, Stripped: 6}, Up: fact.TCPHalf{BigUnacked: 1400, WindowFull: 1}},
		{ClientOptions: fact.SYNOptions{Seen: true, Stripped: 2}, Down: fact.TCPHalf{BigUnacked: 900}},
	}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}} {
		sum := newTCP()
		for _, i := range order {
			one := newTCP()
			one.set(parts[i])
			sum.merge(one)
		}
		if sum.stripped != [3]int64{1, 2, 1} || sum.up.clamped != 1300 || sum.down.clamped != 0 || sum.up.unacked != 1400 || sum.down.unacked != 900 || sum.up.full != 3 {
			t.Errorf("order %v: %+v", order, sum)
		}
	}
}

// Copies of one kind add up; of their sightings the most count.
func TestCopiesAddUp(t *testing.T) {
	b := New(Options{})
	for _, n := range []uint64{3, 40, 9} {
		b.addCopy(&fact.Copy{Kind: fact.Mirrored, Packets: 10, Broadcasts: 4, Sightings: n})
	}
	if len(b.copies) != 1 {
		t.Fatalf("%d copies", len(b.copies))
	}
	for _, c := range b.copies {
		if c.Packets != 30 || c.Broadcasts != 12 || c.Sightings != 40 {
			t.Errorf("%+v", c)
		}
	}
}

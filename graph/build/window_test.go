package build

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

func TestWindowUse(t *testing.T) {
	c := &fact.Conversation{
		Down: fact.Half{Payload: 600_000, First: 0, Last: 6e9}, Up: fact.Half{Payload: 100, Last: 6e9},
		TCP: &fact.TCPInfo{Up: fact.TCPHalf{WindowMax: 10_000, RTT: fact.RTT{Count: 1, Sum: 90e6, Min: 90e6, Max: 90e6}}, Down: fact.TCPHalf{WindowMax: 10_000}},
	}
	use := func() (up, down int64) {
		x := newTCP()
		x.set(c.TCP)
		x.transfers(c)
		return x.up.use, x.down.use
	}
	// 100,000 bytes a second times 90 ms are 9,000 bytes in flight, nine tenths of the window.
	if up, down := use(); up != 900 || down != 0 {
		t.Errorf("%d, %d; want 900, 0", up, down)
	}
	c.Down.Last = 0.5e9 // too short to tell
	if up, _ := use(); up != 0 {
		t.Errorf("short: %d", up)
	}
	c.Down.Last, c.TCP.Up.RTT = 6e9, fact.RTT{} // no round trip
	if up, _ := use(); up != 0 {
		t.Errorf("no round trip: %d", up)
	}
}

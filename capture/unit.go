package capture

import (
	"sync/atomic"

	"netscope.example/nsgraph/capture/wire"
)

// unitSize is how many packets go through the run together: so few that they stay in a processor's cache, so many that handing
// them over costs nothing.
const unitSize = 512

// unit is packets in the order of time with what was found out about each. All workers read it; the last gives it back.
type unit struct {
	packets []wire.Packet
	lengths []uint32 // captured bytes of the frame; meaningful for outermost packets
	marks   []uint8
	worker  []uint8 // that keeps the packet's conversation
	station []uint8 // that keeps the station that sent it
	held    []*batch
	refs    atomic.Int32
}

// Marks of a packet.
const (
	isCopy    = 1 << iota // a further sighting
	isMirror              // a further sighting at no other place
	isControl             // something that devices say
	isError               // may be an ICMP error
)

func newUnit() *unit {
	const room = unitSize + wire.MaxDepth + 1
	return &unit{
		packets: make([]wire.Packet, 0, room), lengths: make([]uint32, 0, room), marks: make([]uint8, room), worker: make([]uint8, room),
		station: make([]uint8, room),
	}
}

// hold keeps the bytes of b valid until the unit is done.
func (u *unit) hold(b *batch) {
	if n := len(u.held); n > 0 && u.held[n-1] == b {
		return
	}
	for _, h := range u.held {
		if h == b {
			return
		}
	}
	b.refs.Add(1)
	u.held = append(u.held, b)
}

// reset empties the unit.
func (u *unit) reset() {
	for i, b := range u.held {
		b.release()
		u.held[i] = nil
	}
	u.held = u.held[:0]
	u.packets, u.lengths = u.packets[:0], u.lengths[:0]
}

package flow

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// Ahead looks at known and unknown conversations, of any number, and changes nothing.
func TestAhead(t *testing.T) {
	emitted := 0
	x := NewTable(Options{}, func(*fact.Conversation) { emitted++ })
	var l []*wire.Packet
	for i := range 3 * aheadGroup {
		p := &wire.Packet{Time: 1e18, Length: 60, Has: wire.HasIP | wire.HasTransport, Version: 4, Protocol: fact.TCP, Src: wire.Addr{10: 0xff, 11: 0xff, 15: 1}, Dst: wire.Addr{10: 0xff, 11: 0xff, 15: 2}, SrcPort: uint16(i), DstPort: 80, Flags: wire.SYN}
		l = append(l, p)
	}
	x.Ahead(nil)
	x.Ahead(l)
	if n := x.Counters(); n != (Counters{}) {
		t.Errorf("Ahead of unknown packets counts %+v", n)
	}
	for _, p := range l[:10] {
		x.Add(p, false)
	}
	before := x.Counters()
	x.Ahead(l)
	if n := x.Counters(); n != before || emitted != 0 {
		t.Errorf("Ahead counts %+v, before %+v", n, before)
	}
}

package flow

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

func TestShare(t *testing.T) {
	server := address{0, 0xffff_0a00_0001}
	one, a, b := NewTable(Options{}, nil), NewTable(Options{}, nil), NewTable(Options{}, nil)
	for i := range 40 {
		client := address{0, 0xffff_0a00_0100 + uint64(i)}
		for _, x := range []*Table{one, []*Table{a, b}[i%2]} {
			x.ports.add(server, 8443, fact.TCP, 1)
			x.ports.add(client, 50000+uint16(i), fact.TCP, 1)
		}
	}
	idle := NewTable(Options{}, nil)
	Share([]*Table{a, b, idle})
	here, anywhere := one.ports.score(server, 8443, fact.TCP)
	if here != 40 || anywhere != 40 {
		t.Fatalf("one table learned %d and %d, want 40", here, anywhere)
	}
	for i, x := range []*Table{a, b, idle} {
		if h, n := x.ports.score(server, 8443, fact.TCP); h != here || n != anywhere {
			t.Errorf("table %d knows %d and %d, want %d and %d", i, h, n, here, anywhere)
		}
	}
	Share([]*Table{one})
	if h, _ := one.ports.score(server, 8443, fact.TCP); h != 40 {
		t.Errorf("a single table learned %d from itself", h)
	}
}

func TestShareFullSet(t *testing.T) {
	var set [fanWays]fan
	for i := range fanWays {
		credit(&set, uint32(i+1), uint16(10+i))
	}
	credit(&set, 99, 5)  // weaker than all
	credit(&set, 98, 50) // takes the place of the weakest
	credit(&set, 4, ^uint16(0))
	want := [fanWays]fan{{98, 50}, {2, 11}, {3, 12}, {4, 13}}
	if set[0] != want[0] || set[1] != want[1] || set[2] != want[2] || set[3].tag != 4 || set[3].score < 13 {
		t.Errorf("set %v", set)
	}
}

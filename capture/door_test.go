package capture

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/file"
	"netscope.example/nsgraph/capture/sight"
	"netscope.example/nsgraph/capture/wire"
)

// A table that fails costs the packets that it fails at, and these are counted.
func TestWorkerRecovers(t *testing.T) {
	w := &worker{failed: map[uint16]uint64{}, stations: sight.NewStations(sight.Options{})} // it has no table
	u := newUnit()
	for i := range 5 {
		p := wire.Packet{Capture: 7, Length: 60}
		if i%2 == 0 {
			p.Has = wire.HasIP
		}
		u.packets = append(u.packets, p)
	}
	steps := 0
	for i := 0; i < len(u.packets) && steps < 10; steps++ {
		i = w.work(u, i)
	}
	if w.failed[7] == 0 || steps >= 10 {
		t.Errorf("%d failures in %d steps", w.failed[7], steps)
	}
}

// A table that cannot be emptied does not keep the run from ending.
func TestWorkerFinishes(t *testing.T) {
	out := make(chan []fact.Fact, 1)
	w := &worker{out: out} // it has no table
	w.facts = append(w.facts, &fact.Name{})
	w.finish()
	if len(<-out) != 1 {
		t.Error("what was collected before is lost")
	}
}

// So does the window, and so do the decoders.
func TestStageRecovers(t *testing.T) {
	s := &stage{tallies: []*tally{newTally()}, u: newUnit()} // it has neither window nor decoder
	in := &input{tally: s.tallies[0]}
	list := []file.Packet{{Number: 1, Time: 5, Length: 60, Data: make([]byte, 60)}, {Number: 2, Time: 6, Length: 70, Data: make([]byte, 70)}}
	for in.pos < len(list) {
		s.frames(in, list, 100)
	}
	if len(s.u.packets) != 2 || s.u.packets[1].Number != 2 || s.u.packets[1].Problem != wire.BadHeader || s.u.packets[1].Length != 70 || len(s.u.lengths) != 2 {
		t.Fatalf("packets %+v", s.u.packets)
	}
	for i := 0; i < 2; {
		i = s.mark(s.u, i)
	}
	if s.tallies[0].undecodable != 2 {
		t.Errorf("%d undecodable packets, want 2", s.tallies[0].undecodable)
	}
}

func TestDated(t *testing.T) {
	l := []file.Packet{{Time: 0}, {Time: 7}, {Time: 0}, {Time: 5}}
	if at := dated(l, 3); at != 5 || l[0].Time != 3 || l[2].Time != 7 {
		t.Errorf("times %v, last %d", l, at)
	}
}

// A full table cuts conversations, and an artefact says how many.
func TestOverloadIsSaid(t *testing.T) {
	src := []Source{source("small.pcap", small(t, 20_000))}
	said := false
	for f, err := range Run(t.Context(), src, Options{MaxConversations: 100}) {
		if err != nil {
			t.Fatal(err)
		}
		if a, ok := f.(*fact.Artefact); ok && a.Kind == "overload" && a.Extent > 0.5 {
			said = true
		}
	}
	if !said {
		t.Error("conversations were cut and no artefact says so")
	}
}

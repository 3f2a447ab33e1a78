package capture

import (
	"encoding/binary"
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// Two captures of the same traffic: the second begins 300 s later, when the first is far beyond its head, and its clock is 2 s behind. The
// packets that both hold are counted once.
func TestClockBeyondTheHead(t *testing.T) {
	const packets, later = 120_000, 40_000
	a := small(t, packets)
	at := 24
	var cut int
	for i := range packets {
		sec := binary.LittleEndian.Uint32(a[at:])
		if i == later {
			cut = at
		}
		if i >= later {
			sec += 300
		}
		binary.LittleEndian.PutUint32(a[at:], sec)
		at += 16 + int(binary.LittleEndian.Uint32(a[at+8:]))
	}
	b := append(append([]byte{}, a[:24]...), a[cut:]...)
	for at := 24; at < len(b); at += 16 + int(binary.LittleEndian.Uint32(b[at+8:])) {
		binary.LittleEndian.PutUint32(b[at:], binary.LittleEndian.Uint32(b[at:])-2)
	}
	var duplicates, clock uint64
	for f, err := range Run(t.Context(), []Source{source("a.pcap", a), source("b.pcap", b)}, Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		switch f := f.(type) {
		case *fact.Capture:
			duplicates += f.Duplicates
			if f.Path == "b.pcap" && f.ClockOffset != 2 || f.Path == "a.pcap" && f.ClockOffset != 0 {
				t.Errorf("the clock of %s is corrected by %v s", f.Path, f.ClockOffset)
			}
		case *fact.Artefact:
			if f.Kind == "clock" {
				clock++
			}
		}
	}
	if duplicates != packets-later || clock != 1 {
		t.Errorf("%d duplicates and %d artefacts of clocks, want %d and 1", duplicates, clock, packets-later)
	}
}

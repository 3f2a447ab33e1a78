package capture

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

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

// pcapng writes frames at the given seconds, captured at an interface called name.
func pcapng(t *testing.T, name string, number byte, seconds ...int64) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := pcapgo.NewNgWriterInterface(&b, pcapgo.NgInterface{Name: name, LinkType: layers.LinkTypeEthernet}, pcapgo.NgWriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range seconds {
		f := append(make([]byte, 12), 0x90, 0, number, byte(i))
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(s, 0), CaptureLength: len(f), Length: len(f)}, f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Files that follow one another are of one point; files of one time with equal interface names are of two.
func TestNamesakes(t *testing.T) {
	cases := []struct {
		name string
		src  []Source
		want []string
	}{
		{"a ring of files", []Source{source("r1.pcapng", pcapng(t, "eth0", 1, 100, 150)), source("r2.pcapng", pcapng(t, "eth0", 2, 150, 190))}, []string{"eth0", "eth0"}},
		{"two hosts", []Source{source("a.pcapng", pcapng(t, "eth0", 1, 100, 150)), source("b.pcapng", pcapng(t, "eth0", 2, 120, 190))}, []string{"eth0@a", "eth0@b"}},
		{"two hosts at once", []Source{source("a.pcapng", pcapng(t, "eth0", 1, 100)), source("b.pcapng", pcapng(t, "eth0", 2, 100))}, []string{"eth0@a", "eth0@b"}},
		{"two interfaces", []Source{source("a.pcapng", pcapng(t, "eth0", 1, 100, 150)), source("b.pcapng", pcapng(t, "eth1", 2, 120, 190))}, []string{"eth0", "eth1"}},
		{"without names", []Source{source("a.pcapng", pcapng(t, "", 1, 100, 150)), source("b.pcapng", pcapng(t, "-", 2, 120, 190))}, []string{"a", "b"}},
	}
	for _, c := range cases {
		var got []string
		for _, f := range captures(t, c.src) {
			got = append(got, f.Point)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: points %v, want %v", c.name, got, c.want)
		}
	}
	named := source("b.pcapng", pcapng(t, "eth0", 2, 120, 190))
	named.Point = "core"
	if l := captures(t, []Source{source("a.pcapng", pcapng(t, "eth0", 1, 100, 150)), named}); l[0].Point != "eth0" || l[1].Point != "core" {
		t.Errorf("points %s and %s, want eth0 and core", l[0].Point, l[1].Point)
	}
}

package file

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
)

// ng writes pcapng files for tests.
type ng struct {
	o binary.AppendByteOrder
	b []byte
}

// block appends a block of uint16, uint32, uint64, string (padded to 32 bits) parts.
func (w *ng) block(kind uint32, parts ...any) *ng {
	var body []byte
	for _, p := range parts {
		switch v := p.(type) {
		case uint16:
			body = w.o.AppendUint16(body, v)
		case uint32:
			body = w.o.AppendUint32(body, v)
		case uint64:
			body = w.o.AppendUint64(body, v)
		case string:
			body = append(body, v...)
			body = append(body, make([]byte, -len(v)&3)...)
		}
	}
	n := uint32(len(body) + 12)
	w.b = w.o.AppendUint32(w.b, kind)
	w.b = w.o.AppendUint32(w.b, n)
	w.b = append(w.b, body...)
	w.b = w.o.AppendUint32(w.b, n)
	return w
}

func (w *ng) section(o binary.AppendByteOrder) *ng {
	w.o = o
	return w.block(sectionHeader, uint32(byteOrderMagic), uint16(1), uint16(0), ^uint64(0))
}

// iface appends an interface description; options are parts: code, length, value.
func (w *ng) iface(link uint16, snap uint32, options ...any) *ng {
	return w.block(interfaceBlock, append([]any{link, uint16(0), snap}, options...)...)
}

func (w *ng) packet(iface uint32, stamp uint64, data string) *ng {
	return w.block(enhancedPacket, iface, uint32(stamp>>32), uint32(stamp), uint32(len(data)), uint32(len(data)+10), data)
}

// sections is a file of two sections in both byte orders, with interfaces of their own.
func sections() []byte {
	w := &ng{}
	w.section(binary.LittleEndian)
	w.iface(1, 0, uint16(2), uint16(4), "eth0", uint16(9), uint16(1), "\x09", uint16(11), uint16(4), "\x00tcp", uint16(0), uint16(0))
	w.iface(276, 4, uint16(9), uint16(1), "\x8a", uint16(14), uint16(8), uint64(100))
	w.packet(0, 1_000_000_007, "first")
	w.block(0x77, "unknown block")
	w.packet(1, 3<<10|512, "cook")
	w.block(9, "journal") // Wireshark numbers it
	w.block(packetBlock, uint16(1), uint16(5), uint32(0), uint32(2<<10), uint32(2), uint32(9), "ab")
	w.block(interfaceStatistics, uint32(0), uint64(0), uint16(4), uint16(8), uint64(50), uint16(5), uint16(8), uint64(3), uint16(7), uint16(8), uint64(4))
	w.section(binary.BigEndian)
	w.iface(101, 3, uint16(13), uint16(1), "\x02")
	w.packet(0, 7_000_001, "fcsfcs")
	w.block(simplePacket, uint32(8), "abc")
	w.block(interfaceStatistics, uint32(0), uint64(0), uint16(5), uint16(8), uint64(1))
	return w.b
}

func TestPcapngSections(t *testing.T) {
	r, err := Open("x", bytes.NewReader(sections()))
	if err != nil {
		t.Fatal(err)
	}
	got, err := all(r)
	if err != nil {
		t.Fatal(err)
	}
	want := []Packet{
		{Data: []byte("first"), Time: 1_000_000_007, Number: 1, Length: 15, Interface: 0},
		{Data: []byte("cook"), Time: 103_500_000_000, Number: 2, Length: 14, Interface: 1},
		{Data: []byte("ab"), Time: 102_000_000_000, Number: 4, Length: 9, Interface: 1},
		{Data: []byte("fcsfcs"), Time: 7_000_001_000, Number: 5, Length: 14, Interface: 2},
		{Data: []byte("abc"), Time: 7_000_001_000, Number: 6, Length: 6, Interface: 2},
	}
	if len(got) != len(want) {
		t.Fatalf("%d packets, want %d", len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		if !bytes.Equal(g.Data, w.Data) || g.Time != w.Time || g.Number != w.Number || g.Length != w.Length || g.Interface != w.Interface {
			t.Errorf("packet %d: %+v, want %+v", i, g, w)
		}
	}
	wantIfaces := []Interface{
		{Name: "eth0", LinkType: 1, Filter: "tcp", Received: 50, Dropped: 7},
		{LinkType: 276, SnapLen: 4, Dropped: 5},
		{LinkType: 101, SnapLen: 3, FCS: 2, Dropped: 1},
	}
	for i, w := range wantIfaces {
		if g := r.Interfaces()[i]; g != w {
			t.Errorf("interface %d: %+v, want %+v", i, g, w)
		}
	}
	if r.Format() != "pcapng" {
		t.Errorf("format %s", r.Format())
	}
}

// A Simple Packet Block before any time gets that of the first packet that has one.
func TestSimplePacketFirst(t *testing.T) {
	w := (&ng{}).section(binary.LittleEndian).iface(1, 0).block(simplePacket, uint32(3), "abc").packet(0, 5_000_000, "x")
	r, err := Open("x", bytes.NewReader(w.b))
	if err != nil {
		t.Fatal(err)
	}
	got, err := all(r)
	if err != nil || len(got) != 2 || got[0].Time != 5e9 || string(got[0].Data) != "abc" {
		t.Errorf("%+v, %v", got, err)
	}
}

// A block that is not looked into may be larger than any buffer.
func TestLargeUnknownBlock(t *testing.T) {
	for _, kind := range []uint32{0x77, 0xbad} {
		w := (&ng{}).section(binary.LittleEndian).iface(1, 0).packet(0, 1, "a").block(kind, strings.Repeat("z", 5<<20)).packet(0, 2, "b")
		r, err := Open("x", bytes.NewReader(w.b))
		if err != nil {
			t.Fatal(err)
		}
		got, err := all(r)
		number := uint64(2)
		if kind == 0xbad {
			number = 3
		}
		if err != nil || len(got) != 2 || string(got[1].Data) != "b" || got[1].Number != number {
			t.Errorf("%x: %d packets, %v", kind, len(got), err)
		}
	}
}

// Where the input ends in a block that is passed over, the damage begins with the block.
func TestCutInSkippedBlock(t *testing.T) {
	w := (&ng{}).section(binary.LittleEndian).iface(1, 0).packet(0, 1, "a")
	begin := len(w.b)
	w.block(0x77, strings.Repeat("z", 3<<20))
	for _, cut := range []int{begin + 1, begin + 11, begin + 12, begin + 60, len(w.b) - 5, len(w.b) - 4, len(w.b) - 1} {
		r, err := Open("x", bytes.NewReader(w.b[:cut]))
		if err != nil {
			t.Fatal(err)
		}
		got, err := all(r)
		if d, ok := errors.AsType[*DamageError](err); !ok || d.Offset != int64(begin) || len(got) != 1 {
			t.Errorf("cut at %d: %d packets, %v, want byte %d", cut, len(got), err, begin)
		}
	}
}

// The obsolete Packet Block says how many packets were lost before it, or that it does not know.
func TestObsoleteDrops(t *testing.T) {
	w := (&ng{}).section(binary.LittleEndian).iface(1, 0)
	for _, drops := range []uint16{3, 2, 0xffff} {
		w.block(packetBlock, uint16(0), drops, uint64(1), uint32(4), uint32(4), "abcd")
	}
	r, err := Open("x", bytes.NewReader(w.b))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := all(r); err != nil || len(got) != 3 || r.Interfaces()[0].Dropped != 5 {
		t.Errorf("%d packets, %d dropped, %v", len(got), r.Interfaces()[0].Dropped, err)
	}
}

func TestPcapngDamage(t *testing.T) {
	start := func() *ng { return (&ng{}).section(binary.LittleEndian).iface(1, 0).packet(0, 1, "good") }
	offset := int64(len(start().b))
	flip := func(w *ng, at int, v byte) []byte { w.b[int(offset)+at] = v; return w.b }
	for _, c := range []struct {
		name string
		b    []byte
		says string
	}{
		{"length at the end differs", flip(start().packet(0, 2, "bad!"), 32, 9), "36 at its beginning, 9 at its end"},
		{"length not a multiple of four", flip(start().packet(0, 2, "bad!"), 4, 37), "block length 37"},
		{"length below a block's", flip(start().packet(0, 2, "bad!"), 4, 8), "block length 8"},
		{"unknown interface", start().packet(1, 2, "bad!").b, "interface 1, where the section has 1"},
		{"captured length beyond the block", flip(start().packet(0, 2, "bad!"), 20, 5), "packet 2 has 5 captured bytes"},
		{"version 2", start().block(sectionHeader, uint32(byteOrderMagic), uint16(2), uint16(0), ^uint64(0)).b, "pcapng version 2.0"},
		{"no byte-order magic", start().block(sectionHeader, uint32(7), uint16(1), uint16(0), ^uint64(0)).b, "without byte-order magic"},
		{"short section header", start().block(sectionHeader, uint32(byteOrderMagic)).b, "section header of 4 bytes"},
		{"short interface", start().block(interfaceBlock, uint32(1)).b, "interface description of 4 bytes"},
		{"short statistics", start().block(interfaceStatistics, uint32(0)).b, "interface statistics of 4 bytes"},
		{"statistics of an unknown interface", start().block(interfaceStatistics, uint32(4), uint64(0)).b, "interface 4"},
		{"short packet", start().block(enhancedPacket, uint32(0)).b, "packet block of 4 bytes"},
		{"short obsolete packet", start().block(packetBlock, uint32(0)).b, "packet block of 4 bytes"},
		{"obsolete packet of an unknown interface", start().block(packetBlock, uint16(3), uint16(0), uint64(0), uint64(0)).b, "interface 3"},
		{"short simple packet", start().block(simplePacket).b, "simple packet block of 0 bytes"},
		{"simple packet beyond the block", start().block(simplePacket, uint32(5), "abcd").b, "packet 2 has 5 captured bytes"},
		{"simple packet without interface", start().section(binary.LittleEndian).block(simplePacket, uint32(4), "abcd").b, "interface 0, where the section has 0"},
		{"enormous packet", start().block(enhancedPacket, strings.Repeat("z", maxBlock)).b, "more than 1048576"},
		{"end of a skipped block differs", append(start().block(0x77, strings.Repeat("z", 2<<20)).b[:len(start().b)+12+2<<20-4], 1, 2, 3, 4), "at its end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Open("x.pcapng", bytes.NewReader(c.b))
			if err != nil {
				t.Fatal(err)
			}
			got, err := all(r)
			d, ok := errors.AsType[*DamageError](err)
			if !ok || len(got) != 1 || string(got[0].Data) != "good" {
				t.Fatalf("%d packets, %v", len(got), err)
			}
			want := offset
			if c.name == "simple packet without interface" {
				want += 28 // behind the section header
			}
			if d.Offset != want || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "x.pcapng") {
				t.Errorf("%v, want byte %d and %q", err, want, c.says)
			}
		})
	}
}

func TestClock(t *testing.T) {
	for _, c := range []struct {
		resolution uint8
		stamp      uint64
		want       int64
	}{
		{0, 7, 7e9},
		{3, 7001, 7_001_000_000},
		{6, 1_500_000, 1_500_000_000},
		{9, 5, 5},
		{12, 2_000_000_001_999, 2_000_000_001},
		{19, 10_000_000_000, 1},
		{20, 1 << 62, 0}, // finer than 64 bits count
		{0x80, 3, 3e9},
		{0x80 | 1, 3, 1_500_000_000},
		{0x80 | 32, 5<<32 | 1<<31, 5_500_000_000},
		{0x80 | 63, 1<<62 + 1<<61, 750_000_000},
		{0x80 | 64, 1, 0},
		{0, 1 << 62, 9_223_372_036_000_000_000}, // saturated
		{6, ^uint64(0), -1000},                  // one microsecond before 1970
	} {
		if got := newClock(c.resolution).time(c.stamp); got != c.want {
			t.Errorf("if_tsresol %#x, %d units: %d ns, want %d", c.resolution, c.stamp, got, c.want)
		}
	}
	late := clock{scale: 1e9, units: 1, offset: seconds(1 << 62)}
	if got := late.time(1); got != 1<<63-2 { // an interval that holds it ends a nanosecond later
		t.Errorf("saturated to %d", got)
	}
	if got := (clock{scale: 1, units: 1e9}).time(1<<63 - 1); got != 9_223_372_036e9 {
		t.Errorf("saturated to %d", got)
	}
	early := clock{scale: 1e9, units: 1, offset: seconds(-1 << 62)}
	if got := early.time(^uint64(0)); got != -1<<63 {
		t.Errorf("saturated to %d", got)
	}
	if got := (clock{scale: 1e9, units: 1, offset: seconds(-3)}).time(5); got != 2e9 {
		t.Errorf("offset -3 s: %d", got)
	}
}

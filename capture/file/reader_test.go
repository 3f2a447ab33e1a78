package file

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// pcapFile is a microsecond capture of Ethernet with one packet for each string of data, at seconds 1, 2, ….
func pcapFile(o binary.AppendByteOrder, magic uint32, data ...string) []byte {
	b := o.AppendUint32(nil, magic)
	b = o.AppendUint16(b, 2)
	b = o.AppendUint16(b, 4)
	for _, v := range []uint32{0, 0, 65535, 1} {
		b = o.AppendUint32(b, v)
	}
	for i, d := range data {
		for _, v := range []uint32{uint32(i + 1), 500, uint32(len(d)), uint32(len(d) + i)} {
			b = o.AppendUint32(b, v)
		}
		b = append(b, d...)
	}
	return b
}

// all reads r to its end, and returns copies of the packets and the error that ended it; nil for io.EOF.
func all(r *Reader) ([]Packet, error) {
	var got []Packet
	var b Batch
	for {
		err := r.Read(&b)
		if err == io.EOF {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		for _, p := range b.Packets {
			p.Data = bytes.Clone(p.Data)
			got = append(got, p)
		}
	}
}

func TestPcap(t *testing.T) {
	for _, c := range []struct {
		name  string
		order binary.AppendByteOrder
		magic uint32
		time  int64 // of the second packet
	}{
		{"microseconds, little-endian", binary.LittleEndian, microsecondMagic, 2_000_500_000},
		{"microseconds, big-endian", binary.BigEndian, microsecondMagic, 2_000_500_000},
		{"nanoseconds, little-endian", binary.LittleEndian, nanosecondMagic, 2_000_000_500},
		{"nanoseconds, big-endian", binary.BigEndian, nanosecondMagic, 2_000_000_500},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Open("x", bytes.NewReader(pcapFile(c.order, c.magic, "one", "two!")))
			if err != nil {
				t.Fatal(err)
			}
			got, err := all(r)
			if err != nil || len(got) != 2 {
				t.Fatalf("%d packets, %v", len(got), err)
			}
			p := got[1]
			if string(p.Data) != "two!" || p.Time != c.time || p.Number != 2 || p.Length != 5 || p.Interface != 0 {
				t.Errorf("second packet %+v", p)
			}
			if i := r.Interfaces(); len(i) != 1 || i[0].LinkType != 1 || i[0].SnapLen != 65535 {
				t.Errorf("interfaces %+v", i)
			}
			if r.Format() != "pcap" || r.Compression() != "" {
				t.Errorf("%s, %q", r.Format(), r.Compression())
			}
		})
	}
}

func TestKuznetzov(t *testing.T) {
	b := pcapFile(binary.LittleEndian, kuznetzovMagic)
	for _, v := range []uint32{7, 9, 3, 3, 2, 0x01000800} { // interface 2, protocol, packet type
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	got := packets(t, append(b, "abc"...))
	if len(got) != 1 || string(got[0].Data) != "abc" || got[0].Time != 7_000_009_000 {
		t.Errorf("%+v", got)
	}
}

// Until version 2.3 the original length came before the captured one, in 2.3 sometimes.
func TestExchangedLengths(t *testing.T) {
	for minor, lengths := range map[byte][2]uint32{2: {9, 3}, 3: {9, 3}, 4: {3, 9}} {
		b := pcapFile(binary.LittleEndian, microsecondMagic)
		b[6] = minor
		for _, v := range []uint32{1, 0, lengths[0], lengths[1]} {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
		got := packets(t, append(b, "abc"...))
		if len(got) != 1 || string(got[0].Data) != "abc" || got[0].Length != 9 {
			t.Errorf("version 2.%d: %+v", minor, got)
		}
	}
}

// The link type has 16 bits; above it may say that frames end in a check sequence, which is no part of the frame here.
func TestPcapFCS(t *testing.T) {
	b := pcapFile(binary.BigEndian, microsecondMagic, "frame1234", "cut")
	copy(b[20:], "\x24\x00\x01\x14") // 2*2 bytes of FCS, link type 276
	binary.BigEndian.PutUint32(b[len(b)-7:], 6)
	r, err := Open("x", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	got, err := all(r)
	if err != nil || len(got) != 2 {
		t.Fatalf("%d packets, %v", len(got), err)
	}
	if string(got[0].Data) != "frame" || got[0].Length != 5 || string(got[1].Data) != "cu" || got[1].Length != 2 {
		t.Errorf("%+v", got)
	}
	if i := r.Interfaces()[0]; i.LinkType != 276 || i.FCS != 4 {
		t.Errorf("interface %+v", i)
	}
}

// packets reads a whole capture that has no damage.
func packets(t *testing.T, b []byte) []Packet {
	t.Helper()
	r, err := Open("x", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	got, err := all(r)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// A capture cut at any byte gives the packets that are whole, and says where the first that is not begins.
func TestCutEverywhere(t *testing.T) {
	pcap := pcapFile(binary.LittleEndian, microsecondMagic, "one", "two!", "")
	ends := []int{24, 24 + 19, 24 + 19 + 20, 24 + 19 + 20 + 16}
	for n := 1; n <= len(pcap); n++ {
		r, err := Open("cut.pcap", bytes.NewReader(pcap[:n]))
		if n < 4 {
			if !errors.Is(err, ErrFormat) {
				t.Errorf("%d bytes: %v", n, err)
			}
			continue
		}
		if n < 24 {
			if d, ok := errors.AsType[*DamageError](err); !ok || d.Offset != int64(n) {
				t.Errorf("%d bytes: %v", n, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		whole := 0
		for whole+1 < len(ends) && ends[whole+1] <= n {
			whole++
		}
		got, err := all(r)
		d, damaged := errors.AsType[*DamageError](err)
		if len(got) != whole || damaged != (n != ends[whole]) || damaged && d.Offset != int64(ends[whole]) {
			t.Errorf("%d bytes: %d packets, %v; want %d", n, len(got), err, whole)
		}
	}
	ng := sections()
	complete := packets(t, ng)
	for n := 12; n < len(ng); n++ {
		r, err := Open("cut.pcapng", bytes.NewReader(ng[:n]))
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		got, err := all(r)
		if len(got) > len(complete) {
			t.Errorf("%d bytes: %d packets", n, len(got))
		}
		for i, p := range got {
			if !bytes.Equal(p.Data, complete[i].Data) {
				t.Errorf("%d bytes: packet %d is %q", n, i, p.Data)
			}
		}
		if d, ok := errors.AsType[*DamageError](err); ok && d.Offset > int64(n) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// The same packets come from pieces of any size, and through compression, in one member or several.
func TestStreams(t *testing.T) {
	data := make([]string, 3000)
	for i := range data {
		data[i] = strings.Repeat(string(rune('a'+i%26)), i)
	}
	plain := pcapFile(binary.LittleEndian, microsecondMagic, data...)
	var gz, zs bytes.Buffer
	g := gzip.NewWriter(&gz)
	g.Write(plain[:1000])
	g.Close()
	g.Reset(&gz)
	g.Write(plain[1000:])
	g.Close()
	z, _ := zstd.NewWriter(&zs)
	z.Write(plain)
	z.Close()
	skippable := append([]byte{0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2}, zs.Bytes()...)
	for _, c := range []struct {
		name, compression string
		r                 io.Reader
	}{
		{"plain", "", bytes.NewReader(plain)},
		{"halves", "", iotest.HalfReader(bytes.NewReader(plain))},
		{"bytes", "", iotest.OneByteReader(bytes.NewReader(plain[:1<<16]))},
		{"error with data", "", iotest.DataErrReader(bytes.NewReader(plain))},
		{"gzip", "gzip", &gz},
		{"zstd", "zstd", &zs},
		{"zstd with a skippable frame", "zstd", bytes.NewReader(skippable)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Open("x", c.r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := all(r)
			want := len(data)
			if c.name == "bytes" {
				want, err = 346, nil // it is cut in the middle of the next
			}
			if err != nil || len(got) != want || r.Compression() != c.compression {
				t.Fatalf("%d packets, want %d, %s, %v", len(got), want, r.Compression(), err)
			}
			for i, p := range got {
				if string(p.Data) != data[i] {
					t.Fatalf("packet %d has %d bytes", i, len(p.Data))
				}
			}
		})
	}
}

func TestDamage(t *testing.T) {
	plain := pcapFile(binary.LittleEndian, microsecondMagic, "one", "two!")
	large := bytes.Clone(plain)
	binary.LittleEndian.PutUint32(large[24+19+8:], MaxCaptured+1)
	compressed := func(b []byte) []byte {
		var gz bytes.Buffer
		w := gzip.NewWriter(&gz)
		w.Write(b)
		w.Flush()
		return gz.Bytes() // no trailer
	}
	for _, c := range []struct {
		name   string
		b      []byte
		offset int64
		says   string
	}{
		{"captured length", large, 43, "packet 2 has 262145 captured bytes"},
		{"cut", plain[:len(plain)-1], 43, "ends inside a record"},
		{"gzip without end", compressed(plain), 63, "gzip: unexpected EOF"},
		{"gzip without end, in a record", compressed(plain[:50]), 43, "gzip: unexpected EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Open("x", bytes.NewReader(c.b))
			if err != nil {
				t.Fatal(err)
			}
			got, err := all(r)
			d, ok := errors.AsType[*DamageError](err)
			if !ok || d.Offset != c.offset || !strings.Contains(err.Error(), c.says) || len(got) == 0 || string(got[0].Data) != "one" {
				t.Errorf("%d packets, %v", len(got), err)
			}
			var b Batch
			if again := r.Read(&b); again != err || len(b.Packets) != 0 {
				t.Errorf("then %v", again)
			}
		})
	}
}

// idle never has anything to read.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestInputErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	plain := pcapFile(binary.LittleEndian, microsecondMagic, "one", "two!")
	r, err := Open("x", io.MultiReader(bytes.NewReader(plain[:len(plain)-2]), iotest.ErrReader(broken)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := all(r)
	if _, damaged := errors.AsType[*DamageError](err); damaged || !errors.Is(err, broken) || len(got) != 1 || !strings.Contains(err.Error(), "byte 43") {
		t.Errorf("%d packets, %v", len(got), err)
	}
	r, err = Open("x", io.MultiReader(bytes.NewReader(plain[:len(plain)-2]), idle{}))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := all(r); !errors.Is(err, io.ErrNoProgress) || len(got) != 1 {
		t.Errorf("%d packets, %v", len(got), err)
	}
	if _, err := Open("x", iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("open: %v", err)
	}
	gz := io.MultiReader(strings.NewReader("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00 and more than a header"), iotest.ErrReader(broken))
	if _, err := Open("x", gz); err == nil {
		t.Error("open gzip: no error")
	}
}

func TestOtherFormats(t *testing.T) {
	erf := "\x00\x00\x00\x00\x00\x00\x00\x00\x02\x04\x00\x50\x00\x00\x00\x3c" + strings.Repeat("\x00", 64)
	tar := "name" + strings.Repeat("\x00", 253) + "ustar\x0000"
	for in, want := range map[string]string{
		"snoop\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x04": "a snoop capture",
		"GMBU\x02\x00\x01\x00":                              "Network Monitor 2",
		"RTSS\x00\x01":                                      "Network Monitor 1",
		"XCP\x00002.002\x00":                                "NetXray",
		"TRSNIFF data    \x1a":                              "Sniffer (DOS)",
		"\x54\x52\x00\x64\x00\x00":                          "nettl",
		"name\tvalue\nGrüße\n":                              "it is text",
		"PK\x03\x04\x00\x00":                                "a zip archive",
		"\x89PNG\r\n\x1a\n":                                 "a PNG image",
		"\xff\xfeh\x00i\x00":                                "text in UTF-16",
		strings.Repeat("\x00", 99):                          "nothing but zeros",
		erf:                                                 "ERF",
		tar:                                                 "a tar archive",
		"\x00\x01\x02":                                      "not a pcap or pcapng capture",
		"\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x00\x00\x00\x00":              "not a pcap or pcapng capture",
		"\xd4\xc3\xb2\xa1\x07\x00\x00\x00" + strings.Repeat("\x00", 16): "pcap version 7.0",
	} {
		_, err := Open("x", strings.NewReader(in))
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "open capture x") {
			t.Errorf("%.16q: %v, want %q", in, err, want)
		}
	}
	if _, err := Open("x", strings.NewReader("")); !errors.Is(err, ErrEmpty) {
		t.Errorf("empty: %v", err)
	}
	for _, in := range []string{"\x1f\x8b\x00", "\x28\xb5\x2f\xfd\xff\xff\xff\xff", "\x0a\x0d\x0d\x0a\x1c"} {
		if _, err := Open("x", strings.NewReader(in)); err == nil {
			t.Errorf("%q: no error", in)
		} else if d, ok := errors.AsType[*DamageError](err); !ok || d.Path != "x" {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// A capture without packets is whole.
func TestNoPackets(t *testing.T) {
	if got := packets(t, pcapFile(binary.LittleEndian, microsecondMagic)); len(got) != 0 {
		t.Errorf("%d packets", len(got))
	}
	if got := packets(t, (&ng{}).section(binary.BigEndian).b); len(got) != 0 {
		t.Errorf("%d packets", len(got))
	}
}

// The memory of a batch is used again.
func TestNoAllocation(t *testing.T) {
	data := make([]string, 40000)
	for i := range data {
		data[i] = strings.Repeat("x", 100)
	}
	r, err := Open("x", bytes.NewReader(pcapFile(binary.LittleEndian, microsecondMagic, data...)))
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	if err := r.Read(&b); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(2, func() {
		if err := r.Read(&b); err != nil {
			t.Fatal(err)
		}
	}); n > 1 { // a reader's leftover may grow once
		t.Errorf("%v allocations a batch", n)
	}
}

func BenchmarkRead(b *testing.B) {
	data := make([]string, 20000)
	w := (&ng{}).section(binary.LittleEndian).iface(1, 0)
	for i := range data {
		data[i] = strings.Repeat("x", 60+i%3*700)
		w.packet(0, uint64(i), data[i])
	}
	for name, capture := range map[string][]byte{"pcap": pcapFile(binary.LittleEndian, microsecondMagic, data...), "pcapng": w.b} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(capture)))
			b.ReportAllocs()
			var batch Batch
			for b.Loop() {
				r, err := Open("x", bytes.NewReader(capture))
				for err == nil {
					err = r.Read(&batch)
				}
				if err != io.EOF {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(len(data))/b.Elapsed().Seconds(), "packets/s")
		})
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(pcapFile(binary.LittleEndian, microsecondMagic, "one", "two!"))
	f.Add(pcapFile(binary.BigEndian, nanosecondMagic, "one", "two!"))
	f.Add(pcapFile(binary.BigEndian, kuznetzovMagic, "one", "two!"))
	f.Add(sections())
	f.Add([]byte("snoop\x00\x00\x00"))
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write(sections())
	w.Close()
	f.Add(gz.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Open("x", bytes.NewReader(b))
		if err != nil {
			return
		}
		last := uint64(0)
		got, _ := all(r)
		for _, p := range got {
			if p.Number <= last || int(p.Interface) >= len(r.Interfaces()) || len(p.Data) > MaxCaptured {
				t.Errorf("packet %d after %d: %d bytes, interface %d", p.Number, last, len(p.Data), p.Interface)
			}
			last = p.Number
		}
	})
}

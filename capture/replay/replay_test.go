package replay

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/pcapgo"
	"github.com/klauspost/compress/zstd"
)

// pcapOf is a capture of packets of 60 bytes at the given seconds, written by gopacket.
func pcapOf(t *testing.T, nano, ng bool, at ...float64) []byte {
	t.Helper()
	var b bytes.Buffer
	var write func(gopacket.CaptureInfo, []byte) error
	flush := func() error { return nil }
	switch {
	case ng:
		w, err := pcapgo.NewNgWriter(&b, 1)
		if err != nil {
			t.Fatal(err)
		}
		write, flush = w.WritePacket, w.Flush
	default:
		w := pcapgo.NewWriter(&b)
		if nano {
			w = pcapgo.NewWriterNanos(&b)
		}
		if err := w.WriteFileHeader(65535, 1); err != nil {
			t.Fatal(err)
		}
		write = w.WritePacket
	}
	for _, s := range at {
		ci := gopacket.CaptureInfo{Timestamp: time.Unix(1700000000, int64(s*1e9)), CaptureLength: 60, Length: 60}
		if err := write(ci, make([]byte, 60)); err != nil {
			t.Fatal(err)
		}
	}
	if err := flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write(b)
	w.Close()
	return z.Bytes()
}

func zstded(t *testing.T, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

// Three packets, at 0, 2 and 10 seconds: how long each way of playing them takes, and that the bytes are those of the capture.
func TestPace(t *testing.T) {
	plain := pcapOf(t, false, false, 0, 2, 10)
	nano := pcapOf(t, true, false, 0, 2, 10)
	ng := pcapOf(t, false, true, 0, 2, 10)
	for _, c := range []struct {
		name string
		in   []byte
		want []byte
		o    Options
		took time.Duration
	}{
		{"own pace", plain, plain, Options{}, 10 * time.Second},
		{"nanoseconds", nano, nano, Options{}, 10 * time.Second},
		{"pcapng", ng, ng, Options{}, 10 * time.Second},
		{"ten times", ng, ng, Options{Speed: 10}, time.Second},
		{"half", plain, plain, Options{Speed: 0.5}, 20 * time.Second},
		{"one packet in four seconds", plain, plain, Options{Rate: 0.25}, 8 * time.Second},
		{"short pauses", plain, plain, Options{MaxWait: 3 * time.Second}, 5 * time.Second},
		{"gzip", gzipped(ng), ng, Options{}, 10 * time.Second},
		{"zstd", zstded(t, plain), plain, Options{}, 10 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, err := New(t.Context(), io.NopCloser(bytes.NewReader(c.in)), c.o)
				if err != nil {
					t.Fatal(err)
				}
				begin := time.Now()
				got, err := io.ReadAll(p)
				if err != nil {
					t.Fatal(err)
				}
				if d := time.Since(begin); d != c.took {
					t.Errorf("took %v, want %v", d, c.took)
				}
				if !bytes.Equal(got, c.want) {
					t.Errorf("%d bytes differ from the capture's %d", len(got), len(c.want))
				}
				if p.Packets() != 3 {
					t.Errorf("%d packets, want 3", p.Packets())
				}
				if err := p.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestEndOfContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		p, err := New(ctx, bytes.NewReader(pcapOf(t, false, false, 0, 1, 60)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(p)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the end of the context", err)
		}
		if want := 24 + 2*76; len(got) != want {
			t.Errorf("%d bytes before the end, want %d", len(got), want)
		}
	})
}

// Damaged input passes through as it is: who reads it finds the damage.
func TestDamage(t *testing.T) {
	plain, ng := pcapOf(t, false, false, 0, 1), pcapOf(t, false, true, 0, 1)
	long := bytes.Clone(plain)
	binary.LittleEndian.PutUint32(long[24+8:], 1<<30)
	short := bytes.Clone(ng)
	binary.LittleEndian.PutUint32(short[len(short)-92+4:], 3)
	for name, b := range map[string][]byte{"cut header": plain[:20], "cut record": plain[:24+40], "record too long": long, "cut block": ng[:len(ng)-7], "block too short": short} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, err := New(t.Context(), bytes.NewReader(b), Options{})
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(p); err != nil || !bytes.Equal(got, b) {
					t.Errorf("%d bytes and %v, want the input's %d", len(got), err, len(b))
				}
			})
		})
	}
}

func TestRefuses(t *testing.T) {
	for name, o := range map[string]Options{"negative": {Speed: -1}, "both": {Speed: 1, Rate: 1}, "wait": {MaxWait: -1}} {
		if _, err := New(t.Context(), bytes.NewReader(pcapOf(t, false, false, 0)), o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := New(t.Context(), bytes.NewReader([]byte("hello there")), Options{}); !errors.Is(err, ErrFormat) {
		t.Errorf("error %v, want %v", err, ErrFormat)
	}
	if _, err := New(t.Context(), bytes.NewReader(nil), Options{}); err == nil {
		t.Error("empty: no error")
	}
	if _, err := New(t.Context(), bytes.NewReader([]byte{0x1f, 0x8b, 0, 0}), Options{}); err == nil {
		t.Error("bad gzip: no error")
	}
}

// if_tsresol 2^-20 and if_tsoffset 100 s, big endian: written out by hand.
func TestUnits(t *testing.T) {
	b := []byte{0, 0, 0, 1, 0, 0, 0, 44, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0x94, 0, 0, 0, 0, 14, 0, 8, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 44}
	u := interfaceUnit(binary.BigEndian, b)
	if u.perSecond != 1<<20 || u.offset != 100 {
		t.Fatalf("unit %+v, want 1048576 a second, offset 100", u)
	}
	p := &Reader{order: binary.BigEndian, units: []unit{u}}
	pkt := make([]byte, 32)
	binary.BigEndian.PutUint32(pkt, 6)
	binary.BigEndian.PutUint32(pkt[16:], 3<<19)
	if at := p.packetTime(pkt); at != 101500000000 {
		t.Errorf("time %d, want 101.5 s", at)
	}
	pkt[11] = 9
	if at := p.packetTime(pkt); at != -1 {
		t.Errorf("time %d of an unknown interface, want none", at)
	}
}

// The office capture of testdata, a million times as fast, gives the file's bytes.
func TestOffice(t *testing.T) {
	name := filepath.Join("..", "..", "testdata", "office.pcapng")
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(t.Context(), f, Options{Speed: 1e6})
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(p)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes and %v, want the file's %d", len(got), err, len(want))
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

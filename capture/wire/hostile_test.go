package wire

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"netscope.example/nsgraph/capture/file"
)

// corpus calls f with every frame of the tables of these tests.
func corpus(f func(name string, link uint16, b []byte)) {
	for _, c := range linked {
		f(c.name, c.link, c.frame)
	}
	for _, c := range tunnelled {
		f(c.name, c.link, c.frame)
	}
	for _, c := range notTunnels {
		f(c.name, linkEthernet, c.frame)
	}
	f("fragment", linkRaw, piece(1, more, firstPiece))
	f("later fragment", linkRaw, piece(1, 2, "late"))
	f("error", linkRaw, between(2, 1, 1, frame("\x03\x03\x00\x00\x00\x00\x00\x00", inTCP())))
	f("redirect", linkRaw, ip6(58, frame("\x89\x00\x00\x00\x00\x00\x00\x00", make([]byte, 32), "\x04\x08\x00\x00\x00\x00\x00\x00", inUDP6())))
}

// check holds what is true of the packets of any frame.
func check(t *testing.T, f *file.Packet, got []Packet) {
	t.Helper()
	if len(got) < 1 || len(got) > MaxDepth+1 {
		t.Fatalf("%d packets", len(got))
	}
	for i := range got {
		p := &got[i]
		if int(p.Depth) != i || len(p.Payload) > len(f.Data) || len(p.Network) > len(f.Data) {
			t.Errorf("packet %d: depth %d, payload %d, network %d of %d", i, p.Depth, len(p.Payload), len(p.Network), len(f.Data))
		}
		whole := max(int(f.Length), len(f.Data))
		if i > 0 && slices.ContainsFunc(got[:i], func(p Packet) bool { return p.FirstFr }) {
			whole = max(whole, 65535) // the whole datagram, of which this is the first fragment
		}
		if uint64(p.Length) > uint64(whole) || uint64(p.PayloadLen) > uint64(max(int(p.Length), len(f.Data))) || len(p.Payload) > int(p.PayloadLen) {
			t.Errorf("packet %d: length %d, payload %d, captured %d; frame %d", i, p.Length, p.PayloadLen, len(p.Payload), f.Length)
		}
		if p.Scope.VLAN.N > 3 || (p.Carries != 0) != (i+1 < len(got)) && p.Problem != TooDeep {
			t.Errorf("packet %d: %d tags, carries %v", i, p.Scope.VLAN.N, p.Carries)
		}
		p.Hash()
		Quoted(p)
		ParseOptions(p.Options)
	}
}

// Every frame, cut by the capture and ended by the sender at every byte: nothing behind the cut is read, and what is whole
// before it does not change.
func TestCutEverywhere(t *testing.T) {
	corpus(func(name string, link uint16, b []byte) {
		d := NewDecoder(Options{})
		whole := d.Decode(nil, link, &file.Packet{Data: b, Length: uint32(len(b))})
		for n := range b {
			captured := cut(b, n)
			got := d.Decode(nil, link, captured)
			check(t, captured, got)
			if len(got) > len(whole) {
				t.Errorf("%s, %d bytes: %d packets, %d of the whole", name, n, len(got), len(whole))
			}
			for i := range min(len(got), len(whole)) {
				g, w := &got[i], &whole[i]
				if i == 0 && !g.Cut || g.Has&HasIP != 0 && (g.Src != w.Src || g.Dst != w.Dst || g.IPLength != w.IPLength || g.Scope != w.Scope) ||
					g.Has&HasTransport != 0 && g.SrcPort != w.SrcPort || g.Problem == OK && g.PayloadLen != w.PayloadLen && len(got) == len(whole) {
					t.Errorf("%s, %d bytes: packet %d is %+v, of the whole %+v", name, n, i, g, w)
				}
			}
			ended := &file.Packet{Data: b[:n:n], Length: uint32(n)}
			check(t, ended, d.Decode(nil, link, ended))
		}
	})
}

// Every byte of every frame, changed.
func TestChangedEverywhere(t *testing.T) {
	corpus(func(name string, link uint16, b []byte) {
		d := NewDecoder(Options{})
		var got []Packet
		for i := range b {
			for _, v := range []byte{0, 1, 0x0f, 0x45, 0x7f, 0x80, 0xff} {
				old := b[i]
				b[i] = v
				f := &file.Packet{Data: b, Length: uint32(len(b))}
				got = d.Decode(got[:0], link, f)
				check(t, f, got)
				b[i] = old
			}
		}
	})
}

// The frames of real captures, with three bytes changed and then cut.
func TestDamagedCaptures(t *testing.T) {
	dir := os.Getenv("NSGRAPH_CAPTURES")
	if dir == "" {
		t.Skip("NSGRAPH_CAPTURES names no folder of captures")
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.*cap*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("captures in %s: %d, %v", dir, len(names), err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	d := NewDecoder(Options{Fragments: 64})
	var b file.Batch
	var got []Packet
	frames := 0
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := file.Open(name, f)
		for err == nil {
			err = r.Read(&b)
			for _, p := range b.Packets {
				if len(p.Data) == 0 {
					continue
				}
				for range 3 {
					p.Data[min(random.IntN(len(p.Data)), random.IntN(200))%len(p.Data)] = byte(random.Uint32())
				}
				p.Data = p.Data[:1+random.IntN(len(p.Data))]
				got = d.Decode(got[:0], r.Interfaces()[p.Interface].LinkType, &p)
				check(t, &p, got)
				frames++
			}
		}
		f.Close()
	}
	t.Logf("%d frames", frames)
}

// Room in dst is all that decoding needs.
func TestNoAllocation(t *testing.T) {
	corpus(func(name string, link uint16, b []byte) {
		d := NewDecoder(Options{})
		dst := make([]Packet, 0, 8)
		f := &file.Packet{Data: b, Length: uint32(len(b))}
		d.Decode(dst, link, f) // the table of fragments is made at its first use
		if n := testing.AllocsPerRun(10, func() { dst = d.Decode(dst[:0], link, f); dst[0].Hash() }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	})
}

func FuzzDecode(f *testing.F) {
	corpus(func(name string, link uint16, b []byte) { f.Add(link, uint32(0), b) })
	d := NewDecoder(Options{Fragments: 8})
	f.Fuzz(func(t *testing.T, link uint16, missing uint32, b []byte) {
		if len(b) > file.MaxCaptured {
			return
		}
		p := &file.Packet{Data: b, Length: uint32(len(b)) + missing%(1<<24), Time: int64(missing)}
		check(t, p, d.Decode(nil, link, p))
	})
}

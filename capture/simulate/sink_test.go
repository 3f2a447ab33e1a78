package simulate

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"testing"
)

// collector keeps what a run says and a hash of all that it shows.
type collector struct {
	sum    hash.Hash
	talks  []Conversation
	frames uint64
	bytes  uint64
	last   map[int]int64
	back   int // frames earlier than the one before at the same point
	each   func(point int, ns int64, data []byte, length int)
}

func newCollector() *collector { return &collector{sum: sha256.New(), last: map[int]int64{}} }

// Frame implements Sink.
func (c *collector) Frame(point int, ns int64, data []byte, length int) error {
	var h [20]byte
	binary.BigEndian.PutUint32(h[:], uint32(point))
	binary.BigEndian.PutUint64(h[4:], uint64(ns))
	binary.BigEndian.PutUint64(h[12:], uint64(length))
	c.sum.Write(h[:])
	c.sum.Write(data)
	c.frames++
	c.bytes += uint64(length)
	if ns < c.last[point] {
		c.back++
	}
	c.last[point] = ns
	if c.each != nil {
		c.each(point, ns, data, length)
	}
	return nil
}

// Conversation implements Sink.
func (c *collector) Conversation(x *Conversation) error {
	c.talks = append(c.talks, *x)
	b, err := json.Marshal(x)
	c.sum.Write(b)
	return err
}

func (c *collector) hash() string { return hex.EncodeToString(c.sum.Sum(nil)) }

// play runs a scenario of the library.
func play(t testing.TB, name string, o Options) (*collector, *Truth) {
	t.Helper()
	sc, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	c := newCollector()
	truth, err := sc.Run(t.Context(), o, c)
	if err != nil {
		t.Fatal(err)
	}
	return c, truth
}

// playText runs a scenario that is written in the test.
func playText(t testing.TB, text string) (*collector, *Truth) {
	t.Helper()
	sc, err := Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	c := newCollector()
	truth, err := sc.Run(t.Context(), Options{}, c)
	if err != nil {
		t.Fatal(err)
	}
	return c, truth
}

// BenchmarkRun writes captures to nowhere: packets captured a second.
func BenchmarkRun(b *testing.B) {
	for _, name := range []string{"datacentre", "campus", "branch"} {
		b.Run(name, func(b *testing.B) {
			sc, err := Load(name)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			var n, size uint64
			for b.Loop() {
				k := &writing{w: newPcapng(io.Discard, "x", 0)}
				if _, err := sc.Run(b.Context(), Options{}, k); err != nil {
					b.Fatal(err)
				}
				n += k.n
				size = k.bytes
			}
			b.SetBytes(int64(size))
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "packets/s")
		})
	}
}

// writing writes frames as a file would have them.
type writing struct {
	n, bytes uint64
	w        *pcapng
}

func (k *writing) Frame(_ int, ns int64, data []byte, length int) error {
	k.n++
	k.bytes += uint64(length)
	return k.w.frame(ns, data, length)
}

func (k *writing) Conversation(*Conversation) error { return nil }

// failing refuses everything.
type failing struct{}

func (failing) Frame(int, int64, []byte, int) error { return fmt.Errorf("full") }
func (failing) Conversation(*Conversation) error    { return fmt.Errorf("full") }

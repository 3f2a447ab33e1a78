package simulate

import (
	"io"
	"testing"
)

type nullSink struct {
	n, b uint64
	w    *pcapng
}

func (k *nullSink) Frame(_ int, ns int64, d []byte, l int) error {
	k.n++
	k.b += uint64(len(d))
	return k.w.frame(ns, d, l)
}
func (k *nullSink) Conversation(*Conversation) error { return nil }

func BenchmarkRun(b *testing.B) {
	for _, name := range []string{"datacentre", "campus", "branch"} {
		b.Run(name, func(b *testing.B) {
			sc, err := Load(name)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			var n uint64
			for b.Loop() {
				k := &nullSink{w: newPcapng(io.Discard, "x", 0)}
				if _, err := sc.Run(b.Context(), Options{}, k); err != nil {
					b.Fatal(err)
				}
				n += k.n
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "packets/s")
		})
	}
}

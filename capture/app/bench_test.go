package app

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// BenchmarkFeed measures whole short conversations, and the steady state of long ones.
func BenchmarkFeed(b *testing.B) {
	answer := x("1234 8180 0001 0001 0000 0000 03 777777 07 6578616d706c65 00 0001 0001 c00c 0001 0001 0000003c 0004 0a000005")
	tls := string(record(22, handshakeMessage(1, helloFor("www.example"))))
	for _, bench := range []struct {
		what  string
		proto fact.Transport
		port  uint16
		talk  []said
	}{
		{"dns", fact.UDP, 53, []said{{0, samplesOf("dns")[0]}, {1, answer}}},
		{"tls", fact.TCP, 443, []said{{0, tls}, {1, samples[1].b}, {1, samples[2].b}, {0, samples[2].b}}},
		{"http", fact.TCP, 80, []said{{0, samplesOf("http")[0]}, {1, samplesOf("http")[1]}}},
		{"unknown-tcp", fact.TCP, 33333, []said{{0, "\x01\x02\x03\x04 unknown words"}, {1, "\x01\x02\x03\x04 unknown words"}}},
		{"unknown-udp", fact.UDP, 33333, []said{{0, "\x01\x02\x03\x04 unknown words"}, {1, "\x01\x02\x03\x04 unknown words"}}},
	} {
		b.Run(bench.what, func(b *testing.B) {
			k := newTalk(New(Options{}), bench.proto, 40000, bench.port)
			e := &Ends{Transport: bench.proto, Client: k.addr[0], Server: k.addr[1], ClientPort: 40000, ServerPort: bench.port}
			b.ReportAllocs()
			for b.Loop() {
				var at [2]uint32
				for _, w := range bench.talk {
					k.c.Feed(&k.s, k.packet(w.side, []byte(w.b)), w.side, at[w.side])
					if bench.proto == fact.TCP {
						at[w.side] += uint32(len(w.b))
					}
				}
				k.c.Close(&k.s, e)
			}
			b.ReportMetric(float64(b.N*len(bench.talk))/b.Elapsed().Seconds(), "packets/s")
		})
	}
	b.Run("rtp-packet", func(b *testing.B) {
		k := newTalk(New(Options{}), fact.UDP, 20000, 30000)
		p := k.packet(0, rtpPacket(0, false, 0, 0, 1, 160))
		b.ReportAllocs()
		for b.Loop() {
			p.Payload[3]++
			if p.Payload[3] == 0 {
				p.Payload[2]++
			}
			p.Time += 20 * ms
			k.c.Feed(&k.s, p, 0, 0)
		}
	})
}

package flow

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// mixed returns n packets of as many conversations: each has a handshake, then data and acknowledgements; every fourth is UDP.
func mixed(n, conversations int) []wire.Packet {
	r := rand.New(rand.NewPCG(1, 2))
	type conv struct {
		udp      bool
		cl, sv   wire.Addr
		port     uint16
		seq, ack uint32
		step     int
	}
	cs := make([]conv, conversations)
	for i := range cs {
		c := &cs[i]
		c.udp = i%4 == 3
		c.cl = wire.Addr{10: 0xff, 11: 0xff, 12: 10}
		binary.BigEndian.PutUint16(c.cl[14:], uint16(i%3000))
		c.sv = wire.Addr{10: 0xff, 11: 0xff, 12: 172, 13: 16, 15: byte(i % 200)}
		c.port = uint16(20000 + i%40000)
		c.seq, c.ack = r.Uint32(), r.Uint32()
	}
	out := make([]wire.Packet, n)
	at := int64(1_700_000_000) * second
	for i := range out {
		c := &cs[r.IntN(len(cs))]
		at += 20_000
		p := &out[i]
		*p = wire.Packet{Time: at, Number: uint64(i + 1), Has: wire.HasEthernet | wire.HasIP | wire.HasTransport, Version: 4, TTL: 64, DF: true, Window: 8192}
		up := c.step%2 == 0
		p.Src, p.Dst, p.SrcPort, p.DstPort = c.cl, c.sv, c.port, 443
		p.SrcMAC, p.DstMAC = fact.MAC{2, 1}, fact.MAC{2, 2}
		if !up {
			p.Src, p.Dst, p.SrcPort, p.DstPort = p.Dst, p.Src, p.DstPort, p.SrcPort
			p.SrcMAC, p.DstMAC = p.DstMAC, p.SrcMAC
		}
		size := uint32(0)
		if up || c.udp {
			size = 1400
		}
		p.Protocol = fact.UDP
		if !c.udp {
			p.Protocol = fact.TCP
			p.Flags = wire.ACK
			p.Seq, p.Ack = c.seq, c.ack
			switch {
			case c.step == 0:
				p.Flags, p.Ack, size = wire.SYN, 0, 0
				c.seq++
			case c.step == 1:
				p.Flags, p.Seq, p.Ack = wire.SYN|wire.ACK, c.ack, c.seq
				c.ack++
			case c.step == 2:
				size = 0
			case up:
				c.seq += size
			default:
				p.Seq, p.Ack = c.ack, c.seq
			}
		}
		p.PayloadLen = size // no bytes: what the classifier costs is its own benchmark
		p.Length = 54 + size
		c.step++
	}
	return out
}

// benchmarkAdd adds packets of so many conversations in random order; ahead says whether their memory is loaded in groups first.
func benchmarkAdd(b *testing.B, conversations int, ahead bool) {
	ps := mixed(1<<17, conversations)
	span := ps[len(ps)-1].Time - ps[0].Time + 20_000
	t := NewTable(Options{}, func(*fact.Conversation) {})
	i := 0
	var group [aheadGroup]*wire.Packet
	b.ReportAllocs()
	for b.Loop() {
		if i == len(ps) {
			i = 0
			for j := range ps { // the same again, later; TCP goes on
				ps[j].Time += span
				ps[j].Seq += 1 << 16
				ps[j].Ack += 1 << 16
				ps[j].Flags &^= wire.SYN
			}
		}
		if ahead && i%aheadGroup == 0 {
			for j := range group {
				group[j] = &ps[i+j]
			}
			t.Ahead(group[:])
		}
		t.Add(&ps[i], false)
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "packets/s")
}

func BenchmarkAdd100(b *testing.B)     { benchmarkAdd(b, 100, false) }
func BenchmarkAdd10000(b *testing.B)   { benchmarkAdd(b, 10_000, false) }
func BenchmarkAhead10000(b *testing.B) { benchmarkAdd(b, 10_000, true) }
func BenchmarkAdd100000(b *testing.B)  { benchmarkAdd(b, 100_000, false) }

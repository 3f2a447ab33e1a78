package wire

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/file"
)

// benchmark decodes frames of one kind, a thousand a batch.
func benchmark(b *testing.B, link uint16, data []byte) {
	d := NewDecoder(Options{})
	dst := make([]Packet, 0, 4096)
	f := &file.Packet{Data: data, Length: uint32(len(data))}
	const batch = 1000
	b.SetBytes(int64(len(data)) * batch)
	b.ReportAllocs()
	for b.Loop() {
		dst = dst[:0]
		for range batch {
			dst = d.Decode(dst, link, f)
		}
	}
	b.ReportMetric(float64(b.N)*batch/b.Elapsed().Seconds(), "packets/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/batch, "ns/packet")
}

func BenchmarkDecodeTCP(b *testing.B) {
	benchmark(b, linkEthernet, frame(macs, uint16(0x0800), ip4(6, syn("hello"))))
}

func BenchmarkDecodeVLAN6UDP(b *testing.B) {
	benchmark(b, linkEthernet, frame(macs, "\x81\x00\x00\x0a", uint16(0x86dd), ip6(17, udpOf(5000, 53, []byte("query")))))
}

func BenchmarkDecodeVXLAN(b *testing.B) {
	in := frame(macs, uint16(0x0800), ip4(6, syn("hello")))
	benchmark(b, linkEthernet, frame(macs, uint16(0x0800), ip4(17, udpOf(5000, 4789, frame("\x08\x00\x00\x00\x00\x13\x88\x00", in)))))
}

// BenchmarkReadDecode is the whole way from the bytes of a file to packets with their hashes: 200,000 frames of 220 bytes.
func BenchmarkReadDecode(b *testing.B) {
	data := frame(macs, uint16(0x0800), ip4(6, syn(strings.Repeat("x", 146))))
	capture := frame("\xa1\xb2\xc3\xd4\x00\x02\x00\x04", make([]byte, 8), uint32(65535), uint32(linkEthernet))
	const frames = 200_000
	for i := range frames {
		capture = append(capture, frame(uint32(i), uint32(0), uint32(len(data)), uint32(len(data)), data)...)
	}
	d := NewDecoder(Options{})
	var batch file.Batch
	var dst []Packet
	var sum uint64
	b.SetBytes(int64(len(capture)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := file.Open("generated", bytes.NewReader(capture))
		for err == nil {
			err = r.Read(&batch)
			dst = dst[:0]
			for i := range batch.Packets {
				dst = d.Decode(dst, linkEthernet, &batch.Packets[i])
			}
			for i := range dst {
				sum += dst[i].Hash()
			}
		}
		if err != io.EOF {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*frames/b.Elapsed().Seconds(), "packets/s")
	_ = sum
}

func BenchmarkHash(b *testing.B) {
	p := decode(linkEthernet, frame(macs, uint16(0x0800), ip4(6, syn("hello"))))[0]
	var sum uint64
	for b.Loop() {
		sum += p.Hash()
	}
	_ = sum
}

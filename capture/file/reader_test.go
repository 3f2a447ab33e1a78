package file

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"
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

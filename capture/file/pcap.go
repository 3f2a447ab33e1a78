package file

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Sizes of pcap's headers in bytes (draft-ietf-opsawg-pcap).
const (
	pcapHeader       = 24
	pcapRecord       = 16
	kuznetzovRecord  = 24 // with interface index, protocol and packet type behind the lengths
	pcapFCS          = 1 << 26
	microsecondMagic = 0xa1b2c3d4
	nanosecondMagic  = 0xa1b23c4d
	kuznetzovMagic   = 0xa1b2cd34 // modified by Alexey Kuznetzov; microseconds
)

// pcap parses the records of a classic capture.
type pcap struct {
	*shared
	swapped bool  // big-endian
	unit    int64 // nanoseconds of one unit of the fraction
	record  int   // bytes of a record header
	fcs     int
	minor   uint16 // format 2.3 and older exchanged the two lengths
}

// order reads fields in the byte order of the file.
func order(swapped bool, b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if swapped {
		return bits.ReverseBytes32(v)
	}
	return v
}

// isPcap tells whether head begins with one of the magic numbers of pcap, and the byte order.
func isPcap(head []byte) (magic uint32, swapped, ok bool) {
	if len(head) < 4 {
		return 0, false, false
	}
	for _, swapped := range []bool{false, true} {
		switch magic := order(swapped, head); magic {
		case microsecondMagic, nanosecondMagic, kuznetzovMagic:
			return magic, swapped, true
		}
	}
	return 0, false, false
}

// newPcap reads the file header.
func newPcap(head []byte, s *shared) (*pcap, error) {
	if len(head) < pcapHeader {
		return nil, errCut
	}
	magic, swapped, _ := isPcap(head)
	p := &pcap{shared: s, swapped: swapped, unit: 1000, record: pcapRecord}
	switch magic {
	case nanosecondMagic:
		p.unit = 1
	case kuznetzovMagic:
		p.record = kuznetzovRecord
	}
	major, minor := uint16(order(swapped, head[4:])), uint16(order(swapped, head[4:])>>16)
	if swapped {
		major, minor = minor, major
	}
	if major != 2 && major != 543 { // AIX writes 543.0
		return nil, fmt.Errorf("%w: pcap version %d.%d", ErrFormat, major, minor)
	}
	p.minor = minor
	if major == 543 {
		p.minor = 4
	}
	link := order(swapped, head[20:])
	if link&pcapFCS != 0 {
		p.fcs = int(link>>28) * 2 // in units of 16 bits
	}
	s.interfaces = append(s.interfaces, Interface{LinkType: uint16(link), SnapLen: order(swapped, head[16:]), FCS: p.fcs})
	return p, nil
}

func (p *pcap) begun() int64 { return 0 }

func (p *pcap) parse(dst []Packet, b []byte) ([]Packet, int, int, error) {
	pos := 0
	for len(b)-pos >= p.record {
		h := b[pos : pos+pcapRecord : len(b)]
		sec, frac := order(p.swapped, h), order(p.swapped, h[4:])
		captured, length := order(p.swapped, h[8:]), order(p.swapped, h[12:])
		if p.minor < 3 || p.minor == 3 && captured > length {
			captured, length = length, captured
		}
		if captured > MaxCaptured {
			return dst, pos, 0, fmt.Errorf("packet %d has %d captured bytes, more than %d", p.number+1, captured, MaxCaptured)
		}
		start := pos + p.record
		end := start + int(captured)
		if end > len(b) {
			return dst, pos, end - pos, nil
		}
		p.number++
		dst = append(dst, Packet{
			Data:   b[start:end:end],
			Time:   int64(sec)*1e9 + int64(frac)*p.unit,
			Number: p.number,
			Length: length,
		})
		if p.fcs != 0 {
			dst[len(dst)-1].withoutFCS(p.fcs)
		}
		pos = end
	}
	return dst, pos, p.record, nil
}

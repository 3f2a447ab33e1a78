package replay

import (
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
)

// maxBlock is more than any block that a reader accepts; what claims to be longer is damage and passes without a pause.
const maxBlock = 64 << 20

// take reads n bytes; fewer, with the error, at the end.
func (p *Reader) take(n int) ([]byte, error) {
	if cap(p.buf) < n {
		p.buf = make([]byte, n)
	}
	k, err := io.ReadFull(p.in, p.buf[:n])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return p.buf[:k], err
}

// rest hands over what follows damage.
func (p *Reader) rest() ([]byte, int64, error) {
	b, err := p.take(1 << 16)
	p.next = p.rest
	return b, -1, err
}

// pcapHeader is a pcap file's.
func (p *Reader) pcapHeader() ([]byte, int64, error) {
	p.next = p.pcapRecord
	b, err := p.take(24)
	return b, -1, err
}

// pcapRecord is one packet with its header.
func (p *Reader) pcapRecord() ([]byte, int64, error) {
	h, err := p.in.Peek(16)
	if err != nil {
		return p.rest()
	}
	n := p.order.Uint32(h[8:])
	if n > maxBlock {
		return p.rest()
	}
	at := int64(p.order.Uint32(h))*1e9 + int64(p.order.Uint32(h[4:]))*int64(1e9/p.units[0].perSecond)
	b, err := p.take(16 + int(n))
	return b, at, err
}

// Block types of pcapng.
const (
	sectionBlock   = 0x0a0d0d0a
	interfaceBlock = 1
	packetBlock    = 2
	enhancedBlock  = 6
)

// pcapngBlock is one block.
func (p *Reader) pcapngBlock() ([]byte, int64, error) {
	h, err := p.in.Peek(12)
	if err != nil {
		return p.rest()
	}
	if binary.LittleEndian.Uint32(h) == sectionBlock {
		p.units = p.units[:0]
		p.order = binary.LittleEndian
		if binary.BigEndian.Uint32(h[8:]) == 0x1a2b3c4d {
			p.order = binary.BigEndian
		}
	}
	n := int(p.order.Uint32(h[4:]))
	if n < 12 || n > maxBlock {
		return p.rest()
	}
	b, err := p.take(n)
	if len(b) < n {
		return b, -1, err
	}
	at := int64(-1)
	switch p.order.Uint32(b) {
	case interfaceBlock:
		p.units = append(p.units, interfaceUnit(p.order, b))
	case enhancedBlock, packetBlock:
		at = p.packetTime(b)
	}
	return b, at, err
}

// packetTime reads the time of a packet block, -1 if it has none.
func (p *Reader) packetTime(b []byte) int64 {
	if len(b) < 32 {
		return -1
	}
	id := p.order.Uint32(b[8:])
	if p.order.Uint32(b) == packetBlock {
		id = uint32(p.order.Uint16(b[8:]))
	}
	if uint64(id) >= uint64(len(p.units)) {
		return -1
	}
	u := p.units[id]
	ticks := uint64(p.order.Uint32(b[12:]))<<32 | uint64(p.order.Uint32(b[16:]))
	hi, lo := bits.Mul64(ticks%u.perSecond, 1e9)
	part, _ := bits.Div64(hi, lo, u.perSecond)
	return (int64(ticks/u.perSecond)+u.offset)*1e9 + int64(part)
}

// interfaceUnit reads if_tsresol (9) and if_tsoffset (14) of an interface description.
func interfaceUnit(order binary.ByteOrder, b []byte) unit {
	u := unit{perSecond: 1e6}
	for o := b[min(16, len(b)):]; len(o) >= 8; {
		code, n := order.Uint16(o), int(order.Uint16(o[2:]))
		if code == 0 || 4+n > len(o) {
			break
		}
		v := o[4 : 4+n]
		switch {
		case code == 9 && n == 1 && v[0]&0x80 != 0 && v[0]&0x7f < 63:
			u.perSecond = 1 << (v[0] & 0x7f)
		case code == 9 && n == 1 && v[0] <= 18:
			u.perSecond = 1
			for range v[0] {
				u.perSecond *= 10
			}
		case code == 14 && n == 8:
			u.offset = int64(order.Uint64(v))
		}
		o = o[min(4+(n+3)&^3, len(o)):]
	}
	return u
}

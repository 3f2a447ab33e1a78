package simulate

import (
	"encoding/binary"
	"io"
)

// pcapng writes one section with one Ethernet interface, times in nanoseconds.
type pcapng struct {
	w   io.Writer
	buf []byte // blocks not written yet
	err error
}

const pcapngBuffer = 1 << 20

func newPcapng(w io.Writer, name string, snap int) *pcapng {
	p := &pcapng{w: w, buf: make([]byte, 0, pcapngBuffer+1<<17)}
	b := []byte{0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	b = ngOption(b, 4, []byte("nsgraph simulate"))
	p.block(0x0a0d0d0a, append(b, 0, 0, 0, 0))
	b = binary.LittleEndian.AppendUint32([]byte{1, 0, 0, 0}, uint32(snap))
	b = ngOption(b, 2, []byte(name))
	b = ngOption(b, 9, []byte{9})
	p.block(1, append(b, 0, 0, 0, 0))
	return p
}

func ngOption(b []byte, code uint16, v []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(v)))
	b = append(b, v...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// block writes a block.
func (p *pcapng) block(typ uint32, body []byte) {
	n := uint32(12 + len(body))
	p.buf = binary.LittleEndian.AppendUint32(p.buf, typ)
	p.buf = binary.LittleEndian.AppendUint32(p.buf, n)
	p.buf = append(p.buf, body...)
	p.buf = binary.LittleEndian.AppendUint32(p.buf, n)
}

// flush writes what is buffered. The first error stays.
func (p *pcapng) flush() error {
	if p.err == nil {
		_, p.err = p.w.Write(p.buf)
	}
	p.buf = p.buf[:0]
	return p.err
}

// frame writes an enhanced packet block.
func (p *pcapng) frame(ns int64, data []byte, length int) error {
	padded := (len(data) + 3) &^ 3
	n := uint32(32 + padded)
	at := len(p.buf)
	b := binary.LittleEndian.AppendUint32(p.buf, 6)
	b = binary.LittleEndian.AppendUint32(b, n)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(uint64(ns)>>32))
	b = binary.LittleEndian.AppendUint32(b, uint32(ns))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = binary.LittleEndian.AppendUint32(b, uint32(length))
	b = append(b, data...)
	b = append(b, 0, 0, 0, 0)[:at+28+padded]
	p.buf = binary.LittleEndian.AppendUint32(b, n)
	if len(p.buf) > pcapngBuffer {
		return p.flush()
	}
	return nil
}

// finish writes the interface's statistics and flushes.
func (p *pcapng) finish(ns int64, received, dropped uint64) error {
	b := binary.LittleEndian.AppendUint32([]byte{0, 0, 0, 0}, uint32(uint64(ns)>>32))
	b = binary.LittleEndian.AppendUint32(b, uint32(ns))
	b = ngOption(b, 4, binary.LittleEndian.AppendUint64(nil, received))
	b = ngOption(b, 5, binary.LittleEndian.AppendUint64(nil, dropped))
	p.block(5, append(b, 0, 0, 0, 0))
	return p.flush()
}

package proof

import (
	"encoding/binary"
	"io"

	"netscope.example/nsgraph/capture/file"
)

// Block types and options of pcapng (draft-ietf-opsawg-pcapng).
const (
	blockSection   = 0x0A0D0D0A
	blockInterface = 1
	blockPacket    = 6
	optEnd         = 0
	optComment     = 1
	optIfName      = 2
	optIfResol     = 9
)

// writer writes little-endian pcapng; the first error sticks.
type writer struct {
	w          io.Writer
	err        error
	interfaces uint32
	b          []byte
}

func (w *writer) section(comment string) {
	b := binary.LittleEndian.AppendUint32(w.b[:0], 0x1A2B3C4D)
	b = append(b, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff) // version 1.0, length unknown
	b = option(b, optComment, []byte(comment))
	w.block(blockSection, option(b, optEnd, nil))
}

// iface writes an interface with times in nanoseconds and returns its number.
func (w *writer) iface(i file.Interface) uint32 {
	b := binary.LittleEndian.AppendUint16(w.b[:0], i.LinkType)
	b = append(b, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, i.SnapLen)
	if i.Name != "" {
		b = option(b, optIfName, []byte(i.Name))
	}
	b = option(b, optIfResol, []byte{9})
	w.block(blockInterface, option(b, optEnd, nil))
	w.interfaces++
	return w.interfaces - 1
}

func (w *writer) packet(iface uint32, p file.Packet, comment string) {
	b := binary.LittleEndian.AppendUint32(w.b[:0], iface)
	b = binary.LittleEndian.AppendUint32(b, uint32(uint64(p.Time)>>32))
	b = binary.LittleEndian.AppendUint32(b, uint32(p.Time))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(p.Data)))
	b = binary.LittleEndian.AppendUint32(b, p.Length)
	b = pad(append(b, p.Data...))
	b = option(b, optComment, []byte(comment))
	w.block(blockPacket, option(b, optEnd, nil))
}

func option(b []byte, code uint16, v []byte) []byte {
	v = v[:min(len(v), 1<<15)]
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(v)))
	return pad(append(b, v...))
}

// pad fills up to a multiple of four bytes.
func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func (w *writer) block(kind uint32, body []byte) {
	if w.err != nil {
		return
	}
	n := uint32(len(body) + 12)
	head := binary.LittleEndian.AppendUint32(nil, kind)
	head = binary.LittleEndian.AppendUint32(head, n)
	for _, part := range [][]byte{head, body, binary.LittleEndian.AppendUint32(nil, n)} {
		if _, w.err = w.w.Write(part); w.err != nil {
			return
		}
	}
	w.b = body[:0]
}

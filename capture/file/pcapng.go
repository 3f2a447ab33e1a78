package file

import (
	"errors"
	"fmt"
	"math/bits"
)

// Block types of pcapng (draft-ietf-opsawg-pcapng, section 10.1).
const (
	sectionHeader       = 0x0a0d0d0a // the same in both byte orders
	interfaceBlock      = 1
	packetBlock         = 2 // obsolete
	simplePacket        = 3
	interfaceStatistics = 5
	enhancedPacket      = 6
	byteOrderMagic      = 0x1a2b3c4d
)

const (
	blockFrame    = 12       // bytes of a block around its body: type, length, length again
	maxBlock      = 1 << 20  // bytes of a block whose content is read
	maxInterfaces = 64 << 10 // of a file
)

// pcapng parses blocks. Interface numbers count from each section header on.
type pcapng struct {
	*shared
	swapped bool
	section int     // index of the section's first interface
	clocks  []clock // of interfaces, by the same index
	last    int64   // time of the packet before, for Simple Packet Blocks, which have none
	timed   bool    // there was one

	skip    int64  // bytes of a large block that is not read, still to be passed over
	trailer uint32 // then its length comes again; 0 if no block is being skipped
}

func newPcapng(s *shared) *pcapng { return &pcapng{shared: s} }

// begun is how much of a block that is being skipped was passed over.
func (g *pcapng) begun() int64 {
	if g.trailer == 0 {
		return 0
	}
	return int64(g.trailer) - 4 - g.skip
}

func (g *pcapng) parse(dst []Packet, b []byte) ([]Packet, int, int, error) {
	pos := 0
	for {
		if g.trailer != 0 {
			used, done, err := g.pass(b[pos:])
			pos += used
			if err != nil || !done {
				return dst, pos, 4, err
			}
		}
		if len(b)-pos < blockFrame {
			return dst, pos, blockFrame, nil
		}
		kind := order(g.swapped, b[pos:])
		if kind == sectionHeader {
			if err := g.endianness(b[pos+8:]); err != nil {
				return dst, pos, 0, err
			}
		}
		length := order(g.swapped, b[pos+4:])
		if length < blockFrame || length%4 != 0 {
			return dst, pos, 0, fmt.Errorf("block length %d", length)
		}
		if int64(length) > int64(len(b)-pos) {
			if !read(kind) {
				g.skip, g.trailer = int64(length)-4, length
				g.count(kind)
				continue
			}
			if length > maxBlock {
				return dst, pos, 0, fmt.Errorf("block type %d has %d bytes, more than %d", kind, length, maxBlock)
			}
			return dst, pos, int(length), nil
		}
		end := pos + int(length)
		if again := order(g.swapped, b[end-4:]); again != length {
			return dst, pos, 0, fmt.Errorf("block length %d at its beginning, %d at its end", length, again)
		}
		var err error
		if dst, err = g.block(dst, kind, b[pos+8:end-4]); err != nil {
			return dst, pos, 0, err
		}
		pos = end
	}
}

// read tells whether blocks of this kind are looked into; others are passed over at any size.
func read(kind uint32) bool {
	switch kind {
	case sectionHeader, interfaceBlock, packetBlock, simplePacket, interfaceStatistics, enhancedPacket:
		return true
	}
	return false
}

// count keeps the numbers of packets as Wireshark gives them, which takes some blocks that are no packets for records: systemd
// journal entries, sysdig events, custom blocks.
func (g *pcapng) count(kind uint32) {
	switch kind {
	case 9, 0x204, 0x208, 0x216, 0x217, 0x221, 0x222, 0xbad, 0x40000bad:
		g.number++
	}
}

// pass goes on with a block that is skipped.
func (g *pcapng) pass(b []byte) (used int, done bool, err error) {
	if n := min(g.skip, int64(len(b))); n > 0 {
		g.skip -= n
		used = int(n)
	}
	if g.skip > 0 || len(b)-used < 4 {
		return used, false, nil
	}
	if again := order(g.swapped, b[used:]); again != g.trailer {
		return used, false, fmt.Errorf("block length %d at its beginning, %d at its end", g.trailer, again)
	}
	g.trailer = 0
	return used + 4, true, nil
}

// endianness reads the byte-order magic of a section header.
func (g *pcapng) endianness(b []byte) error {
	switch order(false, b) {
	case byteOrderMagic:
		g.swapped = false
	case bits.ReverseBytes32(byteOrderMagic):
		g.swapped = true
	default:
		return errors.New("section header without byte-order magic")
	}
	return nil
}

// block reads the body b of one block.
func (g *pcapng) block(dst []Packet, kind uint32, b []byte) ([]Packet, error) {
	switch kind {
	case enhancedPacket:
		return g.enhanced(dst, b)
	case sectionHeader:
		return dst, g.header(b)
	case interfaceBlock:
		return dst, g.describe(b)
	case interfaceStatistics:
		return dst, g.statistics(b)
	case simplePacket:
		return g.simple(dst, b)
	case packetBlock:
		return g.obsolete(dst, b)
	}
	g.count(kind)
	return dst, nil
}

func (g *pcapng) header(b []byte) error {
	if len(b) < 16 {
		return fmt.Errorf("section header of %d bytes", len(b))
	}
	if major := g.short(b[4:]); major != 1 {
		return fmt.Errorf("pcapng version %d.%d", major, g.short(b[6:]))
	}
	g.section = len(g.interfaces)
	return nil
}

// short reads 16 bits.
func (g *pcapng) short(b []byte) uint16 {
	if g.swapped {
		return uint16(b[0])<<8 | uint16(b[1])
	}
	return uint16(b[1])<<8 | uint16(b[0])
}

// long reads 64 bits.
func (g *pcapng) long(b []byte) uint64 {
	x, y := uint64(order(g.swapped, b)), uint64(order(g.swapped, b[4:]))
	if g.swapped {
		return x<<32 | y
	}
	return y<<32 | x
}

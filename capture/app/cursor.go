package app

import "encoding/binary"

// cursor reads b from its start. A read past the end gives zeros, and bad stays true.
type cursor struct {
	b   []byte
	bad bool
}

// take returns the next n bytes.
func (c *cursor) take(n int) []byte {
	if n < 0 || n > len(c.b) || c.bad {
		c.bad, c.b = true, nil
		return nil
	}
	b := c.b[:n]
	c.b = c.b[n:]
	return b
}

func (c *cursor) skip(n int) { c.take(n) }

func (c *cursor) u8() uint8 {
	if b := c.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) u16() uint16 {
	if b := c.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) u24() int {
	if b := c.take(3); b != nil {
		return int(b[0])<<16 | int(b[1])<<8 | int(b[2])
	}
	return 0
}

// varint reads a variable-length integer (RFC 9000, section 16).
func (c *cursor) varint() uint64 {
	n := 1 << (c.peek() >> 6)
	b := c.take(n)
	if b == nil {
		return 0
	}
	v := uint64(b[0] & 0x3f)
	for _, x := range b[1:] {
		v = v<<8 | uint64(x)
	}
	return v
}

func (c *cursor) peek() uint8 {
	if len(c.b) == 0 {
		return 0
	}
	return c.b[0]
}

// sub returns a cursor over the next n bytes.
func (c *cursor) sub(n int) cursor { return cursor{b: c.take(n), bad: c.bad} }

// be16, be32, le16, le32 read at i, 0 past the end.
func be16(b []byte, i int) uint16 {
	if i < 0 || len(b) < i+2 {
		return 0
	}
	return binary.BigEndian.Uint16(b[i:])
}

func be32(b []byte, i int) uint32 {
	if i < 0 || len(b) < i+4 {
		return 0
	}
	return binary.BigEndian.Uint32(b[i:])
}

func le16(b []byte, i int) uint16 {
	if i < 0 || len(b) < i+2 {
		return 0
	}
	return binary.LittleEndian.Uint16(b[i:])
}

func le32(b []byte, i int) uint32 {
	if i < 0 || len(b) < i+4 {
		return 0
	}
	return binary.LittleEndian.Uint32(b[i:])
}

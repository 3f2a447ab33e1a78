package control

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// errShort says that a field is not there.
var errShort = errors.New("cut short")

// errValue says that a field holds what the protocol does not allow.
var errValue = errors.New("value not allowed")

// cursor reads a packet from front to back, in network byte order. Its reads never pass the end: they return zero values from then on,
// and the first failure sticks.
type cursor struct {
	b   []byte
	at  int // offset of b in what was given
	bad error
}

// take returns the next n bytes, or nil.
func (c *cursor) take(n int) []byte {
	if c.bad != nil || n < 0 || n > len(c.b) {
		c.fail(errShort)
		return nil
	}
	v := c.b[:n:n]
	c.b, c.at = c.b[n:], c.at+n
	return v
}

func (c *cursor) fail(err error) {
	if c.bad == nil {
		c.bad = fmt.Errorf("%w at byte %d", err, c.at)
	}
	c.b = nil
}

func (c *cursor) skip(n int) { c.take(n) }

func (c *cursor) u8() uint8 {
	if v := c.take(1); v != nil {
		return v[0]
	}
	return 0
}

func (c *cursor) u16() uint16 {
	if v := c.take(2); v != nil {
		return binary.BigEndian.Uint16(v)
	}
	return 0
}

func (c *cursor) u32() uint32 {
	if v := c.take(4); v != nil {
		return binary.BigEndian.Uint32(v)
	}
	return 0
}

func (c *cursor) left() int { return len(c.b) }

// sub returns a cursor over the next n bytes.
func (c *cursor) sub(n int) cursor {
	at := c.at
	return cursor{b: c.take(n), at: at, bad: c.bad}
}

func (c *cursor) err(protocol string) error {
	if c.bad == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", protocol, c.bad)
}

// maxText is how many bytes of a text field are kept.
const maxText = 256

// text returns b as one printable line: cut at the first NUL, without control characters, bytes that are no UTF-8 replaced.
func text(b []byte) string {
	if i := strings.IndexByte(string(b), 0); i >= 0 {
		b = b[:i]
	}
	if len(b) > maxText {
		b = b[:maxText]
	}
	s := strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return '?'
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, string(b))
	return strings.Join(strings.Fields(s), " ")
}

package frame

import (
	"encoding/binary"
	"math/bits"
)

// Sum adds b to a one's complement sum (RFC 1071). b must begin at an even offset of what is summed.
func Sum(sum uint32, b []byte) uint32 {
	var acc, carry uint64
	for len(b) >= 32 {
		acc, carry = bits.Add64(acc, binary.BigEndian.Uint64(b), carry)
		acc, carry = bits.Add64(acc, binary.BigEndian.Uint64(b[8:]), carry)
		acc, carry = bits.Add64(acc, binary.BigEndian.Uint64(b[16:]), carry)
		acc, carry = bits.Add64(acc, binary.BigEndian.Uint64(b[24:]), carry)
		b = b[32:]
	}
	for len(b) >= 8 {
		acc, carry = bits.Add64(acc, binary.BigEndian.Uint64(b), carry)
		b = b[8:]
	}
	acc, carry = bits.Add64(acc, 0, carry)
	acc += carry
	s := uint64(sum) + acc>>32 + acc&0xffffffff
	for len(b) >= 2 {
		s += uint64(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		s += uint64(b[0]) << 8
	}
	for s>>16 != 0 {
		s = s>>16 + s&0xffff
	}
	return uint32(s)
}

// Fold ends a sum: the value of the checksum field.
func Fold(sum uint32) uint16 {
	for sum>>16 != 0 {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// Checksum returns the Internet checksum of b.
func Checksum(b []byte) uint16 { return Fold(Sum(0, b)) }

// fletcher16 is the checksum of OSPF's link state advertisements (RFC 2328, section 12.1.7; RFC 905, annex B): b without
// the age, pos the offset of the checksum field in b.
func fletcher16(b []byte, pos int) uint16 {
	c0, c1 := 0, 0
	for i, x := range b {
		if i == pos || i == pos+1 {
			x = 0
		}
		c0 = (c0 + int(x)) % 255
		c1 = (c1 + c0) % 255
	}
	x := ((len(b)-pos-1)*c0 - c1) % 255
	if x <= 0 {
		x += 255
	}
	y := 510 - c0 - x
	if y > 255 {
		y -= 255
	}
	return uint16(x)<<8 | uint16(y)
}

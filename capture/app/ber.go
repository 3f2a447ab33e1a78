package app

// element reads one BER element (X.690, section 8.1): tag byte, contents. whole is false if the contents are cut; then body is what
// is there.
func (c *cursor) element() (tag byte, body cursor, whole bool) {
	tag = c.u8()
	n := int(c.u8())
	if n&0x80 != 0 {
		k := n & 0x7f
		if k == 0 || k > 4 {
			c.bad = true
			return 0, cursor{bad: true}, false
		}
		n = 0
		for range k {
			n = n<<8 | int(c.u8())
		}
	}
	if c.bad || n < 0 {
		c.bad = true
		return 0, cursor{bad: true}, false
	}
	if n > len(c.b) {
		body = cursor{b: c.b}
		c.b = nil
		return tag, body, false
	}
	return tag, cursor{b: c.take(n)}, true
}

// integer reads a BER INTEGER of at most four bytes.
func (c *cursor) integer() (int, bool) {
	tag, body, whole := c.element()
	if tag != 2 || !whole || len(body.b) == 0 || len(body.b) > 4 {
		return 0, false
	}
	v := int(int8(body.b[0]))
	for _, x := range body.b[1:] {
		v = v<<8 | int(x)
	}
	return v, true
}

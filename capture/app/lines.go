package app

import (
	"bytes"
	"strings"
)

// line cuts b after its first line. ok is false if no line is complete.
func line(b []byte) (first, rest []byte, ok bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return nil, b, false
	}
	return bytes.TrimSuffix(b[:i], []byte("\r")), b[i+1:], true
}

// next returns the next complete line of m that is not used yet. A line that is longer than any command is skipped.
func (m *message) next() (l []byte, ok bool) {
	if m.gap { // the rest of a line whose start is missing
		i := bytes.IndexByte(m.b[m.used:], '\n')
		if i < 0 {
			m.used = len(m.b)
			return nil, false
		}
		m.used, m.gap = m.used+i+1, false
	}
	l, rest, ok := line(m.b[m.used:])
	if !ok {
		if len(m.b)-m.used > 4096 {
			m.used = len(m.b)
		}
		return nil, false
	}
	m.used = len(m.b) - len(rest)
	return l, true
}

// folded reports whether b begins with the upper-case ASCII prefix, in any case.
func folded(b []byte, prefix string) bool {
	if len(b) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		ch := b[i]
		if ch >= 'a' && ch <= 'z' {
			ch -= 'a' - 'A'
		}
		if ch != prefix[i] {
			return false
		}
	}
	return true
}

// foldedMaybe is folded, or maybe if b is too short to tell.
func foldedMaybe(b []byte, prefix string, yes verdict) verdict {
	if len(b) < len(prefix) {
		if folded(b, prefix[:len(b)]) {
			return maybe
		}
		return no
	}
	if folded(b, prefix) {
		return yes
	}
	return no
}

// holds reports whether b has the upper-case ASCII word anywhere in its first 1024 bytes, in any case.
func holds(b []byte, word string) bool {
	b = b[:min(len(b), 1024)]
	for i := 0; i+len(word) <= len(b); i++ {
		if folded(b[i:], word) {
			return true
		}
	}
	return false
}

// printable reports whether b is ASCII text.
func printable(b []byte) bool {
	for _, ch := range b {
		if (ch < ' ' || ch > '~') && ch != '\t' && ch != '\r' && ch != '\n' {
			return false
		}
	}
	return true
}

// digits reads a decimal number at the start of b. n is how many digits it has, at most 9.
func digits(b []byte) (v, n int) {
	for n < len(b) && n < 9 && b[n] >= '0' && b[n] <= '9' {
		v, n = v*10+int(b[n]-'0'), n+1
	}
	return v, n
}

// header returns the value of a header line "Name: value", if its name is the upper-case one given.
func header(l []byte, name string) ([]byte, bool) {
	if len(l) <= len(name) || l[len(name)] != ':' || !folded(l, name) {
		return nil, false
	}
	return bytes.TrimSpace(l[len(name)+1:]), true
}

// field returns the n-th word of a line, from 0.
func field(l []byte, n int) []byte {
	for f := range bytes.FieldsSeq(l) {
		if n == 0 {
			return f
		}
		n--
	}
	return nil
}

// oneOf reports whether s is a word of the space-separated list.
func oneOf(s, list string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == s {
			return true
		}
	}
	return false
}

// other returns what the other TCP direction said, as far as it is held.
func (q *probe) other() []byte {
	if q.d == nil {
		return nil
	}
	if h := q.d.heads[q.side^1]; h != nil {
		return h.buf
	}
	return nil
}

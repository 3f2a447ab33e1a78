package simulate

import (
	"bytes"
	"errors"
	"testing"
)

// limited takes n blocks, then fails.
type limited struct {
	bytes.Buffer
	n int
}

var errFull = errors.New("no space left")

func (l *limited) Write(p []byte) (int, error) {
	if l.n--; l.n < 0 {
		return 0, errFull
	}
	return l.Buffer.Write(p)
}

func TestBehind(t *testing.T) {
	for _, c := range []struct {
		n    int
		want string
		err  error
	}{{100, "0123456789", nil}, {4, "0123", errFull}} {
		w := &limited{n: c.n}
		b := newBehind(w)
		block := make([]byte, 1)
		for i := range byte(10) {
			block[0] = '0' + i // the caller's memory is its own again
			if _, err := b.Write(block); err != nil && !errors.Is(err, c.err) {
				t.Errorf("%v, want %v", err, c.err)
			}
		}
		if err := b.Close(); !errors.Is(err, c.err) || w.String() != c.want {
			t.Errorf("%q, %v, want %q, %v", w, err, c.want, c.err)
		}
	}
}

package capture

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

// TestDigest: the hash is that of the bytes as stored, however they arrive, whatever they hold.
func TestDigest(t *testing.T) {
	whole := small(t, 20_000)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(whole); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(whole)
	for i := range 16 {
		damaged[len(damaged)/3+i] = 0xff
	}
	for name, b := range map[string][]byte{
		"whole": whole, "gzip": zipped.Bytes(), "cut": whole[:len(whole)-7], "damaged": damaged, "gzip cut": zipped.Bytes()[:zipped.Len()/2],
		"text": bytes.Repeat([]byte("no capture\n"), 300_000), "header": whole[:24], "empty": nil,
	} {
		sum := sha256.Sum256(b)
		want := hex.EncodeToString(sum[:])
		for how, dribble := range map[string]func(io.Reader) io.Reader{
			"at once": func(r io.Reader) io.Reader { return r }, "by halves": iotest.HalfReader, "with its end": iotest.DataErrReader,
			"by 1500 bytes": func(r io.Reader) io.Reader { return pieces{r} },
		} {
			s := Source{Path: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(dribble(bytes.NewReader(b))), nil }}
			if got := captures(t, []Source{s})[0].SHA256; got != want {
				t.Errorf("%s, %s: got %s, want %s", name, how, got, want)
			}
		}
	}
}

// TestSHA256Ends: the sum of a source that never ends is given up when its context is, at the next read, and the source is closed.
func TestSHA256Ends(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e := &endless{last: 3, end: cancel}
	sha, err := Source{Path: "long", Open: func() (io.ReadCloser, error) { return e, nil }}.SHA256(ctx)
	if sha != "" || !errors.Is(err, context.Canceled) {
		t.Errorf("%q, %v", sha, err)
	}
	if e.reads != 3 || !e.closed {
		t.Errorf("%d reads, want 3; closed %v", e.reads, e.closed)
	}
}

// endless has bytes without end, and calls end with its last read.
type endless struct {
	reads, last int
	end         func()
	closed      bool
}

func (e *endless) Read(b []byte) (int, error) {
	if e.reads++; e.reads == e.last {
		e.end()
	}
	return len(b), nil
}

func (e *endless) Close() error { e.closed = true; return nil }

// pieces reads little at a time.
type pieces struct{ r io.Reader }

func (p pieces) Read(b []byte) (int, error) { return p.r.Read(b[:min(len(b), 1500)]) }

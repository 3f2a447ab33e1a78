package file

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// headSize is how many bytes the recognition of a format looks at, at most.
const headSize = 512

// maxWindow limits the memory that a zstd stream may ask for, in bytes; zstd --long=27 needs 128 MiB.
const maxWindow = 128 << 20

// source is the input after decompression.
type source struct {
	io.Reader
	raw *input
	err error // of the input itself, not of its decompression
}

// slow tells whether reads return small pieces that are worth collecting: a decompressor's, not a pipe's.
func (s *source) slow() bool { return s.Reader != io.Reader(s.raw) }

// Read reads decompressed bytes.
func (s *source) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	if err != nil {
		s.err = s.raw.err
	}
	return n, err
}

// input is the bytes as stored. It remembers why it ended, which a decompressor's error does not tell.
type input struct {
	io.Reader
	err error // nil at the regular end
}

func (i *input) Read(b []byte) (int, error) {
	n, err := i.Reader.Read(b)
	if err != nil && err != io.EOF {
		i.err = err
	}
	return n, err
}

// openSource looks for compression, and returns the first bytes of the uncompressed stream: headSize, or all that there are.
func openSource(r io.Reader) (s *source, compression string, head []byte, err error) {
	raw := &input{Reader: r}
	head, err = readHead(raw)
	if err != nil {
		return nil, "", nil, err
	}
	s = &source{Reader: raw, raw: raw}
	all := io.MultiReader(bytes.NewReader(head), raw)
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		compression = "gzip"
		s.Reader, err = gzip.NewReader(all)
	case len(head) >= 4 && (bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}) || head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18})):
		compression = "zstd"
		var d *zstd.Decoder
		// Concurrency 1 decodes in the caller's goroutine: nothing to close.
		d, err = zstd.NewReader(all, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		s.Reader = d
	default:
		return s, "", head, nil
	}
	if err == nil {
		head, err = readHead(s)
	}
	if err != nil && raw.err == nil {
		err = &DamageError{Err: fmt.Errorf("%s: %w", compression, err)}
	}
	return s, compression, head, err
}

// readHead reads up to headSize bytes. The end of the input is no error unless there is nothing before it.
func readHead(r io.Reader) ([]byte, error) {
	b := make([]byte, headSize)
	n, err := io.ReadAtLeast(r, b, pcapHeader)
	if err == io.EOF && n == 0 {
		return nil, ErrEmpty
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF && n > 0 {
		err = nil // shorter than a header: what it is decides the recognition
	}
	return b[:n], err
}

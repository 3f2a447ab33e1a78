package capture

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// SHA256 reads the source and returns the SHA-256 of its bytes as stored, 64 hexadecimal digits; "" for a source that can be read only once.
// The end of ctx ends the reading: the error is that of ctx.
func (s Source) SHA256(ctx context.Context) (string, error) {
	if s.Once {
		return "", nil
	}
	r, err := s.Open()
	if err != nil {
		return "", fmt.Errorf("capture %s: %w", s.Path, cause(err))
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.CopyBuffer(struct{ io.Writer }{h}, whileAlive{ctx, r}, make([]byte, 1<<20)); err != nil {
		return "", fmt.Errorf("capture %s: %w", s.Path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// whileAlive reads r until ctx ends.
type whileAlive struct {
	ctx context.Context
	r   io.Reader
}

func (w whileAlive) Read(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.r.Read(b)
}

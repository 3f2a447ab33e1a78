package capture

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// SHA256 reads the source and returns the SHA-256 of its bytes as stored, 64 hexadecimal digits; "" for a source that can be read only once.
func (s Source) SHA256() (string, error) {
	if s.Once {
		return "", nil
	}
	r, err := s.Open()
	if err != nil {
		return "", fmt.Errorf("capture %s: %w", s.Path, cause(err))
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.CopyBuffer(struct{ io.Writer }{h}, struct{ io.Reader }{r}, make([]byte, 1<<20)); err != nil {
		return "", fmt.Errorf("capture %s: %w", s.Path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

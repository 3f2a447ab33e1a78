package file

import (
	"errors"
	"fmt"
)

// ErrFormat is wrapped by Open's error when the input is not a capture that this package reads; the message names what it is, if known.
var ErrFormat = errors.New("not a pcap or pcapng capture")

// ErrEmpty is wrapped by Open's error when the input has no bytes.
var ErrEmpty = errors.New("empty input")

// errCut is what a record shows that the input ends in.
var errCut = errors.New("input ends inside a record")

// DamageError says where a capture stops being readable. Every packet before Offset has been delivered.
type DamageError struct {
	Path   string
	Offset int64 // of the record that cannot be read, in the uncompressed stream
	Err    error
}

// Error names the path, the offset and the damage.
func (e *DamageError) Error() string {
	return fmt.Sprintf("%s: damaged at byte %d: %v", e.Path, e.Offset, e.Err)
}

// Unwrap returns what is wrong with the record.
func (e *DamageError) Unwrap() error { return e.Err }

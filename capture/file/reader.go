package file

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// readSize is how much is asked of the input at once, in bytes, and so about how much a Batch holds.
const readSize = 1 << 20

// maxIdle is how many reads in a row may return nothing, not even an error.
const maxIdle = 100

// Reader reads the packets of one capture in file order. It is not safe for concurrent use.
type Reader struct {
	path        string
	src         *source
	compression string
	format      string
	records     parser
	carry       []byte // bytes that were read and not yet parsed: the beginning of a record
	offset      int64  // of carry's first byte, in the uncompressed stream
	err         error  // what the next Read returns
	shared             // what the parser fills
}

// shared is what a parser keeps for its Reader.
type shared struct {
	interfaces []Interface
	number     uint64 // of the last record
}

// parser takes records off the front of b.
type parser interface {
	// parse appends the packets of the complete records at the beginning of b to dst. It returns how many bytes of b it has
	// consumed; the rest is the beginning of a record that is at least need bytes long. An error is damage in the
	// record at b[used:].
	parse(dst []Packet, b []byte) (packets []Packet, used, need int, err error)
	// begun returns how many bytes parse has consumed of a record that it has not seen the end of, 0 if the input may end where it stopped.
	begun() int64
}

// Open recognises the format and the compression of r by its content, and reads its file header. The path serves messages alone.
// Its error wraps ErrEmpty, ErrFormat or a *DamageError, or is that of r.
func Open(path string, r io.Reader) (*Reader, error) {
	src, compression, head, err := openSource(r)
	if d, ok := errors.AsType[*DamageError](err); ok {
		d.Path = path
		return nil, d
	}
	if err != nil {
		return nil, fmt.Errorf("open capture %s: %w", path, err)
	}
	o := &Reader{path: path, src: src, compression: compression}
	var used int
	o.format, o.records, used, err = recognise(head, &o.shared)
	if errors.Is(err, errCut) {
		return nil, &DamageError{Path: path, Offset: int64(len(head)), Err: errors.New("input ends in the file header")}
	}
	if err != nil {
		return nil, fmt.Errorf("open capture %s: %w", path, err)
	}
	o.carry, o.offset = slices.Clone(head[used:]), int64(used)
	return o, nil
}

// Format returns "pcap" or "pcapng".
func (r *Reader) Format() string { return r.format }

// Compression returns "", "gzip" or "zstd".
func (r *Reader) Compression() string { return r.compression }

// Interfaces returns the interfaces that were read so far; a pcapng file may add some, and their statistics, until its end. The
// slice is valid until the next Read.
func (r *Reader) Interfaces() []Interface { return r.interfaces }

// Read replaces the content of b by the next packets, at least one. At the end it returns io.EOF, and a *DamageError where
// the capture cannot be read further, always without packets: those before the damage came with the Read before. What the input of an
// uncompressed capture has read stays where it was put until b is read into again.
func (r *Reader) Read(b *Batch) error {
	b.Packets = b.Packets[:0]
	if r.err != nil {
		return r.err
	}
	if len(b.buf) < max(readSize, 2*len(r.carry)) {
		b.buf = make([]byte, max(readSize, 2*len(r.carry)))
	}
	n := copy(b.buf, r.carry) // b.buf[pos:n] is read and not parsed
	pos, idle, fresh := 0, 0, n > 0
	for {
		if fresh {
			packets, used, need, err := r.records.parse(b.Packets, b.buf[pos:n])
			b.Packets = packets
			pos += used
			if err != nil {
				r.err = &DamageError{Path: r.path, Offset: r.offset + int64(pos) - r.records.begun(), Err: err}
				break
			}
			if len(b.Packets) > 0 && (!r.src.slow() || n == len(b.buf) || need > len(b.buf)-pos) {
				break
			}
			if room := len(b.buf) - pos; len(b.Packets) == 0 && (need > room || n == len(b.buf)) { // nothing points into b.buf
				larger := make([]byte, max(len(b.buf), need))
				r.offset += int64(pos)
				n, pos, b.buf = copy(larger, b.buf[pos:n]), 0, larger
			}
		}
		m, err := r.src.Read(b.buf[n:])
		n += m
		fresh = m > 0
		if fresh {
			idle = 0
		} else if idle++; err == nil && idle == maxIdle {
			err = io.ErrNoProgress
		}
		if err != nil && !fresh {
			r.end(err, n-pos, r.offset+int64(pos))
			break
		}
	}
	r.carry = append(r.carry[:0], b.buf[pos:n]...)
	r.offset += int64(pos)
	if len(b.Packets) > 0 {
		return nil
	}
	return r.err
}

// end decides what the end of the input means, rest bytes after the last complete record.
func (r *Reader) end(err error, rest int, at int64) {
	switch {
	case r.src.err != nil:
		r.err = fmt.Errorf("read capture %s at byte %d: %w", r.path, at, r.src.err)
	case err == io.ErrNoProgress:
		r.err = fmt.Errorf("read capture %s at byte %d: %w", r.path, at, err)
	case err != io.EOF:
		r.err = &DamageError{Path: r.path, Offset: at, Err: fmt.Errorf("%s: %w", r.compression, err)}
	case rest > 0 || r.records.begun() > 0:
		r.err = &DamageError{Path: r.path, Offset: at - r.records.begun(), Err: errCut}
	default:
		r.err = io.EOF
	}
}

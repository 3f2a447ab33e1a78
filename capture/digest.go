package capture

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"sync"
	"sync/atomic"
)

// digest hashes what is read through it in a goroutine of its own.
type digest struct {
	r      io.Reader
	n      int64         // bytes read
	read   *atomic.Int64 // the same over all sources, for progress
	chunks *sync.Pool    // *[]byte
	full   chan *[]byte
	sum    chan string
	buf    *[]byte
}

const (
	hashChunk = 1 << 19 // bytes
	hashAhead = 2       // chunks that may wait
)

func newDigest(r io.Reader, read *atomic.Int64, chunks *sync.Pool) *digest {
	d := &digest{r: r, read: read, chunks: chunks, full: make(chan *[]byte, hashAhead), sum: make(chan string, 1)}
	go d.work()
	return d
}

func (d *digest) work() {
	h := sha256.New()
	for b := range d.full {
		h.Write(*b)
		*b = (*b)[:0]
		d.chunks.Put(b)
	}
	d.sum <- hex.EncodeToString(h.Sum(nil))
}

// Read reads from the input and hands a copy to the hashing goroutine.
func (d *digest) Read(b []byte) (int, error) {
	n, err := d.r.Read(b)
	d.n += int64(n)
	d.read.Add(int64(n))
	for rest := b[:n]; len(rest) > 0; {
		if d.buf == nil {
			d.buf = d.chunks.Get().(*[]byte)
		}
		m := min(len(rest), cap(*d.buf)-len(*d.buf))
		*d.buf = append(*d.buf, rest[:m]...)
		rest = rest[m:]
		if len(*d.buf) == cap(*d.buf) {
			d.full <- d.buf
			d.buf = nil
		}
	}
	return n, err
}

// Sum ends the hashing and returns the hash of all that was read, in hexadecimal. It is called once.
func (d *digest) Sum() string {
	if d.buf != nil {
		d.full <- d.buf
	}
	close(d.full)
	return <-d.sum
}

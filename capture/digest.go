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
	full   chan piece
	sum    chan string
	buf    *[]byte
	lent   bool // what is read stays where it is until the batch that it is in was handed over by lend
}

// piece is what the hashing goroutine gets: bytes that it gives back to the chunks, or bytes of a batch, or a batch to let go.
type piece struct {
	data  []byte
	chunk *[]byte
	batch *batch
}

const (
	hashChunk = 1 << 19 // bytes
	hashAhead = 2       // pieces that may wait
)

func newDigest(r io.Reader, read *atomic.Int64, chunks *sync.Pool) *digest {
	d := &digest{r: r, read: read, chunks: chunks, full: make(chan piece, hashAhead), sum: make(chan string, 1)}
	go d.work()
	return d
}

func (d *digest) work() {
	h := sha256.New()
	for p := range d.full {
		h.Write(p.data)
		if p.chunk != nil {
			*p.chunk = (*p.chunk)[:0]
			d.chunks.Put(p.chunk)
		}
		if p.batch != nil {
			p.batch.release()
		}
	}
	d.sum <- hex.EncodeToString(h.Sum(nil))
}

// Read reads from the input and hands it, or a copy of it, to the hashing goroutine.
func (d *digest) Read(b []byte) (int, error) {
	n, err := d.r.Read(b)
	d.n += int64(n)
	d.read.Add(int64(n))
	if d.lent {
		if n > 0 {
			d.full <- piece{data: b[:n]}
		}
		return n, err
	}
	for rest := b[:n]; len(rest) > 0; {
		if d.buf == nil {
			d.buf = d.chunks.Get().(*[]byte)
		}
		m := min(len(rest), cap(*d.buf)-len(*d.buf))
		*d.buf = append(*d.buf, rest[:m]...)
		rest = rest[m:]
		if len(*d.buf) == cap(*d.buf) {
			d.copied()
		}
	}
	return n, err
}

// copied hands over what was copied.
func (d *digest) copied() {
	if d.buf != nil {
		d.full <- piece{data: *d.buf, chunk: d.buf}
		d.buf = nil
	}
}

// borrow makes Read hand over what it read without copying it. The reader puts it into batches and hands these to lend.
func (d *digest) borrow() {
	d.copied()
	d.lent = true
}

// lend takes a share in the batch until all that was read so far is hashed.
func (d *digest) lend(b *batch) {
	if d.lent {
		b.refs.Add(1)
		d.full <- piece{batch: b}
	}
}

// Sum ends the hashing and returns the hash of all that was read, in hexadecimal. It is called once.
func (d *digest) Sum() string {
	d.copied()
	close(d.full)
	return <-d.sum
}

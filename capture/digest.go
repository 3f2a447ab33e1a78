package capture

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"sync/atomic"
)

// digest hashes what is read through it in a goroutine of its own.
type digest struct {
	r     io.Reader
	read  *atomic.Int64 // bytes over all sources, for progress
	full  chan []byte
	empty chan []byte
	sum   chan string
	buf   []byte
	made  int   // chunks in use
	n     int64 // bytes read
}

const (
	hashChunk = 1 << 20 // bytes
	hashAhead = 2       // chunks that may wait
)

func newDigest(r io.Reader, read *atomic.Int64) *digest {
	d := &digest{r: r, read: read, full: make(chan []byte, hashAhead), empty: make(chan []byte, hashAhead+1), sum: make(chan string, 1)}
	go d.work()
	return d
}

func (d *digest) work() {
	h := sha256.New()
	for b := range d.full {
		h.Write(b)
		d.empty <- b[:0]
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
			d.buf = d.chunk()
		}
		m := min(len(rest), cap(d.buf)-len(d.buf))
		d.buf = append(d.buf, rest[:m]...)
		rest = rest[m:]
		if len(d.buf) == cap(d.buf) {
			d.full <- d.buf
			d.buf = nil
		}
	}
	return n, err
}

// chunk returns an empty buffer, a used one if there is any.
func (d *digest) chunk() []byte {
	select {
	case b := <-d.empty:
		return b
	default:
	}
	if d.made <= hashAhead {
		d.made++
		return make([]byte, 0, hashChunk)
	}
	return <-d.empty
}

// Sum ends the hashing and returns the hash of all that was read, in hexadecimal. It is called once.
func (d *digest) Sum() string {
	if len(d.buf) > 0 {
		d.full <- d.buf
	}
	close(d.full)
	return <-d.sum
}

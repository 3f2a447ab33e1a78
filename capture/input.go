package capture

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"netscope.example/nsgraph/capture/file"
)

// batch is packets of one input and their bytes. It goes back to the buffers when its last reader lets it go.
type batch struct {
	file.Batch
	refs       atomic.Int32
	home       *input
	interfaces []file.Interface // all that are known by now; nil if there are no new ones
}

func (b *batch) release() {
	if b.refs.Add(-1) == 0 {
		home := b.home
		home.buffers.batches.Put(b)
		home.free <- struct{}{}
	}
}

// buffers are the large pieces of memory that the inputs of a run use one after the other.
type buffers struct {
	batches sync.Pool // *batch
	chunks  sync.Pool // *[]byte of hashChunk
}

func newBuffers() *buffers {
	b := &buffers{}
	b.batches.New = func() any { return &batch{} }
	b.chunks.New = func() any { c := make([]byte, 0, hashChunk); return &c }
	return b
}

// batchesEach is how many batches an open input has: one that is read, one or two that are decoded, one in the workers.
const batchesEach = 4

// input is a source during a run. The reading goroutine owns the fields of the last group until ready is closed.
type input struct {
	src        *Source
	index      uint16    // position among the sources
	rc         io.Reader // what the source goes on with after its head was read, if it can be opened only once
	closer     io.Closer
	clock      int64 // nanoseconds that are added to its times
	clockError int64 // nanoseconds that clock may be wrong
	first      int64 // corrected time of its first packet; the smallest int64 if it is not known
	point      string
	seen       []string // names of the interfaces at its beginning
	distinct   bool     // an interface of another source has the same name and is another one

	ready   chan *batch
	free    chan struct{} // one for every batch that may be read ahead
	buffers *buffers
	cur     *batch // what the decoder is at
	pos     int
	links   []link // by interface
	tally   *tally

	format      string
	compression string
	interfaces  []file.Interface
	sum         string
	err         error // why the input ended; nil: regularly
}

// link is what the decoder needs to know of an interface.
type link struct {
	kind  uint16 // LINKTYPE_ value
	point uint16
}

// start begins to read the input.
func (in *input) start(ctx context.Context, read *atomic.Int64) {
	in.ready = make(chan *batch, batchesEach)
	in.free = make(chan struct{}, batchesEach)
	for range batchesEach {
		in.free <- struct{}{}
	}
	go func() {
		defer close(in.ready)
		in.err = in.read(ctx, read)
	}()
}

// read reads the whole input into batches. After damage it reads on, for the hash alone.
func (in *input) read(ctx context.Context, read *atomic.Int64) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("read capture %s: internal error: %v", in.src.Path, r)
		}
	}()
	rc, closer, err := in.open()
	if err != nil {
		return err
	}
	defer closer.Close()
	defer context.AfterFunc(ctx, func() { closer.Close() })()
	d := newDigest(rc, read, &in.buffers.chunks)
	defer func() { in.sum = d.Sum() }()
	err = in.records(ctx, d)
	switch {
	case err == io.EOF:
		err = nil
		fallthrough
	case ctx.Err() == nil:
		if _, rest := io.Copy(io.Discard, d); rest != nil && err == nil {
			err = rest
		}
	}
	if ctx.Err() != nil {
		return fmt.Errorf("read capture %s: interrupted at byte %d: %w", in.src.Path, d.n, context.Cause(ctx))
	}
	return err
}

// open opens the source, or goes on with what was opened for its head.
func (in *input) open() (io.Reader, io.Closer, error) {
	if in.rc != nil {
		return in.rc, in.closer, nil
	}
	rc, err := in.src.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("open capture %s: %w", in.src.Path, cause(err))
	}
	return rc, rc, nil
}

func (in *input) records(ctx context.Context, d *digest) error {
	r, err := file.Open(in.src.Path, d)
	if err != nil {
		return err
	}
	in.format, in.compression = r.Format(), r.Compression()
	if in.compression == "" {
		d.borrow()
		defer func() { d.lent = false }()
	}
	known := 0
	var at int64
	for {
		select {
		case <-in.free:
		case <-ctx.Done():
			return ctx.Err()
		}
		b := in.buffers.batches.Get().(*batch)
		b.home = in
		b.refs.Store(1)
		err := r.Read(&b.Batch)
		d.lend(b)
		at = dated(b.Packets, at)
		now := r.Interfaces()
		in.interfaces = append(in.interfaces[:0:0], now...)
		if err != nil {
			b.release()
			return err
		}
		b.interfaces = nil
		if len(now) != known {
			known = len(now)
			b.interfaces = in.interfaces
		}
		select {
		case in.ready <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// dated gives packets without a time (pcapng's simple packet blocks) that of the packet before, at for the first. It returns the
// time of the last.
func dated(l []file.Packet, at int64) int64 {
	for i := range l {
		if l[i].Time == 0 {
			l[i].Time = at
		}
		at = l[i].Time
	}
	return at
}

// advance takes the next batch. It reports false at the end of the input.
func (in *input) advance(points *points) bool {
	if in.cur != nil {
		in.cur.release()
		in.cur = nil
	}
	b, ok := <-in.ready
	if !ok {
		return false
	}
	for i := len(in.links); i < len(b.interfaces); i++ {
		f := &b.interfaces[i]
		in.links = append(in.links, link{kind: f.LinkType, point: points.id(in.name(f.Name))})
	}
	in.cur, in.pos = b, 0
	return true
}

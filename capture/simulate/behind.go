package simulate

import (
	"io"
	"sync/atomic"
)

// behind writes in a goroutine of its own, so that the simulation goes on while a file takes what it is given. It holds two blocks at most.
type behind struct {
	full   chan []byte
	free   chan []byte
	done   chan struct{}
	failed atomic.Pointer[error] // the first error
}

func newBehind(w io.Writer) *behind {
	b := &behind{full: make(chan []byte, 1), free: make(chan []byte, 2), done: make(chan struct{})}
	b.free <- nil
	b.free <- nil
	go func() {
		defer close(b.done)
		for block := range b.full {
			if b.failed.Load() == nil {
				if _, err := w.Write(block); err != nil {
					b.failed.Store(&err)
				}
			}
			b.free <- block
		}
	}()
	return b
}

// Write implements io.Writer. An error may be that of an earlier block.
func (b *behind) Write(p []byte) (int, error) {
	if err := b.failed.Load(); err != nil {
		return 0, *err
	}
	b.full <- append((<-b.free)[:0], p...)
	return len(p), nil
}

// Close waits until everything is written, and returns the first error.
func (b *behind) Close() error {
	close(b.full)
	<-b.done
	if err := b.failed.Load(); err != nil {
		return *err
	}
	return nil
}

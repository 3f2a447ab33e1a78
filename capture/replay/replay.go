// Package replay plays a capture back at its own pace, a multiple of it, or a rate: it hands over the very bytes of the capture, each packet
// when it is due, so that what reads them sees what it would have seen of a network, and finds what it would find in the file.
package replay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"
)

// Options choose the pace. The zero value is the capture's own.
type Options struct {
	Speed   float64       // factor on the capture's own pace; 0 is 1. Not with Rate
	Rate    float64       // packets a second, whatever the capture's times; 0 none
	MaxWait time.Duration // longest pause before one packet; 0 no limit
}

// ErrFormat says that the input is neither pcap nor pcapng.
var ErrFormat = errors.New("replay: not a pcap or pcapng capture")

// Reader is a capture that comes as slowly as it is due. It is not safe for concurrent use.
type Reader struct {
	ctx     context.Context
	in      *bufio.Reader
	close   []io.Closer
	next    func() ([]byte, int64, error) // one block, and its time in nanoseconds; -1 none
	left    []byte
	err     error
	o       Options
	begun   time.Time
	first   int64
	packets uint64
	skipped time.Duration // pauses cut short by MaxWait
	order   binary.ByteOrder
	units   []unit
	buf     []byte
}

// unit is how an interface counts time.
type unit struct {
	perSecond uint64
	offset    int64 // seconds
}

// New plays r, which may be compressed with gzip or zstd; it closes r if r can be closed. Waiting ends with ctx.
func New(ctx context.Context, r io.Reader, o Options) (*Reader, error) {
	if !(o.Speed >= 0) || !(o.Rate >= 0) || o.MaxWait < 0 || o.Speed > 0 && o.Rate > 0 {
		return nil, fmt.Errorf("replay: speed %v, rate %v, longest wait %v: want one of speed and rate, none below zero", o.Speed, o.Rate, o.MaxWait)
	}
	p := &Reader{ctx: ctx, o: o, first: -1}
	if o.Speed == 0 {
		p.o.Speed = 1
	}
	if c, ok := r.(io.Closer); ok {
		p.close = append(p.close, c)
	}
	if err := p.open(r); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// open looks through compression and finds the format.
func (p *Reader) open(r io.Reader) error {
	p.in = bufio.NewReaderSize(r, 1<<18)
	magic, err := p.in.Peek(4)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	switch {
	case bytes.Equal(magic[:2], []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(p.in)
		if err != nil {
			return fmt.Errorf("replay: %w", err)
		}
		return p.open(z)
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(p.in, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return fmt.Errorf("replay: %w", err)
		}
		c := z.IOReadCloser()
		p.close = append(p.close, c)
		return p.open(c)
	case bytes.Equal(magic, []byte{0x0a, 0x0d, 0x0d, 0x0a}):
		p.next = p.pcapngBlock
		return nil
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(magic) {
		case 0xa1b2c3d4:
			p.units = []unit{{perSecond: 1e6}}
		case 0xa1b23c4d:
			p.units = []unit{{perSecond: 1e9}}
		default:
			continue
		}
		p.order, p.next = order, p.pcapHeader
		return nil
	}
	return ErrFormat
}

// Packets counts those handed over.
func (p *Reader) Packets() uint64 { return p.packets }

// Close ends the replay.
func (p *Reader) Close() error {
	var errs []error
	for i := len(p.close) - 1; i >= 0; i-- {
		errs = append(errs, p.close[i].Close())
	}
	p.close = nil
	return errors.Join(errs...)
}

// Read implements io.Reader: it waits until the next packet is due. Damage is handed on as it stands, to be found by who reads.
func (p *Reader) Read(b []byte) (int, error) {
	for len(p.left) == 0 {
		if p.err != nil {
			return 0, p.err
		}
		block, at, err := p.next()
		p.left, p.err = block, err
		if at >= 0 {
			p.packets++
			if err := p.wait(at); err != nil {
				p.left, p.err = nil, err
			}
		}
	}
	n := copy(b, p.left)
	p.left = p.left[n:]
	return n, nil
}

// wait sleeps until the packet of time at, in nanoseconds, is due.
func (p *Reader) wait(at int64) error {
	if p.first < 0 {
		p.first, p.begun = at, time.Now()
	}
	due := time.Duration(float64(at-p.first) / p.o.Speed)
	if p.o.Rate > 0 {
		due = time.Duration(float64(p.packets-1) / p.o.Rate * 1e9)
	}
	d := due - p.skipped - time.Since(p.begun)
	if p.o.MaxWait > 0 && d > p.o.MaxWait {
		p.skipped += d - p.o.MaxWait
		d = p.o.MaxWait
	}
	if d <= 0 {
		return p.ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-p.ctx.Done():
		return context.Cause(p.ctx)
	}
}

// Package capture turns captures into facts: it reads sources, decodes their frames, recognises further sightings of one packet,
// and hands every packet to the workers that keep conversations, applications, stations and what devices say.
//
// One goroutine reads each open source, one decodes and puts the sources in the order of time, one a source hashes its bytes; the
// workers share nothing. What a run yields does not depend on how many workers there are, but for two things: which conversations a
// full table gives up, and, where nothing but ports tells the client of a conversation that idles out long before the end, how sure
// that is.
package capture

import (
	"io"
	"time"

	"netscope.example/nsgraph/capture/fact"
)

// Source is an input that holds a capture.
type Source struct {
	Path  string // as given; "-" for standard input
	Point string // name of the capture point, if the user gave one
	Open  func() (io.ReadCloser, error)
	Size  int64 // bytes; 0 if unknown
	Once  bool  // Open works only once
}

// Options steer a run. The zero value means the defaults.
type Options struct {
	Workers              int            // default: one less than the processors that may be used, which read, hash and decode besides
	MaxConversations     int            // over all workers; default 320,000
	MaxConversationBytes int            // memory that they may hold; default 72 MiB
	Progress             func(Progress) // called from one goroutine, at most ten times a second and at the end

	// Declared reports whether the operator declared that addr answers on port; it must be safe for concurrent use. nil: nothing is.
	Declared func(addr fact.Addr, port uint16, transport fact.Transport) bool
}

// Progress is how far a run has come.
type Progress struct {
	Packets    uint64
	Bytes      int64 // read of the sources as they are stored
	TotalBytes int64 // 0 if the size of a source is unknown
}

// often is the time between two calls of Progress, in real time.
const often = 100 * time.Millisecond

const (
	defaultConversations     = 320_000
	defaultConversationBytes = 72 << 20
)

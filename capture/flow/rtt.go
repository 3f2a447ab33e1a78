package flow

import (
	"math"
	"unsafe"

	"netscope.example/nsgraph/capture/fact"
)

// sample is a segment that waits for its acknowledgement.
type sample struct {
	end uint32 // sequence number one past it
	at  int64
}

// rtt sums up round-trip times.
type rtt struct {
	count    uint32
	sum      int64
	min, max int64
	buckets  []rttBucket // few
}

type rttBucket struct {
	i uint8
	n uint32
}

const (
	rttBucketBytes = int(unsafe.Sizeof(rttBucket{}))
	rttBuckets     = 120
)

// expect takes a new segment of f as a sample. When too many wait, it is left out: the next acknowledgement makes room.
func (f *sender) expect(end uint32, at int64) {
	if int(f.nSamples) < len(f.samples) {
		f.samples[f.nSamples] = sample{end, at}
		f.nSamples++
	}
}

// measure takes an acknowledgement of f's segments: the sample that it acknowledges exactly gives a round-trip time, those before
// are over.
func (f *sender) measure(ack uint32, at int64) {
	if f.nSamples == 0 {
		return
	}
	k := 0
	for _, s := range f.samples[:f.nSamples] {
		switch {
		case s.end == ack:
			if at >= s.at {
				f.rtt.add(at - s.at)
			}
		case after(s.end, ack):
			f.samples[k] = s
			k++
		}
	}
	f.nSamples = uint8(k)
}

// forget drops the samples that a retransmission from seq on makes ambiguous (Karn and Partridge, 1987).
func (f *sender) forget(seq uint32) {
	k := 0
	for _, s := range f.samples[:f.nSamples] {
		if !after(s.end, seq) {
			f.samples[k] = s
			k++
		}
	}
	f.nSamples = uint8(k)
}

func (r *rtt) add(d int64) {
	if r.count == 0 || d < r.min {
		r.min = d
	}
	r.max = max(r.max, d)
	r.count++
	r.sum += d
	b := rttBucketOf(d)
	for i := range r.buckets {
		if r.buckets[i].i == b {
			r.buckets[i].n++
			return
		}
	}
	r.buckets = append(r.buckets, rttBucket{b, 1})
}

// rttBucketOf returns the bucket of a round-trip time of d nanoseconds: i counts [2^(i/4), 2^((i+1)/4)) microseconds.
func rttBucketOf(d int64) uint8 {
	if d < 1000 {
		return 0
	}
	return uint8(min(math.Floor(4*math.Log2(float64(d)/1000)), rttBuckets-1))
}

func (r *rtt) fact() fact.RTT {
	f := fact.RTT{Count: uint64(r.count), Sum: r.sum, Min: r.min, Max: r.max}
	if len(r.buckets) > 0 {
		f.Buckets = make(map[uint8]uint32, len(r.buckets))
		for _, b := range r.buckets {
			f.Buckets[b.i] = b.n
		}
	}
	return f
}

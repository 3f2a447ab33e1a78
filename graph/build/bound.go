package build

import (
	"hash/fnv"
	"math"
)

// Caps of what is not a communication. A capture forgets names and streams when it has handed them over; a batch must not.
const (
	maxNameUses = 100_000
	maxStreams  = 50_000
)

// bound keeps of a set that grows beyond its cap the members with the smallest hashes, so that which are kept depends on the set alone.
type bound struct {
	limit uint64 // members of this hash or above are left out; 0: none
}

// takes reports whether a new member of hash h is kept.
func (b *bound) takes(h uint64) bool { return b.limit == 0 || h < b.limit }

// shrink halves the hashes that m keeps until it is within its cap.
func shrink[K comparable, V any](b *bound, m map[K]V, most int, hash func(K) uint64) {
	if len(m) > most && b.limit == 0 {
		b.limit = math.MaxUint64
	}
	for len(m) > most {
		b.limit /= 2
		for k := range m {
			if hash(k) >= b.limit {
				delete(m, k)
			}
		}
	}
}

// hashOf hashes texts.
func hashOf(texts ...string) uint64 {
	h := fnv.New64a()
	for _, t := range texts {
		h.Write([]byte(t))
		h.Write([]byte{0})
	}
	x := h.Sum64() // its upper bits alone are not even (SplitMix64's finalizer)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (k nameKey) hash() uint64 { return hashOf(k.ip.String(), k.name, k.evidence) }

func (k streamKey) hash() uint64 {
	return hashOf(k.src.String(), k.dst.String(), string([]byte{byte(k.ssrc), byte(k.ssrc >> 8), byte(k.ssrc >> 16), byte(k.ssrc >> 24), k.payload}), k.first.String())
}

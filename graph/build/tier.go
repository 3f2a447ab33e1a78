package build

import (
	"encoding/binary"
	"math"
	"net/netip"

	"netscope.example/nsgraph/capture/fact"
)

// tier holds communications by key, at most max of them. When more come it keeps those with the smallest hashes and folds the others
// into coarser keys of the next tier. Which are kept depends on the set of keys alone, not on their order.
type tier struct {
	uses  map[useKey]*use
	max   int    // 0: no bound
	limit uint64 // keys of this hash or above are folded; 0: none
	fold  func(useKey) useKey
	next  *tier
}

// quietShare is the part of the communications kept apart that may be unanswered ones beside the answered.
const quietShare = 4

func newTiers(maxUses int) *tier {
	last := &tier{uses: map[useKey]*use{}}
	servers := &tier{uses: map[useKey]*use{}, max: max(maxUses/16, 64), fold: foldAll, next: last}
	return &tier{uses: map[useKey]*use{}, max: maxUses, fold: foldClient, next: servers}
}

// foldClient leaves out who the client was and how it marked.
func foldClient(k useKey) useKey {
	k.client = host{ip: unspecified(k.client.ip)}
	k.dscpUp, k.dscpDown = 0, 0
	return k
}

// foldAll leaves out everything but the transport and the address family.
func foldAll(k useKey) useKey {
	return useKey{client: host{ip: unspecified(k.client.ip)}, server: host{ip: unspecified(k.server.ip)}, transport: k.transport, quiet: k.quiet}
}

func unspecified(a netip.Addr) netip.Addr {
	if a.Is4() {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

// get returns the communication of a key, or of the coarser key that stands for it. created: it is new, and its key is k.
func (b *Builder) get(t *tier, k useKey) (u *use, created bool) {
	for {
		if u = t.uses[k]; u != nil {
			return u, created
		}
		if t.limit != 0 && b.hash(&k) >= t.limit {
			t, k, created = t.next, t.fold(k), false
			continue
		}
		u = &use{key: k}
		t.uses[k] = u
		if t.max == 0 || len(t.uses) <= t.max {
			return u, true
		}
		b.shrink(t)
		if t.uses[k] == u {
			return u, true
		}
	}
}

// shrink halves the hashes that t keeps until it is within its bound.
func (b *Builder) shrink(t *tier) {
	if t.limit == 0 {
		t.limit = math.MaxUint64
	}
	for len(t.uses) > t.max {
		t.limit /= 2
		for k, u := range t.uses {
			if b.hash(&k) < t.limit {
				continue
			}
			delete(t.uses, k)
			if len(u.spans) > 0 {
				into, _ := b.get(t.next, t.fold(k))
				into.join(u, b.gap)
			}
		}
	}
	if t == b.tiers[1] {
		b.forget()
	}
}

// hash returns a hash of what a key means, not of the numbers that stand for it.
func (b *Builder) hash(k *useKey) uint64 {
	h := uint64(14695981039346656037)
	byt := func(v uint64, n int) {
		for range n {
			h = (h ^ v&0xff) * 1099511628211
			v >>= 8
		}
	}
	text := func(s string) {
		for i := range len(s) {
			byt(uint64(s[i]), 1)
		}
		byt(0, 1)
	}
	for _, x := range [2]host{k.client, k.server} {
		a := x.ip.As16()
		byt(binary.LittleEndian.Uint64(a[:8]), 8)
		byt(binary.LittleEndian.Uint64(a[8:]), 8)
		p := b.places.value(x.place)
		for i := range p.scope.VLAN.N {
			byt(uint64(p.scope.VLAN.ID[i]), 2)
		}
		byt(uint64(p.scope.Tunnel), 1)
		byt(uint64(p.scope.VNI), 4)
		text(p.point)
	}
	text(b.texts.value(k.app))
	text(b.texts.value(k.parent))
	byt(uint64(k.port), 2)
	byt(uint64(k.transport), 1)
	byt(uint64(k.evidence), 1)
	byt(uint64(k.dscpUp), 1)
	byt(uint64(k.dscpDown), 1)
	byt(uint64(k.carries), 1)
	byt(uint64(count(k.quiet)), 1)
	h ^= h >> 30
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 27
	h *= 0x94d049bb133111eb
	return h ^ h>>31
}

// all yields the communications of all tiers.
func (b *Builder) all(yield func(*use) bool) {
	for _, t := range b.tiers {
		for ; t != nil; t = t.next {
			for _, u := range t.uses {
				if !yield(u) {
					return
				}
			}
		}
	}
}

// folded returns how many conversations are counted in coarser tiers.
func (b *Builder) folded() (n int) {
	for _, t := range b.tiers {
		for t = t.next; t != nil; t = t.next {
			for _, u := range t.uses {
				for _, sp := range u.spans {
					n += int(sp.conversations)
				}
			}
		}
	}
	return n
}

// service is what an attempt aims at.
type service struct {
	server    host
	port      uint16
	transport fact.Transport
}

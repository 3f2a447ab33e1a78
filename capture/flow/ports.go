package flow

import (
	"math/bits"
	"slices"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// fans learns which (address, port) many conversations have in common: that end is a server's. The table has a fixed size; the
// weakest of a full set gives way by and by.
type fans struct {
	sets  [][fanWays]fan
	ports [2][]uint16 // conversations with a port at one end, whoever's; TCP, others
}

type fan struct {
	tag   uint32
	score uint16
}

const (
	fanWays = 4
	fanSets = 1 << 14
	fanSeed = 0x9e3779b97f4a7c15
	surely  = 8 // score of a server that a handshake shows
)

func (f *fans) slot(a address, port uint16, proto fact.Transport) (set *[fanWays]fan, tag uint32) {
	if f.sets == nil {
		f.sets = make([][fanWays]fan, fanSets)
		f.ports = [2][]uint16{make([]uint16, 1<<16), make([]uint16, 1<<16)}
	}
	h := fold(a.a^fanSeed, a.b^uint64(port)<<8^uint64(proto)^0xa0761d6478bd642f)
	return &f.sets[h%fanSets], uint32(h>>32) | 1
}

func (f *fans) add(a address, port uint16, proto fact.Transport, n uint16) {
	set, tag := f.slot(a, port, proto)
	pop := &f.ports[portTable(proto)][port]
	*pop = max(*pop, *pop+n)
	weakest := &set[0]
	for i := range set {
		s := &set[i]
		if s.tag == tag {
			s.score = max(s.score, s.score+n)
			return
		}
		if s.score < weakest.score {
			weakest = s
		}
	}
	if weakest.score > n {
		weakest.score -= n
		return
	}
	*weakest = fan{tag, n}
}

// score returns the conversations that (a, port) was in, and those that port was in at any address.
func (f *fans) score(a address, port uint16, proto fact.Transport) (here, anywhere uint16) {
	set, tag := f.slot(a, port, proto)
	for i := range set {
		if set[i].tag == tag {
			here = set[i].score
		}
	}
	return here, f.ports[portTable(proto)][port]
}

func portTable(proto fact.Transport) int {
	if proto == fact.TCP {
		return 0
	}
	return 1
}

// learn takes the first packet of a conversation into account.
func (t *Table) learn(e *entry, p *wire.Packet) {
	switch e.key.proto {
	case fact.TCP, fact.UDP, fact.SCTP:
	default:
		return
	}
	src, sport := e.end(0)
	dst, dport := e.end(1)
	if e.key.proto == fact.TCP && p.Flags&wire.SYN != 0 {
		if p.Flags&wire.ACK != 0 {
			dst, dport = src, sport
		}
		t.ports.add(dst, dport, fact.TCP, surely)
		return
	}
	t.ports.add(src, sport, e.key.proto, 1)
	t.ports.add(dst, dport, e.key.proto, 1)
}

// standing says how much a port number alone looks like a server's.
func standing(port uint16, proto fact.Transport) int {
	switch {
	case port == 0:
		return 0
	case port == 20 && proto == fact.TCP:
		return 1 // FTP data is opened by the server
	}
	_, listed := slices.BinarySearch(servicePorts, port)
	switch {
	case listed && port < 1024:
		return 10
	case listed:
		return 7
	case port < 1024:
		return 6
	case port < 32768: // ephemeral ports begin here or above, but for old systems
		return 2
	}
	return 0
}

// log2 is the whole part of the logarithm of n, at most 4; 0 of 0.
func log2(n uint16) int { return max(min(bits.Len16(n), 5)-1, 0) }

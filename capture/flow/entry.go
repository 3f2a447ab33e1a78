package flow

import (
	"unsafe"

	"netscope.example/nsgraph/capture/app"
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// entry is one live conversation. Side 0 is who sent its first packet. What every packet needs comes first, in two cache lines.
type entry struct {
	key      key
	chain    *entry // next in the same bucket of the index
	hash     uint32
	class    class
	flip     uint8 // 1 if side 0 is the higher end of the key
	version  uint8 // 4 or 6
	carries  fact.TunnelKind
	doubled  uint8 // the step is Options.Step doubled so often
	nPoints  uint8
	flags    entryFlags
	until    int64 // when its last packet came
	queued   int64 // when it was put at the end of its list
	bucketAt int64 // start of the current time bucket
	tcp      *tcp
	more     *extras
	points   [2]uint16
	half     [2]half
	newer    *entry // in the list of its class
	older    *entry
	speech   app.State
	decided  decision          // once a part was emitted
	shown    [witnesses]uint64 // capture<<48 | packet number; 0 none
}

type entryFlags uint8

const (
	listening   entryFlags = 1 << iota // the classifier wants more
	continued                          // a part was emitted already
	established                        // a part that was emitted already showed it
	icmpRequested
	icmpReplied
	icmpRequestBy1 // the first request came from side 1
	icmpReplyBy1
)

// half is what one side sent.
type half struct {
	packets   uint64
	bytes     uint64
	payload   uint64
	first     int64
	last      int64
	copies    uint32
	fragments uint32
	marks     [2]mark
	scope     fact.Scope // of its first packet
	mac       fact.MAC
	next      fact.MAC
	ttlMin    uint8
	ttlMax    uint8
	macs      uint8
	seen      bool // in this part or an earlier one
}

// extras are what few conversations need.
type extras struct {
	aliases []fact.Scope // beyond the two of the halves
	points  []uint16     // beyond the first two
	marks   [2][]mark    // beyond the first two
	macs    [2][3]fact.MAC
	errors  []icmpError
	buckets []bucket // that are over, ascending
	app     *fact.App
}

const (
	witnesses  = 4
	maxAliases = 14
	maxPoints  = 64
	maxErrors  = 4
)

const (
	entryBytes  = int(unsafe.Sizeof(entry{}))
	scopeBytes  = int(unsafe.Sizeof(fact.Scope{}))
	extrasBytes = int(unsafe.Sizeof(extras{}))
)

// side returns which side of e sent a packet that came from that end of the key.
func (e *entry) side(from uint8) uint8 { return from ^ e.flip }

// end returns the address and port of a side.
func (e *entry) end(side uint8) (address, uint16) {
	if side == e.flip {
		return e.key.lo, e.key.loPort
	}
	return e.key.hi, e.key.hiPort
}

// first is when its first packet came.
func (e *entry) first() int64 {
	if e.half[1].packets == 0 {
		return e.half[0].first
	}
	if e.half[0].packets == 0 {
		return e.half[1].first
	}
	return min(e.half[0].first, e.half[1].first)
}

// knows reports whether packets of e were seen in s.
func (e *entry) knows(s *fact.Scope) bool {
	if e.half[0].seen && e.half[0].scope == *s || e.half[1].seen && e.half[1].scope == *s {
		return true
	}
	if e.more != nil {
		for i := range e.more.aliases {
			if e.more.aliases[i] == *s {
				return true
			}
		}
	}
	return false
}

// alias notes that copies of e's packets are seen in s.
func (t *Table) alias(e *entry, s *fact.Scope) {
	if e.knows(s) {
		return
	}
	x := t.extras(e)
	if len(x.aliases) < maxAliases {
		x.aliases = append(x.aliases, *s)
		t.pool.bytes += scopeBytes
	}
}

// point notes that e was seen at a capture point.
func (t *Table) point(e *entry, p uint16) {
	for i := range min(e.nPoints, 2) {
		if e.points[i] == p {
			return
		}
	}
	if e.nPoints < 2 {
		e.points[e.nPoints] = p
		e.nPoints++
		return
	}
	x := t.extras(e)
	for _, q := range x.points {
		if q == p {
			return
		}
	}
	if len(x.points) < maxPoints {
		x.points = append(x.points, p)
		t.pool.bytes += 2
	}
}

// witness notes p as packet i of those that show e.
func (e *entry) witness(i int, p *wire.Packet) {
	e.shown[i] = uint64(p.Capture)<<48 | p.Number&(1<<48-1)
}

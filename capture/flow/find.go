package flow

import (
	"netscope.example/nsgraph/capture/wire"
)

// find returns the conversation that p, which is no copy, belongs to: one that knows p's scope, or one whose other direction was
// seen elsewhere and that p answers.
func (t *Table) find(k *key, h uint32, from uint8, p *wire.Packet) *entry {
	var joins, newest *entry
	twins := 0
	for e := t.index.head(h); e != nil; e = e.chain {
		if e.hash != h || e.key != *k {
			continue
		}
		if e.knows(&p.Scope) {
			return e
		}
		if newest == nil {
			newest = e
		}
		if twins++; twins >= maxTwins {
			t.n.Crowded++
			return newest
		}
		s := e.side(from)
		if joins == nil && !e.half[s].seen && e.answeredBy(s, p) {
			joins = e
		}
	}
	return joins
}

// maxTwins is how many conversations of one key stand side by side. Beyond, scopes are told apart no more: a flood of VLANs or network
// identifiers must not make every packet's search long.
const maxTwins = 256

// answeredBy reports whether p can be the first packet of side s, in a scope that e does not know.
func (e *entry) answeredBy(s uint8, p *wire.Packet) bool {
	if e.tcp == nil || p.Flags&wire.ACK == 0 {
		return true
	}
	o := &e.tcp.side[s^1]
	return !o.valid || int32(p.Ack-o.next) < joinWindow && int32(p.Ack-o.next) > -joinWindow
}

// joinWindow is how far an acknowledgement may be from what the other side sent to belong to the same connection.
const joinWindow = 1 << 20

// holder returns the conversation of which p is a copy.
func (t *Table) holder(k *key, h uint32, from uint8, p *wire.Packet) *entry {
	var best *entry
	rank := 0
	for e := t.index.head(h); e != nil; e = e.chain {
		if e.hash != h || e.key != *k {
			continue
		}
		r := 1
		if s := e.side(from); e.half[s].seen {
			r = 2
			if e.tcp != nil && e.tcp.holds(s, p) {
				r = 4
			}
		}
		if e.knows(&p.Scope) {
			r++
		}
		if r > rank {
			best, rank = e, r
		}
	}
	return best
}

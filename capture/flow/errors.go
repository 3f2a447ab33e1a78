package flow

import (
	"unsafe"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// icmpError is an ICMP error that quotes a conversation.
type icmpError struct {
	side uint8 // whose packet it quotes
	e    fact.ICMPError
}

const errorBytes = int(unsafe.Sizeof(icmpError{}))

// Error attaches the ICMP error p to the conversation whose packet q it quotes. p itself is a packet like others: it is added by Add.
func (t *Table) Error(q, p *wire.Packet) {
	k, from := keyOf(q)
	e := t.holder(&k, k.hash(t.index.seed), from, q)
	if e == nil {
		t.n.Unquoted++
		return
	}
	t.n.Errors++
	side := e.side(from)
	x := t.extras(e)
	src := p.Src.Netip()
	typ, code := uint8(p.DstPort>>8), uint8(p.DstPort)
	for i := range x.errors {
		if o := &x.errors[i]; o.e.From == src && o.e.Type == typ && o.e.Code == code && o.side == side {
			o.e.Count++
			o.e.First = min(o.e.First, fact.Time(p.Time))
			if mtu := quotedMTU(p); mtu != 0 && (o.e.MTU == 0 || mtu < o.e.MTU) {
				o.e.MTU = mtu
			}
			o.witness(p)
			return
		}
	}
	if len(x.errors) >= maxErrors {
		return
	}
	o := icmpError{side: side, e: fact.ICMPError{
		From: src, MAC: p.SrcMAC, TTL: p.TTL, V6: p.Protocol == fact.ICMPv6, Type: typ, Code: code,
		MTU: quotedMTU(p), Count: 1, First: fact.Time(p.Time),
	}}
	o.e.Evidence.Capture = p.Capture
	o.witness(p)
	x.errors = append(x.errors, o)
	t.pool.bytes += errorBytes
}

// witness notes p as one of the packets that show o.
func (o *icmpError) witness(p *wire.Packet) {
	ev := &o.e.Evidence
	if ev.Capture == p.Capture && len(ev.Packets) < fact.MaxEvidence {
		ev.Packets = append(ev.Packets, p.Number)
	}
}

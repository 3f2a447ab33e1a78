package flow

import (
	"net/netip"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// pk is a packet under construction; its methods change it and return it.
type pk struct{ wire.Packet }

var number uint64

// tcpPacket is a TCP packet of 54+payload bytes at ms milliseconds.
func tcpPacket(ms int64, src, dst string, flags uint8, seq, ack uint32, payload int) *pk {
	p := ipPacket(ms, src, dst, fact.TCP)
	p.Flags, p.Seq, p.Ack, p.Window = flags, seq, ack, 8192
	p.PayloadLen, p.Payload = uint32(payload), make([]byte, payload)
	p.Length = uint32(54 + payload)
	return p
}

func udpPacket(ms int64, src, dst string, payload int) *pk {
	p := ipPacket(ms, src, dst, fact.UDP)
	p.PayloadLen, p.Payload = uint32(payload), make([]byte, payload)
	p.Length = uint32(42 + payload)
	return p
}

func icmpPacket(ms int64, src, dst string, typ, code uint8, id uint16) *pk {
	p := ipPacket(ms, src+":0", dst+":0", fact.ICMP)
	p.SrcPort, p.DstPort, p.Length = id, uint16(typ)<<8|uint16(code), 98
	p.PayloadLen = 56
	return p
}

func ipPacket(ms int64, src, dst string, proto fact.Transport) *pk {
	s, d := netip.MustParseAddrPort(src), netip.MustParseAddrPort(dst)
	number++
	p := &pk{wire.Packet{
		Time: 1_700_000_000*second + ms*1e6, Number: number, Length: 60, Version: 4, Protocol: proto, TTL: 64, DF: true,
		Has: wire.HasEthernet | wire.HasIP | wire.HasTransport,
		Src: s.Addr().As16(), Dst: d.Addr().As16(), SrcPort: s.Port(), DstPort: d.Port(),
	}}
	if s.Addr().Is6() {
		p.Version = 6
	}
	p.SrcMAC, p.DstMAC = mac(s.Addr()), mac(d.Addr())
	return p
}

func mac(a netip.Addr) fact.MAC {
	b := a.As16()
	return fact.MAC{2, 0, 0, b[13], b[14], b[15]}
}

func (p *pk) vlan(id uint16) *pk {
	p.Scope.VLAN = fact.VLANs{}
	if id != 0 {
		p.Scope.VLAN.N, p.Scope.VLAN.ID[0] = 1, id
	}
	p.Tagged = id != 0
	return p
}

func (p *pk) dscp(d uint8) *pk      { p.DSCP = d; return p }
func (p *pk) ttl(t uint8) *pk       { p.TTL = t; return p }
func (p *pk) window(w uint16) *pk   { p.Window = w; return p }
func (p *pk) options(b ...byte) *pk { p.Options = b; return p }

// run adds packets, none a copy, and returns what was emitted.
func run(t *testing.T, o Options, ps ...*pk) []*fact.Conversation {
	t.Helper()
	var out []*fact.Conversation
	tb := NewTable(o, func(c *fact.Conversation) { out = append(out, c) })
	for _, p := range ps {
		tb.Add(&p.Packet, false)
	}
	tb.Flush()
	empty(t, tb)
	return out
}

// empty fails if a table that was flushed holds anything.
func empty(t *testing.T, tb *Table) {
	t.Helper()
	if n := tb.Counters(); n.Live != 0 || n.Bytes != 0 {
		t.Errorf("after Flush: %d entries, %d bytes", n.Live, n.Bytes)
	}
}

// one is run for packets that make one conversation.
func one(t *testing.T, ps ...*pk) *fact.Conversation {
	t.Helper()
	l := run(t, Options{}, ps...)
	if len(l) != 1 {
		t.Fatalf("%d conversations, want 1", len(l))
	}
	return l[0]
}

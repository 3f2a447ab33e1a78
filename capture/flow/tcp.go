package flow

import (
	"unsafe"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// tcp is the state of a TCP conversation, by side of its entry.
//
// What a late segment is follows the rules that Wireshark documents (its user's guide, "TCP Analysis"): keep-alive, spurious
// retransmission, fast retransmission, out of order, retransmission, in this order.
type tcp struct {
	side     [2]sender
	firstRTT int64 // nanoseconds from the SYN to the third packet of the handshake; 0 unknown
	synAt    int64
	syns     uint32
	flags    tcpFlags
	asker    uint8 // the side that sent the first SYN, if synSeen
	closer   uint8 // the side that closed first, if closed
}

type tcpFlags uint8

const (
	synSeen tcpFlags = 1 << iota // without ACK
	synAckSeen
	handshook // SYN, SYN-ACK and the ACK
	payloadSeen
	closed
	closedByReset
	synAckSide1 // the first SYN-ACK came from side 1
	resetSeen
)

// sender is what is known of one side as a sender, and of its receive window. What every packet needs comes first.
type sender struct {
	next       uint32 // one past the highest byte seen
	whole      uint32 // one past the highest byte up to which all was seen
	ack        uint32 // its last acknowledgement
	window     uint32 // as in the header
	nextAt     int64  // when next came
	ackAt      int64
	closedAt   int64 // when it closed its window; 0 open
	windowMax  uint32
	maxSegment uint32
	base       uint32 // sequence number of the first byte that it sent
	isn        uint32
	valid      bool // next, whole
	based      bool // base
	acked      bool // ack, window
	scaled     bool // its window is to be scaled: past its first packet after the SYN
	syn        bool // its SYN was seen: isn, opts
	fin        bool
	spoke      bool // sent something other than RST
	island     bool // gaps has some
	grown      bool // big has some
	dupAcks    uint8
	nSamples   uint8
	opts       fact.SYNOptions
	samples    [6]sample
	rtt        rtt

	gaps               [3]span
	big                [2]bigSegment
	bigUnacked         uint32
	retransmitted      uint32
	outOfOrder         uint32
	lost               uint32
	zeroWindows        uint32
	windowFull         uint32 // by the other side's segments
	retransmittedBytes uint64
	zeroWindowTime     int64
	resetTTL           uint8
	resetMAC           fact.MAC
}

// span is sequence numbers [from, to); empty if equal.
type span struct{ from, to uint32 }

const tcpBytes = int(unsafe.Sizeof(tcp{}))

func (c *tcp) reset() {
	a, b := c.side[0].rtt.buckets[:0], c.side[1].rtt.buckets[:0]
	*c = tcp{}
	for s := range c.side {
		c.side[s].opts.WindowScale = -1
	}
	c.side[0].rtt.buckets, c.side[1].rtt.buckets = a, b
}

// lists is how many buckets the lists of c hold.
func (c *tcp) lists() int { return len(c.side[0].rtt.buckets) + len(c.side[1].rtt.buckets) }

// after reports whether sequence number a comes after b.
func after(a, b uint32) bool { return int32(a-b) > 0 }

// countTCP follows p, sent by side.
func (t *Table) countTCP(e *entry, side uint8, p *wire.Packet) {
	if p.Has&wire.HasTransport == 0 || p.Fragment && !p.FirstFr {
		t.touch(e, e.class, p.Time)
		return
	}
	c := e.tcp
	before := c.lists()
	fresh := c.follow(side, p)
	if n := c.lists(); n != before {
		t.pool.bytes += (n - before) * rttBucketBytes
	}
	if e.shown[2] == 0 && c.flags&payloadSeen != 0 {
		e.witness(2, p)
	}
	if p.Flags&(wire.RST|wire.FIN) != 0 && e.shown[3] == 0 {
		e.witness(3, p)
	}
	f := &c.side[side]
	if fresh && e.flags&listening != 0 && len(p.Payload) > 0 {
		if offset := p.Seq - f.base; int32(offset) >= 0 {
			t.listen(e, side, p, offset)
		}
	}
	t.touch(e, c.class(), p.Time)
}

// class says how long c may be silent.
func (c *tcp) class() class {
	switch {
	case c.flags&resetSeen != 0 || c.side[0].fin && c.side[1].fin:
		return tcpClosed
	case c.flags&(synSeen|synAckSeen) != 0 && c.flags&(handshook|payloadSeen) == 0 && !(c.side[0].acked && c.side[1].acked):
		return tcpOpening
	}
	return tcpOpen
}

// holds reports whether side sent the sequence numbers of p before.
func (c *tcp) holds(side uint8, p *wire.Packet) bool {
	f := &c.side[side]
	if !f.valid {
		return false
	}
	return int32(p.Seq+p.PayloadLen-f.next) <= 0 && int32(f.next-p.Seq) < joinWindow
}

// follow updates c by p and reports whether p carries payload that was not seen before.
func (c *tcp) follow(side uint8, p *wire.Packet) (fresh bool) {
	f, r := &c.side[side], &c.side[side^1]
	n := p.PayloadLen
	control := p.Flags & (wire.SYN | wire.FIN | wire.RST)
	end := p.Seq + n
	if control&wire.SYN != 0 {
		end++
		c.syn(side, p)
	}
	if control&wire.FIN != 0 {
		end++
	}
	keepAlive := f.valid && n <= 1 && p.Seq == f.next-1 && control == 0
	probe := n == 1 && f.valid && p.Seq == f.next && r.acked && r.window == 0
	c.receiveWindow(f, r, p, control)
	if n > 0 && control == 0 && f.fills(r, end) {
		r.windowFull++
	}
	if p.Flags&wire.ACK != 0 && control&wire.RST == 0 {
		c.acknowledge(f, r, p)
	}
	if control&wire.RST != 0 {
		c.resets(side, p)
		return false
	}
	late := f.valid && (n > 0 || control != 0) && after(f.next, p.Seq) && !keepAlive && !(n > 1 && p.Seq == f.next-1)
	if late {
		f.late(r, c, p, end)
	}
	if n > 0 && !keepAlive {
		c.flags |= payloadSeen
		f.maxSegment = max(f.maxSegment, n)
		if !f.based {
			f.base, f.based = p.Seq, true
		}
		fresh = !f.valid || after(end, f.next)
	}
	if (n > 0 || control&wire.SYN != 0) && !late && !keepAlive && !probe {
		f.expect(end, p.Time)
	}
	f.advance(p.Seq, end, p.Time, keepAlive, probe)
	if control&wire.FIN != 0 {
		c.finishes(side)
	}
	f.spoke = true
	return fresh
}

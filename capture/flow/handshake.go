package flow

import (
	"netscope.example/nsgraph/capture/wire"
)

// reused reports whether p begins another connection on the same ports: a SYN with another initial sequence number than the SYN
// of this side, or far from what this side sent, or any SYN after the end unless it repeats the refused one.
func (c *tcp) reused(side uint8, p *wire.Packet) bool {
	if p.Has&wire.HasTransport == 0 || p.Flags&(wire.SYN|wire.RST) != wire.SYN {
		return false
	}
	f := &c.side[side]
	if p.Flags&wire.ACK != 0 {
		// A SYN-ACK that answers another SYN than the one that was seen, after the end: the new SYN was not captured.
		o := &c.side[side^1]
		return f.syn && p.Seq != f.isn && c.flags&closed != 0 && (!o.syn || p.Ack != o.isn+1)
	}
	switch {
	case f.syn:
		return p.Seq != f.isn || c.flags&closed != 0 && c.flags&handshook != 0
	case c.flags&closed != 0:
		return true
	}
	return f.valid && (after(p.Seq, f.next) || f.next-p.Seq > 2) || c.flags&payloadSeen != 0
}

// syn notes a SYN or SYN-ACK of side.
func (c *tcp) syn(side uint8, p *wire.Packet) {
	f := &c.side[side]
	if p.Flags&wire.ACK == 0 {
		if c.flags&synSeen == 0 {
			c.flags |= synSeen
			c.asker, c.synAt = side, p.Time
		}
		c.syns++
	} else if c.flags&synAckSeen == 0 {
		c.flags |= synAckSeen
		if side == 1 {
			c.flags |= synAckSide1
		}
	}
	if f.syn {
		return
	}
	f.syn, f.isn = true, p.Seq
	f.base, f.based = p.Seq+1, true
	f.opts = synOptions(p)
}

// synAckSide is the side that sent the first SYN-ACK.
func (c *tcp) synAckSide() uint8 {
	if c.flags&synAckSide1 != 0 {
		return 1
	}
	return 0
}

// finishes notes a FIN of side.
func (c *tcp) finishes(side uint8) {
	c.side[side].fin = true
	if c.flags&closed == 0 {
		c.flags |= closed
		c.closer = side
	}
}

// resets notes a RST of side.
func (c *tcp) resets(side uint8, p *wire.Packet) {
	f := &c.side[side]
	if f.resetTTL == 0 {
		f.resetTTL, f.resetMAC = p.TTL, p.SrcMAC
	}
	c.flags |= resetSeen
	if c.flags&closed == 0 {
		c.flags |= closed | closedByReset
		c.closer = side
	}
}

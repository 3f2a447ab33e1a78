package flow

import "netscope.example/nsgraph/capture/fact"

// fact writes what c showed into i; up is the client's side, last the time of the last packet.
func (c *tcp) fact(i *fact.TCPInfo, up uint8, last int64) {
	u, d := &c.side[up], &c.side[up^1]
	i.SYN = c.flags&synSeen != 0
	i.SYNACK = c.flags&synAckSeen != 0
	i.Handshake = c.flags&handshook != 0
	i.Data = c.flags&payloadSeen != 0
	i.SYNs = uint64(c.syns)
	if u.syn {
		i.ISN = u.isn
	}
	i.ClientOptions, i.ServerOptions = u.opts, d.opts
	if c.flags&closed != 0 {
		i.ClosedBy = closers[c.closer^up]
		if c.flags&closedByReset != 0 {
			i.ClosedBy += "-reset"
		}
	}
	i.ResetTTL, i.ResetMAC = d.resetTTL, d.resetMAC
	u.fact(&i.Up, last)
	d.fact(&i.Down, last)
}

var closers = [2]string{"client", "server"}

func (f *sender) fact(h *fact.TCPHalf, last int64) {
	*h = fact.TCPHalf{
		Retransmitted: uint64(f.retransmitted), RetransmittedBytes: f.retransmittedBytes,
		OutOfOrder: uint64(f.outOfOrder), Lost: uint64(f.lost),
		ZeroWindows: uint64(f.zeroWindows), ZeroWindowTime: f.zeroWindowTime,
		WindowMax: f.windowMax, WindowFull: uint64(f.windowFull),
		RTT: f.rtt.fact(), MaxSegment: f.maxSegment, BigUnacked: f.unacked(),
	}
	if f.closedAt != 0 {
		h.ZeroWindowTime += max(last-f.closedAt, 0)
	}
}

// begin sets the counts to zero for the next part of a long conversation. What the connection's state is stays.
func (c *tcp) begin() {
	c.syns = 0
	for s := range c.side {
		f := &c.side[s]
		if f.closedAt != 0 {
			f.closedAt = max(f.closedAt, f.ackAt)
		}
		f.rtt = rtt{buckets: f.rtt.buckets[:0]}
		f.maxSegment, f.windowMax, f.bigUnacked = 0, 0, 0
		f.retransmitted, f.retransmittedBytes, f.outOfOrder, f.lost = 0, 0, 0, 0
		f.zeroWindows, f.zeroWindowTime, f.windowFull = 0, 0, 0
	}
}

package simulate

import (
	"encoding/binary"
	"net/netip"

	"netscope.example/nsgraph/capture/simulate/frame"
)

// onTCP takes over a segment for h.
func (h *host) onTCP(p *packet) {
	s := h.s
	f := p.flow
	if f == nil || f.tcp == nil {
		s.release(p)
		return
	}
	c := f.tcp
	e := &c.end[side(!p.up)]
	if p.up && (e.h == nil || e.state == closed || e.state == dead && p.Flags&frame.SYN != 0 && p.Flags&frame.ACK == 0) {
		h.accept(c, p)
		return
	}
	if e.h == h && e.state == dead && e.gotFIN && e.finAck && p.Flags&frame.FIN != 0 { // TIME-WAIT
		e.sendAck()
		s.release(p)
		return
	}
	if e.h != h || e.state == dead || e.local != (netip.AddrPortFrom(p.To, p.DstPort)) {
		s.release(p)
		return
	}
	e.receive(p)
	s.release(p)
}

// accept answers a segment to a port of h without a connection: SYN-ACK, RST, or nothing.
func (h *host) accept(c *tcpConn, p *packet) {
	defer h.s.release(p)
	if p.Flags&frame.RST != 0 || h.spec.Firewall == "drop" {
		return
	}
	svc := h.services[svcKey{frame.TCP, p.DstPort}]
	local, remote := netip.AddrPortFrom(p.To, p.DstPort), netip.AddrPortFrom(p.From, p.SrcPort)
	if svc == nil || svc.down || p.Flags&frame.SYN == 0 {
		if svc != nil && svc.down && svc.mute {
			return
		}
		q := h.s.alloc()
		h.ip(q, local.Addr(), remote.Addr(), frame.TCP, c.flow.dscp[1])
		q.DF, q.SrcPort, q.DstPort, q.Flags = true, local.Port(), remote.Port(), frame.RST|frame.ACK
		q.Ack = p.Seq + uint32(len(p.Payload))
		if p.Flags&frame.SYN != 0 {
			q.Ack++
		}
		c.flow.server = h
		h.dispatch(c.flow, false, q)
		return
	}
	e := &c.end[1]
	e.init(c, false, h, local, remote)
	e.readSYN(p)
	e.state = synReceived
	c.flow.server = h
	if c.flow.svc == nil {
		c.flow.svc = svc
	}
	c.flow.dscp[1] = h.dscpFor(c.flow.app)
	e.sendSYN()
}

// receive handles one segment.
func (e *tcpEnd) receive(p *packet) {
	s := e.h.s
	if p.Flags&frame.RST != 0 {
		if e.state == synSent && p.Ack != e.nxt {
			return
		}
		e.state = dead
		e.c.fail("refused")
		return
	}
	if e.ts {
		e.readTimestamp(p)
	}
	switch e.state {
	case synSent:
		if p.Flags&(frame.SYN|frame.ACK) != frame.SYN|frame.ACK || p.Ack != e.nxt {
			return
		}
		e.readSYN(p)
		e.una = p.Ack
		e.sample(p.Ack)
		e.state, e.tries, e.rtoAt, e.rto = established, 0, 0, max(e.rto, minRTO)
		e.sendAck()
		e.c.sess.connected(true)
		return
	case synReceived:
		if p.Flags&frame.SYN != 0 {
			e.sendSYN()
			return
		}
		if p.Flags&frame.ACK == 0 || p.Ack != e.nxt {
			return
		}
		e.una = p.Ack
		e.sample(p.Ack)
		e.state, e.tries, e.rtoAt = established, 0, 0
		e.peerWin = int(p.Window) << e.shift()
		e.c.flow.outcome = "established"
		e.c.sess.connected(false)
	}
	if p.Flags&frame.SYN != 0 { // a retransmitted SYN-ACK: our ACK was lost
		e.sendAck()
		return
	}
	if p.Flags&frame.ACK != 0 {
		e.onAck(p)
	}
	if e.state == dead {
		return
	}
	n := uint32(len(p.Payload))
	if n > 0 || p.Flags&frame.FIN != 0 {
		e.onData(p, n)
	} else if p.Seq != e.rcv && seqAfter(e.rcv, p.Seq) {
		e.sendAck() // a window probe
	}
	if e.gotFIN && e.finAck {
		e.state = dead
		s.finishTCP(e.c)
	}
}

func (e *tcpEnd) shift() uint8 {
	if e.peerSc == 255 || e.h.os.scale < 0 || e.h.spec.NoScaling {
		return 0
	}
	return e.peerSc
}

func (e *tcpEnd) readTimestamp(p *packet) {
	b := p.Opt[:p.OptLen]
	for i := 0; i+10 <= len(b); i++ {
		if b[i] == 1 {
			continue
		}
		if b[i] == 8 && !seqAfter(p.Seq, e.rcv) {
			e.peerTS = binary.BigEndian.Uint32(b[i+2:])
		}
		break
	}
}

// sample takes a round-trip time (RFC 6298), of segments sent once (Karn).
func (e *tcpEnd) sample(ack uint32) {
	if !e.timing || !seqAfter(ack, e.timeSeq) {
		return
	}
	e.timing = false
	r := e.h.s.now - e.timeAt
	if e.srtt == 0 {
		e.srtt, e.rttvar = r, r/2
	} else {
		d := e.srtt - r
		if d < 0 {
			d = -d
		}
		e.rttvar += (d - e.rttvar) / 4
		e.srtt += (r - e.srtt) / 8
	}
	e.rto = max(minRTO, e.srtt+max(1e6, 4*e.rttvar))
}

func (e *tcpEnd) onAck(p *packet) {
	win := int(p.Window) << e.shift()
	opened := win > e.peerWin
	e.readSACK(p)
	switch {
	case seqAfter(p.Ack, e.una) && !seqAfter(p.Ack, e.high):
		acked := int(p.Ack - e.una)
		e.una = p.Ack
		if seqAfter(e.una, e.nxt) {
			e.nxt = e.una
		}
		e.sample(p.Ack)
		e.tries = 0
		e.grow(acked)
		e.dropSacked()
		e.trim()
		if e.fin && e.una == e.queued+1 {
			e.finAck = true
		}
		e.rtoAt = 0
		if e.una != e.nxt {
			e.setRTO()
		}
	case p.Ack == e.una && e.una != e.nxt && len(p.Payload) == 0 && p.Flags&frame.FIN == 0 && win == e.peerWin:
		e.dups++
		if e.dups == 3 && !e.inRec {
			e.fastRetransmit()
		} else if e.inRec {
			e.cwnd += e.mss
		}
	}
	e.peerWin = win
	if opened {
		e.probeAt = 0
	}
	e.push()
}

// grow opens the congestion window, or ends a recovery.
func (e *tcpEnd) grow(acked int) {
	if e.inRec {
		if !seqAfter(e.recover, e.una) {
			e.inRec, e.dups = false, 0
			e.cwnd = e.thresh
			return
		}
		e.retransmitAt(e.una) // a partial acknowledgement shows the next hole
		e.cwnd = max(e.cwnd-acked+e.mss, e.mss)
		return
	}
	e.dups = 0
	if e.cwnd < e.thresh {
		e.cwnd += min(acked, 2*e.mss)
	} else {
		e.cwnd += max(1, e.mss*e.mss/e.cwnd)
	}
	e.cwnd = min(e.cwnd, 4<<20)
}

func (e *tcpEnd) fastRetransmit() {
	e.thresh = max(int(e.nxt-e.una)/2, 2*e.mss)
	e.recover = e.nxt
	e.inRec = true
	e.cwnd = e.thresh + 3*e.mss
	e.retransmitAt(e.una)
}

// retransmitAt sends the segment at seq again.
func (e *tcpEnd) retransmitAt(seq uint32) {
	if !seqAfter(e.queued, seq) {
		if e.fin && seq == e.queued {
			e.nxt = seq
			e.push()
		}
		return
	}
	n := min(e.mss, int(e.queued-seq), int(e.high-seq))
	for _, x := range e.sacked {
		if seqAfter(x.from, seq) && seqAfter(seq+uint32(n), x.from) {
			n = int(x.from - seq)
		}
	}
	if n > 0 {
		e.sendData(seq, n)
		e.setRTO()
	}
}

func (e *tcpEnd) readSACK(p *packet) {
	if !e.sk {
		return
	}
	for b := p.Opt[:p.OptLen]; len(b) > 1; {
		if b[0] == 1 {
			b = b[1:]
			continue
		}
		n := int(b[1])
		if n < 2 || n > len(b) {
			return
		}
		if b[0] == 5 {
			for x := b[2:n]; len(x) >= 8; x = x[8:] {
				e.sacked = insert(e.sacked, span{binary.BigEndian.Uint32(x), binary.BigEndian.Uint32(x[4:])})
			}
		}
		b = b[n:]
	}
}

func (e *tcpEnd) dropSacked() {
	k := e.sacked[:0]
	for _, x := range e.sacked {
		if seqAfter(x.to, e.una) {
			k = append(k, x)
		}
	}
	e.sacked = k
}

// insert merges x into spans, which stay in order of arrival except that joined ones move to the end.
func insert(spans []span, x span) []span {
	k := spans[:0]
	for _, y := range spans {
		if seqAfter(x.from, y.to) || seqAfter(y.from, x.to) {
			k = append(k, y)
			continue
		}
		if seqAfter(x.from, y.from) {
			x.from = y.from
		}
		if seqAfter(y.to, x.to) {
			x.to = y.to
		}
	}
	return append(k, x)
}

// onData takes payload, in order or not, and acknowledges it.
func (e *tcpEnd) onData(p *packet, n uint32) {
	end := p.Seq + n
	if p.Flags&frame.FIN != 0 {
		end++
	}
	if !seqAfter(end, e.rcv) { // all of it is old
		e.sendAck()
		return
	}
	if seqAfter(p.Seq, e.rcv) {
		e.ooo = insert(e.ooo, span{p.Seq, end})
		e.sendAck()
		return
	}
	gap := len(e.ooo) > 0
	before := e.rcv
	e.rcv = end
	for again := true; again; {
		again = false
		for i, x := range e.ooo {
			if !seqAfter(x.from, e.rcv) {
				if seqAfter(x.to, e.rcv) {
					e.rcv = x.to
				}
				e.ooo = append(e.ooo[:i], e.ooo[i+1:]...)
				again = true
				break
			}
		}
	}
	got := e.rcv - before
	w := e.peer()
	if w.fin && w.high == w.queued+1 && e.rcv == w.high {
		e.gotFIN = true
		got--
	}
	e.read += uint64(got)
	if e.stalled {
		e.held += int(got)
	}
	e.due++
	if e.due >= 2 || gap || e.gotFIN || e.stalled {
		e.sendAck()
	} else {
		e.ackAt = e.h.s.now + e.h.os.delack
		e.wake(e.ackAt)
	}
	if got > 0 {
		e.c.sess.delivered(e.up)
	}
	if e.gotFIN {
		e.c.sess.halfClosed(e.up)
	}
}

// stall makes the application of this end stop reading, or read again.
func (e *tcpEnd) stall(on bool) {
	if e.h == nil || e.state == dead {
		return
	}
	was := e.stalled
	e.stalled = on
	if was && !on {
		e.held = 0
		if e.state == established {
			e.sendAck()
		}
	}
}

// fail ends the connection without success.
func (c *tcpConn) fail(why string) {
	for i := range c.end {
		c.end[i].state = dead
	}
	if c.flow.outcome == "" {
		c.flow.outcome = why
	}
	c.s.finish(c.flow, "")
	c.sess.failed()
}

// finishTCP records a connection whose both ends have closed.
func (s *sim) finishTCP(c *tcpConn) {
	if c.end[0].state == dead && c.end[1].state == dead {
		s.finish(c.flow, "established")
	}
}

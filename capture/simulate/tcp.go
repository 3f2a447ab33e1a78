package simulate

import (
	"encoding/binary"
	"net/netip"

	"netscope.example/nsgraph/capture/simulate/frame"
	"netscope.example/nsgraph/capture/simulate/speech"
)

// TCP states, as far as they matter here.
const (
	closed = iota
	synSent
	synReceived
	established
	dead // reset, or both FINs acknowledged
)

// tcpConn is a connection: both ends, which live in one process.
type tcpConn struct {
	s    *sim
	flow *flow
	end  [2]tcpEnd // 0 client, 1 server
	sess *session
}

// chunk is application data to send: length bytes of block, repeated.
type chunk struct {
	block  []byte
	length int
}

type span struct{ from, to uint32 }

// tcpEnd is one end: RFC 9293 with the congestion control of RFC 5681 and 6582 (NewReno), SACK (RFC 2018), timestamps and
// window scale (RFC 7323), retransmission timer of RFC 6298.
type tcpEnd struct {
	c       *tcpConn
	up      bool
	h       *host
	local   netip.AddrPort
	remote  netip.AddrPort
	state   uint8
	iss     uint32
	una     uint32
	nxt     uint32
	high    uint32 // highest sent
	queued  uint32 // sequence number after all that the application wrote
	base    uint32 // sequence number of out[0]'s first byte
	out     []chunk
	fin     bool // to be sent after queued
	finAck  bool
	irs     uint32
	rcv     uint32
	gotFIN  bool
	ooo     []span
	sacked  []span
	peerWin int
	scale   uint8 // ours, in use
	peerSc  uint8
	mss     int
	ts, sk  bool
	peerTS  uint32
	cwnd    int
	thresh  int
	dups    int
	recover uint32
	inRec   bool
	rto     int64
	srtt    int64
	rttvar  int64
	timing  bool
	timeSeq uint32
	timeAt  int64
	rtoAt   int64
	ackAt   int64
	wakeAt  int64
	due     int // segments not acknowledged yet
	tries   int
	read    uint64 // bytes delivered in order
	wrote   uint64
	stalled bool // the application does not read: the window closes
	held    int  // bytes in the receive buffer while stalled
	probeAt int64
	idseq   uint16
}

const (
	minRTO   = 200e6
	firstRTO = 1e9
)

func (e *tcpEnd) peer() *tcpEnd { return &e.c.end[side(!e.up)] }

// connect opens a connection from h for a session.
func (s *sim) connect(h *host, to netip.AddrPort, f *flow, sess *session) *tcpConn {
	c := &tcpConn{s: s, flow: f, sess: sess}
	f.tcp = c
	e := &c.end[0]
	e.init(c, true, h, f.from, to)
	c.end[1].c = c
	e.state = synSent
	e.sendSYN()
	return c
}

func (e *tcpEnd) init(c *tcpConn, up bool, h *host, local, remote netip.AddrPort) {
	iss := c.s.rng.Uint32()
	*e = tcpEnd{c: c, up: up, h: h, local: local, remote: remote, iss: iss, una: iss, nxt: iss, high: iss, queued: iss + 1, base: iss + 1,
		rto: firstRTO, thresh: 1 << 30, peerWin: 65535, idseq: uint16(c.s.rng.Uint32())}
	e.mss = e.ownMSS()
}

// ownMSS is what the end offers.
func (e *tcpEnd) ownMSS() int {
	if e.h.spec.MSS != 0 {
		return e.h.spec.MSS
	}
	if e.local.Addr().Is6() {
		return e.h.f.mtu - 60
	}
	return e.h.f.mtu - 40
}

// segment makes a packet without payload.
func (e *tcpEnd) segment(flags uint8, seq uint32) *packet {
	p := e.h.s.alloc()
	e.h.ip(p, e.local.Addr(), e.remote.Addr(), frame.TCP, e.c.flow.dscp[side(e.up)])
	if !e.h.os.globalID {
		e.idseq++
		p.ID = e.idseq
	}
	p.DF = !e.h.spec.NoDF
	if e.h.spec.ECN {
		p.TOS |= 2
	}
	p.SrcPort, p.DstPort, p.Flags, p.Seq = e.local.Port(), e.remote.Port(), flags, seq
	if flags&frame.ACK != 0 {
		p.Ack = e.rcv
		e.due, e.ackAt = 0, 0
	}
	w := e.window()
	if flags&frame.SYN == 0 {
		w >>= e.scale
	}
	p.Window = uint16(min(w, 65535))
	return p
}

// window is the receive window in bytes.
func (e *tcpEnd) window() int {
	buf := e.h.buffer()
	if e.scale == 0 || e.state < established {
		buf = min(buf, 65535)
	}
	if e.state < established {
		return min(buf, int(e.h.window()))
	}
	if e.stalled {
		free := buf - e.held
		if free < e.mss {
			return 0
		}
		return free
	}
	return buf
}

func (h *host) buffer() int {
	if h.spec.Buffer != 0 {
		return h.spec.Buffer
	}
	return h.os.buffer
}

func (h *host) window() uint16 {
	if h.spec.Window != 0 {
		return h.spec.Window
	}
	return h.os.window
}

func (h *host) clock() uint32 { return h.tsBase + uint32(h.s.now/1e6) }

func (e *tcpEnd) sendSYN() {
	flags := uint8(frame.SYN)
	if e.state == synReceived {
		flags |= frame.ACK
	}
	p := e.segment(flags, e.iss)
	e.synOptions(p)
	if e.h.spec.ECN {
		p.TOS &^= 3
	}
	if e.nxt == e.iss {
		e.nxt++
		e.high = e.nxt
		e.timing, e.timeSeq, e.timeAt = true, e.iss, e.h.s.now
	} else {
		p.retry = true
		e.timing = false
		e.c.flow.retrans[side(e.up)]++
	}
	e.setRTO()
	e.h.dispatch(e.c.flow, e.up, p)
}

// synOptions writes the options in the order of the operating system; a SYN-ACK offers only what the SYN did.
func (e *tcpEnd) synOptions(p *packet) {
	o := e.h.os
	reply := p.Flags&frame.ACK != 0
	sack, ts, scale := o.sack && !e.h.spec.NoSACK, o.ts && !e.h.spec.NoTimestamps, o.scale
	if e.h.spec.NoScaling {
		scale = -1
	}
	if reply {
		sack, ts = sack && e.sk, ts && e.ts
		if e.peerSc == 255 {
			scale = -1
		}
	}
	b := p.Opt[:0]
	for _, x := range o.order {
		switch {
		case x == 'm':
			m := e.ownMSS()
			b = append(b, 2, 4, byte(m>>8), byte(m))
		case x == 's' && sack:
			b = append(b, 4, 2)
		case x == 't' && ts:
			b = append(b, 8, 10)
			b = binary.BigEndian.AppendUint32(b, e.h.clock())
			b = binary.BigEndian.AppendUint32(b, e.peerTS)
		case x == 'w' && scale >= 0:
			b = append(b, 3, 3, byte(scale))
		case x == 'n' && (scale >= 0 || sack):
			b = append(b, 1)
		}
	}
	for len(b)%4 != 0 {
		b = append(b, 1)
	}
	p.OptLen = uint8(len(b))
}

// readSYN takes over what the other side offered.
func (e *tcpEnd) readSYN(p *packet) {
	e.irs, e.rcv = p.Seq, p.Seq+1
	e.peerSc, e.ts, e.sk = 255, false, false
	mss := 536
	for b := p.Opt[:p.OptLen]; len(b) > 0; {
		k := b[0]
		if k == 0 {
			break
		}
		if k == 1 {
			b = b[1:]
			continue
		}
		n := int(b[1])
		switch k {
		case 2:
			mss = int(binary.BigEndian.Uint16(b[2:]))
		case 3:
			e.peerSc = b[2]
		case 4:
			e.sk = true
		case 8:
			e.ts, e.peerTS = true, binary.BigEndian.Uint32(b[2:])
		}
		b = b[n:]
	}
	o := e.h.os
	e.sk = e.sk && o.sack && !e.h.spec.NoSACK
	e.ts = e.ts && o.ts && !e.h.spec.NoTimestamps
	e.scale = 0
	if o.scale >= 0 && !e.h.spec.NoScaling && e.peerSc != 255 {
		e.scale = uint8(o.scale)
	}
	e.mss = min(mss, e.ownMSS())
	if e.ts {
		e.mss -= 12
	}
	e.cwnd = 10 * e.mss // RFC 6928
	e.peerWin = int(p.Window)
}

// options of every later segment: timestamps, and SACK blocks if out has a gap.
func (e *tcpEnd) options(p *packet) {
	b := p.Opt[:0]
	if e.ts {
		b = append(b, 1, 1, 8, 10)
		b = binary.BigEndian.AppendUint32(b, e.h.clock())
		b = binary.BigEndian.AppendUint32(b, e.peerTS)
	}
	if e.sk && len(e.ooo) > 0 && len(p.Payload) == 0 {
		n := min(len(e.ooo), 3)
		b = append(b, 1, 1, 5, byte(2+8*n))
		for i := range n {
			x := e.ooo[len(e.ooo)-1-i]
			b = binary.BigEndian.AppendUint32(b, x.from)
			b = binary.BigEndian.AppendUint32(b, x.to)
		}
	}
	p.OptLen = uint8(len(b))
}

func (e *tcpEnd) sendAck() {
	p := e.segment(frame.ACK, e.nxt)
	e.options(p)
	p.TOS &^= 3
	e.h.dispatch(e.c.flow, e.up, p)
}

// reset ends the connection abruptly.
func (e *tcpEnd) reset() {
	if e.state == dead || e.h == nil {
		return
	}
	p := e.segment(frame.RST|frame.ACK, e.nxt)
	e.h.dispatch(e.c.flow, e.up, p)
	e.state = dead
}

// write queues application data.
func (e *tcpEnd) write(st *speech.Step) {
	if st.Stream != nil {
		for _, b := range st.Stream {
			e.queue(chunk{b, len(b)})
		}
	} else {
		if len(st.Data) > 0 {
			e.queue(chunk{st.Data, len(st.Data)})
		}
		if st.Fill > 0 {
			e.queue(chunk{st.Block, st.Fill})
		}
	}
	e.push()
}

func (e *tcpEnd) queue(c chunk) {
	e.out = append(e.out, c)
	e.queued += uint32(c.length)
	e.wrote += uint64(c.length)
}

// finish closes the sending side once all is sent.
func (e *tcpEnd) finish() {
	if e.state == dead || e.fin || e.h == nil {
		return
	}
	e.fin = true
	e.push()
}

// after reports a-b > 0 in sequence space.
func seqAfter(a, b uint32) bool { return int32(a-b) > 0 }

// push sends what the windows allow.
func (e *tcpEnd) push() {
	if e.state != established {
		return
	}
	for {
		inFlight := int(e.nxt - e.una)
		room := min(e.cwnd, e.peerWin) - inFlight
		left := int(e.queued - e.nxt)
		if seqAfter(e.nxt, e.queued) {
			left = 0
		}
		if left > 0 {
			n := min(left, e.mss)
			if room < n && !(room > 0 && inFlight == 0 && room >= e.peerWin) {
				if e.peerWin < e.mss && inFlight == 0 {
					e.persist()
				}
				return
			}
			n = min(n, room)
			if e.skipSacked(&n) {
				continue
			}
			e.sendData(e.nxt, n)
			e.nxt += uint32(n)
			if seqAfter(e.nxt, e.high) {
				e.high = e.nxt
			}
			continue
		}
		if e.fin && e.nxt == e.queued {
			p := e.segment(frame.FIN|frame.ACK, e.nxt)
			e.options(p)
			e.nxt++
			if seqAfter(e.nxt, e.high) {
				e.high = e.nxt
			} else {
				p.retry = true
				e.c.flow.retrans[side(e.up)]++
			}
			e.setRTO()
			e.h.dispatch(e.c.flow, e.up, p)
		}
		return
	}
}

// skipSacked moves nxt over data that the receiver already reported, while retransmitting.
func (e *tcpEnd) skipSacked(n *int) bool {
	for _, x := range e.sacked {
		if !seqAfter(x.from, e.nxt) && seqAfter(x.to, e.nxt) {
			e.nxt = x.to
			return true
		}
		if seqAfter(x.from, e.nxt) && seqAfter(e.nxt+uint32(*n), x.from) {
			*n = int(x.from - e.nxt)
		}
	}
	return false
}

// sendData sends n bytes from sequence number seq.
func (e *tcpEnd) sendData(seq uint32, n int) {
	flags := uint8(frame.ACK)
	if seq+uint32(n) == e.queued {
		flags |= frame.PSH
	}
	p := e.segment(flags, seq)
	e.copyOut(p, seq, n)
	e.options(p)
	if seqAfter(e.high, seq) {
		p.retry = true
		e.c.flow.retrans[side(e.up)]++
		e.timing = false
	} else if !e.timing {
		e.timing, e.timeSeq, e.timeAt = true, seq, e.h.s.now
	}
	if e.rtoAt == 0 {
		e.setRTO()
	}
	e.h.dispatch(e.c.flow, e.up, p)
}

// copyOut copies n bytes from seq into p's own buffer.
func (e *tcpEnd) copyOut(p *packet, seq uint32, n int) {
	b := p.buf[:0]
	off := int(seq - e.base)
	for i := 0; n > 0 && i < len(e.out); i++ {
		c := &e.out[i]
		if off >= c.length {
			off -= c.length
			continue
		}
		for n > 0 && off < c.length {
			from := off % len(c.block)
			k := min(n, c.length-off, len(c.block)-from)
			b = append(b, c.block[from:from+k]...)
			off += k
			n -= k
		}
		off = 0
	}
	p.buf = b
	p.SetPayload(b)
}

// trim forgets data that was acknowledged.
func (e *tcpEnd) trim() {
	for len(e.out) > 0 && int32(e.una-e.base) >= int32(e.out[0].length) {
		e.base += uint32(e.out[0].length)
		e.out[0] = chunk{}
		e.out = e.out[1:]
	}
}

// setRTO starts the retransmission timer.
func (e *tcpEnd) setRTO() {
	e.rtoAt = e.h.s.now + e.rto
	e.wake(e.rtoAt)
}

// wake makes sure that fire runs at t or before.
func (e *tcpEnd) wake(t int64) {
	if e.wakeAt != 0 && e.wakeAt <= t {
		return
	}
	e.wakeAt = t
	e.h.s.push(t, e, nil)
}

// fire looks which timers are due.
func (e *tcpEnd) fire(*packet) {
	s := e.h.s
	if e.wakeAt > s.now {
		return // an earlier wake-up replaced this one
	}
	e.wakeAt = 0
	if e.state == dead {
		return
	}
	if e.ackAt != 0 && e.ackAt <= s.now {
		e.ackAt = 0
		if e.due > 0 {
			e.sendAck()
		}
	}
	if e.probeAt != 0 && e.probeAt <= s.now {
		e.probeAt = 0
		e.probe()
	}
	if e.rtoAt != 0 && e.rtoAt <= s.now {
		e.rtoAt = 0
		e.timeout()
	}
	next := int64(0)
	for _, t := range [...]int64{e.ackAt, e.rtoAt, e.probeAt} {
		if t != 0 && (next == 0 || t < next) {
			next = t
		}
	}
	if next != 0 && e.state != dead {
		e.wake(next)
	}
}

// timeout is the retransmission timer running out.
func (e *tcpEnd) timeout() {
	e.tries++
	limit := 8
	if e.state < established {
		limit = e.h.os.retries
		if e.h.spec.SYNRetries != 0 {
			limit = e.h.spec.SYNRetries
		}
	}
	if e.tries > limit {
		e.state = dead
		e.c.fail("timeout")
		return
	}
	e.rto = min(2*e.rto, 120e9)
	if e.state < established {
		e.sendSYN()
		return
	}
	if e.una == e.nxt {
		return
	}
	e.thresh = max(int(e.nxt-e.una)/2, 2*e.mss)
	e.cwnd = e.mss
	e.inRec, e.dups = false, 0
	e.sacked = e.sacked[:0]
	e.nxt = e.una
	e.timing = false
	e.setRTO()
	e.push()
}

// persist probes a closed window (RFC 9293, section 3.8.6.1).
func (e *tcpEnd) persist() {
	if e.probeAt == 0 {
		e.probeAt = e.h.s.now + max(e.rto, minRTO)
		e.wake(e.probeAt)
	}
}

func (e *tcpEnd) probe() {
	if e.peerWin >= e.mss || e.nxt != e.una {
		e.push()
		return
	}
	p := e.segment(frame.ACK, e.una-1)
	e.options(p)
	e.h.dispatch(e.c.flow, e.up, p)
	e.rto = min(2*e.rto, 60e9)
	e.persist()
}

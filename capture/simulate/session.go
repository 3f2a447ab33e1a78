package simulate

import (
	"net/netip"

	"netscope.example/nsgraph/capture/simulate/frame"
	"netscope.example/nsgraph/capture/simulate/speech"
)

// session drives what both ends of one conversation say: a sequence of steps, each sent when the one before it has arrived.
type session struct {
	s        *sim
	flow     *flow
	talk     *speech.Dialogue
	steps    []speech.Step
	i        int // step under way
	sent     int // steps handed to the transport
	total    [2]uint64
	up       [2]bool // established at client, server
	started  bool
	over     bool
	keep     bool // stay open for further exchanges
	left     int  // further exchanges
	pause    func() int64
	reqSize  int
	respSize int
	onIdle   func(ok bool) // an exchange is complete, or the session failed
	onDone   func(ok bool)
	closing  bool
}

// open starts a conversation of h with a service at to.
func (s *sim) open(h *host, svc *service, to netip.AddrPort, cause *flow, x *session) {
	x.s = s
	from := netip.AddrPortFrom(h.source(to.Addr()), h.clientPort(svc))
	f := s.newFlow(h, svc.proto, from, to, svc.app, cause)
	f.svc = svc
	if svc.name != "" {
		f.names = []string{svc.fqdn}
	}
	x.flow = f
	talk, err := speech.New(svc.speaks, svc.params(h, s.rng))
	if err != nil { // Parse has refused unknown names
		s.err = err
		return
	}
	x.talk = talk
	x.steps = append(x.steps[:0], talk.Open...)
	x.more()
	if svc.proto == frame.UDP {
		f.udp = &udpConn{flow: f, sess: x}
		x.up = [2]bool{true, true}
		x.advance()
		return
	}
	s.connect(h, to, f, x)
}

func (h *host) clientPort(svc *service) uint16 {
	if svc.clientPort != 0 {
		return svc.clientPort
	}
	return h.ephemeral()
}

// more appends the next exchange, if one is left.
func (x *session) more() bool {
	if x.left <= 0 {
		return false
	}
	x.left--
	x.steps = append(x.steps, x.talk.Exchange(max(x.reqSize, 0), max(x.respSize, 0))...)
	return true
}

// connected tells that the transport of one end is up.
func (x *session) connected(client bool) {
	x.up[side(client)] = true
	if !x.started {
		x.advance()
	}
}

// advance sends the next step, or what comes after the last.
func (x *session) advance() {
	if x.over {
		return
	}
	if x.i >= len(x.steps) {
		x.idle()
		return
	}
	st := &x.steps[x.i]
	if x.sent > x.i {
		return
	}
	if !x.up[side(!st.Server)] {
		return
	}
	x.started = true
	x.sent = x.i + 1
	i := x.i
	send := func() {
		if x.over || x.i != i {
			return
		}
		x.put(&x.steps[i])
	}
	if st.Work && x.flow.server != nil && x.flow.svc != nil {
		x.flow.svc.work(x.flow, func(ok bool) {
			if !ok && x.flow.svc.failHard {
				x.abort()
				return
			}
			send()
		})
		return
	}
	if st.Think > 0 {
		x.s.after(st.Think, send)
		return
	}
	send()
}

func (x *session) put(st *speech.Step) {
	if x.flow.udp != nil {
		x.writeUDP(st.Server, st)
		return
	}
	x.total[side(!st.Server)] += uint64(st.Len())
	x.flow.tcp.end[side(!st.Server)].write(st)
}

// delivered tells that data arrived at one end; the step is over when all of it has.
func (x *session) delivered(atClient bool) {
	if x.over {
		return
	}
	for x.i < len(x.steps) && x.sent > x.i {
		st := &x.steps[x.i]
		if st.Server != atClient {
			return
		}
		if u := x.flow.udp; u != nil {
			if u.got[side(!st.Server)] < x.need(st.Server, x.i) {
				return
			}
		} else if x.flow.tcp.end[side(atClient)].read < x.total[side(!st.Server)] {
			return
		}
		x.i++
		x.advance()
		if x.i < len(x.steps) && x.sent <= x.i {
			return
		}
	}
}

// idle is reached when all steps are through.
func (x *session) idle() {
	if x.closing {
		x.close()
		return
	}
	if x.left > 0 {
		wait := int64(0)
		if x.pause != nil {
			wait = x.pause()
		}
		x.s.after(wait, func() {
			if !x.over {
				x.more()
				x.advance()
			}
		})
		return
	}
	if x.onIdle != nil {
		f := x.onIdle
		x.onIdle = nil
		f(true)
		if x.left > 0 || x.i < len(x.steps) {
			return
		}
	}
	if x.keep {
		return
	}
	x.bye()
}

// bye says the closing words, then closes.
func (x *session) bye() {
	if x.closing || x.over {
		return
	}
	x.closing = true
	if len(x.talk.Close) > 0 {
		x.steps = append(x.steps, x.talk.Close...)
		x.advance()
		return
	}
	x.close()
}

func (x *session) close() {
	if x.over {
		return
	}
	x.over = true
	if x.flow.udp != nil {
		x.s.finish(x.flow, "established")
	} else {
		x.flow.tcp.end[0].finish()
	}
	if x.onDone != nil {
		x.onDone(true)
	}
}

// halfClosed tells that one end has seen the other's FIN: it closes as well.
func (x *session) halfClosed(atClient bool) {
	x.over = true
	x.s.after(50e3, func() { x.flow.tcp.end[side(atClient)].finish() })
}

// failed tells that the transport gave up.
func (x *session) failed() {
	if x.over {
		return
	}
	x.over = true
	if x.flow.udp != nil {
		x.s.finish(x.flow, "")
	}
	if x.onIdle != nil {
		f := x.onIdle
		x.onIdle = nil
		f(false)
	}
	if x.onDone != nil {
		x.onDone(false)
	}
}

// abort resets the connection from the server's side.
func (x *session) abort() {
	if t := x.flow.tcp; t != nil {
		t.end[1].reset()
	}
}

// request runs one further exchange on an open session.
func (x *session) request(req, resp int, done func(ok bool)) {
	x.onIdle = done
	x.steps, x.i, x.sent = x.steps[:0], 0, 0
	if u := x.flow.udp; u != nil {
		u.got = [2]int{}
	}
	x.reqSize, x.respSize, x.left = req, resp, 1
	x.more()
	x.advance()
}

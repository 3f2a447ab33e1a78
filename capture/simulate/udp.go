package simulate

import (
	"net/netip"
	"slices"

	"netscope.example/nsgraph/capture/simulate/frame"
	"netscope.example/nsgraph/capture/simulate/speech"
)

// udpConn is an exchange of datagrams between two ports.
type udpConn struct {
	flow  *flow
	sess  *session
	got   [2]int                   // datagrams taken, by sender
	onUDP func(up bool, p *packet) // takes every datagram that arrives, if set
	await []awaited
}

// awaited is a datagram that must arrive before something goes on.
type awaited struct {
	b    []byte
	then func()
}

// expect calls then when the very datagram b arrives.
func (u *udpConn) expect(b []byte, then func()) { u.await = append(u.await, awaited{b, then}) }

// forget no longer waits for b.
func (u *udpConn) forget(b []byte) {
	u.await = slices.DeleteFunc(u.await, func(a awaited) bool { return &a.b[0] == &b[0] })
}

// heard is the arrival of a datagram.
func (u *udpConn) heard(b []byte) {
	for _, a := range u.await {
		if len(b) > 0 && &a.b[0] == &b[0] {
			u.forget(b)
			a.then()
			return
		}
	}
}

// datagram sends one from h.
func (h *host) datagram(f *flow, up bool, local, remote netip.AddrPort, b []byte) {
	p := h.s.alloc()
	h.ip(p, local.Addr(), remote.Addr(), frame.UDP, f.dscp[side(up)])
	p.SrcPort, p.DstPort = local.Port(), remote.Port()
	p.SetPayload(b)
	h.dispatch(f, up, p)
}

// onUDP takes over a datagram for h.
func (h *host) onUDP(p *packet) {
	s := h.s
	f := p.flow
	defer s.release(p)
	if h.broadcastUDP(p) {
		return
	}
	if f == nil || f.udp == nil {
		return
	}
	u := f.udp
	if p.up {
		svc := h.services[svcKey{frame.UDP, p.DstPort}]
		if isGroup(p.Dst) {
			if h.listen[p.DstPort] && u.onUDP != nil {
				u.onUDP(true, p)
			}
			return
		}
		if u.onUDP == nil && (svc == nil || svc.down) {
			if svc != nil && svc.mute || h.spec.Firewall == "drop" {
				return
			}
			f.server = h
			h.icmpError(p, 3, 3)
			return
		}
		f.server = h
	} else if f.client != h {
		return
	}
	if f.outcome == "" && !p.up {
		f.outcome = "established"
	}
	if u.onUDP != nil {
		u.onUDP(p.up, p)
		return
	}
	u.got[side(p.up)]++
	u.sess.delivered(!p.up)
}

// writeUDP sends one step as a datagram; the client repeats it if nothing comes back.
func (x *session) writeUDP(server bool, st *speech.Step) {
	f := x.flow
	if server {
		if f.server == nil {
			return
		}
		remote := f.seenFrom()
		f.server.datagram(f, false, f.seenTo(), remote, st.Data)
		return
	}
	f.client.datagram(f, true, f.from, f.to, st.Data)
	if x.i+1 < len(x.steps) && x.steps[x.i+1].Server {
		x.guard(st, x.i, 0)
	}
}

// guard repeats a request of the client until step i has passed, three times, then gives up.
func (x *session) guard(st *speech.Step, i, tries int) {
	wait := int64(2e9) << tries
	x.s.after(wait, func() {
		if x.over || x.i > i+1 || x.i == i+1 && x.sent > i+1 {
			return
		}
		if tries == 2 {
			if x.flow.outcome == "" {
				x.flow.outcome = "timeout"
			}
			x.failed()
			return
		}
		x.flow.retrans[0]++
		x.i = i
		x.sent = i + 1
		x.flow.client.datagram(x.flow, true, x.flow.from, x.flow.to, st.Data)
		x.flow.udp.got[0] = x.need(false, i) - 1
		x.guard(st, i, tries+1)
	})
}

// need counts the steps up to and with i that one side sends.
func (x *session) need(server bool, i int) int {
	n := 0
	for _, st := range x.steps[:i+1] {
		if st.Server == server {
			n++
		}
	}
	return n
}

// seenTo is the server's own address and port: behind a balancer not the one that the client used.
func (f *flow) seenTo() netip.AddrPort {
	if len(f.nat) > 0 {
		return f.nat[len(f.nat)-1].to
	}
	return f.to
}

// seenFrom is the client as the server sees it.
func (f *flow) seenFrom() netip.AddrPort {
	if len(f.nat) > 0 {
		return f.nat[len(f.nat)-1].from
	}
	return f.from
}

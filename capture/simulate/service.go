package simulate

import (
	"math/rand/v2"
	"net/netip"

	"netscope.example/nsgraph/capture/simulate/frame"
	"netscope.example/nsgraph/capture/simulate/speech"
)

// service is something that a host answers for.
type service struct {
	s          *sim
	spec       *Service
	name       string
	fqdn       string
	hosts      []*host
	address    netip.Addr // that clients use; invalid: the first host's
	proto      uint8
	port       uint16
	app        string // as a classifier names it
	speaks     string // how speech names it
	clientPort uint16
	needs      []need
	think      float64
	down       bool
	mute       bool // when down, silent instead of refusing
	failHard   bool
	turn       int
}

// need is a service that must answer before this one can.
type need struct {
	svc         *service
	think       float64
	probability float64
	req, resp   int
	pooled      bool
}

func (v *service) params(client *host, rng *rand.Rand) speech.Params {
	p := speech.Params{Name: v.fqdn, Rand: rng, Client: client.nm}
	if v.spec != nil {
		p.User, p.Password, p.Clear, p.Version, p.ALPN, p.Database = v.spec.User, v.spec.Password, v.spec.Clear, v.spec.Version, v.spec.ALPN, v.spec.Database
	}
	return p
}

// work does what the service must do before it answers within f: ask what it needs, in order, and think.
func (v *service) work(f *flow, done func(ok bool)) {
	i := 0
	var next func(ok bool)
	next = func(ok bool) {
		if !ok {
			done(false)
			return
		}
		for i < len(v.needs) {
			n := v.needs[i]
			i++
			if n.probability < 1 && v.s.rng.Float64() >= n.probability {
				continue
			}
			v.s.after(int64(v.s.exp(n.think)), func() { v.s.ask(f.server, n, f, next) })
			return
		}
		v.s.after(int64(v.s.exp(v.think)), func() { done(true) })
	}
	next(true)
}

// pool holds the idle connections of a host to one service.
type pool struct{ idle []*session }

// ask runs one exchange of h with a needed service, over a pooled connection if it keeps them.
func (s *sim) ask(h *host, n need, cause *flow, done func(ok bool)) {
	req, resp := s.size(n.req), s.size(n.resp)
	pl := h.pools[n.svc]
	if n.pooled {
		if pl == nil {
			pl = &pool{}
			h.pools[n.svc] = pl
		}
		for len(pl.idle) > 0 {
			x := pl.idle[len(pl.idle)-1]
			pl.idle = pl.idle[:len(pl.idle)-1]
			if x.over {
				continue
			}
			x.request(req, resp, func(ok bool) {
				pl.idle = append(pl.idle, x)
				done(ok)
			})
			return
		}
	}
	s.reach(h, n.svc, func(to netip.AddrPort, ok bool) {
		if !ok {
			done(false)
			return
		}
		x := &session{left: 1, reqSize: req, respSize: resp, keep: n.pooled}
		x.onIdle = func(ok bool) {
			if ok && n.pooled {
				pl.idle = append(pl.idle, x)
			}
			done(ok)
		}
		s.open(h, n.svc, to, cause, x)
	})
}

// reach finds the address of a service, by DNS if it has a name that h can ask for.
func (s *sim) reach(h *host, v *service, f func(to netip.AddrPort, ok bool)) {
	addr := v.pick(h)
	if !addr.IsValid() {
		f(netip.AddrPort{}, false)
		return
	}
	if v.fqdn == "" || !h.resolver.IsValid() || v.app == "dns" || v.spec != nil && v.spec.NoDNS {
		f(netip.AddrPortFrom(addr, v.port), true)
		return
	}
	h.resolve(v.fqdn, addr, func(a netip.Addr) { f(netip.AddrPortFrom(a, v.port), a.IsValid()) })
}

// pick chooses an address of the service in the family that h has.
func (v *service) pick(h *host) netip.Addr {
	if v.address.IsValid() {
		return v.address
	}
	if len(v.hosts) == 0 {
		return netip.Addr{}
	}
	x := v.hosts[v.turn%len(v.hosts)]
	v.turn++
	if x.f.v6.IsValid() && h.f.v6.IsValid() && (v.spec != nil && v.spec.IPv6 || !x.f.v4.IsValid() || !h.f.v4.IsValid()) {
		return x.f.v6
	}
	return x.f.v4
}

// resolve asks h's resolver for the address of a name, which is a, unless it still knows it.
func (h *host) resolve(name string, a netip.Addr, f func(netip.Addr)) {
	s := h.s
	if c, ok := h.names[name]; ok && s.now < c.until {
		f(c.addr)
		return
	}
	if w, ok := h.asking[name]; ok {
		h.asking[name] = append(w, f)
		return
	}
	h.asking[name] = []func(netip.Addr){f}
	answer := func(ok bool) {
		w := h.asking[name]
		delete(h.asking, name)
		r := a
		if ok {
			h.names[name] = cached{a, s.now + 300e9}
		} else {
			r = netip.Addr{}
		}
		for _, f := range w {
			f(r)
		}
	}
	if !h.source(h.resolver).IsValid() { // it cannot speak to its resolver
		answer(false)
		return
	}
	v := s.net.dnsAt(h.resolver)
	to := netip.AddrPortFrom(h.resolver, 53)
	from := netip.AddrPortFrom(h.source(h.resolver), h.ephemeral())
	fl := s.newFlow(h, frame.UDP, from, to, "dns", nil)
	fl.svc = v
	x := &session{s: s, flow: fl, onDone: answer}
	x.talk = speech.Query(uint16(s.rng.Uint32()), name, a, 300)
	x.steps = x.talk.Open
	fl.udp = &udpConn{flow: fl, sess: x}
	x.up = [2]bool{true, true}
	x.advance()
}

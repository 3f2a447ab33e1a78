package simulate

import "net/netip"

// flow is one conversation, as the simulation knows it.
type flow struct {
	id       uint32
	proto    uint8
	client   *host
	server   *host // who really answered; nil until someone did
	from     netip.AddrPort
	to       netip.AddrPort // as the client addressed it
	app      string
	names    []string
	svc      *service
	cause    *flow // the conversation for whose sake this one was made
	dscp     [2]uint8
	tcp      *tcpConn
	udp      *udpConn
	verdict  map[*router]bool // what each firewall decided
	stopped  string           // name of the node that stopped it
	how      string           // drop, reset, icmp, refused, unreachable
	outcome  string
	first    int64
	last     int64
	sent     [2]tally // by the endpoints; 0 client
	seen     [2]tally // by capture points, each packet once
	copies   uint64
	retrans  [2]uint64
	dropped  uint64 // packets lost in queues and on links
	points   uint64
	nat      []natTuple
	closed   bool
	parent   string
	recorded bool
}

// tally is packets and frame bytes.
type tally struct{ Packets, Bytes uint64 }

func (t *tally) add(n int) { t.Packets++; t.Bytes += uint64(n) }

func side(up bool) int {
	if up {
		return 0
	}
	return 1
}

// newFlow opens a conversation of h.
func (s *sim) newFlow(h *host, proto uint8, from, to netip.AddrPort, app string, cause *flow) *flow {
	s.flows++
	f := &flow{id: s.flows, proto: proto, client: h, from: from, to: to, app: app, cause: cause, first: -1}
	f.dscp[0], f.dscp[1] = h.dscpFor(app), h.dscpFor(app)
	s.rec.opened(f)
	return f
}

// dscpFor is the mark that h gives to its packets of an application.
func (h *host) dscpFor(app string) uint8 {
	if d, ok := h.mark[app]; ok {
		return d
	}
	return h.mark["*"]
}

// dispatch sends p as part of f.
func (h *host) dispatch(f *flow, up bool, p *packet) {
	if !p.From.IsValid() || !p.To.IsValid() || p.From.Is4() != p.To.Is4() { // it has no address of that family
		h.s.release(p)
		return
	}
	p.flow, p.up = f, up
	f.sent[side(up)].add(p.WireLen())
	if f.first < 0 {
		f.first = h.s.now
	}
	f.last = h.s.now
	h.send(p)
}

// finish records f in the truth, once.
func (s *sim) finish(f *flow, outcome string) {
	if f.closed {
		return
	}
	f.closed = true
	if outcome != "" {
		f.outcome = outcome
	}
	// packets may still be under way: give them a second
	s.after(1e9, func() { s.rec.conversation(f) })
}

package simulate

import (
	"net/netip"

	"netscope.example/nsgraph/capture/simulate/frame"
)

// router forwards packets between its interfaces.
type router struct {
	s          *sim
	spec       *Router
	ifaces     []*iface
	tables     map[string][]route // by context, longest prefix first
	cache      map[cacheKey]*route
	configured map[string][]route // tables while all links are up
	tunnels    []*tunnel
	id         netip.Addr
	chassis    frame.MAC
	delay      int64
	ipid       uint16
	ospf       map[*iface]*ospfState
	natPort    uint16
	classify   []marking
	last       int64            // when the packet before leaves
	self       map[*iface]*host // the router's own TCP, by interface
}

type cacheKey struct {
	context string
	to      netip.Addr
}

// route says where a prefix is: on-link if next is not valid.
type route struct {
	prefix netip.Prefix
	out    *iface
	next   netip.Addr
	tunnel *tunnel
	dist   int
}

// tunnel is one end.
type tunnel struct {
	r    *router
	spec *Tunnel
	peer *tunnel
	mtu  int
	copy bool
	dscp uint8
	vtep frame.MAC
}

func (r *router) name() string { return r.spec.Name }

func (r *router) wants(in *port, p *packet) bool {
	if !isGroup(p.Dst) {
		return r.face(in, p) != nil && r.face(in, p).mine(p.Dst)
	}
	return true
}

// face is the interface that a frame arrives on.
func (r *router) face(in *port, p *packet) *iface {
	tag := p.VLAN()
	for _, f := range r.ifaces {
		if f.port == in && f.vlan == tag {
			return f
		}
	}
	return nil
}

func (r *router) receive(in *port, p *packet) {
	f := r.face(in, p)
	if f == nil || p.Type == frame.LLC || !isGroup(p.Dst) && !f.mine(p.Dst) {
		r.s.release(p)
		return
	}
	if p.NTags > 0 {
		p.Pop()
	}
	switch {
	case p.NTags > 0:
		r.s.release(p)
	case p.Type == frame.ARP:
		f.onARP(p)
		r.s.release(p)
	case !p.IsIP():
		r.s.release(p)
	case p.Proto == frame.ICMPv6 && f.onND(p):
		r.s.release(p)
	case isGroup(p.Dst) || f.owns(p.To):
		r.local(f, p)
	case r.ownsAny(f.context, p.To):
		r.local(f, p)
	default:
		r.forward(f, p)
	}
}

func (r *router) ownsAny(context string, a netip.Addr) bool {
	for _, f := range r.ifaces {
		if f.context == context && f.owns(a) {
			return true
		}
	}
	return false
}

// local takes over what is for the router itself.
func (r *router) local(f *iface, p *packet) {
	s := r.s
	if p.Offset > 0 || p.MF {
		if w := p.whole; w != nil {
			w.parts--
			if w.parts == 0 {
				w.refs++
				s.release(p)
				p = w
			} else {
				s.release(p)
				return
			}
		}
	}
	if p.Tunnel != frame.NoTunnel {
		for _, t := range r.tunnels {
			if t.spec.Local.Addr == p.To && t.peer != nil && t.peer.spec.Local.Addr == p.From {
				t.decapsulate(f, p)
				return
			}
		}
		s.release(p)
		return
	}
	switch {
	case p.Proto == frame.UDP && (p.DstPort == 67 || p.DstPort == 68):
		r.relay(f, p)
		return
	case p.Proto == frame.TCP && r.self[f] != nil && p.flow != nil && p.flow.tcp != nil && r.speaks(p):
		r.self[f].onTCP(p)
		return
	case p.Proto == frame.OSPF:
		r.onOSPF(f, p)
	case p.Proto == frame.ICMP && len(p.Payload) >= 8 && p.Payload[0] == 8 && !isGroup(p.Dst):
		q := s.alloc()
		q.Type, q.From, q.To, q.TTL, q.Proto, q.TOS = p.Type, p.To, p.From, 255, p.Proto, p.TOS
		q.buf = append(q.buf[:0], p.Payload...)
		q.buf[0] = 0
		sealICMP(q.buf)
		q.SetPayload(q.buf)
		q.flow, q.up = p.flow, false
		if p.flow != nil {
			p.flow.sent[1].add(q.WireLen())
		}
		r.originate(f.context, q)
	case p.flow != nil && r.natBack(f, p):
		return
	case p.Proto == frame.TCP && p.Flags&frame.SYN != 0 && p.Flags&frame.ACK == 0:
		r.reject(p, "reset")
	case p.Proto == frame.UDP && !isGroup(p.Dst) && p.up && p.flow != nil && p.flow.udp != nil:
		r.icmpError(p, 3, 3, 0)
	}
	s.release(p)
}

// speaks reports whether p belongs to a session of the router itself.
func (r *router) speaks(p *packet) bool { return p.DstPort == 179 || p.SrcPort == 179 }

// lookup finds the longest prefix for a in a context.
func (r *router) lookup(context string, a netip.Addr) *route {
	k := cacheKey{context, a}
	if x, ok := r.cache[k]; ok {
		return x
	}
	var best *route
	t := r.tables[context]
	for i := range t {
		if t[i].prefix.Contains(a) {
			best = &t[i]
			break
		}
	}
	if len(r.cache) > 1<<16 {
		clear(r.cache)
	}
	r.cache[k] = best
	return best
}

// originate sends a packet of the router's own. It takes p over.
func (r *router) originate(context string, p *packet) {
	x := r.lookup(context, p.To)
	if x == nil {
		r.s.release(p)
		return
	}
	r.ipid++
	p.ID = r.ipid
	r.out(x, p)
}

// forward takes over a packet that is for someone else.
func (r *router) forward(in *iface, p *packet) {
	if p.To.IsMulticast() || p.To.IsLinkLocalUnicast() || p.From.IsLinkLocalUnicast() {
		r.s.release(p)
		return
	}
	if r.spec.TTL == 0 {
		if p.TTL <= 1 {
			r.icmpError(p, 11, 0, 0)
			r.s.release(p)
			return
		}
		p.TTL--
	}
	p.hops++
	if p.hops > 250 {
		r.s.release(p)
		return
	}
	if !r.natIn(in, p) {
		r.s.release(p)
		return
	}
	if len(r.spec.Policy) > 0 && !r.permit(in, p) {
		return
	}
	x := r.lookup(in.context, p.To)
	if x == nil {
		r.icmpError(p, 3, 0, 0)
		if p.flow != nil {
			p.flow.stop(r, "unreachable")
		}
		r.s.release(p)
		return
	}
	if r.spec.Redirects && x.out == in && x.tunnel == nil && x.next.IsValid() {
		r.redirect(in, p, x.next)
	}
	r.rewrite(p)
	r.natOut(x, p)
	when := max(r.s.now+r.delay+r.s.rng.Int64N(r.delay/4+1), r.last+1) // packets do not overtake one another inside
	r.last = when
	r.s.push(when, x, p)
}

// fire is a packet that leaves after the router's forwarding time.
func (x *route) fire(p *packet) {
	var r *router
	if x.tunnel != nil {
		r = x.tunnel.r
	} else {
		r = x.out.owner.(*router)
	}
	r.out(x, p)
}

// out sends p along a route. It takes p over.
func (r *router) out(x *route, p *packet) {
	if x.tunnel != nil {
		x.tunnel.encapsulate(p)
		return
	}
	mtu := x.out.mtu
	if p.IPLen() > mtu {
		if p.DF || p.Type == frame.IPv6 {
			r.icmpError(p, 3, 4, uint32(mtu))
			r.s.release(p)
			return
		}
		r.s.fragment(p, mtu, func(q *packet) { r.deliver(x, q) })
		return
	}
	r.deliver(x, p)
}

func (r *router) deliver(x *route, p *packet) {
	next := x.next
	if !next.IsValid() {
		next = p.To
	}
	x.out.sendIP(p, next)
}

// rewrite applies what the router does to packets on the way: marks, TCP options.
func (r *router) rewrite(p *packet) {
	if d, ok := r.spec.Mark[p.DSCP()]; ok {
		p.SetDSCP(d)
	}
	for i := range r.classify {
		if r.classify[i].has(p) {
			p.SetDSCP(r.classify[i].dscp)
			break
		}
	}
	if r.spec.BleachECN {
		p.TOS &^= 3
	}
	if p.Proto != frame.TCP || p.Flags&frame.SYN == 0 || p.Raw {
		return
	}
	if r.spec.MSSClamp == 0 && len(r.spec.Strip) == 0 {
		return
	}
	b := p.Opt[:p.OptLen]
	for i := 0; i < len(b); {
		switch {
		case b[i] == 0:
			return
		case b[i] == 1:
			i++
			continue
		}
		n := int(b[i+1])
		if b[i] == 2 && r.spec.MSSClamp != 0 && (uint16(b[i+2])<<8|uint16(b[i+3])) > r.spec.MSSClamp {
			b[i+2], b[i+3] = byte(r.spec.MSSClamp>>8), byte(r.spec.MSSClamp)
		}
		for _, w := range r.spec.Strip {
			if b[i] == stripKinds[w] {
				for k := i; k < i+n; k++ {
					b[k] = 1
				}
				break
			}
		}
		i += n
	}
}

// marking is a rule of Classify, compiled.
type marking struct {
	services []ports
	dscp     uint8
}

func (m *marking) has(p *packet) bool {
	for _, s := range m.services {
		if s.proto == p.Proto && (s.to == 0 || s.from <= p.DstPort && p.DstPort <= s.to || s.from <= p.SrcPort && p.SrcPort <= s.to) {
			return true
		}
	}
	return false
}

var stripKinds = map[string]byte{"scale": 3, "sack": 4, "timestamps": 8}

// icmpError tells the sender of p, from the interface that leads back to it.
func (r *router) icmpError(p *packet, typ, code uint8, word uint32) {
	if r.spec.NoICMP || !mayAnswer(p) {
		return
	}
	context := ""
	for _, f := range r.ifaces {
		if f.net4.Contains(p.From) || f.net6.Contains(p.From) {
			context = f.context
			break
		}
		context = f.context
	}
	x := r.lookup(context, p.From)
	if x == nil || x.out == nil {
		return
	}
	from := x.out.v4
	if p.Type == frame.IPv6 {
		from = x.out.v6
	}
	if !from.IsValid() {
		return
	}
	q := r.s.errorPacket(p, from, 255, typ, code, word)
	r.out(x, q)
}

// redirect tells the sender of p of a better first hop (RFC 792).
func (r *router) redirect(in *iface, p *packet, next netip.Addr) {
	if p.Type != frame.IPv4 || !in.net4.Contains(p.From) || !mayAnswer(p) {
		return
	}
	a := next.As4()
	q := r.s.errorPacket(p, in.v4, 255, 5, 1, uint32(a[0])<<24|uint32(a[1])<<16|uint32(a[2])<<8|uint32(a[3]))
	in.sendIP(q, p.From)
}

// encapsulate sends p through the tunnel. It takes p over.
func (t *tunnel) encapsulate(p *packet) {
	r := t.r
	if p.IPLen() > t.mtu {
		if p.DF || p.Type == frame.IPv6 {
			r.icmpError(p, 3, 4, uint32(t.mtu))
			r.s.release(p)
			return
		}
		r.s.fragment(p, t.mtu, t.wrap)
		return
	}
	t.wrap(p)
}

func (t *tunnel) wrap(p *packet) {
	s := t.r.s
	q := s.alloc()
	q.Type, q.From, q.To, q.TTL = frame.IPv4, t.spec.Local.Addr, t.spec.Remote.Addr, 255
	q.TOS = t.dscp << 2
	if t.copy {
		q.TOS = p.TOS
	}
	q.VNI = t.spec.Key
	switch t.spec.Kind {
	case "gre":
		q.Proto, q.Tunnel = frame.GRE, frame.InGRE
	case "ipip":
		q.Proto, q.Tunnel = frame.IPIP, frame.InIP
		if p.Type == frame.IPv6 {
			q.Proto = frame.SixIn4
		}
	case "vxlan":
		q.Proto, q.Tunnel = frame.UDP, frame.InVXLAN
		q.SrcPort, q.DstPort = 49152+uint16(p.SrcPort^p.DstPort)%16384, 4789
		p.Src, p.Dst = t.vtep, t.peer.vtep
		p.NTags = 0
	}
	q.Inner = &p.Packet
	q.whole, q.parts = p, 0 // the carrier holds the passenger
	t.r.originate("default", q)
}

// decapsulate takes a carrier over and forwards its passenger.
func (t *tunnel) decapsulate(in *iface, q *packet) {
	p := q.whole
	p.refs++
	t.r.s.release(q)
	if p.TTL > 1 {
		p.TTL--
	}
	x := t.r.lookup(t.spec.context(), p.To)
	if x == nil {
		t.r.s.release(p)
		return
	}
	t.r.out(x, p)
}

// context is the address space of the passengers.
func (t *Tunnel) context() string { return or(t.Context, "default") }

package simulate

import (
	"encoding/hex"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/capture/simulate/frame"
	"netscope.example/nsgraph/capture/simulate/speech"
)

// passive reports whether a protocol does not speak on an interface.
func (f *iface) passive(protocol string) bool { return slices.Contains(f.spec.NoUse, protocol) }

// unspoken reports whether the router's routing protocols speak, but not on this interface.
func (f *iface) unspoken() bool {
	r, ok := f.owner.(*router)
	if !ok {
		return false
	}
	sp, speaks, any := r.spec, false, false
	for name, on := range map[string]bool{"ospf": sp.OSPF != nil, "eigrp": sp.EIGRP != nil, "rip": sp.RIP != nil, "isis": sp.ISIS != nil} {
		any = any || on
		speaks = speaks || on && !f.passive(name)
	}
	return any && !speaks
}

func (n *network) startRouting(r *router, f *iface) {
	s := n.s
	if !f.v4.IsValid() {
		return
	}
	sp := r.spec
	if sp.OSPF != nil && !f.passive("ospf") || f.spec.OSPF != nil {
		n.startOSPF(r, f)
	}
	if e := sp.EIGRP; e != nil && !f.passive("eigrp") {
		k := [6]uint8{1, 0, 1, 0, 0, 0}
		copy(k[:], e.K)
		m := &frame.EIGRPHello{AS: e.AS, K: k, Hold: uint16(or64(e.Hold, 15e9) / 1e9)}
		gone := false
		period := or64(e.Hello, 5e9)
		s.every(s.first(period), period, 0.02, func() {
			if !gone {
				f.multicast(eigrpAll, frame.EIGRP, 2, 0, 0, f.mac, m.Payload())
			}
		})
		if e.Goodbye != 0 {
			s.after(int64(e.Goodbye), func() {
				gone = true
				f.multicast(eigrpAll, frame.EIGRP, 2, 0, 0, f.mac, (&frame.EIGRPHello{AS: e.AS, K: [6]uint8{255, 255, 255, 255, 255, 255}, Hold: 15}).Payload())
			})
		}
	}
	if x := sp.RIP; x != nil && !f.passive("rip") {
		period := or64(x.Interval, 30e9)
		v := x.Version
		if v == 0 {
			v = 2
		}
		s.every(s.first(period), period, 0.1, func() {
			p := s.alloc()
			p.Type, p.From, p.To, p.TTL, p.Proto, p.TOS, p.SrcPort, p.DstPort = frame.IPv4, f.v4, ripAll, 1, frame.UDP, 48<<2, 520, 520
			p.SetPayload(frame.RIP(v, x.Password, f.net4, 1))
			dst := multicastMAC(ripAll)
			if v == 1 {
				p.To, dst = lastAddr(f.net4), broadcast
			}
			f.transmit(p, f.mac, dst)
		})
	}
	if x := sp.PIM; x != nil && !f.passive("pim") {
		period := or64(x.Hello, 30e9)
		s.every(s.first(period), period, 0, func() { f.multicast(pimAll, frame.PIM, 1, 0, 0, f.mac, frame.PIMHello(max(x.Hold, 1), x.Priority)) })
	}
	if x := sp.ISIS; x != nil && !f.passive("isis") {
		var sys [6]byte
		if b, err := hex.DecodeString(x.System); err == nil {
			copy(sys[:], b)
		}
		area, err := hex.DecodeString(x.Area)
		if err != nil || len(area) == 0 {
			area = []byte{0x49, 0, 1}
		}
		period := or64(x.Hello, 10e9)
		dst := isisMAC
		if x.Level == 2 {
			dst[5] = 0x15
		}
		s.every(s.first(period), period, 0.02, func() {
			b := frame.ISISHello(max(x.Level, 1), sys, area, max(x.Hold, 1), f.v4, 1, 64)
			s.rawFrame(f.port, f.mac, dst, frame.LLC, b, f.tag()...)
		})
	}
}

func (f *iface) tag() []frame.Tag {
	if f.vlan == 0 {
		return nil
	}
	return []frame.Tag{{ID: f.vlan, PCP: 6}}
}

// ospfState is what an interface knows of its neighbours.
type ospfState struct {
	f     *iface
	spec  OSPF
	id    netip.Addr
	heard map[netip.Addr]*ospfPeer // by router id
	order []netip.Addr
	opts  uint8
}

// ospfPeer is one neighbour: where the adjacency stands.
type ospfPeer struct {
	addr  netip.Addr
	two   bool  // it has seen us
	last  int64 // when its last hello came
	stage int   // 0 none, 1 exchange begun, 2 done
	tries int
}

func (n *network) startOSPF(r *router, f *iface) {
	s := n.s
	var o OSPF
	if r.spec.OSPF != nil {
		o = *r.spec.OSPF
	}
	if x := f.spec.OSPF; x != nil {
		id := o.RouterID
		o = *x
		if !o.RouterID.IsValid() {
			o.RouterID = id
		}
	}
	st := &ospfState{f: f, spec: o, id: o.RouterID.Addr, heard: map[netip.Addr]*ospfPeer{}, opts: 2}
	if !st.id.IsValid() {
		st.id = r.id
	}
	if o.Stub {
		st.opts = 0
	}
	if o.NSSA {
		st.opts = 8
	}
	r.ospf[f] = st
	hello := or64(o.Hello, 10e9)
	s.every(s.first(hello), hello, 0.01, func() { st.hello() })
}

func (st *ospfState) header() frame.OSPFHeader {
	return frame.OSPFHeader{Router: st.id, Area: st.spec.Area, Auth: st.spec.Auth}
}

func (st *ospfState) hello() {
	o := &st.spec
	hello := or64(o.Hello, 10e9)
	mask := o.Mask
	if mask == 0 {
		mask = st.f.net4.Bits()
	}
	prio := uint8(1)
	if o.Priority != nil {
		prio = *o.Priority
	}
	m := frame.OSPFHello{OSPFHeader: st.header(), Mask: mask, Hello: uint16(hello / 1e9), Dead: uint32(or64(o.Dead, 4*hello) / 1e9), Options: st.opts, Priority: prio}
	st.order = slices.DeleteFunc(st.order, func(id netip.Addr) bool { // a neighbour that is silent for the dead interval is gone (RFC 2328, section 9.5)
		gone := st.f.s.now-st.heard[id].last > or64(o.Dead, 4*hello)
		if gone {
			delete(st.heard, id)
		}
		return gone
	})
	dr, bdr := st.f.v4, netip.Addr{}
	for _, id := range st.order {
		m.Neighbours = append(m.Neighbours, id)
		if a := st.heard[id].addr; st.id.Less(id) {
			dr, bdr = a, dr
		} else if !bdr.IsValid() {
			bdr = a
		}
	}
	m.DR, m.BDR = dr, bdr
	st.f.multicast(ospfAll, frame.OSPF, 1, 0, 0, st.f.mac, m.Payload())
}

// onOSPF hears a neighbour. p stays the caller's.
func (r *router) onOSPF(f *iface, p *packet) {
	st := r.ospf[f]
	b := p.Payload
	if st == nil || len(b) < 24 {
		return
	}
	id := netip.AddrFrom4([4]byte(b[4:8]))
	switch b[1] {
	case 1:
		st.onHello(p, b, id)
	case 2:
		if q := st.heard[id]; q != nil && len(b) >= 32 {
			st.onDatabase(q, id, b)
		}
	}
}

// onHello compares what must agree; only then is the sender a neighbour (RFC 2328, section 10.5).
func (st *ospfState) onHello(p *packet, b []byte, id netip.Addr) {
	mine := (&frame.OSPFHello{OSPFHeader: st.header()}).Payload()
	if len(b) < 44 || string(b[8:12]) != string(mine[8:12]) || string(b[14:16]) != string(mine[14:16]) || id == st.id {
		return
	}
	hello := or64(st.spec.Hello, 10e9)
	dead := uint32(or64(st.spec.Dead, 4*hello) / 1e9)
	if uint16(b[28])<<8|uint16(b[29]) != uint16(hello/1e9) || uint32(b[32])<<24|uint32(b[33])<<16|uint32(b[34])<<8|uint32(b[35]) != dead || b[30] != st.opts {
		return
	}
	bits := st.spec.Mask
	if bits == 0 {
		bits = st.f.net4.Bits()
	}
	m := ^uint32(0) << (32 - bits)
	if uint32(b[24])<<24|uint32(b[25])<<16|uint32(b[26])<<8|uint32(b[27]) != m {
		return
	}
	q := st.heard[id]
	if q == nil {
		q = &ospfPeer{addr: p.From}
		st.heard[id] = q
		st.order = append(st.order, id)
	}
	q.last = st.f.s.now
	for x := b[44:]; len(x) >= 4; x = x[4:] {
		if netip.AddrFrom4([4]byte(x[:4])) == st.id {
			q.two = true
		}
	}
	if q.two && q.stage == 0 {
		q.stage = 1
		st.describe(q, id, 7, 1)
	}
}

// unicast sends an OSPF packet to a neighbour.
func (st *ospfState) unicast(to netip.Addr, b []byte) {
	p := st.f.s.alloc()
	p.Type, p.From, p.To, p.TTL, p.Proto, p.TOS = frame.IPv4, st.f.v4, to, 1, frame.OSPF, 48<<2
	if r, ok := st.f.owner.(*router); ok {
		r.ipid++
		p.ID = r.ipid
	}
	p.SetPayload(b)
	st.f.sendIP(p, to)
}

// describe sends a database description, again every five seconds while the exchange has not begun.
func (st *ospfState) describe(q *ospfPeer, id netip.Addr, flags uint8, seq uint32) {
	mtu := st.spec.MTU
	if mtu == 0 {
		mtu = uint16(st.f.mtu)
	}
	m := frame.OSPFDatabase{OSPFHeader: st.header(), MTU: mtu, Options: st.opts | 0x40, Flags: flags, Seq: seq}
	if flags&4 == 0 {
		m.LSAs = []netip.Addr{st.id}
	}
	st.unicast(q.addr, m.Payload())
	if flags&4 != 0 {
		q.tries++
		if q.tries < 12 {
			st.f.s.after(5e9, func() {
				if q.stage == 1 {
					st.describe(q, id, flags, seq)
				}
			})
		}
	}
}

// onDatabase goes on with the exchange: the higher router id is master; a larger MTU than ours is not answered (section 10.6).
func (st *ospfState) onDatabase(q *ospfPeer, id netip.Addr, b []byte) {
	own := int(st.spec.MTU)
	if own == 0 {
		own = st.f.mtu
	}
	if int(b[24])<<8|int(b[25]) > own || q.stage == 0 {
		return
	}
	flags := b[27]
	seq := uint32(b[28])<<24 | uint32(b[29])<<16 | uint32(b[30])<<8 | uint32(b[31])
	switch {
	case flags&4 != 0 && st.id.Less(id) && q.stage == 1: // we are the slave
		st.describe(q, id, 2, seq)
	case flags&4 == 0 && !st.id.Less(id) && flags&1 == 0 && q.stage == 1: // the slave's answer
		q.stage = 2
		st.describe(q, id, 1, seq+1)
		st.unicast(q.addr, frame.OSPFRequest(st.header(), id))
		st.f.multicast(ospfAll, frame.OSPF, 1, 0, 0, st.f.mac, frame.OSPFUpdate(st.header(), st.opts))
	case flags&4 == 0 && st.id.Less(id) && q.stage == 1: // the master goes on
		q.stage = 2
		st.describe(q, id, 0, seq)
		st.f.multicast(ospfAll, frame.OSPF, 1, 0, 0, st.f.mac, frame.OSPFUpdate(st.header(), st.opts))
		st.f.s.after(1e9, func() {
			st.f.multicast(ospfAll, frame.OSPF, 1, 0, 0, st.f.mac, frame.OSPFAck(st.header(), id, st.opts))
		})
	}
}

// fhrp is one router's membership of a redundant gateway group.
type fhrp struct {
	r      *router
	f      *iface
	spec   *FHRP
	mac    frame.MAC
	active bool
	failed bool // its router has left the group
}

func (n *network) addFHRP(r *router, f *iface) {
	for i := range f.spec.FHRP {
		sp := &f.spec.FHRP[i]
		g := &fhrp{r: r, f: f, spec: sp}
		switch sp.Protocol {
		case "hsrp":
			g.mac = frame.MAC{0, 0, 0x0c, 7, 0xac, sp.Group}
		case "hsrpv2":
			g.mac = frame.MAC{0, 0, 0x0c, 0x9f, 0xf0, sp.Group}
		case "vrrp", "vrrpv3":
			g.mac = frame.MAC{0, 0, 0x5e, 0, 1, sp.Group}
		case "glbp":
			g.mac = frame.MAC{0, 7, 0xb4, 0, sp.Group, 1}
		default:
			n.fail(sp, "router %s: %q is not hsrp, hsrpv2, vrrp, vrrpv3 or glbp", r.spec.Name, sp.Protocol)
		}
		if !sp.Virtual.IsValid() || f.net4.IsValid() && !f.net4.Contains(sp.Virtual.Addr) {
			n.fail(sp, "router %s: virtual address %s is not in %s", r.spec.Name, sp.Virtual, f.net4)
		}
		if sp.Priority == 0 {
			sp.Priority = 100
		}
		n.fhrp = append(n.fhrp, g)
	}
}

// startFHRP lets the best member of each group be active, and all of them speak.
func (n *network) startFHRP() {
	s := n.s
	for _, g := range n.fhrp {
		g.active = !slices.ContainsFunc(n.fhrp, func(o *fhrp) bool { return n.beats(o, g) })
		if g.spec.Active != nil {
			g.active = *g.spec.Active
		}
		g.take(g.active)
		period := or64(g.spec.Hello, map[bool]int64{true: 1e9, false: 3e9}[g.spec.Protocol[0] == 'v'])
		s.every(s.first(period), period, 0.02, func() { g.speak(period) })
	}
}

// take makes the member active or standby.
func (g *fhrp) take(active bool) {
	g.active = active
	if active {
		g.f.virtual[g.spec.Virtual.Addr] = g.mac
		return
	}
	delete(g.f.virtual, g.spec.Virtual.Addr)
}

func (g *fhrp) speak(period int64) {
	sp := g.spec
	src := g.f.mac
	if g.active {
		src = g.mac
	}
	hold := or64(sp.Hold, map[bool]int64{true: 10e9, false: 3 * period}[period == 3e9])
	state := uint8(8)
	if g.active {
		state = 16
	}
	f := g.f
	switch sp.Protocol {
	case "hsrp":
		f.multicast(hsrpAll, frame.UDP, 1, 1985, 1985, src, frame.HSRP(1, state, sp.Priority, sp.Group, uint16(period/1e9), uint16(hold/1e9), sp.Virtual.Addr, or(sp.Auth, "cisco"), f.mac))
	case "hsrpv2":
		f.multicast(hsrp2All, frame.UDP, 1, 1985, 1985, src, frame.HSRP(2, state, sp.Priority, sp.Group, uint16(period/1e9), uint16(hold/1e9), sp.Virtual.Addr, or(sp.Auth, "cisco"), f.mac))
	case "vrrp":
		if g.active {
			f.multicast(vrrpAll, frame.VRRP, 255, 0, 0, src, frame.VRRPv2(sp.Group, sp.Priority, uint8(period/1e9), sp.Virtual.Addr, sp.Auth))
		}
	case "vrrpv3":
		if g.active {
			f.multicast(vrrpAll, frame.VRRP, 255, 0, 0, src, frame.VRRPv3(f.v4, sp.Group, sp.Priority, uint16(period/1e7), sp.Virtual.Addr))
		}
	case "glbp":
		st := uint8(16)
		if g.active {
			st = 32
		}
		f.multicast(hsrp2All, frame.UDP, 255, 3222, 3222, f.mac, frame.GLBP(uint16(sp.Group), st, sp.Priority, uint32(period/1e6), uint32(hold/1e6), sp.Virtual.Addr, f.mac))
	}
}

// startBGP opens the sessions of the router whose address is the lower: OPENs, then keepalives or a NOTIFICATION.
func (n *network) startBGP(r *router) {
	b := r.spec.BGP
	if b == nil || !b.Neighbour.IsValid() {
		return
	}
	f := n.owners[owner{"default", b.Neighbour.Addr}]
	if f == nil {
		return
	}
	o, ok := f.owner.(*router)
	if !ok || o.spec.BGP == nil {
		return
	}
	x := r.lookup("default", b.Neighbour.Addr)
	if x == nil || !x.out.v4.Less(f.v4) {
		return
	}
	refused := o.spec.BGP.PeerAS != 0 && o.spec.BGP.PeerAS != b.AS
	n.s.after(1e9, func() { n.bgpSession(r, o, x.out, f, refused) })
}

// bgpSession plays a session between the speakers' own small hosts.
func (n *network) bgpSession(r, o *router, from, to *iface, refused bool) {
	s := n.s
	a, z := n.speaker(from), n.speaker(to)
	svc := &service{s: s, name: "", hosts: []*host{z}, proto: frame.TCP, port: 179, app: "bgp", speaks: "bgp"}
	z.services[svcKey{frame.TCP, 179}] = svc
	open := func(r *router) []byte {
		b := r.spec.BGP
		id := b.RouterID.Addr
		if !id.IsValid() {
			id = r.id
		}
		hold := b.Hold
		if hold == 0 {
			hold = 180
		}
		return frame.BGPOpen(b.AS, hold, id)
	}
	x := &session{s: s}
	f := s.newFlow(a, frame.TCP, netip.AddrPortFrom(from.v4, a.ephemeral()), netip.AddrPortFrom(to.v4, 179), "bgp", nil)
	f.svc = svc
	f.dscp = [2]uint8{48, 48}
	x.flow = f
	keep := frame.BGP(4, nil)
	x.talk = &speech.Dialogue{Exchange: func(int, int) []speech.Step {
		return []speech.Step{{Data: keep}, {Server: true, Data: keep}}
	}}
	x.steps = []speech.Step{{Data: open(r)}}
	if refused {
		x.steps = append(x.steps, speech.Step{Server: true, Data: append(open(o), frame.BGP(3, []byte{2, 2})...)})
		x.onDone = func(bool) { s.after(10e9, func() { n.bgpSession(r, o, from, to, refused) }) }
	} else {
		x.steps = append(x.steps, speech.Step{Server: true, Data: append(open(o), keep...)}, speech.Step{Data: keep})
		x.left = 1 << 20
		x.pause = func() int64 { return 20e9 }
	}
	s.connect(a, f.to, f, x)
}

// speaker is a router's own TCP: a host that shares the interface.
func (n *network) speaker(f *iface) *host {
	r := f.owner.(*router)
	if h := r.self[f]; h != nil {
		return h
	}
	h := &host{s: n.s, spec: &Host{Name: r.spec.Name}, nm: r.spec.Name, os: habitsOf("network"), f: f, services: map[svcKey]*service{}, listen: map[uint16]bool{}, names: map[string]cached{},
		asking: map[string][]func(netip.Addr){}, mark: map[string]uint8{}, pools: map[*service]*pool{}, up: true, eph: 40000, tsBase: n.s.rng.Uint32()}
	if r.self == nil {
		r.self = map[*iface]*host{}
	}
	r.self[f] = h
	return h
}

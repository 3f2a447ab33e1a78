package simulate

import "slices"

// carrierLoss is how long a router or switch needs to see that its own link is down, and to tell its neighbours: interrupts, flooding, a new tree.
const carrierLoss = int64(1e9)

// up reports whether the port's link carries frames both ways.
func (q *port) up() bool { return !q.out.down && !q.peer.out.down }

// linkChanged lets the network notice, in its protocols' own time, that a link went down or came back: spanning trees, gateway groups, routes. A link
// that comes back joins the trees at once: nothing may loop.
func (n *network) linkChanged(w *wire) {
	s := n.s
	n.unsettled = true
	if w.a.up() {
		n.retree()
	} else {
		s.after(n.treeDelay(), n.retree)
	}
	n.reelect()
	for _, r := range n.routers {
		if d, ok := n.notices(r, w); ok {
			s.after(d, func() { n.reroute(r) })
		}
	}
}

// reelect elects when the members of gateway groups have waited long enough.
func (n *network) reelect() {
	hold := int64(0)
	for _, g := range n.fhrp {
		hold = max(hold, g.hold())
	}
	if hold > 0 {
		n.s.after(hold, n.elect)
	}
}

// treeDelay is how long ports stay blocked after a change: twice the forward delay in 802.1D, a handshake in 802.1w.
func (n *network) treeDelay() int64 {
	d := carrierLoss
	for _, b := range n.switches {
		if m := b.spec.STP.Mode; m == "stp" || m == "pvst" {
			d = max(d, 2*or64(b.spec.STP.ForwardDelay, 15e9))
		}
	}
	return d
}

// retree computes the spanning trees anew; switches forget where hosts are, and tell of the change.
func (n *network) retree() {
	n.tree++
	n.changing = n.s.now + 2*n.treeDelay()
	for _, b := range n.switches {
		clear(b.table)
		for _, p := range b.ports {
			if !p.held {
				p.blocked = nil
			}
		}
	}
	n.spanTrees()
	n.reelect()
	for _, r := range n.routers { // segments may be whole again
		if r.dynamic() {
			n.s.after(carrierLoss, func() { n.reroute(r) })
		}
	}
}

// notices returns when a router routes around w: soon if it, or a neighbour with a routing protocol, sees its own port change; else when hellos are
// missing. A router without a protocol knows of its own ports only.
func (n *network) notices(r *router, w *wire) (after int64, ok bool) {
	sp := r.spec
	dead := int64(0)
	switch {
	case sp.OSPF != nil:
		dead = or64(sp.OSPF.Dead, 4*or64(sp.OSPF.Hello, 10e9))
	case sp.EIGRP != nil:
		dead = or64(sp.EIGRP.Hold, 15e9)
	case sp.ISIS != nil:
		dead = 30e9
	case sp.RIP != nil:
		dead = 6 * or64(sp.RIP.Interval, 30e9) // RFC 2453, section 3.8
	case sp.BGP != nil:
		dead = 180e9
	}
	at := func(r *router) bool {
		return slices.ContainsFunc(r.ifaces, func(f *iface) bool { return f.port == w.a || f.port == w.b })
	}
	switch {
	case at(r):
		return carrierLoss, true
	case dead == 0:
		return 0, false
	}
	if slices.ContainsFunc(n.routers, func(o *router) bool { return at(o) && o.dynamic() }) {
		return 2 * carrierLoss, true
	}
	return dead, true
}

// dynamic reports whether the router learns of changes elsewhere.
func (r *router) dynamic() bool {
	sp := r.spec
	return sp.OSPF != nil || sp.EIGRP != nil || sp.ISIS != nil || sp.RIP != nil || sp.BGP != nil
}

// reroute fills a router's tables as the links are now.
func (n *network) reroute(r *router) {
	clear(r.cache)
	gone := func(x route) bool { return x.out != nil && !x.out.port.up() }
	if !r.dynamic() {
		for c, t := range r.configured {
			r.tables[c] = slices.DeleteFunc(slices.Clone(t), gone)
		}
		return
	}
	r.tables = map[string][]route{}
	n.enter(r)
	for c, t := range r.tables {
		r.tables[c] = slices.DeleteFunc(t, gone)
	}
	n.discover(r)
}

// joined reports whether frames of f's segment get to g over links that are up and ports that forward.
func (n *network) joined(f, g *iface) bool {
	if !f.port.up() {
		return false
	}
	if f.segment == 0 {
		return f.port.peer == g.port
	}
	seen := map[*port]bool{}
	for todo := []*port{f.port}; len(todo) > 0; todo = todo[1:] {
		in := todo[0].peer // where a frame that leaves by todo[0] arrives
		if in == g.port {
			return true
		}
		b, ok := in.node.(*bridge)
		if !ok || !in.carries(f.segment) {
			continue
		}
		for _, p := range b.ports {
			if p != in && !seen[p] && p.up() && p.carries(f.segment) {
				seen[p] = true
				todo = append(todo, p)
			}
		}
	}
	return false
}

// hold is how long the members of a gateway group wait for one that is silent.
func (g *fhrp) hold() int64 {
	if g.spec.Protocol[0] == 'v' {
		return or64(g.spec.Hold, 3*or64(g.spec.Hello, 1e9)) // RFC 5798, section 6.1, without the skew
	}
	return or64(g.spec.Hold, 10e9) // RFC 2281, section 5
}

// beats reports whether o, a member of the same group that g hears, is to be active rather than g.
func (n *network) beats(o, g *fhrp) bool {
	if o == g || o.failed || o.f.segment != g.f.segment || o.spec.Group != g.spec.Group || o.spec.Protocol != g.spec.Protocol || n.unsettled && !n.joined(o.f, g.f) {
		return false
	}
	return o.spec.Priority > g.spec.Priority || o.spec.Priority == g.spec.Priority && g.f.v4.Less(o.f.v4)
}

// elect lets the best member that is there be active in each group whose states the scenario does not fix. Parts of a segment that do not hear each
// other have an active member each.
func (n *network) elect() {
	var takers []*fhrp
	for _, g := range n.fhrp {
		if g.spec.Active != nil {
			continue
		}
		wins := !g.failed && g.f.port.up() && !slices.ContainsFunc(n.fhrp, func(o *fhrp) bool { return n.beats(o, g) })
		switch {
		case wins && !g.active:
			takers = append(takers, g)
		case !wins && g.active:
			g.take(false)
		}
	}
	for _, g := range takers {
		g.take(true)
		g.f.sendARP(1, g.mac, g.spec.Virtual.Addr, broadcast, g.spec.Virtual.Addr, broadcast)
	}
}

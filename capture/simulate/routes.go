package simulate

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netscope.example/nsgraph/capture/simulate/frame"
)

func (n *network) addTunnels() {
	for _, r := range n.routers {
		for i := range r.spec.Tunnels {
			sp := &r.spec.Tunnels[i]
			t := &tunnel{r: r, spec: sp, mtu: sp.MTU, copy: sp.DSCP == "" || sp.DSCP == "copy", vtep: r.chassis}
			switch sp.Kind {
			case "gre", "ipip", "vxlan":
			default:
				n.fail(sp, "router %s: tunnel %q, want gre, ipip or vxlan", r.spec.Name, sp.Kind)
			}
			if t.mtu == 0 {
				t.mtu = 1500 - map[string]int{"gre": 24, "ipip": 20, "vxlan": 50}[sp.Kind]
				if sp.Kind == "gre" && sp.Key != 0 {
					t.mtu -= 4
				}
			}
			if !t.copy {
				d, err := dscp(sp.DSCP)
				if err != nil {
					n.fail(sp, "router %s: %v", r.spec.Name, err)
				}
				t.dscp = d
			}
			if !r.ownsAny("default", sp.Local.Addr) {
				n.fail(sp, "router %s: tunnel from %s, which is not its address", r.spec.Name, sp.Local)
			}
			if n.owners[owner{"default", sp.Remote.Addr}] == nil {
				n.fail(sp, "router %s: tunnel to %s, which nobody owns", r.spec.Name, sp.Remote)
			}
			r.tunnels = append(r.tunnels, t)
		}
	}
	for _, r := range n.routers {
		for _, t := range r.tunnels {
			for _, o := range n.routers {
				for _, u := range o.tunnels {
					if u.spec.Local == t.spec.Remote && u.spec.Remote == t.spec.Local && u.spec.Kind == t.spec.Kind {
						t.peer = u
					}
				}
			}
			if t.peer == nil {
				n.fail(t.spec, "router %s: nobody ends the tunnel at %s", r.spec.Name, t.spec.Remote)
			}
		}
	}
}

// addRoutes fills the routing tables: what is connected, what the scenario says, and, as a routing protocol would find it, the
// fewest hops to every other prefix of the context.
func (n *network) addRoutes() {
	for _, r := range n.routers {
		n.enter(r)
	}
	for _, r := range n.routers {
		n.discover(r)
		r.configured = maps.Clone(r.tables)
	}
}

// enter enters what a router knows by itself.
func (n *network) enter(r *router) {
	for _, f := range r.ifaces {
		for _, p := range []netip.Prefix{f.net4, f.net6} {
			if p.IsValid() {
				r.tables[f.context] = append(r.tables[f.context], route{prefix: p, out: f})
			}
		}
	}
	for i := range r.spec.Routes {
		n.static(r, &r.spec.Routes[i])
	}
	for _, t := range r.tunnels {
		for _, p := range t.spec.For {
			r.tables[t.spec.context()] = append(r.tables[t.spec.context()], route{prefix: p.Masked(), tunnel: t})
		}
	}
}

// discover enters what a router learns from others.
func (n *network) discover(r *router) {
	for _, f := range r.ifaces {
		n.explore(r, f)
	}
	for c := range r.tables {
		slices.SortStableFunc(r.tables[c], func(a, b route) int { return b.prefix.Bits() - a.prefix.Bits() })
	}
}

// neighbours lists the router interfaces on the same segment and subnet as f, unless a routing protocol is silent there.
func (n *network) neighbours(f *iface) []*iface {
	var out []*iface
	if f.unspoken() {
		return nil
	}
	for _, r := range n.routers {
		for _, g := range r.ifaces {
			if g == f || g.unspoken() || g.owner == f.owner || g.context != f.context || g.segment != f.segment {
				continue
			}
			if f.segment == 0 && g.port != f.port.peer || n.unsettled && !n.joined(f, g) {
				continue
			}
			if f.net4.IsValid() && f.net4 == g.net4 || f.net6.IsValid() && f.net6 == g.net6 {
				out = append(out, g)
			}
		}
	}
	return out
}

// explore adds routes for what is reachable by way of f that the router does not know, nearest first.
func (n *network) explore(r *router, f *iface) {
	type hop struct {
		r    *router
		via  *iface
		dist int
	}
	for _, g := range n.neighbours(f) {
		seen := map[*router]bool{r: true, g.owner.(*router): true}
		for todo := []hop{{g.owner.(*router), g, 1}}; len(todo) > 0; todo = todo[1:] {
			h := todo[0]
			for _, x := range h.r.ifaces {
				if x.context != f.context {
					continue
				}
				for i, p := range []netip.Prefix{x.net4, x.net6} {
					next := g.v4
					if i == 1 {
						next = g.ll
					}
					if p.IsValid() && next.IsValid() {
						r.learn(f, p, next, h.dist)
					}
				}
				for _, y := range n.neighbours(x) {
					if o := y.owner.(*router); !seen[o] {
						seen[o] = true
						todo = append(todo, hop{o, g, h.dist + 1})
					}
				}
			}
		}
	}
}

// learn enters a route unless the table holds one for the prefix that is not longer.
func (r *router) learn(f *iface, p netip.Prefix, next netip.Addr, dist int) {
	t := r.tables[f.context]
	for i := range t {
		if t[i].prefix == p {
			if t[i].dist > dist {
				t[i] = route{prefix: p, out: f, next: next, dist: dist}
			}
			return
		}
	}
	r.tables[f.context] = append(t, route{prefix: p, out: f, next: next, dist: dist})
}

func (n *network) static(r *router, sp *Route) {
	context := sp.Context
	if context == "" {
		context = "default"
	}
	if !sp.To.IsValid() || !sp.Via.IsValid() {
		n.fail(sp, "router %s: a route needs to and via", r.spec.Name)
		return
	}
	for _, f := range r.ifaces {
		if f.context == context && (f.net4.Contains(sp.Via.Addr) || f.net6.Contains(sp.Via.Addr)) {
			if f.owns(sp.Via.Addr) || n.owners[owner{context, sp.Via.Addr}] == nil {
				n.fail(sp, "router %s: route to %s leads nowhere: nobody else owns %s", r.spec.Name, sp.To, sp.Via)
				return
			}
			r.tables[context] = append(r.tables[context], route{prefix: sp.To.Masked(), out: f, next: sp.Via.Addr})
			return
		}
	}
	n.fail(sp, "router %s: route to %s leads nowhere: %s is on none of its subnets", r.spec.Name, sp.To, sp.Via)
}

func (n *network) addPolicies() {
	for _, r := range n.routers {
		for i := range r.spec.Policy {
			sp := &r.spec.Policy[i]
			v := &verdictRule{spec: sp}
			var err error
			if v.from, err = n.selector(sp.From); err != nil {
				n.fail(sp, "rule %s: from: %v", sp.Name, err)
			}
			if v.to, err = n.selector(sp.To); err != nil {
				n.fail(sp, "rule %s: to: %v", sp.Name, err)
			}
			for _, w := range sp.Services {
				x, err := parsePorts(w)
				if err != nil {
					n.fail(sp, "rule %s: %v", sp.Name, err)
				}
				v.services = append(v.services, x)
			}
			switch sp.Action {
			case "allow", "drop", "reset", "icmp":
			default:
				n.fail(sp, "rule %s: action %q, want allow, drop, reset or icmp", sp.Name, sp.Action)
			}
			n.policies[r] = append(n.policies[r], v)
		}
		for i := range r.spec.NAT {
			sp := &r.spec.NAT[i]
			if sp.Virtual == "" {
				if !sp.Source.IsValid() || !sp.To.IsValid() {
					n.fail(sp, "router %s: nat needs source and to, or virtual and servers", r.spec.Name)
				} else if !r.ownsAny("default", sp.To.Addr) {
					r.ifaces[0].extra = append(r.ifaces[0].extra, sp.To.Addr)
				}
				continue
			}
			b := &balancer{}
			var err error
			if b.virtual, err = netip.ParseAddrPort(sp.Virtual); err != nil {
				n.fail(sp, "router %s: virtual %q is not address:port", r.spec.Name, sp.Virtual)
			}
			for _, w := range sp.Servers {
				a, err := netip.ParseAddrPort(w)
				if err != nil {
					n.fail(sp, "router %s: server %q is not address:port", r.spec.Name, w)
				}
				if err == nil && n.owners[owner{"default", a.Addr()}] == nil {
					n.fail(sp, "router %s: server %s, which nobody owns", r.spec.Name, w)
				}
				b.servers = append(b.servers, a)
			}
			if len(b.servers) == 0 {
				n.fail(sp, "router %s: a virtual address without servers", r.spec.Name)
				continue
			}
			for _, f := range r.ifaces {
				if f.net4.Contains(b.virtual.Addr()) && !f.owns(b.virtual.Addr()) {
					f.extra = append(f.extra, b.virtual.Addr())
				}
			}
			n.balancers[r] = append(n.balancers[r], b)
		}
	}
}

// selector reads any, a zone, a VLAN's name, a host or a prefix.
func (n *network) selector(w string) (selector, error) {
	if w == "any" || w == "" {
		return selector{any: true}, nil
	}
	if p, err := netip.ParsePrefix(w); err == nil {
		return selector{prefixes: []netip.Prefix{p.Masked()}}, nil
	}
	var s selector
	for i := range n.sc.VLANs {
		v := &n.sc.VLANs[i]
		if v.Name == w || v.Zone == w {
			for _, p := range []netip.Prefix{v.Prefix.Prefix, v.Prefix6.Prefix} {
				if p.IsValid() {
					s.prefixes = append(s.prefixes, p.Masked())
				}
			}
		}
	}
	if len(s.prefixes) > 0 {
		return s, nil
	}
	hs, err := n.pickHosts(Names{w})
	if err != nil {
		return s, err
	}
	for _, h := range hs {
		for _, a := range []netip.Addr{h.f.v4, h.leased, h.f.v6} {
			if a.IsValid() {
				s.prefixes = append(s.prefixes, netip.PrefixFrom(a, a.BitLen()))
			}
		}
	}
	return s, nil
}

var protoNumbers = map[string]uint8{"tcp": frame.TCP, "udp": frame.UDP, "icmp": frame.ICMP, "gre": frame.GRE}

// parsePorts reads tcp/443, udp/8000-8099, icmp.
func parsePorts(w string) (ports, error) {
	name, rest, ok := strings.Cut(w, "/")
	p, known := protoNumbers[name]
	if !known {
		return ports{}, fmt.Errorf("service %q, want tcp/443, udp/53, icmp, …", w)
	}
	x := ports{proto: p}
	if !ok {
		return x, nil
	}
	lo, hi, ok := strings.Cut(rest, "-")
	if !ok {
		hi = lo
	}
	a, err1 := strconv.ParseUint(lo, 10, 16)
	b, err2 := strconv.ParseUint(hi, 10, 16)
	if err1 != nil || err2 != nil || a > b || b == 0 {
		return x, fmt.Errorf("service %q has no such ports", w)
	}
	x.from, x.to = uint16(a), uint16(b)
	return x, nil
}

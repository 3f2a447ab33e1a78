package simulate

import (
	"net/netip"

	"netscope.example/nsgraph/capture/simulate/frame"
)

// natTuple is a conversation's addresses behind one translation.
type natTuple struct {
	r        *router
	from, to netip.AddrPort
	before   [2]netip.AddrPort
	source   bool
}

// natIn applies destination translation to what arrives for a virtual address, and undoes source translation of answers. It
// reports false if the packet belongs to no translation that it needs.
func (r *router) natIn(_ *iface, p *packet) bool {
	f := p.flow
	if f == nil || len(f.nat) == 0 || p.Proto != frame.TCP && p.Proto != frame.UDP {
		return true
	}
	for i := range f.nat {
		t := &f.nat[i]
		if t.r != r || t.source {
			continue
		}
		if p.up && p.To == t.before[1].Addr() {
			p.To, p.DstPort = t.to.Addr(), t.to.Port()
		} else if !p.up && p.From == t.to.Addr() {
			p.From, p.SrcPort = t.before[1].Addr(), t.before[1].Port()
		}
	}
	return true
}

// natBack handles what is addressed to the router itself: a virtual address, or the address that it gives to clients. It
// takes p over if it reports true.
func (r *router) natBack(in *iface, p *packet) bool {
	f := p.flow
	if p.Proto != frame.TCP && p.Proto != frame.UDP {
		return false
	}
	for i := range f.nat {
		t := &f.nat[i]
		if t.r == r && t.source && !p.up && p.To == t.from.Addr() && p.DstPort == t.from.Port() {
			p.To, p.DstPort = t.before[0].Addr(), t.before[0].Port()
			r.forward(in, p)
			return true
		}
		if t.r == r && !t.source && p.up && p.To == t.before[1].Addr() {
			r.forward(in, p)
			return true
		}
	}
	if !p.up {
		return false
	}
	for _, n := range r.s.net.balancers[r] {
		if n.virtual != netip.AddrPortFrom(p.To, p.DstPort) {
			continue
		}
		to := n.servers[n.turn%len(n.servers)]
		n.turn++
		f.nat = append(f.nat, natTuple{r: r, from: f.seenFrom(), to: to, before: [2]netip.AddrPort{f.seenFrom(), n.virtual}})
		r.forward(in, p)
		return true
	}
	return false
}

// balancer is one destination translation.
type balancer struct {
	virtual netip.AddrPort
	servers []netip.AddrPort
	turn    int
}

// natOut applies source translation to what leaves.
func (r *router) natOut(_ *route, p *packet) {
	f := p.flow
	if f == nil || !p.up || len(r.spec.NAT) == 0 || p.Proto != frame.TCP && p.Proto != frame.UDP {
		return
	}
	for i := range f.nat {
		if t := &f.nat[i]; t.r == r && t.source {
			if p.From == t.before[0].Addr() {
				p.From, p.SrcPort = t.from.Addr(), t.from.Port()
			}
			return
		}
	}
	for i := range r.spec.NAT {
		n := &r.spec.NAT[i]
		if !n.To.IsValid() || !n.Source.Contains(p.From) || n.Source.Contains(p.To) {
			continue
		}
		if r.natPort < 20000 || r.natPort > 60000 {
			r.natPort = 20000
		}
		r.natPort++
		t := natTuple{r: r, source: true, from: netip.AddrPortFrom(n.To.Addr, r.natPort), to: f.seenTo(),
			before: [2]netip.AddrPort{netip.AddrPortFrom(p.From, p.SrcPort), f.seenTo()}}
		f.nat = append(f.nat, t)
		p.From, p.SrcPort = t.from.Addr(), t.from.Port()
		return
	}
}

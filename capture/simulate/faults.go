package simulate

import (
	"net/netip"
	"strings"
	"time"
)

// faults by kind, each with what its target is: begin and end.
//
//	link-down       a link carries nothing; spanning trees, gateway groups and routing protocols go around it in their own time
//	link-loss       a link loses the share value
//	link-delay      a link's delay grows by value milliseconds
//	service-down    a service's port is closed: resets, ICMP port unreachable
//	service-silent  a service's host does not answer on its port
//	service-slow    a service thinks value milliseconds longer
//	host-down       a host is off
//	stall           a host's applications stop reading: its windows close
//	fhrp-fail       a router leaves all its gateway groups; the next best takes over
func (n *network) startFault(x *Fault) {
	s := n.s
	begin, end := func() {}, func() {}
	switch x.Kind {
	case "link-down", "link-loss", "link-delay":
		w := n.links[x.Target]
		if w == nil {
			n.fail(x, "fault %s: no link named %q", x.Name, x.Target)
			return
		}
		for _, c := range []*channel{w.a.out, w.b.out} {
			loss, delay, b, e := c.loss, c.delay, begin, end
			begin = func() {
				b()
				switch x.Kind {
				case "link-down":
					c.down = true
				case "link-loss":
					c.loss = x.Value
				default:
					c.delay = delay + int64(x.Value*1e6)
				}
			}
			end = func() { e(); c.down, c.loss, c.delay = false, loss, delay }
		}
		if x.Kind == "link-down" {
			b, e := begin, end
			begin, end = func() { b(); n.linkChanged(w) }, func() { e(); n.linkChanged(w) }
		}
	case "service-down", "service-silent", "service-slow":
		v := n.services[x.Target]
		if v == nil {
			n.fail(x, "fault %s: no service named %q%s", x.Name, x.Target, nearest(x.Target, n.serviceNames()))
			return
		}
		think := v.think
		begin = func() {
			if x.Kind == "service-slow" {
				v.think = think + x.Value*1e6
				return
			}
			v.down, v.mute = true, x.Kind == "service-silent"
		}
		end = func() { v.down, v.think = false, think }
	case "host-down", "stall":
		hs, err := n.pickHosts(Names{x.Target})
		if err != nil {
			n.fail(x, "fault %s: %v", x.Name, err)
			return
		}
		set := func(on bool) {
			for _, h := range hs {
				if x.Kind == "host-down" {
					h.down = on
				} else {
					n.stall(h, on)
				}
			}
		}
		begin, end = func() { set(true) }, func() { set(false) }
	case "fhrp-fail":
		r, ok := n.nodes[x.Target].(*router)
		if !ok {
			n.fail(x, "fault %s: no router named %q", x.Name, x.Target)
			return
		}
		begin, end = func() { n.failover(r, true) }, func() { n.failover(r, false) }
	default:
		n.fail(x, "fault %s: unknown kind %q%s", x.Name, x.Kind, nearest(x.Kind, strings.Fields("link-down link-loss link-delay service-down service-silent service-slow host-down stall fhrp-fail")))
		return
	}
	until := int64(x.Until)
	if until == 0 {
		until = s.end
	}
	if until <= int64(x.From) {
		n.fail(x, "fault %s: from %v until %v, want a later end", x.Name, time.Duration(x.From), time.Duration(until))
		return
	}
	s.at(int64(x.From), begin)
	s.at(until, end)
	s.rec.faults = append(s.rec.faults, FaultTruth{x.Kind, x.Target, s.time(int64(x.From)), s.time(until)})
}

// stall closes or opens the windows of all connections of a host.
func (n *network) stall(h *host, on bool) {
	h.stalled = on
	for _, f := range n.s.rec.open {
		if f.recorded || f.tcp == nil {
			continue
		}
		for k := range f.tcp.end {
			if e := &f.tcp.end[k]; e.h == h {
				e.stall(on)
			}
		}
	}
}

// failover lets another member of each of r's groups take over, or gives them back.
func (n *network) failover(r *router, fail bool) {
	for _, g := range n.fhrp {
		if g.r == r {
			g.failed = fail
		}
	}
	n.elect()
}

// withAddress finds the interface of a host that owns an address.
func (n *network) withAddress(a netip.Addr) *host {
	for _, h := range n.hosts {
		if h.f.v4 == a || h.f.v6 == a {
			return h
		}
	}
	return nil
}

package simulate

import (
	"net/netip"
	"slices"

	"netscope.example/nsgraph/capture/simulate/frame"
)

// selector is one side of a firewall rule.
type selector struct {
	any      bool
	prefixes []netip.Prefix
}

func (x *selector) has(a netip.Addr) bool {
	return x.any || slices.ContainsFunc(x.prefixes, func(p netip.Prefix) bool { return p.Contains(a) })
}

// ports is one service of a rule.
type ports struct {
	proto    uint8
	from, to uint16
}

// verdictRule is a rule as compiled.
type verdictRule struct {
	spec     *Rule
	from, to selector
	services []ports
}

func (v *verdictRule) matches(from, to netip.Addr, proto uint8, port uint16) bool {
	if !v.from.has(from) || !v.to.has(to) {
		return false
	}
	return len(v.services) == 0 || slices.ContainsFunc(v.services, func(s ports) bool {
		return s.proto == proto && (s.to == 0 || s.from <= port && port <= s.to)
	})
}

// permit decides on a packet by its conversation: what the client began is judged once, answers pass with it. It takes p over
// if it refuses.
func (r *router) permit(in *iface, p *packet) bool {
	f := p.flow
	if f == nil {
		return true
	}
	if pass, ok := f.verdict[r]; ok && (pass || !p.up) {
		if !pass {
			r.s.release(p)
		}
		return pass
	}
	if !p.up && p.Proto != frame.ICMP { // an answer of something that did not pass here
		return true
	}
	rule := r.match(f, p)
	if rule == nil || rule.spec.Action == "allow" {
		f.setVerdict(r, true)
		return true
	}
	f.setVerdict(r, false)
	f.stop(r, rule.spec.Action)
	switch rule.spec.Action {
	case "reset":
		r.reject(p, "reset")
	case "icmp":
		code := rule.spec.ICMPCode
		if code == 0 {
			code = 13
		}
		r.icmpError(p, 3, code, 0)
	}
	r.s.release(p)
	return false
}

func (f *flow) setVerdict(r *router, pass bool) {
	if f.verdict == nil {
		f.verdict = map[*router]bool{}
	}
	f.verdict[r] = pass
}

// stop notes who stopped the conversation, the first time.
func (f *flow) stop(n node, how string) {
	if f.stopped == "" {
		f.stopped, f.how = n.name(), how
	}
}

func (r *router) match(f *flow, p *packet) *verdictRule {
	port := p.DstPort
	for _, v := range r.s.net.policies[r] {
		if v.matches(p.From, p.To, f.proto, port) {
			return v
		}
	}
	return nil
}

// reject answers a SYN with a reset that bears the address of the destination, as firewalls do, but the router's own TTL.
func (r *router) reject(p *packet, _ string) {
	if p.Proto != frame.TCP {
		r.icmpError(p, 3, 13, 0)
		return
	}
	q := r.s.alloc()
	q.Type, q.From, q.To, q.TTL, q.Proto = p.Type, p.To, p.From, 255, frame.TCP
	q.SrcPort, q.DstPort, q.Flags, q.Ack = p.DstPort, p.SrcPort, frame.RST|frame.ACK, p.Seq+uint32(len(p.Payload))
	if p.Flags&frame.SYN != 0 {
		q.Ack++
	}
	q.flow, q.up = p.flow, false
	if p.flow != nil {
		p.flow.sent[1].add(q.WireLen())
		if t := p.flow.tcp; t != nil {
			t.end[1].local = netip.AddrPortFrom(p.To, p.DstPort)
		}
	}
	for _, f := range r.ifaces {
		if f.net4.Contains(p.From) || f.net6.Contains(p.From) {
			f.sendIP(q, p.From)
			return
		}
	}
	r.originate("default", q)
}

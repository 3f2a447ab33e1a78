package simulate

import (
	"net/netip"
	"strings"
)

func (n *network) startAct(x *Act) {
	f, ok := actKinds()[x.Kind]
	if !ok {
		n.fail(x, "act %s: unknown kind %q%s", x.Name, x.Kind, nearest(x.Kind, strings.Fields(actNames)))
		return
	}
	var h *host
	if x.Host != "" {
		hs, err := n.pickHosts(Names{x.Host})
		if err != nil {
			n.fail(x, "act %s: %v", x.Name, err)
			return
		}
		h = hs[0]
	} else {
		n.fail(x, "act %s: by which host?", x.Name)
		return
	}
	s := n.s
	s.at(int64(x.At), func() { h.whenUp(func() { f(n, x, h) }) })
	s.rec.faults = append(s.rec.faults, FaultTruth{x.Kind, x.Host, s.time(int64(x.At)), s.time(int64(x.At) + int64(x.Every)*int64(max(x.Count-1, 0)))})
}

// repeat runs f count times.
func (x *Act) repeat(s *sim, f func(i int)) {
	for i := range max(x.Count, 1) {
		s.after(int64(i)*int64(x.Every), func() { f(i) })
	}
}

const actNames = "ping"

func actKinds() map[string]func(n *network, x *Act, h *host) {
	return map[string]func(n *network, x *Act, h *host){
		"ping": func(n *network, x *Act, h *host) {
			if t, ok := n.target(x); ok {
				h.ping(t, max(x.Count, 1), or64(x.Every, 1e9), max(x.Size, 56))
			}
		},
	}
}

// target is the address of what an act aims at: a host's, a service's, or the address that it names.
func (n *network) target(x *Act) (netip.Addr, bool) {
	if x.Address.IsValid() {
		return x.Address.Addr, true
	}
	if hs := n.byName[x.Target]; len(hs) > 0 {
		return hs[0].address(), true
	}
	if v := n.services[x.Target]; v != nil && len(v.hosts) > 0 {
		return v.hosts[0].address(), true
	}
	return netip.Addr{}, false
}

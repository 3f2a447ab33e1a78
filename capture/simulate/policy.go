package simulate

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"netscope.example/nsgraph/capture/simulate/frame"
)

// policy is as much of the intent file as the truth needs to say what should have happened.
type policy struct {
	Zones []struct {
		Name     string
		VLANs    []string
		Prefixes []string
		Context  string
	}
	Policy struct {
		Default    string
		WithinZone string `yaml:"within_zone"`
		Rules      []struct {
			Name, From, To, Action string
			Services               []string
		}
	}
	prefixes [][]netip.Prefix
	n        *network
}

// readPolicy reads the intent of a scenario; nil if it has no zones.
func readPolicy(n *network) (*policy, error) {
	p := &policy{n: n}
	if n.sc.Intent.Kind == 0 {
		return nil, nil
	}
	if err := n.sc.Intent.Decode(p); err != nil {
		return nil, at(n.sc.fileOf(&n.sc.Intent), &n.sc.Intent, "intent: %w", err)
	}
	if len(p.Zones) == 0 {
		return nil, nil
	}
	for _, z := range p.Zones {
		var list []netip.Prefix
		for _, w := range z.Prefixes {
			x, err := netip.ParsePrefix(w)
			if err != nil {
				return nil, at(n.sc.fileOf(&n.sc.Intent), &n.sc.Intent, "intent: zone %s: %q is not a prefix", z.Name, w)
			}
			list = append(list, x.Masked())
		}
		p.prefixes = append(p.prefixes, list)
	}
	return p, nil
}

// zone is the declared zone of an address of a host in a VLAN: by VLAN and prefix where both are given, else by either.
func (p *policy) zone(a netip.Addr, vlan uint16) string {
	best, bits := "", -1
	for i, z := range p.Zones {
		in := false
		for _, w := range z.VLANs {
			lo, hi, ok := strings.Cut(w, "-")
			if !ok {
				hi = lo
			}
			x, err1 := strconv.ParseUint(lo, 10, 16)
			y, err2 := strconv.ParseUint(hi, 10, 16)
			in = in || err1 == nil && err2 == nil && uint16(x) <= vlan && vlan <= uint16(y)
		}
		if len(z.VLANs) > 0 && vlan != 0 && !in {
			continue
		}
		family := slices.ContainsFunc(p.prefixes[i], func(x netip.Prefix) bool { return x.Addr().Is4() == a.Is4() })
		if in && !family && bits < 0 { // the VLAN alone decides on addresses of a family without prefixes
			best, bits = z.Name, 0
		}
		for _, x := range p.prefixes[i] {
			if x.Contains(a) && x.Bits() > bits {
				best, bits = z.Name, x.Bits()
			}
		}
	}
	return best
}

// judge says what the policy makes of a conversation.
func (p *policy) judge(f *flow) (from, to, action string) {
	from = p.zone(f.from.Addr(), f.client.f.segment)
	vlan := uint16(0)
	if f.server != nil {
		vlan = f.server.f.segment
	}
	to = p.zone(f.to.Addr(), vlan)
	if from == "" || to == "" {
		return from, to, ""
	}
	if from == to {
		return from, to, or(p.Policy.WithinZone, "allow")
	}
	for _, r := range p.Policy.Rules {
		if r.From != "any" && r.From != from || r.To != "any" && r.To != to {
			continue
		}
		if len(r.Services) == 0 || matchesAny(r.Services, f) {
			return from, to, r.Action
		}
	}
	return from, to, or(p.Policy.Default, "observe")
}

func matchesAny(services []string, f *flow) bool {
	for _, w := range services {
		if a, ok := strings.CutPrefix(w, "app:"); ok {
			if a == f.app {
				return true
			}
			continue
		}
		x, err := parsePorts(w)
		if err == nil && (x.proto == f.proto || x.proto == frame.ICMP && f.proto == frame.ICMPv6) && (x.to == 0 || x.from <= f.to.Port() && f.to.Port() <= x.to) {
			return true
		}
	}
	return false
}

// fileOf is the file in which a node stands.
func (sc *Scenario) fileOf(n *yaml.Node) string {
	if f, ok := sc.src[n]; ok {
		return f
	}
	return sc.file
}

package intent

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/gaissmai/bart"
)

// Words that a key accepts.
var (
	actions    = []string{"deny", "allow", "observe"}
	severities = []string{"info", "low", "medium", "high", "critical"}
)

// anyZone stands for all zones in a rule.
const anyZone = "any"

// defaultContext is the context of zones that name none.
const defaultContext = "default"

// check holds what was decoded against itself.
func (p *parser) check(in *Intent) {
	if in.Version != 1 {
		p.path("version", "version %d is not known, want 1", in.Version)
	}
	contexts := p.contexts(in)
	zones := p.zones(in, contexts)
	groups := p.groups(in)
	points := p.points(in)
	classes, applications := p.names(in)
	p.policy(in.Policy, zones)
	p.applications(in, groups, classes)
	p.qos(in, zones, applications)
	for i, l := range in.Links {
		at := fmt.Sprintf("links[%d]", i)
		p.need(at, "point", l.Point)
		if l.Point != "" && len(points) > 0 {
			p.oneOf(at+".point", "point", l.Point, points)
		}
		if !(l.CapacityMbps > 0) || math.IsInf(l.CapacityMbps, 0) {
			p.path(at+".capacity_mbps", "capacity_mbps is %v, want more than 0", l.CapacityMbps)
		}
	}
	for i, c := range in.Contexts {
		for j, n := range c.Points {
			if len(points) > 0 {
				p.oneOf(fmt.Sprintf("contexts[%d].points[%d]", i, j), "point", n, points)
			}
		}
	}
	for i, g := range in.Gateways {
		at := fmt.Sprintf("gateways[%d]", i)
		p.need(at, "zone", g.Zone)
		if g.Zone != "" {
			p.oneOf(at+".zone", "zone", g.Zone, zones)
		}
		p.macs(at, g.MACs)
	}
	for i, b := range in.Baselines {
		at := fmt.Sprintf("baselines[%d]", i)
		if b.Family == (Family{}) {
			p.path(at+".family", "a family needs a platform or a vendor")
		}
		p.glob(at+".family.platform", b.Family.Platform)
		p.glob(at+".family.vendor", b.Family.Vendor)
	}
}

// need reports a missing value.
func (p *parser) need(at, key, value string) {
	if value == "" {
		p.path(at, "%s is missing", key)
	}
}

// oneOf reports a word that is none of words.
func (p *parser) oneOf(at, what, got string, words []string) {
	if !slices.Contains(words, got) {
		p.path(at, "unknown %s %q%s", what, got, nearest(got, words))
	}
}

// unique returns the names of a section's items and reports those that are missing or stand twice.
func (p *parser) unique(section, what string, n int, name func(int) string) []string {
	var names []string
	seen := map[string]bool{}
	for i := range n {
		at := fmt.Sprintf("%s[%d]", section, i)
		switch s := name(i); {
		case s == "":
			p.path(at, "name is missing")
		case seen[s]:
			p.path(at+".name", "%s %q is declared twice", what, s)
		default:
			names = append(names, s)
			seen[s] = true
		}
	}
	return names
}

func (p *parser) within(at, what string, rs Ranges, low, high uint32) {
	for i, r := range rs {
		if path := fmt.Sprintf("%s[%d]", at, i); !p.bad[path] && (r.From < low || r.To > high) {
			p.path(path, "%s %s is not within %d-%d", what, r, low, high)
		}
	}
}

func (p *parser) vlans(at string, rs Ranges) { p.within(at+".vlans", "VLAN", rs, 1, 4094) }

func (p *parser) macs(at string, macs []string) {
	for i, m := range macs {
		if s, err := ParseMAC(m); err != nil {
			p.path(fmt.Sprintf("%s.macs[%d]", at, i), "%s", err)
		} else {
			macs[i] = s
		}
	}
}

func (p *parser) glob(at, pattern string) {
	if _, err := path.Match(pattern, ""); err != nil {
		p.path(at, "%q is no pattern", pattern)
	}
}

// number reports what is negative or no number.
func (p *parser) number(at, key string, v, most float64) {
	if !(0 <= v && v <= most) {
		p.path(at+"."+key, "%s is %v, want 0 to %v", key, v, most)
	}
}

func (p *parser) contexts(in *Intent) []string {
	names := p.unique("contexts", "context", len(in.Contexts), func(i int) string { return in.Contexts[i].Name })
	for i, c := range in.Contexts {
		at := fmt.Sprintf("contexts[%d]", i)
		p.vlans(at, c.VLANs)
		p.within(at+".vnis", "VNI", c.VNIs, 1, 1<<24-1)
		for _, o := range in.Contexts[:i] {
			p.overlap(at+".vlans", "VLAN", c.VLANs, o.VLANs, "context", o.Name)
			p.overlap(at+".vnis", "VNI", c.VNIs, o.VNIs, "context", o.Name)
		}
	}
	if !slices.Contains(names, defaultContext) {
		names = append(names, defaultContext)
	}
	return names
}

// overlap reports ranges that another declaration holds too.
func (p *parser) overlap(at, what string, a, b Ranges, kind, other string) {
	for i, x := range a {
		for _, y := range b {
			if x != (Range{}) && y != (Range{}) && x.From <= y.To && y.From <= x.To {
				p.path(fmt.Sprintf("%s[%d]", at, i), "%s %s overlaps %s of %s %q", what, x, y, kind, other)
			}
		}
	}
}

func (p *parser) zones(in *Intent, contexts []string) []string {
	names := p.unique("zones", "zone", len(in.Zones), func(i int) string { return in.Zones[i].Name })
	taken := map[string]*claims{}
	for i := range in.Zones {
		if c := contextName(in.Zones[i].Context); taken[c] == nil {
			taken[c] = &claims{vlans: map[uint32]bool{}}
		}
	}
	for i := range in.Zones {
		z := &in.Zones[i]
		at := fmt.Sprintf("zones[%d]", i)
		if z.Name == anyZone {
			p.path(at+".name", "%q stands for all zones and cannot be the name of one", anyZone)
		}
		if z.Context != "" {
			p.oneOf(at+".context", "context", z.Context, contexts)
		}
		if z.Level < 0 {
			p.path(at+".level", "level %d is negative", z.Level)
		}
		p.vlans(at, z.VLANs)
		if !taken[contextName(z.Context)].add(z) {
			continue // it overlaps nothing, whatever the others are
		}
		for j := range in.Zones[:i] {
			o := &in.Zones[j]
			if contextName(z.Context) != contextName(o.Context) {
				continue
			}
			p.overlap(at+".vlans", "VLAN", z.VLANs, o.VLANs, "zone", o.Name)
			for k, a := range z.Prefixes {
				for _, b := range o.Prefixes {
					if a.IsValid() && b.IsValid() && a.Overlaps(b.Prefix) {
						p.path(fmt.Sprintf("%s.prefixes[%d]", at, k), "prefix %s overlaps %s of zone %q", a, b, o.Name)
					}
				}
			}
		}
	}
	return names
}

// claims are the VLANs and prefixes that zones of one context hold, to see without comparing it with each whether a zone overlaps one.
type claims struct {
	vlans    map[uint32]bool
	prefixes bart.Lite
}

// add adds what z holds and reports whether some of it was held before.
func (c *claims) add(z *Zone) (held bool) {
	for _, r := range z.VLANs {
		for v := r.From; v <= min(r.To, 4095); v++ {
			held = held || c.vlans[v]
			c.vlans[v] = true
		}
	}
	own := z.Prefixes
	for _, x := range own {
		held = held || x.IsValid() && c.prefixes.OverlapsPrefix(x.Prefix)
	}
	for _, x := range own { // a zone may hold a prefix and a part of it
		if x.IsValid() {
			c.prefixes.Insert(x.Prefix)
		}
	}
	return held
}

func contextName(c string) string {
	if c == "" {
		return defaultContext
	}
	return c
}

func (p *parser) policy(pol *Policy, zones []string) {
	if pol == nil {
		return
	}
	if pol.Default != "" {
		p.oneOf("policy.default", "action", pol.Default, actions)
	}
	if pol.WithinZone != "" {
		p.oneOf("policy.within_zone", "action", pol.WithinZone, actions)
	}
	ends := append(slices.Clone(zones), anyZone)
	var names []string
	for i, r := range pol.Rules {
		at := fmt.Sprintf("policy.rules[%d]", i)
		p.need(at, "from", r.From)
		p.need(at, "to", r.To)
		p.need(at, "action", r.Action)
		if r.From != "" {
			p.oneOf(at+".from", "zone", r.From, ends)
		}
		if r.To != "" {
			p.oneOf(at+".to", "zone", r.To, ends)
		}
		if r.Action != "" {
			p.oneOf(at+".action", "action", r.Action, actions)
		}
		if r.Severity != "" {
			p.oneOf(at+".severity", "severity", r.Severity, severities)
		}
		if r.Name != "" && slices.Contains(names, r.Name) {
			p.path(at+".name", "rule %q is declared twice", r.Name)
		}
		names = append(names, r.Name)
	}
}

func (p *parser) groups(in *Intent) []string {
	names := p.unique("groups", "group", len(in.Groups), func(i int) string { return in.Groups[i].Name })
	for i, g := range in.Groups {
		at := fmt.Sprintf("groups[%d]", i)
		p.vlans(at, g.VLANs)
		p.macs(at, g.MACs)
	}
	return names
}

func (p *parser) points(in *Intent) []string {
	names := p.unique("points", "point", len(in.Points), func(i int) string { return in.Points[i].Name })
	for i, q := range in.Points {
		p.vlans(fmt.Sprintf("points[%d]", i), q.VLANs)
	}
	return names
}

// names returns the classes and the applications that are declared.
func (p *parser) names(in *Intent) (classes, applications []string) {
	if in.QoS != nil {
		classes = p.unique("qos.classes", "class", len(in.QoS.Classes), func(i int) string { return in.QoS.Classes[i].Name })
	}
	return classes, p.unique("applications", "application", len(in.Applications), func(i int) string { return in.Applications[i].Name })
}

func (p *parser) applications(in *Intent, groups, classes []string) {
	for i, a := range in.Applications {
		at := fmt.Sprintf("applications[%d]", i)
		if a.Owner != "" {
			p.oneOf(at+".owner", "group", a.Owner, groups)
		}
		if a.Class != "" {
			p.oneOf(at+".class", "class", a.Class, classes)
		}
		for j, n := range a.Names {
			p.glob(fmt.Sprintf("%s.names[%d]", at, j), n)
		}
	}
}

func (p *parser) qos(in *Intent, zones, applications []string) {
	if in.QoS == nil {
		return
	}
	believed := slices.Clone(zones) // marks are believed by zone, or by class wherever they come from
	for _, c := range in.QoS.Classes {
		believed = append(believed, c.Name)
	}
	for i, z := range in.QoS.Trust {
		p.oneOf(fmt.Sprintf("qos.trust[%d]", i), "zone", z, believed)
	}
	for i, c := range in.QoS.Classes {
		at := fmt.Sprintf("qos.classes[%d]", i)
		for j, n := range c.PCP {
			if n > 7 {
				p.path(fmt.Sprintf("%s.pcp[%d]", at, j), "PCP %d is not within 0-7", n)
			}
		}
		for j, m := range c.Match {
			p.match(fmt.Sprintf("%s.match[%d]", at, j), m, zones, applications)
		}
		p.number(at, "latency_ms", c.LatencyMs, 1e6)
		p.number(at, "jitter_ms", c.JitterMs, 1e6)
		p.number(at, "loss_pct", c.LossPct, 100)
		p.number(at, "reserved_mbps", c.ReservedMbps, 1e9)
	}
}

// match checks one matcher of a class.
func (p *parser) match(at, m string, zones, applications []string) {
	kind, name, named := strings.Cut(m, ":")
	switch {
	case named && kind == "application":
		p.oneOf(at, "application", name, applications)
	case named && kind == "zone":
		p.oneOf(at, "zone", name, zones)
	case named && kind != "app":
		p.path(at, "unknown matcher %q%s", kind, nearest(kind, []string{"app", "application", "zone", "tcp", "udp"}))
	default:
		if _, err := ParseService(m); err != nil {
			p.path(at, "%s", err)
		}
	}
}

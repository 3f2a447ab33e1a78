package configuration

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
)

// neighbourRules say what the routers of one protocol on one segment must share. Sources: RFC 7868, section 5.3.2 (EIGRP); RFC 2453,
// section 4.6, and RFC 4822 (RIP); RFC 5304 (IS-IS).
var neighbourRules = []struct {
	protocol string
	share    mustShare
}{
	{"eigrp", mustShare{"configuration/eigrp-mismatch", analyses.High, 0.85, "EIGRP routers on", []string{"eigrp.as", "eigrp.k", "eigrp.auth"}, ""}},
	{"rip", mustShare{"configuration/rip-mismatch", analyses.Medium, 0.85, "RIP routers on", []string{"rip.version", "rip.auth"}, ""}},
	{"pim", mustShare{"configuration/pim-mismatch", analyses.Medium, 0.8, "PIM routers on", []string{"pim.version", "pim.hold"}, ""}},
	{"isis", mustShare{"configuration/isis-mismatch", analyses.Medium, 0.85, "IS-IS routers on", []string{"isis.auth"}, ""}},
}

// routing judges the other routing protocols.
func (j *judge) routing() {
	for _, n := range neighbourRules {
		for _, s := range sites(segments(j.rows, n.protocol, func(r *StatementRow) string { return cmp.Or(where(r), untagged) }, byAddress), nothing) {
			j.share(s, n.share)
		}
	}
	j.goodbyes()
	j.isisLevels()
	j.bgp()
}

// manyGoodbyes is how often a router takes its hellos back before it is more than an interface that was shut down.
const manyGoodbyes = 2

// goodbyes finds EIGRP routers that take their hellos back again and again, as one does that refuses a neighbour's K values (RFC 7868, section 5.3.2).
func (j *judge) goodbyes() {
	for _, s := range sites(segments(j.rows, "eigrp", func(r *StatementRow) string { return cmp.Or(where(r), untagged) }, byAddress), nothing) {
		for _, p := range s.speakers {
			var n int64
			for _, r := range p.rows["eigrp.goodbye"] {
				n += r.Count
			}
			if n < manyGoodbyes || len(s.speakers) < 2 {
				continue
			}
			j.raise("configuration/eigrp-mismatch", analyses.High, 0.7, fmt.Sprintf("EIGRP router %s on %s takes its hellos back %d times, which ends its adjacencies", p.label, s.name, n),
				p.rows["eigrp.goodbye"], "eigrp", settingSubject("eigrp.goodbye"), segmentSubject("eigrp "+s.name), p.subject())
		}
	}
}

// isisLevels finds neighbours that share no level, or only level 1 and no area (ISO/IEC 10589, 8.4.2.2).
func (j *judge) isisLevels() {
	segs := segments(j.rows, "isis", func(r *StatementRow) string { return cmp.Or(place(r), untagged) }, func(r *StatementRow) string { return r.Speaker })
	for _, s := range sites(segs, nothing) {
		j.isisHold(s)
		for i, b := range s.speakers {
			for _, a := range s.speakers[:i] {
				if j.full("configuration/isis-mismatch") {
					return
				}
				la, lb := a.value("isis.level"), b.value("isis.level")
				one := la == "level-1" || lb == "level-1" // then level 1 is all that they can share
				if la == lb && !one {
					continue
				}
				switch {
				case one && (la == "level-2" || lb == "level-2"):
					j.conflict("configuration/isis-mismatch", analyses.Medium, 0.8, s, "isis.level", []*speaker{a, b},
						fmt.Sprintf("IS-IS routers on %s share no level: %s", s.name, whoSays([]*speaker{a, b}, "isis.level")))
				case one && len(a.values("isis.areas")) > 0 && len(b.values("isis.areas")) > 0 && !shareArea(a, b):
					j.conflict("configuration/isis-mismatch", analyses.Medium, 0.8, s, "isis.areas", []*speaker{a, b},
						fmt.Sprintf("IS-IS routers on %s share level 1 alone and no area: %s", s.name, whoSays([]*speaker{a, b}, "isis.areas")))
				}
			}
		}
	}
}

// The designated router's holding time is a third of what it is configured to be (ISO/IEC 10589, 8.4.5). Of the usual 30 s that is 10 s, or 9 s where the
// hello interval is cut to whole seconds (3 times 3), or 11 s where the time is rounded up: 2.73 to 3.33 times as much, and a little for other times.
const (
	designatedLeast = 2.7
	designatedMost  = 3.4
)

// isisHold finds neighbours with different holding times, but for the designated one's.
func (j *judge) isisHold(s *segment) {
	var differ []*speaker
	for i, b := range s.speakers {
		for _, a := range s.speakers[:i] {
			x, y := nanos(a.value("isis.hold"), 0), nanos(b.value("isis.hold"), 0)
			designated := designatedLeast*min(x, y) <= max(x, y) && max(x, y) <= designatedMost*min(x, y)
			if x == 0 || y == 0 || designated || !constant(a.rows["isis.hold"]) || !constant(b.rows["isis.hold"]) || !j.differ(a, b, "isis.hold") {
				continue
			}
			for _, p := range []*speaker{a, b} {
				if !slices.Contains(differ, p) {
					differ = append(differ, p)
				}
			}
		}
	}
	if len(differ) > 0 {
		j.conflict("configuration/isis-mismatch", analyses.Medium, 0.7, s, "isis.hold", differ, fmt.Sprintf("IS-IS routers on %s say isis.hold %s, must be equal", s.name, whoSays(differ, "isis.hold")))
	}
}

func shareArea(a, b *speaker) bool {
	for _, v := range a.values("isis.areas") {
		for _, w := range b.values("isis.areas") {
			for _, x := range strings.Split(v, ", ") {
				if slices.Contains(strings.Split(w, ", "), x) {
					return true
				}
			}
		}
	}
	return false
}

// bgp reports sessions that a peer refused or closed. A cease for collisions, and one by command, is operation, not configuration.
func (j *judge) bgp() {
	for _, s := range segments(j.rows, "bgp", func(r *StatementRow) string { return r.Group }, byAddress) {
		for _, p := range s.speakers {
			for _, v := range p.values("bgp.notification") {
				code, _, _ := strings.Cut(v, "/")
				if code != "2" && v != "6/3 peer de-configured" && v != "6/1 maximum prefixes reached" && v != "6/5 connection rejected" {
					continue
				}
				only := &speaker{label: p.label, rows: map[string][]*StatementRow{}}
				for _, r := range p.rows["bgp.notification"] {
					if r.Value == v {
						only.rows[r.Setting] = append(only.rows[r.Setting], r)
					}
				}
				rows := only.rows["bgp.notification"]
				j.raise("configuration/bgp-mismatch", analyses.Medium, 0.95,
					fmt.Sprintf("BGP peer %s of session %s refuses it: notification %s%s", p.label, s.name, v, opened(s)), rows, "bgp.type == 3",
					settingSubject("bgp.notification"), segmentSubject("bgp "+s.name), only.subject(), analyses.Subject{Kind: "value", ID: v, Label: v})
			}
		}
	}
}

// opened says with which AS each side opened the session, as far as it was seen.
func opened(s *segment) string {
	ps := s.stating("bgp.as", "")
	if len(ps) == 0 {
		return ""
	}
	return "; AS " + whoSays(ps, "bgp.as")
}

// raAgree are the fields that router advertisements of one link should have in common (RFC 4861, section 6.2.7). A hop limit of 0 is not said,
// a lifetime of 0 is that of no default router.
var raAgree = []string{"ra.hop_limit", "ra.managed", "ra.other", "ra.mtu", "ra.lifetime", "ra.prefixes"}

// advertisements judges the IPv6 routers of one link.
func (j *judge) advertisements() {
	for _, s := range sites(segments(j.rows, "ra", func(r *StatementRow) string { return cmp.Or(place(r), untagged) }, byAddress), nothing) {
		f := j.share(s, mustShare{"configuration/ra-conflict", analyses.High, 0.85, "IPv6 routers on", raAgree, "0"})
		if f == nil {
			continue
		}
		for i := range f.Evidence {
			f.Evidence[i].Filter = strings.Replace(f.Evidence[i].Filter, "ra", "icmpv6.type == 134", 1)
		}
	}
}

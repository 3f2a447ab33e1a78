package configuration

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netscope.example/nsgraph/analyses"
)

// fhrp is a first-hop redundancy protocol.
type fhrp struct {
	name, title      string
	active           string   // the state of which there may be one
	agree            []string // settings that all routers of a group must share
	addresses, hold  string
	fallback, factor float64 // hold time in seconds if not said; what hold is multiplied by
}

// Sources: RFC 2281 (HSRP), RFC 3768 and RFC 5798 (VRRP; from version 3 on, backups take the master's interval), Cisco for GLBP.
var fhrps = []fhrp{
	{"hsrp", "HSRP", "active", []string{"hsrp.version", "hsrp.hello", "hsrp.hold", "hsrp.address", "hsrp.auth"}, "hsrp.address", "hsrp.hold", 10, 1},
	{"vrrp", "VRRP", "master", []string{"vrrp.version", "vrrp.interval", "vrrp.addresses", "vrrp.auth"}, "vrrp.addresses", "vrrp.interval", 1, 4},
	{"glbp", "GLBP", "active", []string{"glbp.hello", "glbp.hold", "glbp.address", "glbp.auth"}, "glbp.address", "glbp.hold", 10, 1},
}

// redundancy judges groups of routers that share a virtual address.
func (j *judge) redundancy() {
	for _, p := range fhrps {
		for _, s := range segments(j.rows, p.name, where, byAddress) {
			for _, part := range p.split(s) {
				j.redundancyGroup(p, part)
			}
		}
	}
}

func (j *judge) redundancyGroup(p fhrp, s *segment) {
	agree := p.agree
	if slices.ContainsFunc(s.speakers, func(x *speaker) bool { return x.value("vrrp.version") == "3" }) {
		agree = slices.DeleteFunc(slices.Clone(agree), func(x string) bool { return x == "vrrp.interval" })
	}
	j.share(s, mustShare{"configuration/fhrp-conflict", analyses.High, 0.9, p.title + " routers of group", agree, ""})
	state := p.name + ".state"
	for i, b := range s.speakers {
		for _, a := range s.speakers[:i] {
			if j.full("configuration/fhrp-conflict") {
				return
			}
			x, y := both(a.rows[state], b.rows[state], p.active)
			if x == nil {
				continue
			}
			limit := p.factor * max(nanos(a.value(p.hold), p.fallback*1e9), nanos(b.value(p.hold), p.fallback*1e9))
			d := overlap(x, y)
			if float64(d) <= limit || x.Count < 3 || y.Count < 3 {
				continue // the moment of a failover
			}
			j.raise("configuration/fhrp-conflict", analyses.High, 0.95,
				fmt.Sprintf("%s group %s has two %s routers, %s and %s, for %d s, want one", p.title, s.name, p.active, a.label, b.label, d/1e9),
				[]*StatementRow{x, y}, p.name, settingSubject(state), segmentSubject(p.name+" "+s.name), a.subject(), b.subject())
		}
	}
}

// both returns the two statements of a value that held together the longest, without a gap, or nil.
func both(as, bs []*StatementRow, value string) (x, y *StatementRow) {
	best := int64(0)
	for _, a := range as {
		for _, b := range bs {
			if d := overlap(a, b); a.Value == value && b.Value == value && !a.Gaps && !b.Gaps && d > best {
				best, x, y = d, a, b
			}
		}
	}
	return x, y
}

// nanos returns a time given in seconds as nanoseconds, or fallback nanoseconds.
func nanos(v string, fallback float64) float64 {
	f, err := strconv.ParseFloat(v, 64)
	if err != nil {
		return fallback
	}
	return f * 1e9
}

// split parts routers of equal group numbers that cannot be on one subnet: they share no virtual address, and their own addresses have not their
// first 24 bits in common. Link-local addresses tell nothing: IPv6 routers that share no other are in one group if one capture point heard both, and
// tagged alike or with one virtual address.
func (p fhrp) split(s *segment) []*segment {
	var parts [][]*speaker
	for _, x := range s.speakers {
		var joined []*speaker
		var rest [][]*speaker
		for _, part := range parts {
			if slices.ContainsFunc(part, func(y *speaker) bool { return p.together(x, y) }) {
				joined = append(joined, part...)
			} else {
				rest = append(rest, part)
			}
		}
		parts = append(rest, append(joined, x))
	}
	if len(parts) == 1 {
		return []*segment{s}
	}
	var out []*segment
	for _, part := range parts {
		slices.SortFunc(part, func(a, b *speaker) int { return strings.Compare(a.label, b.label) })
		out = append(out, &segment{protocol: s.protocol, name: strings.TrimSpace(s.name + " " + part[0].value(p.addresses)), group: s.group, speakers: part})
	}
	slices.SortFunc(out, func(a, b *segment) int { return strings.Compare(a.name, b.name) })
	return out
}

func (p fhrp) together(x, y *speaker) bool {
	for _, v := range x.values(p.addresses) {
		for _, a := range strings.Split(v, ", ") {
			for _, w := range y.values(p.addresses) {
				if slices.Contains(strings.Split(w, ", "), a) && (!strings.HasPrefix(a, "fe80:") || meet(x, y)) {
					return true
				}
			}
		}
	}
	a, errA := netip.ParseAddr(x.label)
	b, errB := netip.ParseAddr(y.label)
	if errA != nil || errB != nil || !a.Is4() || !b.Is4() {
		return errA == nil && errB == nil && a.Is6() && b.Is6() && place(x.any()) != "" && meet(x, y)
	}
	return netip.PrefixFrom(a, 24).Masked().Contains(b)
}

// meet reports whether one capture point heard both.
func meet(x, y *speaker) bool {
	return slices.ContainsFunc(x.all(), func(a *StatementRow) bool {
		return slices.ContainsFunc(y.all(), func(b *StatementRow) bool { return a.Point == b.Point })
	})
}

package configuration

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
)

// dhcpOptions are what two servers of one subnet must give alike.
var dhcpOptions = []string{"dhcp.mask", "dhcp.router", "dhcp.dns", "dhcp.domain", "dhcp.lease", "dhcp.mtu"}

// nakWar is how many refusals make a war: a client that moved is refused once or twice.
const nakWar = 3

// dhcp judges servers that answer on one segment, or to one relay.
func (j *judge) dhcp() {
	segs := segments(j.rows, "dhcp", func(r *StatementRow) string {
		if r.Device || r.Setting == "dhcp.fingerprint" || r.Setting == "dhcp.vendor_class" {
			return ""
		}
		if w := strings.TrimSpace(r.Group + " " + place(r)); w != "" {
			return w
		}
		return "segment"
	}, byAddress)
	for _, s := range segs {
		for i, b := range s.speakers {
			for _, a := range s.speakers[:i] {
				j.dhcpPair(s, a, b)
				j.refusals(s, a, b)
				j.refusals(s, b, a)
			}
		}
		for _, option := range dhcpOptions {
			j.dhcpAssert(s, option)
		}
	}
}

// dhcpPair compares two servers that give addresses of one subnet, or answered the same request.
func (j *judge) dhcpPair(s *segment, a, b *speaker) {
	rivals := rival(a, b) || rival(b, a)
	if !sameSubnet(a, b) && !rivals {
		return
	}
	var differ []string
	var rows []*StatementRow
	for _, option := range dhcpOptions {
		if apartValues(a, b, option) {
			differ = append(differ, fmt.Sprintf("%s %s", option, whoSays([]*speaker{a, b}, option)))
			rows = append(rows, rowsOf([]*speaker{a, b}, option)...)
		}
	}
	for _, o := range [][2]*speaker{{a, b}, {b, a}} {
		for _, option := range []string{"dhcp.mask", "dhcp.router", "dhcp.dns"} { // one gives none, though it gives addresses
			if rivals && len(gives(o[0])) > 0 && len(o[0].rows[option]) == 0 && len(o[1].rows[option]) > 0 {
				differ = append(differ, fmt.Sprintf("%s none (%s), %s", option, o[0].label, whoSays(o[1:], option)))
				rows = append(append(rows, gives(o[0])...), o[1].rows[option]...)
			}
		}
	}
	if len(differ) == 0 {
		return
	}
	confidence := 0.9
	if !rivals {
		confidence = 0.7
	}
	j.raise("configuration/dhcp-conflict", analyses.High, confidence,
		fmt.Sprintf("DHCP servers %s and %s on %s give different options: %s", a.label, b.label, s.name, strings.Join(differ, "; ")),
		rows, "dhcp", segmentSubject("dhcp "+s.name), a.subject(), b.subject())
}

// refusals finds a server that refuses what clients ask of another.
func (j *judge) refusals(s *segment, a, b *speaker) {
	var n int64
	for _, r := range b.rows["dhcp.naks"] {
		n += r.Count
	}
	if n < nakWar || len(gives(a)) == 0 || !rival(a, b) && !rival(b, a) {
		return
	}
	rows := slices.Concat(b.rows["dhcp.naks"], gives(a))
	j.raise("configuration/dhcp-conflict", analyses.High, 0.9,
		fmt.Sprintf("DHCP server %s on %s refuses %d requests that %s answers too", b.label, s.name, n, a.label),
		rows, "dhcp", settingSubject("dhcp.naks"), segmentSubject("dhcp "+s.name), b.subject(), a.subject())
}

// gives returns statements of a server that gives addresses.
func gives(p *speaker) []*StatementRow {
	for _, option := range []string{"dhcp.network", "dhcp.lease"} {
		if rs := p.rows[option]; len(rs) > 0 {
			return rs
		}
	}
	return nil
}

// rival reports whether b answered a request that a answered too.
func rival(a, b *speaker) bool { return slices.Contains(a.values("dhcp.rival"), b.label) }

func sameSubnet(a, b *speaker) bool {
	for _, v := range a.values("dhcp.network") {
		for _, w := range b.values("dhcp.network") {
			p, errP := netip.ParsePrefix(v)
			q, errQ := netip.ParsePrefix(w)
			if errP == nil && errQ == nil && p.Overlaps(q) {
				return true
			}
		}
	}
	return false
}

// apartValues reports whether both state an option and have no value in common: a server gives different clients different options. Lists in
// another order are the same: servers that share a load rotate them.
func apartValues(a, b *speaker, option string) bool {
	va, vb := a.values(option), b.values(option)
	return len(va) > 0 && len(vb) > 0 && !slices.ContainsFunc(va, func(v string) bool {
		return slices.ContainsFunc(vb, func(w string) bool { return sortedList(v) == sortedList(w) })
	})
}

func sortedList(v string) string {
	parts := strings.Split(v, ", ")
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// dhcpAssert puts an option on the assertion sheet.
func (j *judge) dhcpAssert(s *segment, option string) {
	ps := s.stating(option, "")
	if len(ps) == 0 {
		return
	}
	a := Assertion{Name: option, Subject: s.name, Verdict: Agree, Peers: []string{}, Values: map[string]string{}}
	compared := false
	for i, p := range ps {
		a.Peers = append(a.Peers, p.label)
		a.Values[p.label] = p.value(option)
		for _, o := range ps[:i] {
			if sameSubnet(p, o) || rival(p, o) || rival(o, p) {
				compared = true
				if apartValues(p, o, option) {
					a.Verdict = Mismatch
				}
			}
		}
	}
	if !compared {
		a.Verdict = Unobservable
	}
	j.report.Assertions = append(j.report.Assertions, a)
}

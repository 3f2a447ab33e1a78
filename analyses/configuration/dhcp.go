package configuration

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
)

// dhcpOptions are what two servers of one subnet must give alike.
var dhcpOptions = []string{"dhcp.mask", "dhcp.router", "dhcp.dns", "dhcp.domain", "dhcp.lease", "dhcp.mtu"}

// dhcpClients are what clients that have an address say of themselves.
var dhcpClients = []string{"dhcp.bound", "dhcp.fingerprint", "dhcp.vendor_class"}

// dhcpNeeded are the options without which an address is of little use.
var dhcpNeeded = []string{"dhcp.mask", "dhcp.router", "dhcp.dns"}

// nakWar is how many refusals make a war: a client that moved is refused once or twice.
const nakWar = 3

// dhcp judges servers that answer in one layer-2 world, themselves or through a relay.
func (j *judge) dhcp() {
	segs := segments(j.rows, "dhcp", func(r *StatementRow) string {
		if r.Device || slices.Contains(dhcpClients, r.Setting) {
			return ""
		}
		return cmp.Or(place(r), untagged)
	}, byAddress)
	for _, s := range sites(segs, nothing) {
		for i, b := range s.speakers {
			for _, a := range s.speakers[:i] {
				if j.full("configuration/dhcp-conflict") {
					break
				}
				j.dhcpPair(s, a, b)
				j.refusals(s, a, b)
				j.refusals(s, b, a)
			}
		}
		j.exhausted(s)
		for _, option := range dhcpOptions {
			j.dhcpAssert(s, option)
		}
	}
}

// dhcpPair compares two servers that give addresses of one subnet, or answered the same request.
func (j *judge) dhcpPair(s *segment, a, b *speaker) {
	both := []*speaker{a, b}
	rivals := rival(a, b)
	var differ []string
	var rows []*StatementRow
	note := func(option string, a, b []*StatementRow) {
		said := []*speaker{{a[0].Address, map[string][]*StatementRow{option: a}}, {b[0].Address, map[string][]*StatementRow{option: b}}}
		differ = append(differ, option+" "+whoSays(said, option))
		rows = append(append(rows, a...), b...)
	}
	lacking := func(options []string) { // one gives addresses without what the other gives
		for i, p := range both {
			o := both[1-i]
			for _, option := range options {
				if len(p.rows["dhcp.lease"]) > 0 && len(p.rows[option]) == 0 && len(o.rows[option]) > 0 {
					differ = append(differ, fmt.Sprintf("%s none (%s), %s", option, p.label, whoSays([]*speaker{o}, option)))
					rows = slices.Concat(rows, p.rows["dhcp.lease"], o.rows[option])
				}
			}
		}
	}
	switch {
	case sameSubnet(a, b):
		for _, option := range dhcpOptions {
			if x, y := within(a, b, option), within(b, a, option); conflicting(x, y) {
				note(option, x, y)
			}
		}
		if rivals {
			lacking([]string{"dhcp.mask", "dhcp.router", "dhcp.dns", "dhcp.domain", "dhcp.mtu"})
		}
	case !rivals:
		return
	case conflicting(a.rows["dhcp.network"], b.rows["dhcp.network"]):
		note("dhcp.network", a.rows["dhcp.network"], b.rows["dhcp.network"])
	default:
		lacking(dhcpNeeded)
		if x, y := a.rows["dhcp.lease"], b.rows["dhcp.lease"]; conflicting(x, y) {
			note("dhcp.lease", x, y)
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
	given := slices.Concat(a.rows["dhcp.network"], a.rows["dhcp.lease"])
	if n < nakWar || len(given) == 0 || !rival(a, b) {
		return
	}
	j.raise("configuration/dhcp-conflict", analyses.High, 0.9,
		fmt.Sprintf("DHCP server %s on %s refuses %d requests, clients ask %s too", b.label, s.name, n, a.label),
		slices.Concat(b.rows["dhcp.naks"], given), "dhcp", settingSubject("dhcp.naks"), segmentSubject("dhcp "+s.name), b.subject(), a.subject())
}

// rival reports whether both answered the same request.
func rival(a, b *speaker) bool {
	return slices.Contains(a.values("dhcp.rival"), b.label) || slices.Contains(b.values("dhcp.rival"), a.label)
}

func sameSubnet(a, b *speaker) bool { return len(within(a, b, "dhcp.network")) > 0 }

// within returns a's statements of an option for subnets of which b gives addresses too.
func within(a, b *speaker, option string) []*StatementRow {
	var out []*StatementRow
	for _, r := range a.rows[option] {
		p, err := netip.ParsePrefix(r.Group)
		if err == nil && slices.ContainsFunc(b.rows["dhcp.network"], func(o *StatementRow) bool {
			q, err := netip.ParsePrefix(o.Value)
			return err == nil && p.Overlaps(q)
		}) {
			out = append(out, r)
		}
	}
	return out
}

// conflicting reports whether both state something and have no value in common: a server may give different clients different options.
// Lists in another order are the same: servers that share a load rotate them.
func conflicting(as, bs []*StatementRow) bool {
	return len(as) > 0 && len(bs) > 0 && !slices.ContainsFunc(as, func(a *StatementRow) bool {
		return slices.ContainsFunc(bs, func(b *StatementRow) bool { return sortedList(a.Value) == sortedList(b.Value) })
	})
}

func sortedList(v string) string {
	parts := strings.Split(v, ", ")
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// dhcpAssert puts an option on the assertion sheet. A server that is alone has nobody to agree with.
func (j *judge) dhcpAssert(s *segment, option string) {
	ps := s.stating(option, "")
	if len(ps) < 2 {
		return
	}
	a := Assertion{Name: option, Subject: s.name, Verdict: Agree, Peers: []string{}, Values: map[string]string{}}
	compared := false
	for i, p := range ps {
		a.Peers = append(a.Peers, p.label)
		a.Values[p.label] = p.value(option)
		for _, o := range ps[:i] {
			if x, y := within(p, o, option), within(o, p, option); len(x) > 0 && len(y) > 0 {
				compared = true
				if conflicting(x, y) {
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

// leftOut is how many clients must be left without an address: one that no server knows may be meant to.
const leftOut = 3

// exhausted finds servers that gave addresses, still answer, and leave new clients without one: those that got none later either.
func (j *judge) exhausted(s *segment) {
	var waiting []*StatementRow
	clients := map[string]bool{}
	got := map[string]graph.Time{}
	for i := range j.rows {
		if r := &j.rows[i]; r.Setting == "dhcp.bound" {
			got[r.MAC] = max(got[r.MAC], r.Last)
		}
	}
	for i := range j.rows {
		r := &j.rows[i]
		if r.Setting == "dhcp.unanswered" && got[r.MAC] < r.First && cmp.Or(place(r), untagged) == s.group && s.heardAt(r.Point) {
			waiting = append(waiting, r)
			clients[r.MAC] = true
		}
	}
	if len(clients) < leftOut {
		return
	}
	slices.SortStableFunc(waiting, func(a, b *StatementRow) int { return cmp.Compare(a.First, b.First) })
	from := waiting[0].First
	for _, p := range s.speakers {
		gave := slices.ContainsFunc(p.rows["dhcp.lease"], func(r *StatementRow) bool { return r.First < from })
		answers := slices.ContainsFunc(p.rows["dhcp.server"], func(r *StatementRow) bool { return r.Last > from })
		if !gave || !answers {
			continue
		}
		f := j.raise("configuration/dhcp-conflict", analyses.High, 0.6,
			fmt.Sprintf("DHCP server %s on %s gave addresses and still answers, and offers %d clients none that asked %d times and more", p.label, s.name, len(clients), fact.DHCPTries),
			slices.Concat(waiting, p.rows["dhcp.lease"]), "dhcp", settingSubject("dhcp.unanswered"), segmentSubject("dhcp "+s.name), p.subject())
		for i := range f.Evidence { // clients ask by broadcast, through whatever card
			f.Evidence[i].Filter = "dhcp"
		}
		j.explain(f, "loss", "one-way")
		return
	}
}

// heardAt reports whether a point heard a speaker of the segment.
func (s *segment) heardAt(point string) bool {
	return slices.ContainsFunc(s.speakers, func(p *speaker) bool {
		return slices.ContainsFunc(p.all(), func(r *StatementRow) bool { return r.Point == point })
	})
}

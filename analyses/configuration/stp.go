package configuration

import (
	"fmt"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
)

// spanningTree judges the bridges whose BPDUs meet in one VLAN.
func (j *judge) spanningTree() {
	segs := segments(j.rows, "stp", func(r *StatementRow) string {
		if r.Setting == "stp.tcn" {
			return "" // its sender does not say which bridge it is
		}
		return where(r)
	}, func(r *StatementRow) string { return r.Speaker })
	for _, s := range trees(segs) {
		if !j.twoRoots(s) {
			timers := []string{"stp.hello", "stp.max_age", "stp.forward_delay"} // the root sets them for all
			j.share(s, mustShare{"configuration/stp-conflict", analyses.High, 0.9, "bridges in spanning tree", timers, ""})
		}
		j.regions(s)
		j.unstable(s)
	}
}

// trees splits segments by where they were heard: two capture points look at one tree if they hear the same bridge, or of the same root. Spanning
// trees of one number at two sites have nothing to do with each other.
func trees(segs []*segment) []*segment {
	var out []*segment
	for _, s := range segs {
		parts := groups{}
		for _, p := range s.speakers {
			for _, r := range p.all() {
				parts.join("point "+r.Point, "bridge "+r.Speaker)
				if r.Setting == "stp.root" {
					parts.join("point "+r.Point, "root "+r.Value)
				}
			}
		}
		at := map[string]*segment{}
		var order []string
		for _, p := range s.speakers { // a speaker is heard in one part only
			root := parts.find("bridge " + p.any().Speaker)
			if at[root] == nil {
				at[root] = &segment{protocol: s.protocol, name: s.name}
				order = append(order, root)
			}
			at[root].speakers = append(at[root].speakers, p)
		}
		for _, root := range order {
			t := at[root]
			if len(order) > 1 {
				t.name += " at " + strings.Join(pointsOf(t), ", ")
			}
			out = append(out, t)
		}
	}
	return out
}

// pointsOf returns the capture points at which a segment was heard, in order.
func pointsOf(s *segment) []string {
	var points []string
	for _, p := range s.speakers {
		for _, r := range p.all() {
			if !slices.Contains(points, r.Point) {
				points = append(points, r.Point)
			}
		}
	}
	slices.Sort(points)
	return points
}

// groups are disjoint sets of names.
type groups map[string]string

func (g groups) find(x string) string {
	for g[x] != "" && g[x] != x {
		x = g[x]
	}
	return x
}

// join makes two sets one; the lesser name stands for it.
func (g groups) join(a, b string) {
	a, b = g.find(a), g.find(b)
	if a != b {
		g[max(a, b)] = min(a, b)
	}
}

// twoRoots finds bridges that hold to different roots for longer than a tree takes to converge.
func (j *judge) twoRoots(s *segment) bool {
	ps := s.stating("stp.root", "")
	if len(ps) == 0 {
		return false
	}
	a := Assertion{Name: "stp.root", Subject: s.name, Verdict: Agree, Peers: []string{}, Values: map[string]string{}}
	split := map[*speaker]bool{} // those that differ from another
	longest := int64(0)
	for i, p := range ps {
		a.Peers = append(a.Peers, p.label)
		a.Values[p.label] = p.value("stp.root")
		age := nanos(p.value("stp.max_age"), 20e9) // a root that fell silent is forgotten after that
		for _, o := range ps[:i] {
			if d := apartFor(p, o, "stp.root", int64(age)); d > 0 {
				longest = max(longest, d)
				split[p], split[o] = true, true
			}
		}
	}
	switch {
	case len(ps) == 1:
		a.Verdict = Unobservable
	case longest > 0:
		a.Verdict = Mismatch
	}
	j.report.Assertions = append(j.report.Assertions, a)
	if longest == 0 {
		return false
	}
	ps = slices.DeleteFunc(ps, func(p *speaker) bool { return !split[p] })
	j.conflict("configuration/stp-conflict", analyses.High, 0.8, s, "stp.root", ps,
		fmt.Sprintf("spanning tree %s has two roots for %d s: %s, want one", s.name, longest/1e9, whoSays(ps, "stp.root")))
	return true
}

// regions judges the MST configuration of bridges on one segment. A region whose name is its bridge's own MAC was never configured.
func (j *judge) regions(s *segment) {
	named := &segment{protocol: s.protocol, name: s.name}
	for _, p := range s.speakers {
		if r := p.value("stp.region"); r != "" && !strings.EqualFold(r, strings.ReplaceAll(p.label, ":", "")) {
			named.speakers = append(named.speakers, p)
		}
	}
	region := []string{"stp.region", "stp.revision", "stp.digest"}
	j.share(named, mustShare{"configuration/stp-conflict", analyses.High, 0.8, "bridges in spanning tree", region, ""})
}

// stormChanges is how many topology changes one port must signal within stormSpan to be called a storm: a port that flaps once signals one.
const (
	stormChanges = 5
	stormSpan    = int64(10 * 60 * 1e9)
)

// unstable finds ports that signal one topology change after the other.
func (j *judge) unstable(s *segment) {
	for _, p := range s.speakers {
		ports := map[string][]*StatementRow{}
		var names []string
		for _, r := range p.rows["stp.topology_change"] {
			if r.Value == "yes" {
				if ports[r.Port] == nil {
					names = append(names, r.Port)
				}
				ports[r.Port] = append(ports[r.Port], r)
			}
		}
		slices.Sort(names)
		for _, port := range names {
			rs := ports[port]
			if len(rs) < stormChanges || int64(rs[len(rs)-1].First-rs[0].First) > stormSpan {
				continue
			}
			j.raise("configuration/stp-conflict", analyses.High, 0.8,
				fmt.Sprintf("bridge %s port %s in spanning tree %s signals %d topology changes in %d s", p.label, port, s.name, len(rs), int64(rs[len(rs)-1].Last-rs[0].First)/1e9),
				rs, "stp.flags.tc == 1", settingSubject("stp.topology_change"), segmentSubject("stp "+s.name+" "+port), p.subject())
		}
	}
}

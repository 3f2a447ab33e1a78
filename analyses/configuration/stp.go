package configuration

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// spanningTree judges the bridges whose BPDUs meet in one VLAN.
func (j *judge) spanningTree() {
	segs := segments(j.rows, "stp", func(r *StatementRow) string {
		if r.Setting == "stp.tcn" {
			return "" // its sender does not say which bridge it is
		}
		return where(r)
	}, func(r *StatementRow) string { return r.Speaker })
	for _, s := range sites(segs, root) {
		if !j.twoRoots(s) {
			timers := []string{"stp.hello", "stp.max_age", "stp.forward_delay"} // the root sets them for all
			j.share(s, mustShare{"configuration/stp-conflict", analyses.High, 0.9, "bridges in spanning tree", timers, ""})
		}
		j.regions(s)
		j.unstable(s)
	}
	j.notices()
	j.hostPorts()
}

// root joins what is heard at two points where bridges far from each other hold to one root.
func root(r *StatementRow) string {
	if r.Setting == "stp.root" {
		return r.Value
	}
	return ""
}

// converging is the share of max age for which bridges may hold to different roots. They forget a root that fell silent a second apart, as its age grows
// by a second at each bridge, so that a tree of so many bridges in a row takes as many seconds. IEEE 802.1D-1998, 8.10, wants a max age of 20 s for 7 of
// them: half of it covers what it allows for.
const converging = 0.5

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
		age := nanos(p.value("stp.max_age"), 20e9)
		for _, o := range ps[:i] {
			if d := apartFor(p, o, "stp.root", int64(converging*age)); d > 0 {
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
	named := &segment{protocol: s.protocol, name: s.name, group: s.group}
	for _, p := range s.speakers {
		if r := p.value("stp.region"); r != "" && !strings.EqualFold(r, strings.ReplaceAll(p.label, ":", "")) {
			named.speakers = append(named.speakers, p)
		}
	}
	region := []string{"stp.region", "stp.revision", "stp.digest"}
	j.share(named, mustShare{"configuration/stp-conflict", analyses.High, 0.8, "bridges in spanning tree", region, ""})
}

// stormChanges is how many topology changes one port must signal within stormSpan to be called a storm: a port that flaps once signals one. Notifications are
// repeated until they are acknowledged, so that it takes stormNotices.
const (
	stormChanges = 5
	stormNotices = 10
	stormSpan    = int64(10 * 60 * 1e9)
)

// rapidChange is for how long a port of RSTP and MSTP signals one change, its neighbour's echo included (IEEE 802.1D-2004, 17.21.7).
const rapidChange = 8e9

// unstable finds ports that signal one topology change after the other, or one that does not end.
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
		change := int64(rapidChange)
		if p.value("stp.version") == "stp" { // the root signals it for so long (9.2.11 of IEEE 802.1D-1998)
			change = int64(nanos(p.value("stp.max_age"), 20e9) + nanos(p.value("stp.forward_delay"), 15e9))
		}
		for _, port := range names {
			rs := ports[port]
			what := fmt.Sprintf("%d topology changes in %d s", len(rs), int64(rs[len(rs)-1].Last-rs[0].First)/1e9)
			if len(rs) < stormChanges || int64(rs[len(rs)-1].First-rs[0].First) > stormSpan {
				r := slices.MaxFunc(rs, func(a, b *StatementRow) int { return cmp.Compare(a.Last-a.First, b.Last-b.First) })
				if d := int64(r.Last - r.First); !r.Gaps && d >= stormChanges*change {
					rs, what = []*StatementRow{r}, fmt.Sprintf("a topology change for %d s without an end, one takes %d s", d/1e9, change/1e9)
				} else {
					continue
				}
			}
			j.raise("configuration/stp-conflict", analyses.High, 0.8,
				fmt.Sprintf("bridge %s port %s in spanning tree %s signals %s", p.label, port, s.name, what),
				rs, "stp.flags.tc == 1", settingSubject("stp.topology_change"), segmentSubject("stp "+s.name+" "+port), p.subject())
		}
	}
}

// notices finds bridges that notify the root of one topology change after the other. Their sender does not say which bridge it is.
func (j *judge) notices() {
	for _, s := range segments(j.rows, "stp", where, func(r *StatementRow) string { return r.MAC }) {
		for _, p := range s.speakers {
			for _, r := range p.rows["stp.tcn"] {
				if r.Count < stormNotices || float64(r.Last-r.First)*stormNotices > float64(r.Count*stormSpan) {
					continue
				}
				j.raise("configuration/stp-conflict", analyses.High, 0.7,
					fmt.Sprintf("bridge port %s in spanning tree %s notifies of topology changes %d times in %d s", p.label, s.name, r.Count, int64(r.Last-r.First)/1e9),
					[]*StatementRow{r}, "stp.type == 0x80", settingSubject("stp.tcn"), segmentSubject("stp "+s.name), p.subject())
			}
		}
	}
}

// hostApplications are those that people use: a switch with an address speaks SNMP, syslog and SSH, and asks a server or two of its maker's over TLS.
var hostApplications = []string{"http", "smb", "rdp", "imap", "smtp", "pop3", "ftp", "mssql", "mysql", "postgresql"}

// manyServers is how many servers a host asks over TLS before it is one of a person.
const manyServers = 3

// deviceProtocols are spoken by switches and routers: who speaks one of them is a device. Other settings, those of hosts among them, say nothing of that.
var deviceProtocols = []string{"bgp", "cdp", "dtp", "eigrp", "glbp", "hsrp", "isis", "lacp", "lldp", "ospf", "pim", "ra", "rip", "udld", "vrrp", "vtp"}

// hostPorts finds BPDUs whose sender is a host: one address, from which it uses what people use, and no other protocol of devices.
func (j *judge) hostPorts() {
	bpdus := map[string][]*StatementRow{}
	devices := map[string]bool{}
	for i := range j.rows {
		r := &j.rows[i]
		protocol, _, _ := strings.Cut(r.Setting, ".")
		switch {
		case r.Setting == "stp.root" || r.Setting == "stp.tcn":
			bpdus[r.MAC] = append(bpdus[r.MAC], r)
		case slices.Contains(deviceProtocols, protocol):
			devices[r.MAC] = true
		}
	}
	owners := map[string][]*ClaimRow{}
	for i := range j.claims {
		if c := &j.claims[i]; bpdus[c.MAC] != nil && !devices[c.MAC] && c.Claims > 0 && c.Virtual == "" && c.Address.Is4() {
			owners[c.MAC] = append(owners[c.MAC], c)
		}
	}
	for _, mac := range slices.Sorted(maps.Keys(owners)) {
		c := owners[mac][0]
		uses := j.usesAsHost(c.Endpoint)
		other := func(o *ClaimRow) bool { return o.Endpoint != c.Endpoint }
		if slices.ContainsFunc(owners[mac], other) || !owns(c) || uses == "" || j.full("configuration/stp-conflict") {
			continue
		}
		var n int64
		for _, r := range bpdus[mac] {
			n += r.Count
		}
		r := bpdus[mac][0]
		j.raise("configuration/stp-conflict", analyses.High, 0.7,
			fmt.Sprintf("host %s (%s), a client of %s, sends %d BPDUs in spanning tree %s, want none", c.Address, mac, uses, n, where(r)),
			bpdus[mac], "stp", settingSubject("stp.bridge"), segmentSubject("stp "+where(r)), analyses.Subject{Kind: "endpoint", ID: c.Endpoint.String(), Label: c.Address.String()})
	}
}

// usesAsHost names a service that an endpoint uses as only a host does, "" if it uses none.
func (j *judge) usesAsHost(id graph.ID) string {
	var human, secure []string
	servers := map[graph.ID]bool{}
	for i := range j.tcp {
		r := &j.tcp[i]
		if r.Client != id || r.Handshakes == 0 || r.PayloadDown == 0 {
			continue
		}
		label := analyses.ServiceLabel(r.ServerAddress, "tcp", r.Port)
		switch {
		case slices.Contains(hostApplications, r.Application):
			human = append(human, label)
		case r.Application == "tls":
			secure = append(secure, label)
			servers[r.Server] = true
		}
	}
	if len(servers) >= manyServers {
		human = append(human, secure...)
	}
	if len(human) == 0 {
		return ""
	}
	return slices.Min(human)
}

package configuration

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
)

// icmp reports what routers complain of: packets too big, destinations out of reach, better gateways.
func (j *judge) icmp() {
	j.complaints("icmp.mtu", "configuration/path-mtu-reduced", "icmp.type == 3 && icmp.code == 4 || icmpv6.type == 2", j.reducedText)
	j.complaints("icmp.redirect", "configuration/icmp-redirect", "icmp.type == 5 || icmpv6.type == 137", func(who, value string, groups []string, n int64) string {
		if len(groups) == 1 && groups[0] == value {
			return fmt.Sprintf("%s tells hosts that %s is on their own link (%s)", who, value, analyses.Count(n, "redirect"))
		}
		return fmt.Sprintf("%s tells hosts that %s is the better gateway to %s (%s)", who, value, list(groups), analyses.Count(n, "redirect"))
	})
	j.complaints("icmp.unreachable", "configuration/unreachable", "icmp.type == 3 || icmpv6.type == 1", func(who, value string, groups []string, n int64) string {
		return fmt.Sprintf("%s cannot reach a %s in %s (%s)", who, value, list(groups), analyses.Count(n, "time"))
	})
}

func (j *judge) reducedText(who, mtu string, groups []string, n int64) string {
	var to []string
	for _, g := range groups {
		if _, dst, ok := strings.Cut(g, " "); ok {
			to = append(to, dst)
		}
	}
	slices.Sort(to)
	to = slices.Compact(to)
	if mtu == "0" {
		return fmt.Sprintf("%s drops packets to %s as too big without saying its MTU (%s)", who, list(to), analyses.Count(n, "time"))
	}
	return fmt.Sprintf("%s reports next-hop MTU %s towards %s (%s)", who, mtu, list(to), analyses.Count(n, "time"))
}

// complaints makes one finding of all that one router says with one value.
func (j *judge) complaints(setting, rule, filter string, text func(who, value string, groups []string, n int64) string) {
	type key struct{ who, value string }
	at := map[key][]*StatementRow{}
	for i := range j.rows {
		if r := &j.rows[i]; r.Setting == setting {
			k := key{byAddress(r), r.Value}
			at[k] = append(at[k], r)
		}
	}
	keys := slices.SortedFunc(maps.Keys(at), func(a, b key) int {
		return strings.Compare(a.who+" "+a.value, b.who+" "+b.value)
	})
	for _, k := range keys {
		rows := at[k]
		var groups []string
		var n int64
		for _, r := range rows {
			n += r.Count
			groups = append(groups, r.Group)
		}
		slices.Sort(groups)
		groups = slices.Compact(groups)
		s := speaker{label: k.who, rows: map[string][]*StatementRow{setting: rows}}
		j.raise(rule, analyses.Low, 0.95, text(k.who, k.value, groups, n), rows, "("+filter+")", s.subject(), settingSubject(setting),
			analyses.Subject{Kind: "value", ID: k.value, Label: k.value})
	}
}

package configuration

import (
	"fmt"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// addresses finds addresses that two MACs claim at one time in one VLAN. Virtual MACs of redundancy protocols share addresses by design; a
// host that moved, and the gratuitous ARP of a failover, claim after another, not in between.
func (j *judge) addresses() {
	type key struct {
		endpoint     graph.ID
		vlan, tunnel string
	}
	at := map[key][]*ClaimRow{}
	var keys []key
	for i := range j.claims {
		c := &j.claims[i]
		if c.Virtual != "" || c.Address.IsUnspecified() {
			continue
		}
		k := key{c.Endpoint, c.VLAN, c.Tunnel}
		if at[k] == nil {
			keys = append(keys, k)
		}
		at[k] = append(at[k], c)
	}
	for _, k := range keys {
		if a, b := interleaved(at[k]); a != nil {
			j.duplicate(at[k], a, b)
		}
	}
}

// sameQuestion is how far apart two answers to one question lie at most, nanoseconds: a host repeats an ARP request after a second.
const sameQuestion = 1e9

// interleaved returns two claims of different MACs of which one lies between two of the other, or which answer the same question. cs is in
// the order of its first claims.
func interleaved(cs []*ClaimRow) (a, b *ClaimRow) {
	var longest, other *ClaimRow // of those before: the one that lasts longest, and the one of another MAC that does
	for _, x := range cs {
		before := longest
		if before != nil && before.MAC == x.MAC {
			before = other
		}
		if before != nil && together(before, x) {
			return before, x
		}
		switch {
		case longest == nil || x.Last > longest.Last:
			if longest != nil && longest.MAC != x.MAC {
				other = longest
			}
			longest = x
		case x.MAC != longest.MAC && (other == nil || x.Last > other.Last):
			other = x
		}
	}
	return nil, nil
}

// together reports whether the later claim began before the earlier one ended, or at once behind it and both are answers.
func together(earlier, later *ClaimRow) bool {
	if later.First <= earlier.Last {
		return true
	}
	return later.First-earlier.Last <= sameQuestion && later.Claims > later.Announces && earlier.Claims > earlier.Announces
}

func (j *judge) duplicate(all []*ClaimRow, a, b *ClaimRow) {
	if a.MAC > b.MAC {
		a, b = b, a
	}
	var claims int64
	var witness []string
	first, last := a.First, a.Last
	for _, c := range []*ClaimRow{a, b} {
		claims += c.Claims
		witness = append(witness, c.Witness...)
		first, last = min(first, c.First), max(last, c.Last)
	}
	where := ""
	if a.VLAN != "" {
		where = " in VLAN " + a.VLAN
	}
	f := analyses.NewFinding("configuration/duplicate-address", analyses.High, 0.9,
		fmt.Sprintf("%s%s is claimed by two MACs at one time, %s (%d claims) and %s (%d), want one", a.Address, where, a.MAC, a.Claims, b.MAC, b.Claims),
		analyses.Subject{Kind: "endpoint", ID: a.Endpoint.String(), Label: a.Address.String()})
	f.First, f.Last, f.Count = first, last, claims
	filter := "arp.src.proto_ipv4 == " + a.Address.String()
	if a.Address.Is6() {
		filter = "icmpv6.nd.na.target_address == " + a.Address.String()
	}
	f.Evidence = analyses.EvidenceOf(witness, filter)
	j.explain(&f, "tags-stripped")
	macs := map[string]bool{}
	for _, c := range all {
		macs[c.MAC] = true
	}
	if len(macs) > 2 {
		f.Text = fmt.Sprintf("%s%s is claimed by %d MACs, %s and %s among them at one time, want one", a.Address, where, len(macs), a.MAC, b.MAC)
	}
	j.report.Findings = append(j.report.Findings, f)
}

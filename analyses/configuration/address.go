package configuration

import (
	"fmt"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// place of a claim: an address in one layer-2 world.
type claimPlace struct {
	endpoint     graph.ID
	vlan, tunnel string
}

// addresses finds addresses that two MACs claim at one time in one VLAN. Virtual MACs of redundancy protocols share addresses by design; a
// host that moved, and the gratuitous ARP of a failover, claim after another, not in between.
func (j *judge) addresses() {
	claims, users := map[claimPlace][]*ClaimRow{}, map[claimPlace][]*ClaimRow{}
	var places []claimPlace
	for i := range j.claims {
		c := &j.claims[i]
		if c.Virtual != "" || c.Address.IsUnspecified() {
			continue
		}
		k := claimPlace{c.Endpoint, c.VLAN, c.Tunnel}
		if c.Claims == 0 {
			users[k] = append(users[k], c)
			continue
		}
		if claims[k] == nil {
			places = append(places, k)
		}
		claims[k] = append(claims[k], c)
	}
	found := map[claimPlace]bool{}
	for _, k := range places {
		a, b := interleaved(claims[k])
		if a == nil {
			a, b = bothSend(claims[k])
		}
		if a != nil {
			found[k] = true
			j.duplicate(claims[k], a, b)
		}
	}
	j.spoofed(places, claims, users, found)
}

// spoofed finds MACs that claim several addresses from which they never send, while other hosts send from them. It is how a man in the
// middle looks whose victims are silent in ARP. A router that answers for its hosts (proxy ARP), and one host with several network cards,
// look different: the one forwards, the other has one owner for all addresses.
func (j *judge) spoofed(places []claimPlace, claims, users map[claimPlace][]*ClaimRow, found map[claimPlace]bool) {
	type stolen struct{ claim, use *ClaimRow }
	type thief struct{ mac, vlan, tunnel string }
	loot := map[thief][]stolen{}
	var thieves []thief
	for _, k := range places {
		if found[k] {
			continue
		}
		for _, c := range claims[k] {
			i := slices.IndexFunc(users[k], func(u *ClaimRow) bool { return u.MAC != c.MAC && owns(u) && u.First < c.Last && c.First < u.Last })
			if i < 0 || c.Router || c.TTLMax != 0 || c.Claims < 2 {
				continue
			}
			t := thief{c.MAC, k.vlan, k.tunnel}
			if loot[t] == nil {
				thieves = append(thieves, t)
			}
			loot[t] = append(loot[t], stolen{c, users[k][i]})
		}
	}
	for _, t := range thieves {
		owners := map[string]bool{}
		for _, s := range loot[t] {
			owners[s.use.MAC] = true
		}
		if len(owners) < 2 {
			continue
		}
		for _, s := range loot[t] {
			text := fmt.Sprintf("%s%s is claimed by %s (%s), which claims %d addresses and sends from none, and used by %s (%s), want one",
				s.claim.Address, inVLAN(t.vlan), t.mac, analyses.Count(s.claim.Claims, "claim"), len(loot[t]), s.use.MAC, analyses.Count(s.use.Packets, "packet"))
			j.addressFinding(0.7, text, s.claim, s.use)
		}
	}
}

// owns reports whether a MAC sends from an address as its host: with a TTL that hosts begin with, and not as a router.
func owns(u *ClaimRow) bool { return !u.Router && slices.Contains([]int64{64, 128, 255}, u.TTLMax) }

func inVLAN(vlan string) string {
	if vlan == "" {
		return ""
	}
	return " in VLAN " + vlan
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

// bothSend returns two MACs that each claimed the address and send from it as its host, each before the other had ended.
func bothSend(cs []*ClaimRow) (a, b *ClaimRow) {
	for _, x := range cs {
		switch {
		case !owns(x):
		case a == nil || x.MAC == a.MAC:
			if a == nil || x.SeenLast > a.SeenLast {
				a = x
			}
		case x.SeenFirst < a.SeenLast && a.SeenFirst < x.SeenLast:
			return a, x
		}
	}
	return nil, nil
}

func (j *judge) duplicate(all []*ClaimRow, a, b *ClaimRow) {
	if a.MAC > b.MAC {
		a, b = b, a
	}
	macs := map[string]bool{}
	for _, c := range all {
		macs[c.MAC] = true
	}
	text := fmt.Sprintf("%s%s is claimed by two MACs at one time, %s (%s) and %s (%d), want one", a.Address, inVLAN(a.VLAN), a.MAC, analyses.Count(a.Claims, "claim"), b.MAC, b.Claims)
	if len(macs) > 2 {
		text = fmt.Sprintf("%s%s is claimed by %d MACs, %s and %s among them at one time, want one", a.Address, inVLAN(a.VLAN), len(macs), a.MAC, b.MAC)
	}
	j.addressFinding(0.9, text, a, b)
}

// addressFinding raises a finding about the address of two rows.
func (j *judge) addressFinding(confidence float64, text string, a, b *ClaimRow) {
	f := analyses.NewFinding("configuration/duplicate-address", analyses.High, confidence, text,
		analyses.Subject{Kind: "endpoint", ID: a.Endpoint.String(), Label: a.Address.String()})
	f.First, f.Last, f.Count = min(a.First, b.First), max(a.Last, b.Last), a.Claims+b.Claims
	f.Evidence = analyses.EvidenceOf(slices.Concat(a.Witness, b.Witness), analyses.SpeakerFilter(a.Address))
	j.explain(&f, "tags-stripped")
	j.add(f)
}

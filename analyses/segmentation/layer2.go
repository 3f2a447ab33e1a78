package segmentation

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
)

// leaks finds VLANs that are bridged. A frame that also carries other tags around it elsewhere, or none, is the same VLAN seen at another place: only
// stacks of one depth are compared.
func (s *sight) leaks() ([]analyses.Finding, error) {
	rows, err := Copies.All(s.ctx, s.q, s.p)
	if err != nil {
		return nil, err
	}
	type vlans struct{ a, b string }
	groups := map[vlans]*CopiesRow{}
	points := map[vlans]bool{} // seen at one point alone
	for _, r := range rows {
		if !tagged(r.FromVLAN) || !tagged(r.ToVLAN) || depth(r.FromVLAN) != depth(r.ToVLAN) {
			continue
		}
		k := vlans{min(r.FromVLAN, r.ToVLAN), max(r.FromVLAN, r.ToVLAN)}
		points[k] = points[k] || r.FromPoint == r.ToPoint
		g := groups[k]
		if g == nil {
			groups[k] = &r
			continue
		}
		g.Packets += r.Packets
		g.Broadcasts += r.Broadcasts
		g.First, g.Last = min(g.First, r.First), max(g.Last, r.Last)
		g.MACs, g.Witness = union(g.MACs, r.MACs), union(g.Witness, r.Witness)
	}
	var fs []analyses.Finding
	for _, k := range slices.SortedFunc(maps.Keys(groups), func(x, y vlans) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) }) {
		g := groups[k]
		confidence := 0.95
		if g.Packets < 3 {
			confidence = 0.7
		}
		if !points[k] {
			confidence *= 0.7 // two trunks may number one VLAN differently
		}
		text := fmt.Sprintf("VLAN %s and VLAN %s: %s unchanged in both, %d of them to group addresses, first %s", k.a, k.b, analyses.Count(g.Packets, "frame"), g.Broadcasts, g.Example)
		f := analyses.NewFinding("segmentation/vlan-leak", analyses.High, analyses.Round(confidence), text, vlanSubject(k.a), vlanSubject(k.b))
		f.First, f.Last, f.Count = g.First, g.Last, g.Packets
		f.Evidence = analyses.EvidenceOf(g.Witness, "vlan.id == "+last(k.a)+" || vlan.id == "+last(k.b))
		f.ExplainedBy = analyses.Explain(s.artefacts, "tags-stripped")
		fs = append(fs, f)
	}
	return fs, nil
}

// tagged reports whether a stack names a VLAN; tag 0 is a priority only (IEEE 802.1Q, 6.9).
func tagged(stack string) bool { return stack != "" && last(stack) != "0" }

// depth is the number of tags.
func depth(stack string) int { return strings.Count(stack, ".") + 1 }

// nested reports whether one stack of tags is the other with more tags around it or inside it: one port, seen or used at several depths.
func nested(a, b string) bool {
	a, b = "."+a+".", "."+b+"."
	return strings.HasSuffix(a, b) || strings.HasSuffix(b, a) || strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}

// last returns the innermost tag of a stack.
func last(stack string) string { return stack[strings.LastIndexByte(stack, '.')+1:] }

func vlanSubject(v string) analyses.Subject {
	return analyses.Subject{Kind: "vlan", ID: graph.NewVLANID("", v).String(), Label: v}
}

// hardware finds MACs that speak in several VLANs at the same time.
func (s *sight) hardware() []analyses.Finding {
	rows := s.macs
	byMAC := map[string][]MACsRow{}
	forwards := map[string]bool{}
	for _, r := range rows {
		if r.Router || r.Virtual != "" || s.gateway(r) {
			forwards[r.MAC] = true
		}
		if r.Tunnel == "" {
			byMAC[r.MAC] = append(byMAC[r.MAC], r)
		}
	}
	var fs []analyses.Finding
	for _, mac := range slices.Sorted(maps.Keys(byMAC)) {
		if forwards[mac] || virtualMachine(mac) {
			continue
		}
		rs := atTheSameTime(byMAC[mac])
		vlans := vlansOf(rs)
		if len(vlans) < 2 || len(vlans) >= manyInterfaces && ownInEach(rs) {
			continue
		}
		var packets int64
		var witness []string
		first, end := rs[0].First, rs[0].Last
		subjects := []analyses.Subject{{Kind: "mac", ID: graph.NewID("MAC", mac).String(), Label: mac}}
		for _, r := range rs {
			packets += r.Packets
			witness = union(witness, r.Witness)
			first, end = min(first, r.First), max(end, r.Last)
		}
		for _, v := range vlans {
			subjects = append(subjects, vlanSubject(v))
		}
		text := fmt.Sprintf("%s speaks in VLANs %s at the same time, as %s: %s", mac, strings.Join(vlans, " and "), addressesOf(rs), analyses.Count(packets, "packet"))
		f := analyses.NewFinding("segmentation/mac-in-several-vlans", analyses.Medium, 0.8, text, subjects...)
		f.Subjects = append(f.Subjects, owners(rs)...)
		f.First, f.Last, f.Count = first, end, packets
		f.Evidence = analyses.EvidenceOf(witness, "eth.src == "+mac)
		fs = append(fs, f)
	}
	return fs
}

// virtualMachine reports whether a MAC is one that hypervisors give to their own interfaces or to guests (VMware, Hyper-V, KVM, Xen,
// Parallels, VirtualBox).
func virtualMachine(mac string) bool {
	return slices.ContainsFunc([]string{"00:50:56", "00:0c:29", "00:05:69", "00:1c:14", "00:15:5d", "52:54:00", "00:16:3e", "00:1c:42", "08:00:27"},
		func(oui string) bool { return strings.HasPrefix(mac, oui) })
}

// atTheSameTime keeps the rows of a MAC that overlap in time, at one capture point, with a row in another VLAN. Two points may number VLANs
// differently.
func atTheSameTime(rs []MACsRow) []MACsRow {
	return slices.DeleteFunc(slices.Clone(rs), func(r MACsRow) bool {
		return !tagged(r.VLAN) || !slices.ContainsFunc(rs, func(o MACsRow) bool {
			return tagged(o.VLAN) && o.VLAN != r.VLAN && o.Point == r.Point && !nested(o.VLAN, r.VLAN) && o.First <= r.Last && r.First <= o.Last
		})
	})
}

// manyInterfaces is how many VLANs, in each of which it has an address of its own, make a host a router or a switch that routes.
const manyInterfaces = 3

// ownInEach reports whether a MAC uses no address in two VLANs.
func ownInEach(rs []MACsRow) bool {
	home := map[netip.Addr]string{}
	for _, r := range rs {
		if r.Address.IsLinkLocalUnicast() {
			continue // the same on all interfaces
		}
		if v, ok := home[r.Address]; ok && v != r.VLAN {
			return false
		}
		home[r.Address] = r.VLAN
	}
	return true
}

func vlansOf(rs []MACsRow) []string {
	var vs []string
	for _, r := range rs {
		if !slices.Contains(vs, r.VLAN) {
			vs = append(vs, r.VLAN)
		}
	}
	slices.SortFunc(vs, analyses.CompareVLANs)
	return vs
}

func addressesOf(rs []MACsRow) string {
	seen := map[netip.Addr]bool{}
	for _, r := range rs {
		seen[r.Address] = true
	}
	var as []string
	for _, a := range slices.SortedFunc(maps.Keys(seen), netip.Addr.Compare) {
		as = append(as, a.String())
	}
	if len(as) > 4 {
		return fmt.Sprintf("%s and %d more", strings.Join(as[:4], ", "), len(as)-4)
	}
	return strings.Join(as, ", ")
}

// owners lists the first addresses of a MAC, as subjects beyond the identity of a finding.
func owners(rs []MACsRow) []analyses.Subject {
	var out []analyses.Subject
	seen := map[graph.ID]bool{}
	for _, r := range rs {
		if !seen[r.Endpoint] && len(out) < maxList {
			seen[r.Endpoint] = true
			out = append(out, analyses.Subject{Kind: "endpoint", ID: r.Endpoint.String(), Label: r.Address.String()})
		}
	}
	return out
}

// overlapping finds addresses that are different hosts in different contexts.
func (s *sight) overlapping() []analyses.Finding {
	rows := s.macs
	witness := map[graph.ID][]string{}
	macs := map[graph.ID][]string{}
	homes := map[graph.ID][]string{} // where it speaks itself
	ends := s.tunnelEnds()
	inside := map[graph.ID]bool{} // in a tunnel that ends at its own address: the host that ends it
	seen := map[graph.ID]*[2]graph.Time{}
	for _, r := range rows {
		if t := seen[r.Endpoint]; t == nil {
			seen[r.Endpoint] = &[2]graph.Time{r.First, r.Last}
		} else {
			t[0], t[1] = min(t[0], r.First), max(t[1], r.Last)
		}
		witness[r.Endpoint] = union(witness[r.Endpoint], r.Witness)
		if kind, _, _ := strings.Cut(r.Tunnel, " "); r.Tunnel != "" && ends[tunnelEnd{kind, r.Address}] {
			inside[r.Endpoint] = true
		}
		if !r.Router {
			macs[r.Endpoint] = union(macs[r.Endpoint], []string{r.MAC})
			homes[r.Endpoint] = union(homes[r.Endpoint], []string{homeName(r)})
		}
	}
	byAddress := map[netip.Addr][]*analyses.Host{}
	for _, h := range s.site.Hosts() {
		if h.Forwards || inside[h.ID] {
			continue // each network has its gateway; a host that ends a tunnel may speak inside it
		}
		byAddress[h.Address] = append(byAddress[h.Address], h)
	}
	var fs []analyses.Finding
	for _, a := range slices.SortedFunc(maps.Keys(byAddress), netip.Addr.Compare) {
		hs := byAddress[a]
		if len(hs) < 2 || a.IsMulticast() || a.IsLinkLocalUnicast() || a.IsUnspecified() || isBroadcast(a) {
			continue
		}
		var where []string
		var subjects []analyses.Subject
		var all []string
		first, end := graph.Forever, graph.MinTime
		distinct := map[string]bool{}
		for _, h := range hs {
			where = append(where, fmt.Sprintf("%s (%s)", s.whereabouts(h, homes[h.ID]), cmp.Or(strings.Join(macs[h.ID], ", "), "no MAC of its own in view")))
			subjects = append(subjects, analyses.Subject{Kind: "endpoint", ID: h.ID.String(), Label: h.Context + " " + a.String()})
			all = union(all, witness[h.ID])
			distinct[strings.Join(macs[h.ID], ",")] = true
			if t := seen[h.ID]; t != nil {
				first, end = min(first, t[0]), max(end, t[1])
			}
		}
		if len(distinct) < 2 { // the same MACs, or none seen: nothing shows that these are two hosts
			continue
		}
		f := analyses.NewFinding("segmentation/overlapping-address", analyses.Info, 0.9,
			fmt.Sprintf("%s is %d hosts: in %s", a, len(hs), strings.Join(where, " and in ")), subjects...)
		f.First, f.Last, f.Count = first, end, int64(len(hs))
		f.Evidence = analyses.EvidenceOf(all, analyses.SpeakerFilter(a))
		fs = append(fs, f)
	}
	return fs
}

// tunnelEnd is an address at which tunnels of a kind end.
type tunnelEnd struct {
	kind    string
	address netip.Addr
}

func (s *sight) tunnelEnds() map[tunnelEnd]bool {
	ends := map[tunnelEnd]bool{}
	for i := range s.flows {
		if r := &s.flows[i]; r.Carries != "" {
			ends[tunnelEnd{r.Carries, r.ClientAddress}], ends[tunnelEnd{r.Carries, r.ServerAddress}] = true, true
		}
	}
	return ends
}

// homeName names the VLAN and the tunnel in which a row was seen.
func homeName(r MACsRow) string {
	name := tagName(r.VLAN)
	switch {
	case r.Tunnel != "" && r.VLAN == "":
		return r.Tunnel
	case r.Tunnel != "":
		return name + " in " + r.Tunnel
	}
	return name
}

// whereabouts names the declared context of a host. One that was inferred is named after one of its places, perhaps another than the host's own.
func (s *sight) whereabouts(h *analyses.Host, homes []string) string {
	declared := slices.ContainsFunc(s.site.Intent.Contexts, func(c intent.Context) bool { return c.Name == h.Context })
	if declared || len(homes) == 0 {
		return h.Context
	}
	return some(slices.Sorted(slices.Values(homes)))
}

func isBroadcast(a netip.Addr) bool { return a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) }

package segmentation

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
)

// zoneOfVLAN returns the declared zone of a VLAN, of a stack by its inner tag, in the context of an address; nil if none.
func zoneOfVLAN(in *intent.Intent, context, vlan string) *intent.Zone {
	n, err := strconv.ParseUint(last(vlan), 10, 16)
	if err != nil {
		return nil
	}
	for i := range in.Zones {
		z := &in.Zones[i]
		if z.VLANs.Contains(uint32(n)) && cmp.Or(z.Context, graph.DefaultContext) == context {
			return z
		}
	}
	return nil
}

// How much a host says before an address is more than its attempt to find its network again (RFC 4436), and how much if it never claims the address.
const (
	settled       = 4
	settledSilent = 6
)

// sentElsewhere returns the endpoints whose address also comes from another VLAN, or without a tag, at the same point.
func (s *sight) sentElsewhere() map[graph.ID]bool {
	type sender struct {
		point    string
		endpoint graph.ID
	}
	from, out := map[sender]string{}, map[graph.ID]bool{}
	for i := range s.macs {
		r := &s.macs[i]
		if r.Tunnel != "" {
			continue
		}
		k := sender{r.Point, r.Endpoint}
		if vlan, ok := from[k]; ok && vlan != r.VLAN {
			out[r.Endpoint] = true
		}
		from[k] = r.VLAN
	}
	return out
}

// strangers finds addresses that hosts claim, by ARP or ND, or send with, in a VLAN of a zone none of whose prefixes holds them. What only sends, with a TTL that
// no router lowered, must be all that its MAC says.
func (s *sight) strangers() []analyses.Finding {
	rows := s.macs
	forwards := map[string]bool{}
	for _, r := range rows {
		forwards[r.MAC] = forwards[r.MAC] || r.Router || r.Virtual != "" || s.gateway(r)
	}
	type key struct {
		endpoint graph.ID
		vlan     string
	}
	found := map[key]*MACsRow{}
	type voice struct {
		mac, vlan string
		bits      int
	}
	voices := map[voice]map[netip.Addr]bool{}
	for _, r := range rows {
		if !r.Address.IsLinkLocalUnicast() {
			k := voice{r.MAC, r.VLAN, r.Address.BitLen()}
			if voices[k] == nil {
				voices[k] = map[netip.Addr]bool{}
			}
			voices[k][r.Address] = true
		}
	}
	elsewhere := s.sentElsewhere()
	for _, r := range rows {
		z := zoneOfVLAN(s.site.Intent, r.Context, r.VLAN)
		if z == nil || r.Claims+r.Packets < settled || r.Tunnel != "" || forwards[r.MAC] || holds(z, r.Address) {
			continue
		}
		if r.Claims == 0 && (r.Packets < settledSilent || !slices.Contains(initialTTLs, r.TTLMax) || len(voices[voice{r.MAC, r.VLAN, r.Address.BitLen()}]) > 1 ||
			!r.Address.IsPrivate() || elsewhere[r.Endpoint]) {
			continue // it may be forwarded
		}
		k := key{r.Endpoint, r.VLAN}
		if f := found[k]; f != nil {
			f.Claims, f.Packets, f.First, f.Last, f.Witness = f.Claims+r.Claims, f.Packets+r.Packets, min(f.First, r.First), max(f.Last, r.Last), union(f.Witness, r.Witness)
			continue
		}
		found[k] = &r
	}
	byVLAN := map[string][]*MACsRow{}
	for k, r := range found {
		byVLAN[k.vlan] = append(byVLAN[k.vlan], r)
	}
	var fs []analyses.Finding
	for vlan, rs := range byVLAN {
		slices.SortFunc(rs, func(a, b *MACsRow) int { return cmp.Or(a.Address.Compare(b.Address), a.Endpoint.Compare(b.Endpoint)) })
		if len(rs) > manyStrangers {
			fs = append(fs, s.crowd(vlan, rs))
			continue
		}
		for _, r := range rs {
			fs = append(fs, s.stranger(r))
		}
	}
	return fs
}

// manyStrangers is how many addresses a VLAN's prefixes may not hold before they are one finding: a prefix is missing, rather than each of them lost.
const manyStrangers = 50

func (s *sight) stranger(r *MACsRow) analyses.Finding {
	z := zoneOfVLAN(s.site.Intent, r.Context, r.VLAN)
	does, often, n, confidence := "claims", "claim", r.Claims, 0.9
	if n == 0 {
		does, often, n, confidence = "sends as", "packet", r.Packets, 0.7
	}
	text := fmt.Sprintf("%s (%s) %s %s in VLAN %s of zone %s, which holds %s: %s", r.MAC, cmp.Or(r.Vendor, "unknown vendor"), does, r.Address, r.VLAN, z.Name, prefixes(z), analyses.Count(n, often))
	f := analyses.NewFinding("segmentation/address-in-wrong-vlan", analyses.Medium, confidence, text,
		analyses.Subject{Kind: "endpoint", ID: r.Endpoint.String(), Label: r.Address.String()}, vlanSubject(r.VLAN))
	f.First, f.Last, f.Count = r.First, r.Last, n
	f.Evidence = analyses.EvidenceOf(r.Witness, "eth.src == "+r.MAC+" && vlan.id == "+last(r.VLAN))
	return f
}

// crowd reports many strangers of one VLAN, of which it names the first.
func (s *sight) crowd(vlan string, rs []*MACsRow) analyses.Finding {
	z := zoneOfVLAN(s.site.Intent, rs[0].Context, vlan)
	text := fmt.Sprintf("%s speak from VLAN %s of zone %s, which holds %s: %s to %s", analyses.Count(len(rs), "address"), vlan, z.Name, prefixes(z), rs[0].Address, rs[len(rs)-1].Address)
	f := analyses.NewFinding("segmentation/address-in-wrong-vlan", analyses.Medium, 0.7, text, vlanSubject(vlan))
	f.First, f.Last, f.Count = rs[0].First, rs[0].Last, int64(len(rs))
	var witness []string
	for i, r := range rs {
		f.First, f.Last = min(f.First, r.First), max(f.Last, r.Last)
		witness = union(witness, r.Witness)
		if i < manyStrangers { // subjects beyond the identity of the finding
			f.Subjects = append(f.Subjects, analyses.Subject{Kind: "endpoint", ID: r.Endpoint.String(), Label: r.Address.String()})
		}
	}
	f.Evidence = analyses.EvidenceOf(witness, "vlan.id == "+last(vlan))
	return f
}

// holds reports whether an address belongs into a zone, as far as its prefixes of that family say anything.
func holds(z *intent.Zone, a netip.Addr) bool {
	if a.IsLinkLocalUnicast() || a.IsUnspecified() || a.IsMulticast() {
		return true
	}
	said := false
	for _, p := range z.Prefixes {
		said = said || p.Addr().Is4() == a.Is4()
		if p.Contains(a.WithZone("")) {
			return true
		}
	}
	return !said
}

func prefixes(z *intent.Zone) string {
	var ps []string
	for _, p := range z.Prefixes {
		ps = append(ps, p.String())
	}
	return strings.Join(ps, ", ")
}

// manyForwarded is for how many neighbours a MAC must send before it is their gateway. One that claims their router's address needs one.
const manyForwarded = 2

// gateways finds MACs that send packets of neighbours in the neighbours' own VLAN, without being a gateway that is declared or that FHRP shows: what
// somebody in between forwards. In a segment without tags, which may be several, neighbours are those of the MAC's own network.
func (s *sight) gateways() []analyses.Finding {
	type place struct{ point, vlan string }
	type home struct {
		place
		endpoint graph.ID
	}
	own := map[home]map[string]bool{} // MACs that claim an address
	known, claims := map[string]bool{}, map[string][]MACsRow{}
	routers := map[netip.Addr]bool{}
	abroad := s.severalHomes()
	for _, r := range s.macs {
		known[r.MAC] = known[r.MAC] || r.Virtual != "" || s.gateway(r)
		if r.Claims == 0 {
			continue
		}
		h := home{place{r.Point, r.VLAN}, r.Endpoint}
		if own[h] == nil {
			own[h] = map[string]bool{}
		}
		own[h][r.MAC] = true
		routers[r.Address] = routers[r.Address] || r.Router && !s.pretends(r, nil)
		claims[r.MAC] = append(claims[r.MAC], r)
	}
	type key struct {
		mac string
		place
	}
	posing := map[string]bool{} // MACs that claim a router's address beside it
	for mac, rs := range claims {
		posing[mac] = slices.ContainsFunc(rs, func(r MACsRow) bool { return routers[r.Address] && s.pretends(r, nil) })
	}
	found := map[key][]MACsRow{}
	for _, r := range s.macs {
		h := home{place{r.Point, r.VLAN}, r.Endpoint}
		foreign := r.Claims == 0 || posing[r.MAC] && !routers[r.Address] && r.Packets > 0 && s.pretends(r, nil)
		if foreign && r.Tunnel == "" && !abroad[r.Endpoint] && !known[r.MAC] && len(claims[r.MAC]) > 0 && len(own[h]) > 0 && !r.Address.IsLinkLocalUnicast() &&
			(r.VLAN != "" || atHome(claims[r.MAC], r.Address)) {
			found[key{r.MAC, h.place}] = append(found[key{r.MAC, h.place}], r)
		}
	}
	all := map[string][]MACsRow{}
	for k, rs := range found {
		if len(rs) >= manyForwarded || posing[k.mac] {
			all[k.mac] = append(all[k.mac], rs...)
		}
	}
	s.between = map[string]bool{}
	var fs []analyses.Finding
	for mac, rs := range all {
		s.between[mac] = true
		fs = append(fs, forwarding(mac, claims[mac], rs))
	}
	return fs
}

// forwarding is the finding of a MAC that sends what is in rs, of its neighbours. What several points saw counts where most of it was seen.
func forwarding(mac string, claims, rs []MACsRow) analyses.Finding {
	slices.SortFunc(rs, func(a, b MACsRow) int {
		return cmp.Or(cmp.Compare(a.Point, b.Point), analyses.CompareVLANs(a.VLAN, b.VLAN), a.Endpoint.Compare(b.Endpoint))
	})
	neighbours, at := map[graph.ID]bool{}, map[string]int64{}
	var vlans, witness []string
	first, end := rs[0].First, rs[0].Last
	for _, r := range rs {
		neighbours[r.Endpoint] = true
		at[r.Point] += r.Packets
		vlans = append(vlans, r.VLAN)
		first, end, witness = min(first, r.First), max(end, r.Last), union(witness, r.Witness)
	}
	packets := slices.Max(slices.Collect(maps.Values(at)))
	f := analyses.NewFinding("segmentation/unexpected-gateway", analyses.High, 0.85,
		fmt.Sprintf("%s (%s) sends packets of %s in %s (%s): %s", mac, addressesOf(claims), analyses.Count(int64(len(neighbours)), "neighbour"), vlanNames(vlans), addressesOf(rs), analyses.Count(packets, "packet")),
		analyses.Subject{Kind: "mac", ID: graph.NewID("MAC", mac).String(), Label: mac})
	f.Subjects = append(f.Subjects, owners(claims)...)
	f.First, f.Last, f.Count = first, end, packets
	f.Evidence = analyses.EvidenceOf(witness, "eth.src == "+mac)
	return f
}

// atHome reports whether all that a MAC claims, of the family of an address, is in the network of that address. Who has addresses in two networks routes between them.
func atHome(claims []MACsRow, a netip.Addr) bool {
	some := false
	for _, c := range claims {
		if c.Address.IsLinkLocalUnicast() || c.Address.Is4() != a.Is4() {
			continue
		}
		if !sameNetwork(c.Address, a) {
			return false
		}
		some = true
	}
	return some
}

// severalHomes returns the endpoints that claim their address through one MAC in several VLANs of a point, because these are bridged or because their MAC is in
// several: what a router forwards for them into one of these may come from another.
func (s *sight) severalHomes() map[graph.ID]bool {
	type owner struct {
		point, mac string
		endpoint   graph.ID
	}
	home, several := map[owner]string{}, map[graph.ID]bool{}
	for i := range s.macs {
		r := &s.macs[i]
		if r.Claims == 0 || r.Tunnel != "" {
			continue
		}
		k := owner{r.Point, r.MAC, r.Endpoint}
		if vlan, ok := home[k]; ok && vlan != r.VLAN {
			several[r.Endpoint] = true
		}
		home[k] = r.VLAN
	}
	return several
}

// sameNetwork reports whether two addresses are in one /24 or /64.
func sameNetwork(a, b netip.Addr) bool {
	bits := 64
	if a.Is4() {
		bits = 24
	}
	p, err := a.WithZone("").Prefix(bits)
	return err == nil && p.Contains(b.WithZone(""))
}

func vlanName(v string) string {
	if v == "" {
		return "their segment"
	}
	return "VLAN " + v
}

// vlanNames names several VLANs, each once: "VLANs 10 and 66".
func vlanNames(vlans []string) string {
	vlans = slices.Clone(vlans)
	slices.SortFunc(vlans, analyses.CompareVLANs)
	vlans = slices.Compact(vlans)
	switch {
	case len(vlans) == 1:
		return vlanName(vlans[0])
	case vlans[0] == "":
		return vlanName("") + " and " + vlanNames(vlans[1:])
	case len(vlans) > 5:
		return fmt.Sprintf("VLANs %s and %d more", strings.Join(vlans[:4], ", "), len(vlans)-4)
	}
	return "VLANs " + strings.Join(vlans[:len(vlans)-1], ", ") + " and " + vlans[len(vlans)-1]
}

// Of a flood of MACs: how many, that were seen how often at most, within which time.
const (
	floodMACs    = 1000
	floodPackets = 2
	floodWindow  = graph.Time(10e9)
)

// floods finds thousands of MACs that speak once or twice, in seconds, and never again: what overruns a switch's table.
func (s *sight) floods() []analyses.Finding {
	at := map[string]map[string]*MACsRow{} // by point and MAC
	for _, row := range s.macs {
		r := &row
		if at[r.Point] == nil {
			at[r.Point] = map[string]*MACsRow{}
		}
		if o := at[r.Point][r.MAC]; o != nil {
			o.Packets, o.First, o.Last = o.Packets+r.Packets, min(o.First, r.First), max(o.Last, r.Last)
			continue
		}
		at[r.Point][r.MAC] = r
	}
	var fs []analyses.Finding
	for _, point := range slices.Sorted(maps.Keys(at)) {
		var once []*MACsRow
		for _, r := range at[point] {
			if r.Packets <= floodPackets && r.Last-r.First < floodWindow {
				once = append(once, r)
			}
		}
		slices.SortFunc(once, func(a, b *MACsRow) int { return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.MAC, b.MAC)) })
		from, n := 0, 0 // the densest window
		for i, j := 0, 0; j < len(once); j++ {
			for once[j].First-once[i].First >= floodWindow {
				i++
			}
			if j-i+1 > n {
				from, n = i, j-i+1
			}
		}
		if n < floodMACs {
			continue
		}
		first, end := once[from], once[from+n-1]
		f := analyses.NewFinding("segmentation/mac-flood", analyses.High, 0.85,
			fmt.Sprintf("%d MACs at %s that speak at most %d times, within %.1f s, and never again", n, point, floodPackets, float64(end.First-first.First)/1e9),
			analyses.Subject{Kind: "point", ID: graph.NewNamedID(graph.LabelCapturePoint, point).String(), Label: point})
		f.First, f.Last, f.Count = first.First, end.First, int64(n)
		var witness, macs []string
		for _, r := range once[from:min(from+maxList, from+n)] {
			witness, macs = append(witness, r.Witness...), append(macs, r.MAC)
		}
		f.Evidence = analyses.EvidenceOf(witness, "eth.src in {"+strings.Join(macs, ", ")+"}")
		fs = append(fs, f)
	}
	return fs
}

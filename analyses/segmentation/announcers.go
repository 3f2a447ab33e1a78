package segmentation

import (
	"cmp"
	_ "embed"
	"fmt"
	"iter"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
)

//go:embed announcers.cypher
var announcersCypher string

// AnnouncersRow is what a MAC says that only routers should say.
type AnnouncersRow struct {
	MAC     string     `graph:"mac"`
	Setting string     `graph:"setting"`
	Value   string     `graph:"value"`
	VLAN    string     `graph:"vlan"`
	Tunnel  string     `graph:"tunnel"`
	Point   string     `graph:"point"`
	Count   int64      `graph:"count"`
	First   graph.Time `graph:"first"`
	Last    graph.Time `graph:"last"`
	Witness []string   `graph:"evidence"`
}

// announcedSettings are those of [Announcers].
var announcedSettings = map[string]bool{"ra.lifetime": true, "ra.prefixes": true, "icmp.redirect": true, "hsrp.state": true, "vrrp.state": true, "glbp.state": true,
	"ospf.area": true, "eigrp.as": true, "isis.level": true, "rip.version": true, "pim.version": true}

// Announcers lists who speaks as a router.
var Announcers = graph.Query[AnnouncersRow]{
	Name:   "segmentation/announcers",
	Doc:    "The MACs that speak as routers do: router advertisements, ICMP redirects, routing and first hop redundancy protocols.",
	Cypher: announcersCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[AnnouncersRow] {
		type key struct{ mac, setting, value, vlan, tunnel, point string }
		at := map[key]*AnnouncersRow{}
		for i := range v.States {
			s := &v.States[i]
			if !announcedSettings[s.Setting] {
				continue
			}
			k := key{s.MAC, s.Setting, s.Value, s.VLAN, s.Tunnel, s.Point}
			r := at[k]
			if r == nil {
				r = &AnnouncersRow{MAC: s.MAC, Setting: s.Setting, Value: s.Value, VLAN: s.VLAN, Tunnel: s.Tunnel, Point: s.Point, First: s.From, Last: s.To - 1}
				at[k] = r
			}
			r.Count += s.Count
			r.First, r.Last = min(r.First, s.From), max(r.Last, s.To-1)
			r.Witness = union(r.Witness, s.Witness)
		}
		return analyses.Ordered(at, func(a, b *AnnouncersRow) int {
			return cmp.Or(cmp.Compare(a.MAC, b.MAC), cmp.Compare(a.VLAN, b.VLAN), cmp.Compare(a.Tunnel, b.Tunnel), cmp.Compare(a.Point, b.Point),
				cmp.Compare(a.Setting, b.Setting), cmp.Compare(a.Value, b.Value))
		})
	},
}

// spot is a place where frames were seen.
type spot struct{ point, vlan string }

// speech is what one MAC said as a router in one place.
type speech struct {
	adverts, redirects int64
	prefixes           []string
	first, last        graph.Time
	witness            []string
}

// announcers finds MACs that offer themselves as a gateway, or tell hosts of another one, in a zone whose gateways are declared and others, or beside a
// router that forwards, with prefixes that this one does not know.
func (s *sight) announcers() ([]analyses.Finding, error) {
	rows, err := Announcers.All(s.ctx, s.q, s.p)
	if err != nil {
		return nil, err
	}
	said := map[spot]map[string]*speech{}
	routing := map[string]bool{}
	for _, r := range rows {
		if r.Tunnel != "" || r.MAC == "" {
			continue
		}
		k := spot{r.Point, r.VLAN}
		if said[k] == nil {
			said[k] = map[string]*speech{}
		}
		x := said[k][r.MAC]
		if x == nil {
			x = &speech{first: r.First, last: r.Last}
			said[k][r.MAC] = x
		}
		switch {
		case r.Setting == "ra.prefixes":
			x.prefixes = union(x.prefixes, strings.Split(r.Value, ", "))
			continue
		case r.Setting == "ra.lifetime" && r.Value == "0":
			continue // no default router
		case r.Setting == "ra.lifetime":
			x.adverts += r.Count
		case r.Setting == "icmp.redirect":
			x.redirects += r.Count
		default:
			routing[r.MAC] = true
		}
		x.first, x.last, x.witness = min(x.first, r.First), max(x.last, r.Last), union(x.witness, r.Witness)
	}
	known, forwarded := map[string]bool{}, map[string]int{}
	addresses := map[string][]MACsRow{}
	for _, r := range s.macs {
		known[r.MAC] = known[r.MAC] || r.Virtual != "" || s.gateway(r)
		if r.Claims == 0 && r.Tunnel == "" && !r.Address.IsLinkLocalUnicast() && !slices.Contains(initialTTLs, r.TTLMax) {
			forwarded[r.MAC]++
		}
		addresses[r.MAC] = append(addresses[r.MAC], r)
	}
	var fs []analyses.Finding
	for _, k := range slices.SortedFunc(maps.Keys(said), func(a, b spot) int { return cmp.Or(cmp.Compare(a.point, b.point), cmp.Compare(a.vlan, b.vlan)) }) {
		for _, mac := range slices.Sorted(maps.Keys(said[k])) {
			x := said[k][mac]
			if x.adverts+x.redirects == 0 || known[mac] || routing[mac] ||
				slices.ContainsFunc(s.site.Intent.Gateways, func(g intent.Gateway) bool { return hasMAC(&g, mac) }) {
				continue
			}
			confidence := 0.9
			if !s.guarded(k.vlan, addresses[mac]) {
				if !besides(said[k], mac, forwarded) {
					continue
				}
				confidence = 0.6
			}
			fs = append(fs, s.announcer(k, mac, x, addresses[mac], confidence))
			routing[mac] = true // told
		}
	}
	ds, err := s.detours(routing)
	return append(fs, ds...), err
}

// guarded reports whether the zone of a VLAN, or of the addresses of a MAC, has declared gateways.
func (s *sight) guarded(vlan string, rows []MACsRow) bool {
	zones := map[string]bool{}
	if z := zoneOfVLAN(s.site.Intent, graph.DefaultContext, vlan); z != nil {
		zones[z.Name] = true
	}
	for _, r := range rows {
		if !r.Address.IsLinkLocalUnicast() {
			zones[s.site.Zone(r.Context, r.Address, r.VLAN)] = true
		}
	}
	for _, g := range s.site.Intent.Gateways {
		if zones[g.Zone] {
			return true
		}
	}
	return false
}

// besides reports whether a MAC that forwards nothing advertises, beside one that forwards, prefixes of which the other says nothing.
func besides(said map[string]*speech, mac string, forwarded map[string]int) bool {
	x := said[mac]
	if forwarded[mac] > 0 || x.adverts == 0 || len(x.prefixes) == 0 {
		return false
	}
	for m, o := range said {
		if m != mac && o.adverts > 0 && forwarded[m] > 0 && len(o.prefixes) > 0 && !slices.ContainsFunc(x.prefixes, func(p string) bool { return slices.Contains(o.prefixes, p) }) {
			return true
		}
	}
	return false
}

func (s *sight) announcer(k spot, mac string, x *speech, rows []MACsRow, confidence float64) analyses.Finding {
	var did []string
	if x.adverts > 0 {
		did = append(did, analyses.Count(x.adverts, "router advertisement"))
		if len(x.prefixes) > 0 {
			did[0] += " of " + strings.Join(x.prefixes, ", ")
		}
	}
	if x.redirects > 0 {
		did = append(did, analyses.Count(x.redirects, "ICMP redirect"))
	}
	who := mac
	if len(rows) > 0 {
		who += " (" + addressesOf(rows) + ")"
	}
	f := analyses.NewFinding("segmentation/unexpected-gateway", analyses.High, confidence,
		fmt.Sprintf("%s speaks as a router in %s: %s, want the known gateways alone", who, vlanName(k.vlan), strings.Join(did, " and ")),
		analyses.Subject{Kind: "mac", ID: graph.NewID("MAC", mac).String(), Label: mac}, analyses.Subject{Kind: "role", ID: "router", Label: "router"})
	f.Subjects = append(f.Subjects, owners(rows)...)
	f.First, f.Last, f.Count = x.first, x.last, x.adverts+x.redirects
	f.Evidence = analyses.EvidenceOf(x.witness, "eth.src == "+mac+" && (icmpv6.type == 134 || icmpv6.type == 137 || icmp.type == 5)")
	return f
}

// gateway reports whether a row is a declared gateway's: by its MAC, or by the address that it claims if no declared MAC claims that too, nor one that
// claims nothing else.
func (s *sight) gateway(r MACsRow) bool {
	for i := range s.site.Intent.Gateways {
		g := &s.site.Intent.Gateways[i]
		if hasMAC(g, r.MAC) {
			return true
		}
		own := r.Claims > 0 || r.Address.IsLinkLocalUnicast() // no router passes these on
		if own && slices.ContainsFunc(g.Addresses, func(a intent.Prefix) bool { return a.Contains(r.Address) }) && !s.pretends(r, g) {
			return true
		}
	}
	return false
}

func hasMAC(g *intent.Gateway, mac string) bool {
	return slices.ContainsFunc(g.MACs, func(m string) bool { return strings.EqualFold(m, mac) })
}

// claim is an address in a place.
type claim struct {
	spot
	address netip.Addr
}

// lifetime is from the first to the last frame of a MAC.
type lifetime struct{ first, last graph.Time }

// ownership is a MAC and the length of the addresses of a family that it claims: a gateway has one of each.
type ownership struct {
	mac  string
	bits int
}

// pretends reports whether a MAC claims an address while its owner speaks: another MAC that is declared for it (g may be nil) or, while this one has
// other addresses of the family too, another that claims this address alone.
func (s *sight) pretends(r MACsRow, g *intent.Gateway) bool {
	if s.claims == nil {
		s.claims, s.own, s.alive = map[claim][]MACsRow{}, map[spot]map[ownership]int{}, map[spot]map[string]lifetime{}
		for _, x := range s.macs {
			k := spot{x.Point, x.VLAN}
			if s.alive[k] == nil {
				s.alive[k] = map[string]lifetime{}
			}
			if at, ok := s.alive[k][x.MAC]; ok {
				s.alive[k][x.MAC] = lifetime{min(at.first, x.First), max(at.last, x.Last)}
			} else {
				s.alive[k][x.MAC] = lifetime{x.First, x.Last}
			}
			if x.Claims == 0 || x.Tunnel != "" || x.Address.IsLinkLocalUnicast() {
				continue
			}
			if s.own[k] == nil {
				s.own[k] = map[ownership]int{}
			}
			s.own[k][ownership{x.MAC, x.Address.BitLen()}]++
			s.claims[claim{k, x.Address}] = append(s.claims[claim{k, x.Address}], x)
		}
	}
	k := spot{r.Point, r.VLAN}
	owners := 0
	for _, o := range s.claims[claim{k, r.Address}] {
		if at := s.alive[k][o.MAC]; o.MAC == r.MAC || o.Virtual != "" || at.first > r.Last || r.First > at.last {
			continue
		}
		if g != nil && hasMAC(g, o.MAC) {
			return true
		}
		if bits := r.Address.BitLen(); s.own[k][ownership{o.MAC, bits}] == 1 && s.own[k][ownership{r.MAC, bits}] > 1 {
			owners++
		}
	}
	return owners == 1
}

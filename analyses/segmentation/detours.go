package segmentation

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// manyFar is through how many far addresses, which answer the same way, a MAC shows that it forwards.
const manyFar = 3

// detour is what hosts of one place send to far addresses through a MAC that is none of their gateways.
type detour struct {
	near, far   map[netip.Addr]bool
	packets     int64
	first, last graph.Time
	witness     []string
}

// way is a MAC in a place, for addresses of one family.
type way struct {
	spot
	mac  string
	bits int
}

// detours finds MACs through which hosts speak with far addresses although their zone declares its gateways and one of these is in view. MACs in but are
// routers that are known otherwise.
func (s *sight) detours(but map[string]bool) ([]analyses.Finding, error) {
	if len(s.site.Intent.Gateways) == 0 {
		return nil, nil
	}
	answers, claimed := map[way]map[netip.Addr]bool{}, map[way]map[netip.Addr]bool{}
	present := map[way]bool{} // declared gateways, without their MACs
	known := maps.Clone(but)
	for _, r := range s.macs {
		if r.Tunnel != "" {
			continue
		}
		k := way{spot{r.Point, r.VLAN}, r.MAC, r.Address.BitLen()}
		at := answers
		if r.Claims > 0 {
			at = claimed
		}
		if at[k] == nil {
			at[k] = map[netip.Addr]bool{}
		}
		at[k][r.Address] = true
		if r.Virtual != "" || s.gateway(r) {
			known[r.MAC] = true
			present[way{k.spot, "", k.bits}] = true
		}
	}
	found := map[way]*detour{}
	note := func(h *analyses.HopRow, near, far graph.ID, vlan, next string, packets int64) {
		a, b := s.site.HostByID(near), s.site.HostByID(far)
		if a == nil || b == nil || a.Zone == b.Zone || !a.Local || next == "" || known[next] || packets == 0 || !s.guards(a.Zone) {
			return
		}
		for _, point := range h.Points {
			k := way{spot{point, vlan}, next, a.Address.BitLen()}
			if !present[way{k.spot, "", k.bits}] || !answers[k][b.Address] || claimed[k][b.Address] {
				continue
			}
			x := found[k]
			if x == nil {
				x = &detour{near: map[netip.Addr]bool{}, far: map[netip.Addr]bool{}, first: h.First, last: h.Last}
				found[k] = x
			}
			x.near[a.Address], x.far[b.Address] = true, true
			x.packets += packets
			x.first, x.last, x.witness = min(x.first, h.First), max(x.last, h.Last), union(x.witness, h.Witness)
		}
	}
	for h, err := range analyses.Hops.Run(s.ctx, s.q, s.p) {
		if err != nil {
			return nil, err
		}
		if h.Tunnel == "" {
			note(&h, h.Client, h.Server, h.ClientVLAN, h.ClientNext, h.PacketsUp)
			note(&h, h.Server, h.Client, h.ServerVLAN, h.ServerNext, h.PacketsDown)
		}
	}
	var fs []analyses.Finding
	for _, k := range slices.SortedFunc(maps.Keys(found), func(a, b way) int {
		return cmp.Or(cmp.Compare(a.point, b.point), analyses.CompareVLANs(a.vlan, b.vlan), cmp.Compare(a.mac, b.mac), cmp.Compare(a.bits, b.bits))
	}) {
		if x := found[k]; len(x.far) >= manyFar {
			fs = append(fs, x.finding(k))
		}
	}
	return fs, nil
}

// guards reports whether gateways of a zone are declared.
func (s *sight) guards(zone string) bool {
	for i := range s.site.Intent.Gateways {
		if s.site.Intent.Gateways[i].Zone == zone {
			return true
		}
	}
	return false
}

func (x *detour) finding(k way) analyses.Finding {
	f := analyses.NewFinding("segmentation/unexpected-gateway", analyses.High, 0.8,
		fmt.Sprintf("%s forwards between %s in %s and %s: %s to it, want the declared gateways alone", k.mac, plural(int64(len(x.near)), "host"), vlanName(k.vlan), fmt.Sprintf("%d far addresses", len(x.far)), plural(x.packets, "packet")),
		analyses.Subject{Kind: "mac", ID: graph.NewID("MAC", k.mac).String(), Label: k.mac}, analyses.Subject{Kind: "role", ID: "router", Label: "router"})
	f.First, f.Last, f.Count = x.first, x.last, x.packets
	f.Evidence = analyses.EvidenceOf(x.witness, "eth.addr == "+k.mac)
	return f
}

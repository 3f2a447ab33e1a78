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

// detour is what hosts send to far addresses through a MAC that is none of their gateways.
type detour struct {
	near, far   map[netip.Addr]bool
	packets     map[int]int64 // of each direction of a conversation, which several points may have seen
	vlans       []string
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
// routers that are known otherwise; those that gateways found are told.
func (s *sight) detours(but map[string]bool) ([]analyses.Finding, error) {
	if len(s.site.Intent.Gateways) == 0 {
		return nil, nil
	}
	answers, claimed := map[way]map[netip.Addr]bool{}, map[way]map[netip.Addr]bool{}
	present := map[way]bool{} // declared gateways, without their MACs
	known := maps.Clone(but)
	maps.Copy(known, s.between)
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
	directions := 0
	note := func(h *analyses.HopRow, near, far graph.ID, vlan, next string, packets int64) {
		directions++
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
				x = &detour{near: map[netip.Addr]bool{}, far: map[netip.Addr]bool{}, packets: map[int]int64{}, vlans: []string{vlan}, first: h.First, last: h.Last}
				found[k] = x
			}
			x.near[a.Address], x.far[b.Address] = true, true
			x.packets[directions] = packets
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
	all := map[string]*detour{} // by MAC
	for _, k := range slices.SortedFunc(maps.Keys(found), func(a, b way) int {
		return cmp.Or(cmp.Compare(a.point, b.point), analyses.CompareVLANs(a.vlan, b.vlan), cmp.Compare(a.mac, b.mac), cmp.Compare(a.bits, b.bits))
	}) {
		x := found[k]
		switch {
		case len(x.far) < manyFar:
		case all[k.mac] == nil:
			all[k.mac] = x
		default:
			all[k.mac].join(x)
		}
	}
	var fs []analyses.Finding
	for _, mac := range slices.Sorted(maps.Keys(all)) {
		fs = append(fs, all[mac].finding(mac))
	}
	return fs, nil
}

// join adds to x what was seen of the same MAC at another place, or of the other family.
func (x *detour) join(o *detour) {
	maps.Copy(x.near, o.near)
	maps.Copy(x.far, o.far)
	maps.Copy(x.packets, o.packets)
	x.vlans = append(x.vlans, o.vlans...)
	x.first, x.last, x.witness = min(x.first, o.first), max(x.last, o.last), union(x.witness, o.witness)
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

func (x *detour) finding(mac string) analyses.Finding {
	var packets int64
	for _, n := range x.packets {
		packets += n
	}
	f := analyses.NewFinding("segmentation/unexpected-gateway", analyses.High, 0.8,
		fmt.Sprintf("%s forwards between %s in %s and %s: %s to it, want the declared gateways alone", mac, analyses.Count(len(x.near), "host"), vlanNames(x.vlans), analyses.Count(len(x.far), "far address"), analyses.Count(packets, "packet")),
		analyses.Subject{Kind: "mac", ID: graph.NewID("MAC", mac).String(), Label: mac}, analyses.Subject{Kind: "role", ID: "router", Label: "router"})
	f.First, f.Last, f.Count = x.first, x.last, packets
	f.Evidence = analyses.EvidenceOf(x.witness, "eth.addr == "+mac)
	return f
}

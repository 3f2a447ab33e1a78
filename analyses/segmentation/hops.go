package segmentation

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// Initial TTLs of hosts' systems: Unix, Windows, and network devices.
var initialTTLs = []int64{64, 128, 255}

// missingHosts is how many hosts' packets must keep their TTL behind one router: a proxy answers for one with a TTL of its own.
const missingHosts = 2

// missingHops finds routers behind which packets have the TTL with which their hosts sent them in another VLAN: a device passes them on between subnets
// and does not count as a hop, so that traceroute does not show it.
func (v *sight) missingHops() []analyses.Finding {
	direct := map[graph.ID]bool{} // who speaks to single hosts: what is sent to a group may be reflected, TTL and all
	for i := range v.flows {
		if r := &v.flows[i]; !r.ServerAddress.IsMulticast() && !isBroadcast(r.ServerAddress) {
			direct[r.Client], direct[r.Server] = true, true
		}
	}
	own := map[graph.ID][]*MACsRow{} // where hosts speak themselves
	for i := range v.macs {
		if r := &v.macs[i]; !r.Router && direct[r.Endpoint] && r.Tunnel == "" && slices.Contains(initialTTLs, r.TTLMax) {
			own[r.Endpoint] = append(own[r.Endpoint], r)
		}
	}
	type passage struct{ mac, from, to string }
	type kept struct {
		hosts   []string
		packets int64
		first   graph.Time
		last    graph.Time
		witness []string
		vendor  string
		lowered bool // some other host's TTL fell on the same way
	}
	at := map[passage]*kept{}
	for i := range v.macs {
		r := &v.macs[i]
		if !r.Router || r.Claims > 0 || r.Tunnel != "" || r.TTLMax == 0 || r.Virtual != "" {
			continue
		}
		for _, o := range own[r.Endpoint] {
			if o.VLAN == r.VLAN || o.MAC == r.MAC {
				continue
			}
			k := passage{r.MAC, o.VLAN, r.VLAN}
			if at[k] == nil {
				at[k] = &kept{first: r.First, last: r.Last, vendor: r.Vendor}
			}
			x := at[k]
			if r.TTLMax != o.TTLMax {
				x.lowered = true
				continue
			}
			x.hosts = append(x.hosts, r.Address.String())
			x.packets += r.Packets
			x.first, x.last = min(x.first, r.First), max(x.last, r.Last)
			x.witness = union(x.witness, r.Witness)
		}
	}
	var fs []analyses.Finding
	for _, k := range slices.SortedFunc(maps.Keys(at), func(a, b passage) int {
		return cmp.Or(cmp.Compare(a.mac, b.mac), analyses.CompareVLANs(a.from, b.from), analyses.CompareVLANs(a.to, b.to))
	}) {
		x := at[k]
		slices.Sort(x.hosts)
		x.hosts = slices.Compact(x.hosts)
		if len(x.hosts) < missingHosts || x.lowered {
			continue
		}
		text := fmt.Sprintf("%s passes packets of %s from %s to %s and leaves their TTL as it was, want one less: %s", k.mac+" ("+cmp.Or(x.vendor, "unknown vendor")+")", some(x.hosts), tagName(k.from), tagName(k.to), analyses.Count(x.packets, "packet"))
		f := analyses.NewFinding("segmentation/missing-hop", analyses.Medium, 0.7, text, analyses.Subject{Kind: "mac", ID: graph.NewID(string(graph.LabelMAC), k.mac).String(), Label: k.mac}, vlanSubject(k.from), vlanSubject(k.to))
		f.First, f.Last, f.Count = x.first, x.last, x.packets
		f.Evidence = analyses.EvidenceOf(x.witness, "eth.src == "+k.mac)
		fs = append(fs, f)
	}
	return fs
}

// asymmetricTags finds hosts that speak with each other directly, from MAC to MAC and with the TTL of their systems, and whose frames carry another VLAN
// each way.
func (v *sight) asymmetricTags() ([]analyses.Finding, error) {
	routers := map[string]bool{}
	for i := range v.macs {
		if r := &v.macs[i]; r.Router {
			routers[r.MAC] = true
		}
	}
	stripped := len(analyses.Explain(v.artefacts, "tags-stripped")) > 0
	type ends struct{ client, server graph.ID }
	type tagged struct {
		row           *analyses.HopRow
		conversations int64
		last          graph.Time
		witness       []string
	}
	at := map[ends]*tagged{}
	for r, err := range analyses.Hops.Run(v.ctx, v.q, v.p) {
		if err != nil {
			return nil, err
		}
		if r.ClientVLAN == r.ServerVLAN || nested(r.ClientVLAN, r.ServerVLAN) || r.PacketsUp == 0 || r.PacketsDown == 0 || r.ClientMAC == "" || r.ClientMAC != r.ServerNext || r.ClientNext != r.ServerMAC ||
			!slices.Contains(initialTTLs, r.TTLUp) || !slices.Contains(initialTTLs, r.TTLDown) || routers[r.ClientMAC] || routers[r.ServerMAC] || stripped && (r.ClientVLAN == "" || r.ServerVLAN == "") {
			continue
		}
		k := ends{r.Client, r.Server}
		if at[k] == nil {
			first := r
			at[k] = &tagged{row: &first}
		}
		x := at[k]
		x.conversations += r.Conversations
		x.last = max(x.last, r.Last)
		x.witness = union(x.witness, r.Witness)
	}
	var fs []analyses.Finding
	for _, k := range slices.SortedFunc(maps.Keys(at), func(a, b ends) int { return cmp.Or(a.client.Compare(b.client), a.server.Compare(b.server)) }) {
		x := at[k]
		r := x.row
		text := fmt.Sprintf("%s speaks to %s in %s and is answered in %s, and no router is between them: %s", r.ClientAddress, r.ServerAddress, tagName(r.ClientVLAN), tagName(r.ServerVLAN), analyses.Count(x.conversations, "conversation"))
		f := analyses.NewFinding("segmentation/asymmetric-tag", analyses.Low, 0.7, text,
			analyses.Subject{Kind: "endpoint", ID: r.Client.String(), Label: r.ClientAddress.String()}, analyses.Subject{Kind: "endpoint", ID: r.Server.String(), Label: r.ServerAddress.String()})
		f.First, f.Last, f.Count = r.First, x.last, x.conversations
		f.Evidence = analyses.EvidenceOf(x.witness, analyses.AddressFilter(r.ClientAddress)+" && "+analyses.AddressFilter(r.ServerAddress))
		fs = append(fs, f)
	}
	return fs, nil
}

// tagName names a VLAN in a sentence.
func tagName(v string) string {
	if v == "" {
		return "untagged frames"
	}
	return "VLAN " + v
}

// some names the first few of many.
func some(names []string) string {
	if n := len(names); n > 4 {
		return strings.Join(names[:4], ", ") + fmt.Sprintf(" and %d more", n-4)
	}
	return strings.Join(names, ", ")
}

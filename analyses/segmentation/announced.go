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

// nativeVLANs finds neighbours that name different untagged VLANs, and BPDUs that arrive in another VLAN than they left.
func (s *sight) nativeVLANs() ([]analyses.Finding, error) {
	rows, err := Native.All(s.ctx, s.q, s.p)
	if err != nil {
		return nil, err
	}
	type link struct{ setting, point, vlan, tunnel string }
	links := map[link][]NativeRow{}
	var fs []analyses.Finding
	for _, r := range rows {
		if r.Setting == "pvst.vlan" && r.VLAN != "" {
			if last(r.VLAN) != r.Value {
				fs = append(fs, crossed(r))
			}
			continue
		}
		k := link{r.Setting, r.Point, r.VLAN, r.Tunnel}
		links[k] = append(links[k], r)
	}
	keys := slices.SortedFunc(maps.Keys(links), func(a, b link) int {
		return cmp.Or(cmp.Compare(a.setting, b.setting), cmp.Compare(a.point, b.point), cmp.Compare(a.vlan, b.vlan), cmp.Compare(a.tunnel, b.tunnel))
	})
	mirror := map[string]bool{} // points at which a remote mirror ends, which collects the ports of several links
	for i := range s.macs {
		if r := &s.macs[i]; strings.HasPrefix(r.Tunnel, "erspan") {
			mirror[r.Point] = true
		}
	}
	for _, k := range keys {
		if mirror[k.point] || strings.HasPrefix(k.tunnel, "erspan") {
			continue
		}
		if f, ok := disagree(k.setting, links[k]); ok {
			fs = append(fs, f)
		}
	}
	return fs, nil
}

// crossed reports a BPDU that says it left in one VLAN and was heard in another.
func crossed(r NativeRow) analyses.Finding {
	text := fmt.Sprintf("bridge %s port %s: %s of VLAN %s heard in VLAN %s", r.Speaker, cmp.Or(r.Port, "?"), analyses.Count(r.Count, "PVST+ BPDU"), r.Value, r.VLAN)
	f := analyses.NewFinding("segmentation/native-vlan-mismatch", analyses.High, 0.95, text, deviceSubject(r), vlanSubject(r.Value), vlanSubject(r.VLAN))
	f.First, f.Last, f.Count = r.First, r.Last, r.Count
	f.Evidence = analyses.EvidenceOf(r.Witness, "stp")
	return f
}

// disagree reports the two ports on one link that name different VLANs. With more than two ports in view nobody knows who is whose neighbour.
func disagree(setting string, rs []NativeRow) (analyses.Finding, bool) {
	type port struct{ speaker, port string }
	said := map[port]NativeRow{}
	for _, r := range rs {
		k := port{r.Speaker, r.Port}
		if o, ok := said[k]; !ok || r.Last > o.Last { // its last word: it may have been mended
			said[k] = r
		}
	}
	speakers := map[string]bool{}
	for k := range said {
		speakers[k.speaker] = true
	}
	if len(said) != 2 || len(speakers) != 2 {
		return analyses.Finding{}, false
	}
	ends := slices.SortedFunc(maps.Values(said), func(a, b NativeRow) int { return cmp.Compare(a.Speaker, b.Speaker) })
	a, b := ends[0], ends[1]
	if a.Value == b.Value || setting == "lldp.pvid" && (a.Value == "0" || b.Value == "0") || b.First > a.Last || a.First > b.Last {
		return analyses.Finding{}, false
	}
	text := fmt.Sprintf("%s port %s says VLAN %s, its neighbour %s port %s says VLAN %s (%s)", a.Speaker, cmp.Or(a.Port, "?"), a.Value, b.Speaker, cmp.Or(b.Port, "?"), b.Value, setting)
	f := analyses.NewFinding("segmentation/native-vlan-mismatch", analyses.High, 0.9, text, deviceSubject(a), deviceSubject(b))
	f.First, f.Last, f.Count = min(a.First, b.First), max(a.Last, b.Last), a.Count+b.Count
	f.Evidence = analyses.EvidenceOf(union(union(nil, a.Witness), b.Witness), map[string]string{"cdp.native_vlan": "cdp", "lldp.pvid": "lldp", "pvst.vlan": "stp"}[setting])
	return f, true
}

func deviceSubject(r NativeRow) analyses.Subject {
	return analyses.Subject{Kind: "device", ID: graph.NewID("Device", r.Speaker).String(), Label: r.Speaker + " " + r.Port}
}

// rogues finds DHCP, DNS and NTP servers that the intent does not expect.
func (s *sight) rogues() ([]analyses.Finding, error) {
	servers, err := DHCPServers.All(s.ctx, s.q, s.p)
	if err != nil {
		return nil, err
	}
	type key struct {
		kind     string
		endpoint graph.ID
	}
	found := map[key]*analyses.Finding{}
	note := func(kind string, endpoint graph.ID, label, filter string, n int64, first, last graph.Time, witness []string) {
		k := key{kind, endpoint}
		f := found[k]
		if f == nil {
			x := analyses.NewFinding("segmentation/rogue-service", analyses.High, 0.9, "", analyses.Subject{Kind: "endpoint", ID: endpoint.String(), Label: label},
				analyses.Subject{Kind: "role", ID: kind, Label: kind + " server"})
			x.First, x.Last, x.Count = first, last, 0
			f = &x
			found[k] = f
		}
		f.Count += n
		f.First, f.Last = min(f.First, first), max(f.Last, last)
		if len(f.Evidence) == 0 {
			f.Evidence = analyses.EvidenceOf(witness, filter)
		}
	}
	twins := map[string]map[graph.ID]bool{"dhcp": s.twins("dhcp"), "dns": s.twins("dns"), "ntp": s.twins("ntp")}
	for _, r := range servers {
		if ok, declared := s.site.Expected("dhcp", r.Address); declared && !ok && !twins["dhcp"][r.Endpoint] {
			note("dhcp", r.Endpoint, r.Address.String(), "dhcp && "+analyses.AddressFilter(r.Address), r.Count, r.First, r.Last, r.Witness)
		}
	}
	for i := range s.flows {
		r := &s.flows[i]
		if r.Established == 0 || r.Application != "dns" && r.Application != "ntp" || r.Certainty < 0.8 || r.ServerAddress.IsMulticast() {
			continue
		}
		ok, declared := s.site.Expected(r.Application, r.ServerAddress)
		own, _ := s.site.Expected(r.Application, r.ClientAddress)
		if !declared || ok || own || twins[r.Application][r.Server] { // an expected server asks others itself
			continue
		}
		note(r.Application, r.Server, r.ServerAddress.String(), analyses.ConversationFilter(r.ClientAddress, r.ServerAddress, r.Transport, r.Port),
			r.Established, r.First, r.Last, r.Witness)
	}
	var fs []analyses.Finding
	for k, f := range found {
		f.Text = fmt.Sprintf("%s answers as %s server, the intent expects %s: %s", f.Subjects[0].Label, k.kind, expected(s.site, k.kind), analyses.Count(f.Count, "answer"))
		fs = append(fs, *f)
	}
	return fs, nil
}

// twins returns the endpoints that speak through the MAC of a server that is expected, as its address of the other version of IP does.
func (s *sight) twins(kind string) map[graph.ID]bool {
	type port struct {
		mac, vlan string
		bits      int
	}
	at := map[port]bool{}
	for _, r := range s.macs {
		if ok, _ := s.site.Expected(kind, r.Address); ok && !r.Router && r.Virtual == "" && r.Tunnel == "" {
			at[port{r.MAC, r.VLAN, r.Address.BitLen()}] = true
		}
	}
	out := map[graph.ID]bool{}
	for _, r := range s.macs {
		if !r.Router && r.Virtual == "" && r.Tunnel == "" && at[port{r.MAC, r.VLAN, 32 + 128 - r.Address.BitLen()}] {
			out[r.Endpoint] = true
		}
	}
	return out
}

// expected lists who may answer.
func expected(site *analyses.Site, kind string) string {
	e := site.Intent.ServicesExpected
	list := e.DHCP
	switch kind {
	case "dns":
		list = e.DNS
	case "ntp":
		list = e.NTP
	}
	if len(list) == 0 {
		return "none"
	}
	s := ""
	for i, p := range list {
		if i > 0 {
			s += ", "
		}
		if p.IsSingleIP() {
			s += p.Addr().String()
		} else {
			s += p.String()
		}
	}
	return s
}

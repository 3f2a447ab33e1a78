package segmentation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// ownName is by what a host names itself: a name that it was given elsewhere does not show that two addresses are one machine.
var ownName = map[string]bool{"dhcp": true, "nbns": true}

// maxSharing is how many hosts may have one name before it is that of a product.
const maxSharing = 2

// givenNames are names with which systems and their installers come: they name a product, and no host.
var givenNames = map[string]bool{"android": true, "iphone": true, "ipad": true, "ipod": true, "macbook": true, "macbook-pro": true, "macbook-air": true, "imac": true, "mac-mini": true,
	"watch": true, "apple-watch": true, "localhost": true, "localdomain": true, "localhost.localdomain": true, "raspberrypi": true, "debian": true, "ubuntu": true, "fedora": true, "centos": true,
	"kali": true, "archlinux": true, "linux": true, "openwrt": true, "buildroot": true, "espressif": true, "esp32": true, "arduino": true, "wled": true, "tasmota": true, "desktop": true,
	"laptop": true, "pc": true, "computer": true, "workstation": true, "server": true, "host": true, "client": true, "user-pc": true, "admin-pc": true, "windows": true, "mypc": true, "workgroup": true,
	"printer": true, "camera": true, "ipcam": true, "phone": true, "router": true, "switch": true, "ap": true, "chromebook": true, "galaxy": true, "none": true, "unknown": true, "(none)": true}

// bridges finds hosts that live, under one name of their own and at the same time, in two declared zones.
func (s *sight) bridges() []analyses.Finding {
	if s.site.ZonesFrom != "declared" {
		return nil
	}
	named := map[string][]*analyses.Host{}
	for _, h := range s.site.Hosts() {
		if !h.Local || h.Router || h.Forwards || h.Traffic.First == 0 {
			continue
		}
		for _, n := range h.Names {
			k := strings.ToLower(n.Name)
			if ownName[n.Evidence] && !slices.Contains(named[k], h) {
				named[k] = append(named[k], h)
			}
		}
	}
	witness := map[graph.ID][]string{}
	gateway := map[string]bool{}
	for _, r := range s.macs {
		witness[r.Endpoint] = union(witness[r.Endpoint], r.Witness)
		gateway[r.MAC] = gateway[r.MAC] || r.Router || r.Virtual != "" || s.gateway(r)
	}
	var fs []analyses.Finding
	for _, name := range slices.Sorted(maps.Keys(named)) {
		hs := named[name]
		if len(hs) != maxSharing || givenNames[name] {
			continue
		}
		a, b := hs[0], hs[1]
		if a.Zone == "" || b.Zone == "" || a.Zone == b.Zone || a.Traffic.First > b.Traffic.Last || b.Traffic.First > a.Traffic.Last ||
			slices.ContainsFunc(slices.Concat(a.MACs, b.MACs), func(m string) bool { return gateway[m] }) {
			continue
		}
		text := fmt.Sprintf("%s is in two zones at the same time: %s in %s and %s in %s", name, a.Address, a.Zone, b.Address, b.Zone)
		f := analyses.NewFinding("segmentation/bridge-host", analyses.Medium, 0.6, text,
			analyses.Subject{Kind: "endpoint", ID: a.ID.String(), Label: a.Address.String()}, analyses.Subject{Kind: "endpoint", ID: b.ID.String(), Label: b.Address.String()})
		f.First, f.Last, f.Count = min(a.Traffic.First, b.Traffic.First), max(a.Traffic.Last, b.Traffic.Last), 2
		f.Evidence = analyses.EvidenceOf(union(union(nil, witness[a.ID]), witness[b.ID]), analyses.SpeakerFilter(a.Address)+" || "+analyses.SpeakerFilter(b.Address))
		fs = append(fs, f)
	}
	return fs
}

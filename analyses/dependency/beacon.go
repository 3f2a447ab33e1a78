package dependency

import (
	"fmt"
	"math"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// What makes a communication a beacon's. Sources for the traits: MITRE ATT&CK T1071 and T1573 (application layer and encrypted channels), and RITA's scores
// for regular intervals and small, equal sizes.
const (
	beaconStarts  = 12       // conversations that began one after the other
	beaconSpread  = 0.2      // standard deviation of their gaps over the mean, at most
	beaconBytes   = 16 << 10 // of a conversation, at most
	beaconOthers  = 4        // other clients that speak with far addresses, so that to have a peer of one's own means something
	beaconPeriods = 3        // far peers that one client asks so: from here on it is a monitor
)

// polled are applications that ask at intervals by design.
var polled = map[string]bool{"ntp": true, "dns": true, "mdns": true, "llmnr": true, "netbios-ns": true, "dhcp": true, "dhcpv6": true, "snmp": true, "syslog": true, "netflow": true, "ipfix": true,
	"sflow": true, "icmp": true, "icmpv6": true, "stun": true, "rtp": true, "rtcp": true, "sip": true, "ptp": true, "bfd": true, "radius": true, "imap": true, "pop3": true, "mqtt": true,
	"xmpp": true, "wireguard": true, "ike": true, "esp": true, "gtp": true, "openvpn": true, "teredo": true,
	"collectd": true, "statsd": true, "gelf": true, "graphite": true, "meraki": true}

// beacons finds clients that ask a far server, which nobody else asks, at equal intervals and with little to say.
func (m *mapping) beacons() []analyses.Finding {
	clients := map[graph.ID]map[graph.ID]bool{} // of far servers
	speakers := map[graph.ID]bool{}
	type candidate struct {
		*dependency
		period float64
		starts int
	}
	var found []candidate
	periods := map[graph.ID]int{}
	for i := range m.deps {
		d := &m.deps[i]
		r := d.rows[0]
		if a := r.ServerAddress; a.IsPrivate() || !a.IsGlobalUnicast() {
			continue
		}
		if clients[r.Server] == nil {
			clients[r.Server] = map[graph.ID]bool{}
		}
		clients[r.Server][r.Client], speakers[r.Client] = true, true
		if period, n := m.beacon(d); period > 0 {
			found = append(found, candidate{d, period, n})
			periods[r.Client]++
		}
	}
	var fs []analyses.Finding
	for _, c := range found {
		r := c.rows[0]
		if len(clients[r.Server]) > 1 || len(speakers) <= beaconOthers || periods[r.Client] >= beaconPeriods {
			continue
		}
		label := analyses.ServiceLabel(r.ServerAddress, r.Transport, r.Port)
		f := analyses.NewFinding("dependency/anomalous", analyses.Medium, 0.5,
			fmt.Sprintf("%s asks %s, which no other of %d clients asks, every %.3g s: %d small conversations at equal intervals", r.ClientAddress, label, len(speakers), c.period, c.starts),
			analyses.Subject{Kind: "endpoint", ID: r.Client.String(), Label: r.ClientAddress.String()}, analyses.Subject{Kind: "service", ID: r.Service.String(), Label: label})
		var witness []string
		f.First, f.Last, f.Count = r.First, r.Last, int64(c.starts)
		for _, x := range c.rows {
			f.First, f.Last = min(f.First, x.First), max(f.Last, x.Last)
			witness = analyses.Union(witness, x.Witness, maxList)
		}
		f.Evidence = analyses.EvidenceOf(witness, analyses.ConversationFilter(r.ClientAddress, r.ServerAddress, r.Transport, r.Port))
		fs = append(fs, f)
	}
	return fs
}

// beacon returns the period of a communication in seconds and how many conversations show it; 0 if it has none, or says too much.
func (m *mapping) beacon(d *dependency) (period float64, n int) {
	var starts []int64
	var conversations, established, bytes int64
	for _, r := range d.rows {
		if polled[r.Application] || r.Parent != "" || m.site.Application(r.ServerAddress, r.Transport, r.Port, r.Application, r.ServerNames) != nil {
			return 0, 0
		}
		starts = append(starts, r.Starts...)
		conversations, established, bytes = conversations+r.Conversations, established+r.Established, bytes+r.BytesUp+r.BytesDown
	}
	if len(starts) < beaconStarts || established < conversations*4/5 || bytes > conversations*beaconBytes {
		return 0, 0
	}
	slices.Sort(starts)
	var sum, sq float64
	k := float64(len(starts) - 1)
	for i := 1; i < len(starts); i++ {
		g := float64(starts[i]-starts[i-1]) / 1e3
		sum, sq = sum+g, sq+g*g
	}
	if mean := sum / k; mean >= 1 && math.Sqrt(max(0, sq/k-mean*mean)) <= beaconSpread*mean {
		return mean, len(starts)
	}
	return 0, 0
}

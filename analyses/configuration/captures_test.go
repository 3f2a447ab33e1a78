package configuration

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

// captures is the folder of real captures.
func captures(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("NSGRAPH_CAPTURES")
	if dir == "" {
		t.Skip("NSGRAPH_CAPTURES is not set")
	}
	return dir
}

// reportOf runs the analysis over one capture.
func reportOf(t testing.TB, path string) Report {
	t.Helper()
	src, err := capture.Sources([]string{path})
	if err != nil {
		t.Skip(err)
	}
	b, _, err := build.Run(t.Context(), capture.Run(t.Context(), src, capture.Options{Workers: 1}), build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := memory.New()
	if err := s.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), s, graph.Params{}, &analyses.Site{Intent: &intent.Intent{}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// shows is what the captures show of configuration: rule and a part of the finding's text. Sources: the captures' index, and tshark over
// each. Every other capture shows nothing of medium severity or more.
var shows = map[string][]string{
	"cfg-6in4tunnel.pcap":                  {"path-mtu-reduced: MTU 1460", "unreachable: host"},
	"cfg-alexa-app.pcapng":                 {"icmp-redirect: 172.16.42.42", "asymmetric-route: through router 172.16.42.42, and the answers go to 172.16.42.1"},
	"cfg-arp-spoof-1.pcap":                 {"duplicate-address: 192.168.6.1 is"},
	"cfg-arp-spoof-2.pcap":                 {"duplicate-address: 192.168.6.1 is", "duplicate-address: 192.168.6.113 is"},
	"cfg-bgp-bad-peer-as.pcapng":           {"bgp-mismatch: 2/2 bad peer AS"},
	"cfg-bgp-notification.cap":             {"bgp-mismatch: 2/2 bad peer AS"},
	"cfg-bgp-peer-not-configured.pcapng":   {"bgp-mismatch: 6/3 peer de-configured"},
	"cfg-bgp-router-id-conflict.pcapng":    {"bgp-mismatch: peer 2.2.2.2 of", "bgp-mismatch: peer 3.3.3.3 of"},
	"cfg-dhcp-rogue-and-starvation.pcap":   {"dhcp-conflict: 192.168.6.1 on the untagged segment refuses 53", "dhcp-conflict: 192.168.6.254 on the untagged segment refuses 29", "dhcp-conflict: dhcp.router none (192.168.6.254)"},
	"cfg-duplicate-ip-snmp.pcap":           {"duplicate-address: 192.168.6.110"},
	"cfg-eigrp6-auth-transition.pcap":      {"eigrp-mismatch: eigrp.auth md5", "eigrp-mismatch: c600:3aff:fe44:0 on the untagged segment takes its hellos back 3 times", "eigrp-mismatch: c601:3aff:fe44:0 on the untagged segment takes its hellos back 3 times"},
	"cfg-icmp-redirect.pcap":               {"icmp-redirect: 192.168.1.3 is on their own link (5 redirects)"},
	"cfg-icmp-unreachable.pcap":            {"unreachable: 192.168.2.1 cannot reach a network"},
	"cfg-icmpv6-redirect.pcapng":           {"icmp-redirect: 123::3"},
	"cfg-l2-loop-1.pcap":                   {"bridging-loop: comes by cfg-l2-loop-1 2524 times"},
	"cfg-melsoft-udp-unclean-1.pcap":       {"duplicate-address: 192.168.3.101 is claimed by c8:5b:76:8b:4c:69 (230 claims)", "duplicate-address: 192.168.3.250 is claimed by c8:5b:76:8b:4c:69 (230 claims)"},
	"cfg-ospf-mtu-mismatch-2.pcapng":       {"ospf-mismatch: MTU 1300 (12.1.1.2), 1500 (12.1.1.1)", "mtu-mismatch: 1300"},
	"cfg-ospf-mtu-mismatch-exstart.pcapng": {"ospf-mismatch: MTU 1200 (10.1.34.3), 1499 (10.1.34.4)", "mtu-mismatch: 1200"},
	"cfg-path-mtu-discovery.cap":           {"path-mtu-reduced: 192.168.0.1 reports next-hop MTU 1400"},
	"cfg-pmtu-1492-smtp.pcap":              {"path-mtu-reduced: MTU 1492 towards 74.53.140.153 (4 times)"},
	"cfg-pmtud.pcapng":                     {"path-mtu-reduced: 192.168.1.1 reports next-hop MTU 1350"},
	"cfg-tcp-zerowindowdead.pcapng":        {"tcp-zero-window: 172.31.136.85 keeps its receive window closed for 23.7 s"},
}

func TestCaptures(t *testing.T) {
	dir := captures(t)
	paths, err := filepath.Glob(filepath.Join(dir, "*.*cap*"))
	if err != nil || len(paths) == 0 {
		t.Skip("no captures")
	}
	for _, path := range paths {
		name := filepath.Base(path)
		want, known := shows[name]
		if !known && (testing.Short() || !strings.HasPrefix(name, "cfg-") && !strings.HasPrefix(name, "seg-") && !strings.HasPrefix(name, "tcpdump-")) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			for _, f := range reportOf(t, path).Findings {
				said := strings.TrimPrefix(f.Rule, "configuration/") + ": " + f.Text
				i := slices.IndexFunc(want, func(w string) bool {
					rule, part, _ := strings.Cut(w, ": ")
					return strings.HasPrefix(said, rule+": ") && strings.Contains(f.Text, part)
				})
				switch {
				case i >= 0:
					want = slices.Delete(slices.Clone(want), i, i+1)
				case known || f.Severity >= analyses.Medium:
					t.Errorf("not expected: %s", said)
				}
				if len(f.Evidence) == 0 || len(f.Evidence[0].Packets) == 0 {
					t.Errorf("no evidence: %s", said)
				}
			}
			for _, w := range want {
				t.Errorf("missing: %s", w)
			}
		})
	}
}

// Control cases are judged, and agree: silence would prove nothing.
func TestControlCasesAgree(t *testing.T) {
	dir := captures(t)
	for _, c := range []struct{ file, setting, subject string }{
		{"cfg-ospf-healthy.pcap", "ospf.hello", "23.1.1.0/24"},
		{"cfg-ospf-broadcast-adjacencies.cap", "ospf.dead", "10.0.0.0/24"},
		{"cfg-hsrp-election.pcap", "hsrp.hold", "hsrp 1"},
		{"cfg-vrrp-failover.cap", "vrrp.interval", "vrrp 1"},
		{"cfg-glbp-election.cap", "glbp.hello", "glbp 1"},
		{"cfg-eigrp-adjacency.pcap", "eigrp.k", "as 100"},
		{"cfg-mstp-intra-region-bpdus.pcap", "stp.region", "cst"},
	} {
		if v := verdict(t, reportOf(t, filepath.Join(dir, c.file)), c.setting, c.subject); v != Agree {
			t.Errorf("%s: %s %s", c.file, c.setting, v)
		}
	}
}

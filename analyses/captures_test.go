package analyses_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/dependency"
	"netscope.example/nsgraph/analyses/segmentation"
	"netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

// findings returns what segmentation and dependency find in a capture that is at least of a severity, each "rule: subjects".
func findings(t *testing.T, path string, in *intent.Intent, least analyses.Severity) []string {
	t.Helper()
	src, err := capture.Sources([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	batch, _, err := build.Run(t.Context(), capture.Run(t.Context(), src, capture.Options{Workers: 1}), build.Options{Intent: in})
	if err != nil {
		t.Fatal(err)
	}
	q := memory.New()
	if err := q.Apply(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	site, err := analyses.NewSite(t.Context(), q, graph.Params{}, in)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, a := range []analyses.Analysis{segmentation.Analysis(), dependency.Analysis()} {
		_, fs, err := a.Run(t.Context(), q, graph.Params{}, site)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fs {
			if !slices.Contains(a.Rules, f.Rule) {
				t.Errorf("%s raises %s", a.Name, f.Rule)
			}
			if f.Severity < least {
				continue
			}
			var labels []string
			for _, s := range f.Subjects {
				labels = append(labels, s.Label)
			}
			out = append(out, fmt.Sprintf("%s: %s", f.Rule, strings.Join(labels, ", ")))
			for _, e := range f.Evidence {
				if len(e.Packets) == 0 {
					t.Errorf("%s: evidence without packets", f.Rule)
				}
			}
		}
	}
	return out
}

func same(t *testing.T, name string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got\n\t%s\nwant\n\t%s", name, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// The simulated office: a guest logs in to the database, which the policy denies.
func TestOffice(t *testing.T) {
	in, err := intent.Load("../testdata/office.intent.yaml")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "office", findings(t, "../testdata/office.pcapng", in, analyses.High), []string{"segmentation/forbidden-flow: 192.168.66.22, 10.90.0.6 tcp/15432"})
}

func real(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("NSGRAPH_CAPTURES")
	if dir == "" {
		t.Skip("NSGRAPH_CAPTURES does not name a folder of captures")
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skip(err)
	}
	return path
}

// Real captures with a fault that their authors describe, and everything of medium severity or more that may be found in them.
func TestRealFaults(t *testing.T) {
	for name, want := range map[string][]string{
		"seg-campus-trunk-10-vlans.cap.gz": {"segmentation/mac-in-several-vlans: 00:40:05:40:ef:24, 6, 32, 131.151.32.129"},
		"seg-scapy-double-8021q-tag.pcap":  {"segmentation/double-tag: 00:17:5a:ed:7a:f0, 1.20"},
		"cfg-dtp.pcap":                     {"segmentation/trunk-negotiation: 00:19:06:ea:b8:85"},
		"chg-http-espn-fail.pcapng":        {"dependency/failing: 172.16.16.154, 203.0.113.94 tcp/80"},
		"ndpi-telnet.pcap":                 {"dependency/cleartext-credentials: 192.168.0.1 tcp/23"},
		"zeek-pop3-pop3.pcap":              {"dependency/cleartext-credentials: 212.227.15.166 tcp/110"},
	} {
		t.Run(name, func(t *testing.T) { same(t, name, findings(t, real(t, name), nil, analyses.Medium), want) })
	}
	for name, want := range map[string][]string{
		"chg-nowebaccess1.pcapng": {"dependency/failing: 172.16.0.8, 4.2.2.1 udp/53", "dependency/failing: 172.16.0.8, 4.2.2.2 udp/53"},
		"chg-nowebaccess2.pcapng": nil, // one attempt, its SYN sent again
	} {
		t.Run(name, func(t *testing.T) {
			got := findings(t, real(t, name), nil, analyses.Low)
			slices.Sort(got)
			same(t, name, got, want)
		})
	}
}

// Real captures that look like a fault and show none: routers on several VLANs, stacks of tags, first hop redundancy, relays, healthy protocols.
func TestRealLookAlikes(t *testing.T) {
	for _, name := range []string{
		"seg-router-on-a-stick.pcap", "cfg-dhcp-inter-vlan.cap", "cfg-hsrp.pcap", "cfg-hsrp0.pcap", "seg-icmpv4-4vlanqinq-id-8-10-20-30.pcap", "seg-qinq-3-10.pcap",
		"seg-three-tags.pcap", "seg-802-1q-tunneling.pcap", "seg-802-1ad.cap", "seg-suricata-vlan-depths.pcap", "suricata-eve-flow-vlan.pcap", "seg-same-dns-three-vlans.pcap",
		"arkime-mongo.pcap", "arkime-dot1ad.pcap", "cfg-lldp-and-cdp.pcap", "cfg-rpvstp-access.cap", "cfg-rpvstp-trunk-native-vid1.cap", "cfg-rpvstp-trunk-native-vid5.pcap",
		"cfg-isl-2-dot1q.cap", "cfg-erspan-type-i-4.pcap", "cfg-gratuitous-arp-hsrp.cap", "seg-interas-option-a.pcapng", "encap-vxlan-gateway.pcapng", "cfg-ospf-healthy.pcap",
		"cfg-glbp-election.cap", "cfg-hsrp-election.pcap", "cfg-stp.pcap", "chg-weather-working.pcapng", "chg-http-espn.pcapng", "qos-latency1.pcapng",
	} {
		t.Run(name, func(t *testing.T) { same(t, name, findings(t, real(t, name), nil, analyses.Medium), nil) })
	}
}

// A router that forwards between two VLANs breaks a policy that denies it; the copies of its packets are no leak.
func TestRealPolicy(t *testing.T) {
	in, err := intent.Parse("site.yaml", []byte("version: 1\nzones: [{name: a, vlans: [10]}, {name: b, vlans: [20]}]\npolicy: {default: deny}\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := findings(t, real(t, "seg-router-on-a-stick.pcap"), in, analyses.Low)
	same(t, "router on a stick", got, []string{ // one of the five requests reached the other segment and was not answered
		"segmentation/forbidden-flow: 192.168.10.2, 192.168.20.2 icmp", "segmentation/forbidden-reached: 192.168.10.2, 192.168.20.2 icmp",
	})
}

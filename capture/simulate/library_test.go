package simulate

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rules are all that nsgraph can raise, built or not: each has a scenario that raises it and one that must not.
var rules = strings.Fields(`
segmentation/forbidden-flow segmentation/forbidden-reached segmentation/forbidden-blocked segmentation/vlan-leak segmentation/mac-in-several-vlans
segmentation/mac-flood segmentation/address-in-wrong-vlan segmentation/overlapping-address segmentation/double-tag segmentation/invalid-tag
segmentation/native-vlan-mismatch segmentation/trunk-negotiation segmentation/asymmetric-tag segmentation/unexpected-gateway segmentation/rogue-service
segmentation/bridge-host segmentation/transit-path segmentation/tunnel-crossing segmentation/missing-hop segmentation/unused-rule segmentation/broad-rule
dependency/service-appeared dependency/service-vanished dependency/service-moved dependency/service-changed dependency/appeared dependency/vanished
dependency/client-set-shift dependency/volume-shift dependency/latency-shift dependency/anomalous dependency/failing dependency/single-point-of-failure
dependency/cycle dependency/cleartext-credentials
bandwidth/saturation bandwidth/peak bandwidth/trend bandwidth/bulk-in-business-hours bandwidth/critical-starved bandwidth/unidentified bandwidth/retransmitted
configuration/mtu-mismatch configuration/pmtu-blackhole configuration/path-mtu-reduced configuration/mss-clamped configuration/fragmentation
configuration/duplex-mismatch configuration/speed-mismatch configuration/duplex-suspected configuration/ospf-mismatch configuration/eigrp-mismatch
configuration/bgp-mismatch configuration/rip-mismatch configuration/isis-mismatch configuration/pim-mismatch configuration/fhrp-conflict
configuration/stp-conflict configuration/lacp-mismatch configuration/vtp-mismatch configuration/dhcp-conflict configuration/ra-conflict
configuration/duplicate-address configuration/wrong-mask configuration/bridging-loop configuration/routing-loop configuration/asymmetric-route
configuration/icmp-redirect configuration/unreachable configuration/tcp-no-scaling configuration/tcp-scaling-stripped configuration/tcp-sack-stripped
configuration/tcp-timestamps-stripped configuration/tcp-mss-default configuration/tcp-window-limited configuration/tcp-zero-window
configuration/resolver-mismatch configuration/ntp-mismatch configuration/syslog-mismatch configuration/baseline-deviation
qos/mismarked qos/remarked qos/untrusted-mark qos/class-abuse qos/asymmetric-mark qos/pcp-dscp-mismatch qos/ecn-bleached qos/ineffective
qos/objective-missed qos/reservation-violated qos/starvation qos/policed qos/shaped qos/poor-call`)

func TestEveryRuleHasItsScenarios(t *testing.T) {
	list, err := List()
	if err != nil {
		t.Fatal(err)
	}
	raised, silent := map[string]bool{}, map[string]bool{}
	verdicts := map[string]bool{}
	for _, i := range list {
		if i.Doc == "" || !strings.HasSuffix(i.Doc, ".") {
			t.Errorf("%s: doc %q is no sentence", i.Name, i.Doc)
		}
		for _, r := range i.Raises {
			raised[r] = true
			if !slices.Contains(rules, r) {
				t.Errorf("%s raises %s, which is no rule", i.Name, r)
			}
		}
		for _, r := range i.Silent {
			silent[r] = true
			if !slices.Contains(rules, r) {
				t.Errorf("%s must not raise %s, which is no rule", i.Name, r)
			}
		}
		sc, err := Load(i.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range sc.Expect.QoS {
			verdicts[v] = true
		}
		if i.Before != "" {
			if _, err := Load(i.Before); err != nil {
				t.Errorf("%s: %v", i.Name, err)
			}
		}
	}
	for _, r := range rules {
		if !raised[r] || !silent[r] {
			t.Errorf("%s: raised by a scenario: %v, silent in one: %v", r, raised[r], silent[r])
		}
	}
	for _, v := range []string{"effective", "ineffective", "untested", "insufficient"} {
		if !verdicts[v] {
			t.Errorf("no scenario has the verdict %s", v)
		}
	}
}

// Every scenario of the library runs, shows something, and its first seconds are the same twice.
func TestLibraryRuns(t *testing.T) {
	list, err := List()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range list {
		o := Options{Packets: 800}
		a, _ := play(t, i.Name, o)
		b, _ := play(t, i.Name, o)
		if a.frames < 10 || a.back > 0 {
			t.Errorf("%s: %d frames, times go back %d times", i.Name, a.frames, a.back)
		}
		if a.hash() != b.hash() {
			t.Errorf("%s: two runs differ", i.Name)
		}
	}
}

// badFilter is what no frame of a simulated network may be.
const badFilter = "(_ws.malformed && !tcp) || ip.checksum.status==0 || tcp.checksum.status==0 || udp.checksum.status==0 || icmp.checksum.status==0 || " +
	"icmpv6.checksum.status==0 || cdp.checksum.status==0 || (_ws.expert.severity>=8388608 && !tcp)"

// tsharkFinds returns what tshark has against a file.
func tsharkFinds(t *testing.T, file, filter string) string {
	t.Helper()
	out, err := exec.Command("tshark", "-r", file, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "ip.defragment:FALSE", "-Y", filter,
		"-T", "fields", "-e", "frame.number", "-e", "_ws.col.Protocol", "-e", "_ws.expert.message").Output()
	if err != nil {
		t.Fatalf("tshark: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return strings.Join(lines[:min(len(lines), 5)], "\n")
}

// What tshark thinks of each kind of frame that the library has. Where copies are seen, TCP is looked at in one VLAN.
func TestTshark(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("no tshark here")
	}
	if testing.Short() {
		t.Skip("tshark is slow")
	}
	for _, name := range []string{"office", "branch", "qos-effective", "configuration-eigrp-mismatch", "configuration-bgp-mismatch-like", "configuration-rip-mismatch", "configuration-isis-mismatch",
		"configuration-pim-mismatch", "configuration-fhrp-conflict", "configuration-fhrp-conflict-timers", "configuration-lacp-mismatch", "configuration-vtp-mismatch", "configuration-ra-conflict",
		"configuration-ospf-mismatch-like", "configuration-path-mtu-reduced", "configuration-fragmentation", "segmentation-trunk-negotiation", "segmentation-tunnel-crossing-like",
		"dependency-cleartext-credentials-like", "dependency-service-appeared-like", "configuration-stp-conflict"} {
		t.Run(name, func(t *testing.T) {
			sc, err := Load(name)
			if err != nil {
				t.Fatal(err)
			}
			f, err := sc.WriteFiles(t.Context(), Options{Packets: 4000}, filepath.Join(t.TempDir(), "c.pcapng"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range f.Captures {
				if bad := tsharkFinds(t, file, badFilter); bad != "" {
					t.Errorf("tshark on %s:\n%s", filepath.Base(file), bad)
				}
			}
		})
	}
}

// All applications, over a link that loses nothing, captured once: tshark finds nothing wrong with any, TCP included.
func TestTsharkApplications(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("no tshark here")
	}
	file := filepath.Join(t.TempDir(), "apps.pcapng")
	sc, err := Parse("apps.yaml", []byte(everyApplication()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sc.WriteFiles(t.Context(), Options{}, file); err != nil {
		t.Fatal(err)
	}
	if bad := tsharkFinds(t, file, badFilter+" || _ws.malformed || tcp.analysis.flags || _ws.short"); bad != "" {
		t.Errorf("tshark:\n%s", bad)
	}
	out, err := exec.Command("tshark", "-r", file, "-T", "fields", "-e", "frame.protocols").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{":http", ":tls", ":quic", ":ssh", ":nbss:smb2", ":ldap", ":mysql", ":pgsql", ":telnet", ":ftp", ":smtp", ":pop", ":imap", ":rdp", ":ntp", ":snmp", ":syslog", ":dns", ":sip", ":tftp", ":tds",
		":mqtt", ":kerberos", ":radius", ":rtsp"} {
		if !strings.Contains(string(out), p) && !(p == ":rdp" && strings.Contains(string(out), ":tpkt")) {
			t.Errorf("tshark recognises no %s", p[1:])
		}
	}
	out, err = exec.Command("tshark", "-r", file, "-Y", "quic && tls.handshake.extensions_server_name", "-T", "fields", "-e", "tls.handshake.extensions_server_name").Output()
	if err != nil || !strings.Contains(string(out), "s-quic.x.example") {
		t.Errorf("tshark decrypts no QUIC server name: %q %v", out, err)
	}
}

func TestWriteFiles(t *testing.T) {
	dir := t.TempDir()
	sc, err := Load("qos-remarked")
	if err != nil {
		t.Fatal(err)
	}
	f, err := sc.WriteFiles(t.Context(), Options{Duration: 8e9}, filepath.Join(dir, "two.pcapng"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"two.intent.yaml", "two.truth.json", "two.wan-b.pcapng", "two.wan-c.pcapng"}
	var got []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, want) || len(f.Captures) != 2 || f.Summary.Points[1].File != "two.wan-c.pcapng" {
		t.Errorf("wrote %v, want %v", got, want)
	}
}

package segmentation

import (
	"fmt"
	"strings"
	"testing"
)

func TestStrangers(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"an address of another zone", "mac 10.90.0.7 02:00:00:00:00:07 vlan=10 claims=2 packets=9\nmac 10.90.0.7 02:00:00:00:00:07 vlan=10 claims=3 packets=1 point=edge2", []string{
			"medium address-in-wrong-vlan 0.9: 02:00:00:00:00:07 (unknown vendor) claims 10.90.0.7 in VLAN 10 of zone users, which holds 10.10.0.0/16: 5 claims"}},
		{"routed into it", "mac 10.90.0.7 02:00:00:00:00:01 vlan=10 router packets=9", nil},
		{"by a declared gateway", "mac 10.90.0.7 02:00:00:00:00:fe vlan=10 claims=5 packets=9", nil},
		{"an FHRP group", "mac 10.90.0.7 02:00:00:00:00:07 vlan=10 claims=5 packets=9 virtual=vrrp", nil},
		{"it sends there, but claims nothing", "mac 10.90.0.7 02:00:00:00:00:07 vlan=10 packets=9", nil},
		{"it sends there, with the TTL of its system, and nothing else", "mac 10.90.0.7 02:00:00:00:00:07 vlan=10 packets=9 ttl_max=64", []string{
			"medium address-in-wrong-vlan 0.7: 02:00:00:00:00:07 (unknown vendor) sends as 10.90.0.7 in VLAN 10 of zone users, which holds 10.10.0.0/16: 9 packets"}},
		{"forwarded, with a lower TTL", "mac 10.90.0.7 02:00:00:00:00:07 vlan=10 packets=9 ttl_max=63", nil},
		{"forwarded by a host of that VLAN", "mac 10.10.0.7 02:00:00:00:00:07 vlan=10 claims=1\nmac 10.90.0.7 02:00:00:00:00:07 vlan=10 packets=9 ttl_max=64", nil},
		{"it sends from its own VLAN too", "mac 10.90.0.7 02:00:00:00:00:07 vlan=10 packets=9 ttl_max=64\nmac 10.90.0.7 02:00:00:00:00:17 vlan=90 packets=9 ttl_max=64", nil},
		{"a public address", "mac 9.9.9.9 02:00:00:00:00:07 vlan=10 packets=9 ttl_max=64", nil},
		{"a laptop that looks for its last network", "mac 10.90.0.7 02:00:00:00:00:07 vlan=10 claims=1 packets=1", nil},
		{"its own zone", "mac 10.10.0.7 02:00:00:00:00:07 vlan=10 claims=5 packets=9", nil},
		{"link-local", "mac 169.254.0.7 02:00:00:00:00:07 vlan=10 claims=5 packets=9\nmac fe80::1 02:00:00:00:00:07 vlan=10 claims=5 packets=9", nil},
		{"a family of which the zone says nothing", "mac 2001:db8::1 02:00:00:00:00:07 vlan=10 claims=5 packets=9", nil},
		{"a VLAN of no zone", "mac 10.90.0.7 02:00:00:00:00:07 vlan=11 claims=5 packets=9", nil},
		{"untagged", "mac 10.90.0.7 02:00:00:00:00:07 claims=5 packets=9", nil},
		{"in another context", "mac 10.90.0.7@tenant 02:00:00:00:00:07 vlan=10 claims=5 packets=9", nil},
		{"inside a tunnel", "mac 10.90.0.7 02:00:00:00:00:07 vlan=10 claims=5 packets=9 tunnel=gre", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, office, c.graph, Options{}), c.want...) })
	}
}

// Where the declaration lacks a prefix, every host of the VLAN is a stranger: that is one finding.
func TestManyStrangers(t *testing.T) {
	var g strings.Builder
	for i := range 60 {
		fmt.Fprintf(&g, "mac 10.91.0.%d 02:00:00:00:01:%02x vlan=10 claims=3 packets=9\n", i+1, i)
	}
	r := run(t, office, g.String(), Options{})
	finds(t, r, "medium address-in-wrong-vlan 0.7: 60 addresses speak from VLAN 10 of zone users, which holds 10.10.0.0/16: 10.91.0.1 to 10.91.0.60")
	if n := len(r.Findings[0].Subjects); n != 51 || r.Findings[0].Count != 60 {
		t.Errorf("%d subjects, count %d", n, r.Findings[0].Count)
	}
}

func TestGateways(t *testing.T) {
	const neighbours = `
mac 10.10.0.25 02:00:00:00:00:25 vlan=10 claims=1 packets=9
mac 10.10.0.26 02:00:00:00:00:26 vlan=10 claims=1 packets=9
`
	through := func(mac, more string) string {
		return neighbours + "mac 10.10.0.66 " + mac + " vlan=10 claims=1\nmac 10.10.0.25 " + mac + " packets=7 vlan=10 " + more + "\nmac 10.10.0.26 " + mac + " packets=8 vlan=10 " + more
	}
	elsewhere := strings.NewReplacer("10.10.0", "10.11.0", ":25 ", ":35 ", ":26 ", ":36 ", "vlan=10", "vlan=11").Replace(through("02:00:00:00:00:99", ""))
	const stranger, declared = "02:00:00:00:00:99", "02:00:00:00:00:fe"
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"a host sends what its neighbours sent", through(stranger, ""), []string{
			"high unexpected-gateway 0.85: 02:00:00:00:00:99 (10.10.0.66) sends packets of 2 neighbours in VLAN 10 (10.10.0.25, 10.10.0.26): 15 packets"}},
		{"in two VLANs, seen at two points", through(stranger, "") + "\n" + strings.ReplaceAll(through(stranger, ""), "vlan=10", "vlan=10 point=edge2") + "\n" + elsewhere, []string{
			"high unexpected-gateway 0.85: 02:00:00:00:00:99 (10.10.0.66, 10.11.0.66) sends packets of 4 neighbours in VLANs 10 and 11 (10.10.0.25, 10.10.0.26, 10.11.0.25, 10.11.0.26): 30 packets",
			"medium mac-in-several-vlans 0.8: 02:00:00:00:00:99 speaks in VLANs 10 and 11 at the same time, as 10.10.0.25, 10.10.0.26, 10.10.0.66, 10.11.0.25 and 2 more: 32 packets"}},
		{"untagged", strings.ReplaceAll(through(stranger, ""), "vlan=10", ""), []string{
			"high unexpected-gateway 0.85: 02:00:00:00:00:99 (10.10.0.66) sends packets of 2 neighbours in their segment (10.10.0.25, 10.10.0.26): 15 packets"}},
		{"the declared MAC", through(declared, ""), nil},
		{"the MAC of the declared address", through(stranger, "") + "\nmac 10.10.0.1 02:00:00:00:00:99 vlan=10 claims=1", nil},
		{"FHRP", through(stranger, "virtual=hsrp"), nil},
		{"it claims them: proxy ARP, or a conflict", through(stranger, "claims=1"), nil},
		{"a router into another VLAN", neighbours + "mac 10.90.0.1 02:00:00:00:00:99 vlan=90 claims=1 router\nmac 10.10.0.25 02:00:00:00:00:99 vlan=90 router\nmac 10.10.0.26 02:00:00:00:00:99 vlan=90 router", nil},
		{"a router, of hosts whose VLAN is bridged with this one", through(stranger, "") + "\nmac 10.10.0.25 02:00:00:00:00:25 vlan=11 claims=1\nmac 10.10.0.26 02:00:00:00:00:26 vlan=11 claims=1", []string{
			"medium mac-in-several-vlans 0.8: 02:00:00:00:00:25 speaks in VLANs 10 and 11 at the same time, as 10.10.0.25: 10 packets",
			"medium mac-in-several-vlans 0.8: 02:00:00:00:00:26 speaks in VLANs 10 and 11 at the same time, as 10.10.0.26: 10 packets"}},
		{"one neighbour: it may have moved", neighbours + "mac 10.10.0.66 02:00:00:00:00:99 vlan=10 claims=1\nmac 10.10.0.25 02:00:00:00:00:99 vlan=10", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, office, c.graph, Options{}), c.want...) })
	}
}

func TestFloods(t *testing.T) {
	flood := func(n int, gap float64, packets int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "mac 10.%d.%d.1 02:00:00:01:%02x:%02x packets=%d at=%g-%g\n", i/250, i%250, i>>8, i&255, packets, float64(i)*gap, float64(i)*gap)
		}
		return b.String()
	}
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"a flood, and what was before", flood(1200, 0.005, 1) + "mac 10.9.9.9 02:00:00:00:00:01 packets=1 at=0-0.5", []string{
			"high mac-flood 0.85: 1201 MACs at core1 that speak at most 2 times, within 6.0 s, and never again"}},
		{"too few", flood(900, 0.005, 1), nil},
		{"slowly", flood(1200, 0.1, 1), nil},
		{"a trunk comes up: they speak again", flood(1200, 0.005, 5), nil},
		{"a trunk comes up: they speak later", flood(1200, 0.005, 1) + strings.ReplaceAll(flood(1200, 0.006, 2), "at=", "vlan=20 at="), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, "", c.graph, Options{})
			finds(t, r, c.want...)
			if want := "eth.src in {02:00:00:00:00:01, 02:00:00:01:00:00, "; c.want != nil && !strings.HasPrefix(r.Findings[0].Evidence[0].Filter, want) {
				t.Errorf("filter %s, want %s...", r.Findings[0].Evidence[0].Filter, want)
			}
		})
	}
}

func TestVLANNames(t *testing.T) {
	for _, c := range []struct{ vlans, want string }{
		{"10", "VLAN 10"}, {"", "their segment"}, {"9 10 9", "VLANs 9 and 10"}, {"10 2 3", "VLANs 2, 3 and 10"}, {"- 10", "their segment and VLAN 10"},
		{"7 6 5 4 3 2", "VLANs 2, 3, 4, 5 and 2 more"},
	} {
		vlans := strings.Split(strings.ReplaceAll(c.vlans, "-", ""), " ")
		if got := vlanNames(vlans); got != c.want {
			t.Errorf("%q: %q, want %q", c.vlans, got, c.want)
		}
	}
}

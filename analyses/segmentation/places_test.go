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

func TestGateways(t *testing.T) {
	forwards := func(mac, vlan, more string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "mac 8.8.%d.8 %s vlan=%s router %s\n", i, mac, vlan, more)
		}
		return b.String()
	}
	const stranger, declared = "02:00:00:00:00:99", "02:00:00:00:00:fe"
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"a stranger forwards", forwards(stranger, "10", "", 3), []string{
			"high unexpected-gateway 0.85: 02:00:00:00:00:99 forwards for 3 addresses outside zone users in its VLANs, the intent names another gateway: 3 packets"}},
		{"the declared MAC", forwards(declared, "10", "", 5), nil},
		{"the MAC of the declared address", forwards(stranger, "10", "", 5) + "mac 10.10.0.1 02:00:00:00:00:99 vlan=10 claims=1", nil},
		{"FHRP", forwards(stranger, "10", "virtual=hsrp", 5), nil},
		{"a zone without declared gateways", forwards(stranger, "90", "", 5), nil},
		{"a VLAN of no zone", forwards(stranger, "11", "", 5), nil},
		{"two addresses", forwards(stranger, "10", "", 2), nil},
		{"addresses of the zone itself", "mac 10.10.1.1 02:00:00:00:00:99 vlan=10 router\nmac 10.10.1.2 02:00:00:00:00:99 vlan=10 router\nmac 10.10.1.3 02:00:00:00:00:99 vlan=10 router", nil},
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
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, "", c.graph, Options{}), c.want...) })
	}
}

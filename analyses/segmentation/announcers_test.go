package segmentation

import (
	"strings"
	"testing"
)

// Who speaks as a router where others are declared, or beside one that forwards.
func TestAnnouncers(t *testing.T) {
	const (
		ra     = "says 10.10.0.66 ra.lifetime 1800 mac=02:00:00:00:00:66 vlan=10 count=4\nsays 10.10.0.66 ra.prefixes 2001:db8:bad::/64 mac=02:00:00:00:00:66 vlan=10 count=4\n"
		host   = "mac 10.10.0.66 02:00:00:00:00:66 vlan=10 claims=1 packets=9\n"
		legacy = "says 192.168.66.66 ra.lifetime 1800 mac=02:00:00:00:00:66 vlan=66 count=4\nsays 192.168.66.66 ra.prefixes 2001:db8:bad::/64 mac=02:00:00:00:00:66 vlan=66 count=4\n"
		router = "says 192.168.66.1 ra.lifetime 1800 mac=02:00:00:00:00:01 vlan=66 count=4\nsays 192.168.66.1 ra.prefixes 2001:db8:66::/64 mac=02:00:00:00:00:01 vlan=66 count=4\nmac 9.9.9.9 02:00:00:00:00:01 vlan=66 ttl_max=55 router\n"
	)
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"advertisements of a host", host + ra, []string{
			"high unexpected-gateway 0.9: 02:00:00:00:00:66 (10.10.0.66) speaks as a router in VLAN 10: 4 router advertisements of 2001:db8:bad::/64, want the known gateways alone"}},
		{"its redirects", host + "says 10.10.0.66 icmp.redirect 10.10.0.66 mac=02:00:00:00:00:66 vlan=10 count=2", []string{
			"high unexpected-gateway 0.9: 02:00:00:00:00:66 (10.10.0.66) speaks as a router in VLAN 10: 2 ICMP redirects, want the known gateways alone"}},
		{"no default router", host + "says 10.10.0.66 ra.lifetime 0 mac=02:00:00:00:00:66 vlan=10", nil},
		{"inside a tunnel", host + "says 10.10.0.66 ra.lifetime 1800 mac=02:00:00:00:00:66 vlan=10 tunnel=gre", nil},
		{"the declared MAC", "says fe80::1 ra.lifetime 1800 mac=02:00:00:00:00:fe vlan=10", nil},
		{"the MAC of the declared address", "mac 10.10.0.1 02:00:00:00:00:66 vlan=10 claims=3\n" + ra, nil},
		{"from the declared link-local address", "mac fe80::1 02:00:00:00:00:66 vlan=10\n" + ra, nil},
		{"beside the declared MAC", "mac 10.10.0.1 02:00:00:00:00:66 vlan=10 claims=3\nmac 10.10.0.1 02:00:00:00:00:fe vlan=10 claims=3\n" + ra, []string{
			"high unexpected-gateway 0.9: 02:00:00:00:00:66 (10.10.0.1) speaks as a router in VLAN 10: 4 router advertisements of 2001:db8:bad::/64, want the known gateways alone"}},
		{"a router that speaks HSRP", host + ra + "says 10.10.0.66 hsrp.state active mac=02:00:00:00:00:66 vlan=10", nil},
		{"without a declared gateway, beside one that forwards", legacy + router, []string{
			"high unexpected-gateway 0.6: 02:00:00:00:00:66 speaks as a router in VLAN 66: 4 router advertisements of 2001:db8:bad::/64, want the known gateways alone"}},
		{"a standby with the same prefix", "says 192.168.66.2 ra.lifetime 1800 mac=02:00:00:00:00:02 vlan=66\nsays 192.168.66.2 ra.prefixes 2001:db8:66::/64 mac=02:00:00:00:00:02 vlan=66\n" + router, nil},
		{"alone", legacy, nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, office, c.graph, Options{}), c.want...) })
	}
}

// A MAC that claims the gateway's address beside it is not the gateway, and one neighbour whose packets it sends is enough.
func TestPretenders(t *testing.T) {
	const (
		gateway = "mac 10.10.0.1 02:00:00:00:00:01 vlan=10 claims=5 packets=3 router\n"
		victim  = "mac 10.10.0.25 02:00:00:00:00:25 vlan=10 claims=2 packets=9\n"
		poser   = "mac 10.10.0.66 02:00:00:00:00:66 vlan=10 claims=1 packets=2\nmac 10.10.0.1 02:00:00:00:00:66 vlan=10 claims=60\nmac 10.10.0.25 02:00:00:00:00:66 vlan=10 claims=60 packets=7\n"
	)
	want := "high unexpected-gateway 0.85: 02:00:00:00:00:66 (10.10.0.1, 10.10.0.25, 10.10.0.66) sends packets of 1 neighbour in VLAN 10 (10.10.0.25): 7 packets"
	for _, c := range []struct {
		name, declared, graph string
		want                  []string
	}{
		{"one victim", office, gateway + victim + poser, []string{want}},
		{"nobody declared a gateway", "", gateway + victim + poser, []string{want}},
		{"a gateway of two families, which claimed before and forwards on", office, "mac 10.10.0.1 02:00:00:00:00:01 vlan=10 claims=5 router at=0-5\nmac fd00::1 02:00:00:00:00:01 vlan=10 claims=5 router\n" +
			"mac 10.90.0.5 02:00:00:00:00:01 vlan=10 packets=9 router at=0-60\n" + victim + strings.ReplaceAll(poser, "\n", " at=20-60\n"), []string{want}},
		{"only claims", "", gateway + victim + "mac 10.10.0.66 02:00:00:00:00:66 vlan=10 claims=1\nmac 10.10.0.1 02:00:00:00:00:66 vlan=10 claims=60", nil},
		{"after the gateway fell silent", "", "mac 10.10.0.1 02:00:00:00:00:01 vlan=10 claims=5 router at=0-20\n" + victim +
			"mac 10.10.0.3 02:00:00:00:00:03 vlan=10 claims=1 router at=0-60\nmac 10.10.0.1 02:00:00:00:00:03 vlan=10 claims=3 packets=7 router at=30-60", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, c.declared, c.graph, Options{}), c.want...) })
	}
}

// Untagged frames may be of several segments: a router between them sends for hosts of the other, which are no neighbours of its own address.
func TestGatewaysOfMergedSegments(t *testing.T) {
	finds(t, run(t, "", `
mac 10.20.0.1 02:00:00:00:00:01 claims=3 router
mac 10.90.0.5 02:00:00:00:00:05 claims=3 packets=9
mac 10.90.0.6 02:00:00:00:00:06 claims=3 packets=9
mac 10.90.0.5 02:00:00:00:00:01 packets=7 router
mac 10.90.0.6 02:00:00:00:00:01 packets=7 router
`, Options{}))
	finds(t, run(t, "", `
mac 10.20.0.1 02:00:00:00:00:01 claims=3 router
mac 10.90.0.1 02:00:00:00:00:01 claims=3 router
mac 10.90.0.5 02:00:00:00:00:05 claims=3 packets=9
mac 10.90.0.6 02:00:00:00:00:06 claims=3 packets=9
mac 10.90.0.5 02:00:00:00:00:01 packets=7 router
mac 10.90.0.6 02:00:00:00:00:01 packets=7 router
`, Options{}))
}

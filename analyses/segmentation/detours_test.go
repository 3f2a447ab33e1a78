package segmentation

import (
	"strings"
	"testing"
)

// Two hosts of a zone whose gateway is declared speak with three far addresses through another MAC, which answers for them.
func TestDetours(t *testing.T) {
	const (
		near = "host 10.10.0.7 02:00:00:00:00:07 10\nhost 10.10.0.8 02:00:00:00:00:08 10\nmac 10.10.0.1 02:00:00:00:00:fe vlan=10 claims=3\n"
		far  = `
mac 10.90.0.5 02:00:00:00:00:99 vlan=10 packets=9 ttl_max=63 router
mac 10.90.0.6 02:00:00:00:00:99 vlan=10 packets=9 ttl_max=63 router
mac 10.90.0.7 02:00:00:00:00:99 vlan=10 packets=9 ttl_max=63 router
`
		hop  = " tcp/443 application=tls packets_up=9 client_vlan=10 server_vlan=10 client_next=02:00:00:00:00:99 server_mac=02:00:00:00:00:99\n"
		uses = "use 10.10.0.7 10.90.0.5" + hop + "use 10.10.0.7 10.90.0.6" + hop + "use 10.10.0.8 10.90.0.7" + hop
	)
	want := "high unexpected-gateway 0.8: 02:00:00:00:00:99 forwards between 2 hosts in VLAN 10 and 3 far addresses: 27 packets to it, want the declared gateways alone"
	six := strings.NewReplacer("10.10.0.", "2001:db8:10::", "10.90.0.", "2001:db8:90::")
	site := strings.NewReplacer("10.10.0.0/16", `10.10.0.0/16, "2001:db8:10::/64"`, "10.90.0.0/16", `10.90.0.0/16, "2001:db8:90::/64"`,
		"default: deny", "default: allow", `"fe80::1"`, `"fe80::1", "2001:db8:10::1"`).Replace(office)
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"another router", near + far + uses, []string{want}},
		{"in two VLANs", near + far + uses + strings.ReplaceAll(near+far+uses, "=10", "=66"), []string{strings.NewReplacer("VLAN 10", "VLANs 10 and 66", "27", "54").Replace(want)}},
		{"at two points", near + far + strings.ReplaceAll(strings.NewReplacer("host ", "mac ", " 10\n", " vlan=10\n").Replace(near+far[1:]), "\n", " point=edge2\n") + strings.ReplaceAll(uses, "\n", " points=core1,edge2\n"), []string{want}},
		{"of two families", near + far + uses + six.Replace(near+far+uses), []string{strings.NewReplacer("2 hosts", "4 hosts", "3 far", "6 far", "27", "54").Replace(want)}},
		{"to too few of one of two families", near + far + uses + six.Replace(near+far+strings.Replace(uses, "10.90.0.7", "10.90.0.6", 1)), []string{want}},
		{"who also sends packets of its neighbours", near + far + uses + "mac 10.10.0.66 02:00:00:00:00:99 vlan=10 claims=1\nmac 10.10.0.7 02:00:00:00:00:07 vlan=10 claims=1\nmac 10.10.0.8 02:00:00:00:00:08 vlan=10 claims=1\nmac 10.10.0.7 02:00:00:00:00:99 vlan=10 packets=5\nmac 10.10.0.8 02:00:00:00:00:99 vlan=10 packets=6", []string{
			"high unexpected-gateway 0.85: 02:00:00:00:00:99 (10.10.0.66) sends packets of 2 neighbours in VLAN 10 (10.10.0.7, 10.10.0.8): 11 packets"}},
		{"to two far addresses", near + far + strings.Replace(uses, "10.90.0.7", "10.90.0.6", 1), nil},
		{"through the declared MAC", strings.ReplaceAll(near+far+uses, ":99", ":fe"), nil},
		{"an FHRP group", near + strings.ReplaceAll(far, "router", "router virtual=vrrp") + uses, nil},
		{"a speaker of routing protocols", near + far + uses + "says r2 ospf.area 0 mac=02:00:00:00:00:99 vlan=10\n", nil},
		{"nobody answers through it", near + uses, nil},
		{"the declared gateway is not in view", strings.Replace(near, "mac 10.10.0.1 02:00:00:00:00:fe vlan=10 claims=3\n", "", 1) + far + uses, nil},
		{"a zone without declared gateways", near + strings.ReplaceAll(far+uses, "=10", "=66") + "host 192.168.66.1 02:00:00:00:00:01 66", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, site, c.graph, Options{}), c.want...) })
	}
}

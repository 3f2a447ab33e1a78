package configuration

import "testing"

func TestICMP(t *testing.T) {
	r := said{address: "10.0.0.1", mac: "02:00:00:00:00:01", to: 3, count: 4}
	mtu1, mtu2, redirect, net := r, r, r, r
	mtu1.group, mtu2.group, redirect.group, net.group = "10.1.0.5 192.0.2.1", "10.1.0.6 192.0.2.9", "192.0.2.7", "198.51.100.0/24"
	newWorld().says(mtu1, "icmp.mtu=1400").says(mtu2, "icmp.mtu=1400").says(redirect, "icmp.redirect=10.0.0.2").says(net, "icmp.unreachable=network").finds(t,
		"low icmp-redirect: 10.0.0.1 tells hosts that 10.0.0.2 is the better gateway to 192.0.2.7 (4 redirects)",
		"low path-mtu-reduced: 10.0.0.1 reports next-hop MTU 1400 towards 192.0.2.1, 192.0.2.9 (8 times)",
		"low unreachable: 10.0.0.1 cannot reach a network in 198.51.100.0/24 (4 times)")
	newWorld().says(mtu1, "icmp.mtu=0").finds(t, "low path-mtu-reduced: 10.0.0.1 drops packets to 192.0.2.1 as too big without saying its MTU (4 times)")
	redirect.group = "10.0.0.2"
	newWorld().says(redirect, "icmp.redirect=10.0.0.2").finds(t, "low icmp-redirect: 10.0.0.1 tells hosts that 10.0.0.2 is on their own link (4 redirects)")
	tunnelled := mtu1
	tunnelled.mac = "00:00:00:00:00:00"
	f := newWorld().says(tunnelled, "icmp.mtu=1400").run(t).Findings[0]
	if want := "(icmp.type == 3 && icmp.code == 4 || icmpv6.type == 2) && (ip.src == 10.0.0.1)"; f.Evidence[0].Filter != want {
		t.Errorf("filter %q", f.Evidence[0].Filter)
	}
}

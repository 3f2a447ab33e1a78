package configuration

import (
	"testing"

	"netscope.example/nsgraph/graph"
)

// TestOnce: what was seen once is told in the singular.
func TestOnce(t *testing.T) {
	r := said{address: "10.0.0.1", mac: "02:00:00:00:00:01", to: 3, count: 1}
	mtu, redirect, own, net := r, r, r, r
	mtu.group, redirect.group, own.group, net.group = "10.1.0.5 192.0.2.1", "192.0.2.7", "10.0.0.2", "198.51.100.0/24"
	newWorld().says(mtu, "icmp.mtu=1400").says(redirect, "icmp.redirect=10.0.0.2").says(net, "icmp.unreachable=network").finds(t,
		"low icmp-redirect: 10.0.0.1 tells hosts that 10.0.0.2 is the better gateway to 192.0.2.7 (1 redirect)",
		"low path-mtu-reduced: 10.0.0.1 reports next-hop MTU 1400 towards 192.0.2.1 (1 time)",
		"low unreachable: 10.0.0.1 cannot reach a network in 198.51.100.0/24 (1 time)")
	newWorld().says(own, "icmp.redirect=10.0.0.2").says(mtu, "icmp.mtu=0").finds(t,
		"low icmp-redirect: 10.0.0.1 tells hosts that 10.0.0.2 is on their own link (1 redirect)",
		"low path-mtu-reduced: 10.0.0.1 drops packets to 192.0.2.1 as too big without saying its MTU (1 time)")
	newWorld().uses("10.0.0.5", "192.0.2.1", 443, func(u *graph.Uses) { u.ZeroWindowsDown, u.ZeroWindowDownMs, u.ScaleUp, u.ScaleDown = 1, 23_700, 7, 7 }).finds(t,
		"medium tcp-zero-window: 192.0.2.1 keeps its receive window closed for 23.7 s in all (1 time) against 10.0.0.5, want it open")
	newWorld().claims(claim{address: "10.0.0.5", mac: macA, to: 60, packets: 1, ttl: 64}, claim{address: "10.0.0.6", mac: macB, to: 60, packets: 1, ttl: 128}).
		claims(claim{address: "10.0.0.5", mac: macC, to: 60, claims: 30}, claim{address: "10.0.0.6", mac: macC, to: 60, claims: 30}).finds(t,
		"high duplicate-address: 10.0.0.5 is claimed by 02:00:00:00:00:0c (30 claims), which claims 2 addresses and sends from none, and used by 02:00:00:00:00:0a (1 packet), want one",
		"high duplicate-address: 10.0.0.6 is claimed by 02:00:00:00:00:0c (30 claims), which claims 2 addresses and sends from none, and used by 02:00:00:00:00:0b (1 packet), want one")
}

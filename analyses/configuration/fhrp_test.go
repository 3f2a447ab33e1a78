package configuration

import "testing"

var (
	h1 = said{address: "10.0.0.2", mac: "02:00:00:00:00:01", group: "hsrp 1", to: 60, count: 21}
	h2 = said{address: "10.0.0.3", mac: "02:00:00:00:00:02", group: "hsrp 1", from: 1, to: 61, count: 21}
)

func TestTwoActive(t *testing.T) {
	newWorld().says(h1, "hsrp.state=active", "hsrp.hold=10").says(h2, "hsrp.state=active", "hsrp.hold=10").finds(t,
		"high fhrp-conflict: HSRP group hsrp 1 has two active routers, 10.0.0.2 and 10.0.0.3, for 59 s, want one")
	v1, v2 := h1, h2
	v1.group, v2.group, v1.vlan, v2.vlan = "vrrp 7", "vrrp 7", "20", "20"
	newWorld().says(v1, "vrrp.state=master", "vrrp.interval=1").says(v2, "vrrp.state=master", "vrrp.interval=1").finds(t,
		"high fhrp-conflict: VRRP group vrrp 7 vlan 20 has two master routers, 10.0.0.2 and 10.0.0.3, for 59 s, want one")
}

func TestFailoverIsNoConflict(t *testing.T) {
	after, moment, other, flap := h2, h2, h2, h2
	after.from, after.to = 61, 120
	moment.from, moment.to = 52, 120
	other.vlan = "9"
	flap.gaps = true
	for name, x := range map[string]said{"one after the other": after, "within the hold time": moment, "another VLAN": other, "interrupted": flap} {
		t.Run(name, func(t *testing.T) {
			newWorld().says(h1, "hsrp.state=active", "hsrp.hold=10").says(x, "hsrp.state=active", "hsrp.hold=10").finds(t)
		})
	}
	newWorld().says(h1, "hsrp.state=active", "hsrp.hold=10").says(h2, "hsrp.state=standby", "hsrp.hold=10").finds(t)
}

func TestRedundancySettings(t *testing.T) {
	same := []string{"hsrp.version=2", "hsrp.hello=3", "hsrp.hold=10"}
	newWorld().says(h1, append(same, "hsrp.address=10.0.0.1", "hsrp.auth=md5")...).says(h2, append(same, "hsrp.address=10.0.0.4", "hsrp.auth=text 8c546064")...).finds(t,
		"high fhrp-conflict: HSRP routers of group hsrp 1 say hsrp.address 10.0.0.1 (10.0.0.2), 10.0.0.4 (10.0.0.3); "+
			"hsrp.auth md5 (10.0.0.2), text 8c546064 (10.0.0.3), must be equal")
	g1, g2 := h1, h2
	g1.group, g2.group = "glbp 1", "glbp 1"
	newWorld().says(g1, "glbp.hello=3", "glbp.address=10.0.0.1").says(g2, "glbp.hello=5", "glbp.address=10.0.0.1").finds(t,
		"high fhrp-conflict: GLBP routers of group glbp 1 say glbp.hello 3 (10.0.0.2), 5 (10.0.0.3), must be equal")
}

// Equal group numbers on two untagged subnets in one capture are two groups.
func TestGroupsOfTwoSubnets(t *testing.T) {
	far := h2
	far.address = "10.0.9.3"
	newWorld().says(h1, "hsrp.address=10.0.0.1", "hsrp.state=active").says(far, "hsrp.address=10.0.9.1", "hsrp.state=active").finds(t)
	newWorld().says(h1, "hsrp.address=10.0.0.1", "hsrp.state=active").says(far, "hsrp.address=10.0.0.1", "hsrp.state=active").finds(t,
		"high fhrp-conflict: HSRP group hsrp 1 has two active routers, 10.0.0.2 and 10.0.9.3, for 59 s, want one")
}

// Backups of VRRP version 3 take the master's interval; those of version 2 refuse another.
func TestVRRPInterval(t *testing.T) {
	a, b := h1, h2
	a.group, b.group = "vrrp 1", "vrrp 1"
	b.from, b.to = 70, 130
	v := []string{"vrrp.state=master", "vrrp.addresses=10.0.0.1"}
	newWorld().says(a, append(v, "vrrp.version=3", "vrrp.interval=1")...).says(b, append(v, "vrrp.version=3", "vrrp.interval=2")...).finds(t)
	newWorld().says(a, append(v, "vrrp.version=2", "vrrp.interval=1")...).says(b, append(v, "vrrp.version=2", "vrrp.interval=2")...).finds(t,
		"high fhrp-conflict: VRRP routers of group vrrp 1 say vrrp.interval 1 (10.0.0.2), 2 (10.0.0.3), must be equal")
}

// Link-local addresses are the same everywhere: two untagged sites that share the virtual one are two groups, one capture point that hears both hears one.
func TestGroupsOfLinkLocalRouters(t *testing.T) {
	a := said{address: "fe80::2", mac: "00:00:5e:00:02:07", group: "vrrp 7 v6", to: 60, point: "a"}
	b := said{address: "fe80::3", mac: "00:00:5e:00:02:07", group: "vrrp 7 v6", to: 60, point: "b"}
	v := []string{"vrrp.state=master", "vrrp.interval=1", "vrrp.addresses=fe80::1"}
	newWorld().says(a, v...).says(b, v...).finds(t)
	b.point = "a"
	newWorld().says(a, v...).says(b, v...).finds(t, "high fhrp-conflict: VRRP group vrrp 7 v6 has two master routers, fe80::2 and fe80::3, for 60 s, want one")
	a.vlan, b.vlan = "20", "20" // of one VLAN, they share nothing and must
	newWorld().says(a, "vrrp.addresses=fe80::1").says(b, "vrrp.addresses=fe80::9").finds(t,
		"high fhrp-conflict: VRRP routers of group vrrp 7 v6 vlan 20 say vrrp.addresses fe80::1 (fe80::2), fe80::9 (fe80::3), must be equal")
}

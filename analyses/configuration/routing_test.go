package configuration

import "testing"

func TestNeighbourSettings(t *testing.T) {
	a := said{address: "10.0.0.1", mac: "02:00:00:00:00:01", to: 60}
	b := said{address: "10.0.0.2", mac: "02:00:00:00:00:02", to: 60}
	newWorld().says(a, "eigrp.as=100", "eigrp.k=1 0 1 0 0", "eigrp.hold=15").says(b, "eigrp.as=100", "eigrp.k=1 1 1 0 0", "eigrp.hold=180").finds(t,
		"high eigrp-mismatch: EIGRP routers on the untagged segment say eigrp.k 1 0 1 0 0 (10.0.0.1), 1 1 1 0 0 (10.0.0.2), must be equal")
	once, often := b, b
	once.count, often.count = 1, 3
	newWorld().says(a, "eigrp.k=1 0 1 0 0").says(once, "eigrp.goodbye=yes").finds(t) // an interface that was shut down
	newWorld().says(a, "eigrp.k=1 0 1 0 0").says(often, "eigrp.goodbye=yes").finds(t,
		"high eigrp-mismatch: EIGRP router 10.0.0.2 on the untagged segment takes its hellos back 3 times, which ends its adjacencies")
	newWorld().says(often, "eigrp.goodbye=yes").finds(t) // nobody hears it
	newWorld().says(a, "rip.version=1").says(b, "rip.version=2").finds(t,
		"medium rip-mismatch: RIP routers on the untagged segment say rip.version 1 (10.0.0.1), 2 (10.0.0.2), must be equal")
	b.vlan = "7"
	newWorld().says(a, "rip.version=1").says(b, "rip.version=2").finds(t)
}

func TestISISLevels(t *testing.T) {
	a := said{device: "0000.0000.0001", mac: "02:00:00:00:00:01", group: "level 1 lan", to: 60}
	b := said{device: "0000.0000.0002", mac: "02:00:00:00:00:02", group: "level 2 lan", to: 60}
	newWorld().says(a, "isis.level=level-1", "isis.areas=490001").says(b, "isis.level=level-2", "isis.areas=490001").finds(t,
		"medium isis-mismatch: IS-IS routers on the untagged segment share no level: level-1 (0000.0000.0001), level-2 (0000.0000.0002)")
	b.group = "level 1 lan"
	newWorld().says(a, "isis.level=level-1", "isis.areas=490001").says(b, "isis.level=level-1-2", "isis.areas=490002").finds(t,
		"medium isis-mismatch: IS-IS routers on the untagged segment share level 1 alone and no area: 490001 (0000.0000.0001), 490002 (0000.0000.0002)")
	newWorld().says(a, "isis.level=level-1", "isis.areas=490001").says(b, "isis.level=level-1-2", "isis.areas=490001, 490002").finds(t)
	newWorld().says(a, "isis.level=level-2", "isis.areas=490001").says(b, "isis.level=level-2", "isis.areas=490002").finds(t)
}

func TestBGPRefused(t *testing.T) {
	a := said{address: "10.0.0.1", mac: "02:00:00:00:00:01", group: "10.0.0.1 10.0.0.2", to: 0}
	b := said{address: "10.0.0.2", mac: "02:00:00:00:00:02", group: "10.0.0.1 10.0.0.2", to: 0}
	newWorld().says(a, "bgp.as=65001").says(b, "bgp.as=65002", "bgp.notification=2/2 bad peer AS").finds(t,
		"medium bgp-mismatch: BGP peer 10.0.0.2 of session 10.0.0.1 10.0.0.2 refuses it: notification 2/2 bad peer AS; AS 65001 (10.0.0.1), 65002 (10.0.0.2)")
	newWorld().says(b, "bgp.notification=6/4 administrative reset").finds(t)
	newWorld().says(b, "bgp.notification=6/3 peer de-configured").finds(t,
		"medium bgp-mismatch: BGP peer 10.0.0.2 of session 10.0.0.1 10.0.0.2 refuses it: notification 6/3 peer de-configured")
}

func TestRouterAdvertisements(t *testing.T) {
	a := said{address: "fe80::1", mac: "02:00:00:00:00:01", to: 60}
	b := said{address: "fe80::2", mac: "02:00:00:00:00:02", to: 60}
	r := newWorld().says(a, "ra.mtu=1500", "ra.hop_limit=64", "ra.managed=no").says(b, "ra.mtu=1400", "ra.hop_limit=0", "ra.managed=no").finds(t,
		"high ra-conflict: IPv6 routers on the untagged segment say ra.mtu 1400 (fe80::2), 1500 (fe80::1), must be equal")
	newWorld().says(a, "ra.lifetime=1800", "ra.prefixes=2001:db8::/64").says(b, "ra.lifetime=0", "ra.prefixes=2001:db8:1::/64").finds(t,
		"high ra-conflict: IPv6 routers on the untagged segment say ra.prefixes 2001:db8:1::/64 (fe80::2), 2001:db8::/64 (fe80::1), must be equal")
	if f := r.Findings[0].Evidence[0].Filter; f != "icmpv6.type == 134 && (eth.src == 02:00:00:00:00:01 || eth.src == 02:00:00:00:00:02)" {
		t.Errorf("filter %q", f)
	}
	if v := verdict(t, r, "ra.managed", "the untagged segment"); v != Agree {
		t.Errorf("managed: %s", v)
	}
}

// Two untagged sites have nothing in common but that they have no name.
func TestNeighboursOfTwoSites(t *testing.T) {
	a := said{address: "10.0.0.1", mac: "02:00:00:00:00:01", to: 60, point: "a"}
	b := said{address: "10.9.0.1", mac: "02:00:00:00:00:02", to: 60, point: "b"}
	newWorld().says(a, "eigrp.as=100").says(b, "eigrp.as=7").finds(t)
	newWorld().says(a, "ra.hop_limit=64").says(b, "ra.hop_limit=32").finds(t)
	b.point = "a"
	newWorld().says(a, "eigrp.as=100").says(b, "eigrp.as=7").finds(t, "high eigrp-mismatch: EIGRP routers on the untagged segment say eigrp.as 7 (10.9.0.1), 100 (10.0.0.1), must be equal")
}

// A designated router says a third of its holding time, a second less or more where that is no whole number.
func TestISISHold(t *testing.T) {
	a := said{device: "0000.0000.0001", address: "", mac: "02:00:00:00:00:01", to: 60}
	b := said{device: "0000.0000.0002", address: "", mac: "02:00:00:00:00:02", to: 60}
	newWorld().says(a, "isis.hold=30").says(b, "isis.hold=60").finds(t, "medium isis-mismatch: IS-IS routers on the untagged segment say isis.hold 30 (0000.0000.0001), 60 (0000.0000.0002), must be equal")
	for _, hold := range []string{"30", "10", "9", "11", "90"} {
		newWorld().says(a, "isis.hold=30").says(b, "isis.hold="+hold).finds(t)
	}
	for _, hold := range []string{"8", "12"} {
		if n := len(newWorld().says(a, "isis.hold=30").says(b, "isis.hold="+hold).run(t).Findings); n != 1 {
			t.Errorf("hold %s: %d findings", hold, n)
		}
	}
	changed := b
	changed.from, changed.to = 61, 120
	newWorld().says(a, "isis.hold=30").says(b, "isis.hold=10").says(changed, "isis.hold=60").finds(t)
}

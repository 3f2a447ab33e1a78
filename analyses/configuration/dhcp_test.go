package configuration

import (
	"strings"
	"testing"
)

var (
	d1 = said{address: "10.0.0.2", mac: "02:00:00:00:00:01", group: "10.0.0.0/24", to: 60}
	d2 = said{address: "10.0.0.3", mac: "02:00:00:00:00:02", group: "10.0.0.0/24", to: 60}
)

func offers(change ...string) []string {
	return append([]string{"dhcp.server=yes", "dhcp.network=10.0.0.0/24", "dhcp.mask=255.255.255.0", "dhcp.lease=3600"}, change...)
}

func TestDHCPConflict(t *testing.T) {
	r := newWorld().says(d1, offers("dhcp.router=10.0.0.1", "dhcp.dns=10.0.0.9")...).says(d2, offers("dhcp.router=10.0.0.66", "dhcp.dns=10.0.0.9", "dhcp.rival=10.0.0.2")...).finds(t,
		"high dhcp-conflict: DHCP servers 10.0.0.2 and 10.0.0.3 on the untagged segment give different options: dhcp.router 10.0.0.1 (10.0.0.2), 10.0.0.66 (10.0.0.3)")
	if v := verdict(t, r, "dhcp.router", "the untagged segment"); v != Mismatch {
		t.Errorf("router: %s", v)
	}
	if v := verdict(t, r, "dhcp.dns", "the untagged segment"); v != Agree {
		t.Errorf("dns: %s", v)
	}
	if r.Findings[0].Confidence != 0.9 {
		t.Errorf("confidence %v", r.Findings[0].Confidence)
	}
}

// A wrong mask is another prefix of one subnet.
func TestDHCPMask(t *testing.T) {
	wide := d2
	wide.group = "10.0.0.0/16"
	newWorld().says(d1, offers()...).says(wide, "dhcp.network=10.0.0.0/16", "dhcp.mask=255.255.0.0", "dhcp.lease=3600").finds(t,
		"high dhcp-conflict: DHCP servers 10.0.0.2 and 10.0.0.3 on the untagged segment give different options: dhcp.mask 255.255.0.0 (10.0.0.3), 255.255.255.0 (10.0.0.2)")
}

// A rogue server draws clients into a subnet of its own.
func TestDHCPOtherNetwork(t *testing.T) {
	rogue := d2
	rogue.group = "192.168.66.0/24"
	network := []string{"dhcp.network=192.168.66.0/24", "dhcp.mask=255.255.255.0", "dhcp.router=192.168.66.1"}
	newWorld().says(d1, offers()...).says(rogue, append(network, "dhcp.rival=10.0.0.2")...).finds(t,
		"high dhcp-conflict: DHCP servers 10.0.0.2 and 10.0.0.3 on the untagged segment give different options: dhcp.network 10.0.0.0/24 (10.0.0.2), 192.168.66.0/24 (10.0.0.3)")
	newWorld().says(d1, offers()...).says(rogue, network...).finds(t) // other clients'
}

// A server that gives addresses without mask and router, beside one that names them.
func TestDHCPWithoutRouter(t *testing.T) {
	bare := d2
	bare.group = ""
	newWorld().says(d1, offers("dhcp.router=10.0.0.1")...).says(bare, "dhcp.lease=7200", "dhcp.rival=10.0.0.2").finds(t,
		"high dhcp-conflict: DHCP servers 10.0.0.2 and 10.0.0.3 on the untagged segment give different options: dhcp.mask none (10.0.0.3), 255.255.255.0 (10.0.0.2); "+
			"dhcp.router none (10.0.0.3), 10.0.0.1 (10.0.0.2); dhcp.lease 3600 (10.0.0.2), 7200 (10.0.0.3)")
}

func TestDHCPRefusals(t *testing.T) {
	war, moved := d2, d2
	war.count, moved.count, war.group, moved.group = 5, 2, "", ""
	newWorld().says(d1, offers()...).says(war, "dhcp.naks=yes", "dhcp.rival=10.0.0.2").finds(t,
		"high dhcp-conflict: DHCP server 10.0.0.3 on the untagged segment refuses 5 requests, clients ask 10.0.0.2 too")
	newWorld().says(d1, offers()...).says(moved, "dhcp.naks=yes", "dhcp.rival=10.0.0.2").finds(t)
	newWorld().says(d1, offers()...).says(war, "dhcp.naks=yes").finds(t) // other clients'
}

func TestDHCPSilent(t *testing.T) {
	vlan, second := d2, d1
	vlan.vlan, second.group = "9", "10.9.0.0/24"
	for name, w := range map[string]*world{
		"failover pair, name servers rotated": newWorld().says(d1, offers("dhcp.dns=10.0.0.8, 10.0.0.9", "dhcp.rival=10.0.0.3")...).says(d2, offers("dhcp.dns=10.0.0.9, 10.0.0.8")...),
		"another VLAN":                        newWorld().says(d1, offers("dhcp.router=10.0.0.1")...).says(vlan, offers("dhcp.router=10.0.0.66")...),
		"one server of two subnets": newWorld().says(d1, offers("dhcp.router=10.0.0.1")...).says(d2, offers("dhcp.router=10.0.0.1")...).
			says(second, "dhcp.network=10.9.0.0/24", "dhcp.mask=255.255.0.0", "dhcp.router=10.9.0.1"),
		"options that differ by client": newWorld().says(d1, offers("dhcp.dns=10.0.0.8", "dhcp.dns=10.0.0.9")...).says(d2, offers("dhcp.dns=10.0.0.9")...),
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) { w.finds(t) })
	}
}

// Of two servers that answer one request in one subnet, one leaves out what the other gives. Servers that answer different requests were asked for different options.
func TestDHCPLeavesOut(t *testing.T) {
	full := offers("dhcp.router=10.0.0.1", "dhcp.mtu=1400")
	newWorld().says(d1, full...).says(d2, offers("dhcp.rival=10.0.0.2")...).finds(t,
		"high dhcp-conflict: DHCP servers 10.0.0.2 and 10.0.0.3 on the untagged segment give different options: dhcp.router none (10.0.0.3), 10.0.0.1 (10.0.0.2); dhcp.mtu none (10.0.0.3), 1400 (10.0.0.2)")
	newWorld().says(d1, full...).says(d2, offers()...).finds(t)
}

func TestDHCPOfTwoSites(t *testing.T) {
	a, b := d1, d2
	a.point, b.point = "a", "b"
	newWorld().says(a, offers("dhcp.router=10.0.0.1")...).says(b, offers("dhcp.router=10.0.0.66")...).finds(t)
}

// Three clients are left without an address by a server that gave others theirs before, and renews them after.
func TestDHCPExhausted(t *testing.T) {
	clients := func(w *world, n int, settings ...string) *world {
		for i := range n {
			mac := []string{"02:00:00:00:01:01", "02:00:00:00:01:02", "02:00:00:00:01:03"}[i]
			w.says(said{device: mac, mac: mac, from: 20, to: 40}, append(settings, "dhcp.unanswered=yes")...)
		}
		return w
	}
	gone, young := d1, d1
	gone.to, young.from = 10, 30
	clients(newWorld().says(d1, offers()...), 3).finds(t,
		"high dhcp-conflict: DHCP server 10.0.0.2 on the untagged segment gave addresses and still answers, and offers 3 clients none that asked 3 times and more")
	clients(newWorld().says(d1, offers()...), 2).finds(t)
	clients(newWorld(), 3).finds(t)
	clients(newWorld().says(gone, offers()...), 3).finds(t)
	clients(newWorld().says(young, offers()...), 3).finds(t)
	inside := func(s said) said { s.vlan = "5 at large"; return s } // a place is what it is, whatever its name has in it
	w := newWorld().says(inside(d1), offers()...)
	for _, mac := range []string{"02:00:00:00:01:01", "02:00:00:00:01:02", "02:00:00:00:01:03"} {
		w.says(inside(said{device: mac, mac: mac, from: 20, to: 40}), "dhcp.unanswered=yes")
	}
	w.finds(t, "high dhcp-conflict: DHCP server 10.0.0.2 on vlan 5 at large gave addresses and still answers, and offers 3 clients none that asked 3 times and more")
	later := said{address: "10.0.0.50", mac: "02:00:00:00:01:02", from: 50, to: 50}
	clients(newWorld().says(d1, offers()...).says(later, "dhcp.bound=yes"), 3).finds(t) // whether it says what it asks for or not
}

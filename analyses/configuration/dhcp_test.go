package configuration

import "testing"

var (
	d1 = said{address: "10.0.0.2", mac: "02:00:00:00:00:01", to: 60}
	d2 = said{address: "10.0.0.3", mac: "02:00:00:00:00:02", to: 60}
)

func offers(change ...string) []string {
	return append([]string{"dhcp.server=yes", "dhcp.network=10.0.0.0/24", "dhcp.mask=255.255.255.0", "dhcp.lease=3600"}, change...)
}

func TestDHCPConflict(t *testing.T) {
	r := newWorld().says(d1, offers("dhcp.router=10.0.0.1", "dhcp.dns=10.0.0.9")...).says(d2, offers("dhcp.router=10.0.0.66", "dhcp.dns=10.0.0.9", "dhcp.rival=10.0.0.2")...).finds(t,
		"high dhcp-conflict: DHCP servers 10.0.0.2 and 10.0.0.3 on segment give different options: dhcp.router 10.0.0.1 (10.0.0.2), 10.0.0.66 (10.0.0.3)")
	if v := verdict(t, r, "dhcp.router", "segment"); v != Mismatch {
		t.Errorf("router: %s", v)
	}
	if v := verdict(t, r, "dhcp.dns", "segment"); v != Agree {
		t.Errorf("dns: %s", v)
	}
}

// A server that gives addresses without a router, beside one that names it.
func TestDHCPWithoutRouter(t *testing.T) {
	newWorld().says(d1, offers("dhcp.router=10.0.0.1")...).says(d2, "dhcp.lease=3600", "dhcp.rival=10.0.0.2").finds(t,
		"high dhcp-conflict: DHCP servers 10.0.0.2 and 10.0.0.3 on segment give different options: dhcp.mask none (10.0.0.3), 255.255.255.0 (10.0.0.2); dhcp.router none (10.0.0.3), 10.0.0.1 (10.0.0.2)")
}

func TestDHCPRefusals(t *testing.T) {
	war, moved := d2, d2
	war.count, moved.count = 5, 2
	newWorld().says(d1, offers()...).says(war, "dhcp.naks=yes", "dhcp.rival=10.0.0.2").finds(t,
		"high dhcp-conflict: DHCP server 10.0.0.3 on segment refuses 5 requests that 10.0.0.2 answers too")
	newWorld().says(d1, offers()...).says(moved, "dhcp.naks=yes", "dhcp.rival=10.0.0.2").finds(t)
	newWorld().says(d1, offers()...).says(war, "dhcp.naks=yes").finds(t) // other clients'
}

func TestDHCPSilent(t *testing.T) {
	relayed, vlan := d2, d2
	relayed.group, vlan.vlan = "relay 10.9.0.1", "9"
	for name, w := range map[string]*world{
		"failover pair, name servers rotated": newWorld().says(d1, offers("dhcp.dns=10.0.0.8, 10.0.0.9", "dhcp.rival=10.0.0.3")...).says(d2, offers("dhcp.dns=10.0.0.9, 10.0.0.8")...),
		"behind a relay":                      newWorld().says(d1, offers("dhcp.router=10.0.0.1")...).says(relayed, offers("dhcp.router=10.9.0.1")...),
		"another VLAN":                        newWorld().says(d1, offers("dhcp.router=10.0.0.1")...).says(vlan, offers("dhcp.router=10.9.0.1")...),
		"another subnet, other clients": newWorld().says(d1, offers("dhcp.router=10.0.0.1")...).
			says(d2, "dhcp.network=10.9.0.0/24", "dhcp.mask=255.255.255.0", "dhcp.router=10.9.0.1"),
		"options that differ by client": newWorld().says(d1, offers("dhcp.dns=10.0.0.8", "dhcp.dns=10.0.0.9")...).says(d2, offers("dhcp.dns=10.0.0.9")...),
	} {
		t.Run(name, func(t *testing.T) { w.finds(t) })
	}
}

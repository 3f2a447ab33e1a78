package configuration

import (
	"testing"

	"netscope.example/nsgraph/graph"
)

var (
	r1 = said{device: "1.1.1.1", address: "10.0.0.1", mac: "02:00:00:00:00:01", group: "10.0.0.0/24", to: 100, count: 11}
	r2 = said{device: "2.2.2.2", address: "10.0.0.2", mac: "02:00:00:00:00:02", group: "10.0.0.0/24", from: 3, to: 103, count: 11}
)

// hello is a hello as RFC 2328, A.3.2, with the defaults of most vendors.
func hello(change ...string) []string {
	return append([]string{"ospf.area=0.0.0.0", "ospf.mask=255.255.255.0", "ospf.dead=40", "ospf.area_type=normal", "ospf.auth=none"}, change...)
}

func TestOSPFMismatch(t *testing.T) {
	w := newWorld().says(r1, hello("ospf.hello=10", "ospf.neighbors=2.2.2.2")...).says(r2, hello("ospf.hello=5", "ospf.neighbors=1.1.1.1")...)
	r := w.finds(t, "high ospf-mismatch: OSPF routers on 10.0.0.0/24 say ospf.hello 5 (10.0.0.2), 10 (10.0.0.1), must be equal")
	if v := verdict(t, r, "ospf.hello", "10.0.0.0/24"); v != Mismatch {
		t.Errorf("hello: %s", v)
	}
	if v := verdict(t, r, "ospf.area", "10.0.0.0/24"); v != Agree {
		t.Errorf("area: %s", v)
	}
	f := r.Findings[0]
	if want := "ospf && (eth.src == 02:00:00:00:00:01 || eth.src == 02:00:00:00:00:02)"; f.Evidence[0].Filter != want {
		t.Errorf("filter %q", f.Evidence[0].Filter)
	}
	if f.Count != 22 || f.First != at(0) || f.Last != at(103) {
		t.Errorf("count %d from %s to %s", f.Count, f.First, f.Last)
	}
}

// What differs between the same routers is one finding.
func TestOSPFSeveralSettings(t *testing.T) {
	newWorld().says(r1, "ospf.hello=10", "ospf.dead=40", "ospf.auth=none").says(r2, "ospf.hello=30", "ospf.dead=120", "ospf.auth=none").finds(t,
		"high ospf-mismatch: OSPF routers on 10.0.0.0/24 say ospf.hello 10 (10.0.0.1), 30 (10.0.0.2); ospf.dead 40 (10.0.0.1), 120 (10.0.0.2), must be equal")
}

func TestOSPFWrongMaskIsOneSubnet(t *testing.T) {
	wrong := r2
	wrong.group = "10.0.0.0/25"
	newWorld().says(r1, hello("ospf.hello=10")...).
		says(wrong, "ospf.area=0.0.0.0", "ospf.mask=255.255.255.128", "ospf.dead=40", "ospf.area_type=normal", "ospf.auth=none", "ospf.hello=10").
		finds(t, "high ospf-mismatch: OSPF routers on 10.0.0.0/24 say ospf.mask 255.255.255.0 (10.0.0.1), 255.255.255.128 (10.0.0.2), must be equal")
}

func TestOSPFSilent(t *testing.T) {
	other, vlan, unicast, later := r2, r2, r2, r2
	other.address, other.group = "10.9.9.2", "10.9.9.0/24"
	vlan.vlan = "20"
	unicast.group = "10.0.0.1 10.0.0.2"
	later.from, later.to = 3000, 3100
	for name, w := range map[string]*world{
		"equal routers":                  newWorld().says(r1, hello("ospf.hello=10")...).says(r2, hello("ospf.hello=10")...),
		"another subnet":                 newWorld().says(r1, hello("ospf.hello=10")...).says(other, hello("ospf.hello=5", "ospf.area=0.0.0.9")...),
		"another VLAN":                   newWorld().says(r1, hello("ospf.hello=10")...).says(vlan, hello("ospf.hello=5")...),
		"a neighbour addressed directly": newWorld().says(r1, hello("ospf.hello=10")...).says(unicast, hello("ospf.hello=30")...),
		"an hour apart":                  newWorld().says(r1, hello("ospf.hello=10")...).says(later, hello("ospf.hello=30")...),
	} {
		t.Run(name, func(t *testing.T) { w.finds(t) })
	}
}

// Both routers go from 10 s to 5 s, one 6 s after the other: a change on its way.
func TestOSPFChangeOnItsWay(t *testing.T) {
	a1, a2, b1, b2 := r1, r1, r2, r2
	a1.to, a2.from, a2.to = 50, 60, 200
	b1.from, b1.to, b2.from, b2.to = 0, 56, 66, 200
	newWorld().says(a1, "ospf.hello=10").says(a2, "ospf.hello=5").says(b1, "ospf.hello=10").says(b2, "ospf.hello=5").finds(t)
	b1.to, b2.from = 150, 160
	newWorld().says(a1, "ospf.hello=10").says(a2, "ospf.hello=5").says(b1, "ospf.hello=10").says(b2, "ospf.hello=5").
		finds(t, "high ospf-mismatch: OSPF routers on 10.0.0.0/24 say ospf.hello 5 (10.0.0.1, 10.0.0.2), 10 (10.0.0.1, 10.0.0.2), must be equal")
}

func TestOSPFOneRouterIsUnobservable(t *testing.T) {
	r := newWorld().says(r1, hello("ospf.hello=10")...).finds(t)
	if v := verdict(t, r, "ospf.hello", "10.0.0.0/24"); v != Unobservable {
		t.Errorf("verdict %s", v)
	}
}

func TestOSPFSameRouterID(t *testing.T) {
	twin := r2
	twin.device = "1.1.1.1"
	newWorld().says(r1, hello("ospf.hello=10")...).says(twin, hello("ospf.hello=10")...).finds(t,
		"high ospf-mismatch: OSPF routers 10.0.0.1 (02:00:00:00:00:01) and 10.0.0.2 (02:00:00:00:00:02) on 10.0.0.0/24 both have router id 1.1.1.1, must differ")
	// The same router on two subnets, and one whose address changed, are one router.
	twin.address, twin.group = "10.0.9.1", "10.0.9.0/24"
	newWorld().says(r1, hello("ospf.hello=10")...).says(twin, hello("ospf.hello=10")...).finds(t)
	twin = r1
	twin.address, twin.mac = "10.0.0.9", "02:00:00:00:00:01"
	newWorld().says(r1, hello("ospf.hello=10")...).says(twin, hello("ospf.hello=10")...).finds(t)
}

func TestOSPFOneWay(t *testing.T) {
	w := newWorld().says(r1, "ospf.dead=40", "ospf.neighbors=2.2.2.2").says(r2, "ospf.dead=40", "ospf.neighbors=none")
	w.finds(t, "high ospf-mismatch: OSPF router 10.0.0.1 on 10.0.0.0/24 lists neighbour 10.0.0.2 for 97 s, which does not list it: the adjacency stays in init")
	// Within the first dead interval it is how every adjacency begins.
	short := r2
	short.from, short.to = 95, 105
	newWorld().says(r1, "ospf.dead=40", "ospf.neighbors=2.2.2.2").says(short, "ospf.dead=40", "ospf.neighbors=none").finds(t)
}

func TestOSPFDatabaseDescription(t *testing.T) {
	a, b := r1, r2
	a.group, b.group = "10.0.0.1 10.0.0.2", "10.0.0.1 10.0.0.2"
	newWorld().says(a, "ospf.mtu=1500", "ospf.exchange=exstart").says(b, "ospf.mtu=1400", "ospf.exchange=exstart").finds(t,
		"high ospf-mismatch: OSPF routers 10.0.0.1 10.0.0.2 describe their databases with MTU 1400 (10.0.0.2), 1500 (10.0.0.1), must be equal",
		"medium mtu-mismatch: neighbours 10.0.0.1 10.0.0.2 have interface MTU 1400 (10.0.0.2), 1500 (10.0.0.1), must be equal")
	// An MTU of 0 is not said; descriptions that end in a database loaded are healthy.
	newWorld().says(a, "ospf.mtu=1500", "ospf.exchange=loading").says(b, "ospf.mtu=0", "ospf.exchange=exchange").finds(t)
	// Equal MTUs, but the exchange never ends.
	newWorld().says(a, "ospf.mtu=1500", "ospf.exchange=exchange").says(b, "ospf.mtu=1500", "ospf.exchange=exstart").finds(t,
		"high ospf-mismatch: OSPF routers 10.0.0.1 10.0.0.2 exchange 22 database descriptions and no request or update: the adjacency does not get past exchange")
	// On point-to-point links descriptions go to all routers.
	a.group, b.group = "", ""
	newWorld().says(r1, "ospf.hello=10").says(r2, "ospf.hello=10").says(a, "ospf.mtu=1500").says(b, "ospf.mtu=1400").finds(t,
		"high ospf-mismatch: OSPF routers 10.0.0.0/24 describe their databases with MTU 1400 (10.0.0.2), 1500 (10.0.0.1), must be equal",
		"medium mtu-mismatch: neighbours 10.0.0.0/24 have interface MTU 1400 (10.0.0.2), 1500 (10.0.0.1), must be equal")
}

func TestOSPFv3(t *testing.T) {
	a, b := r1, r2
	a.address, a.group, b.address, b.group = "fe80::1", "instance 0", "fe80::2", "instance 0"
	newWorld().says(a, "ospf.area=0.0.0.0", "ospf.hello=10").says(b, "ospf.area=0.0.0.1", "ospf.hello=10").
		finds(t, "high ospf-mismatch: OSPF routers on instance 0 say ospf.area 0.0.0.0 (fe80::1), 0.0.0.1 (fe80::2), must be equal")
	b.group = "instance 1"
	newWorld().says(a, "ospf.area=0.0.0.0").says(b, "ospf.area=0.0.0.1").finds(t)
}

func TestOSPFUnnumbered(t *testing.T) {
	a, b := r1, r2
	a.group, b.group = "0.0.0.0/0", "0.0.0.0/0"
	newWorld().says(a, "ospf.mask=0.0.0.0", "ospf.hello=10").says(b, "ospf.mask=0.0.0.0", "ospf.hello=10").finds(t)
}

func TestExplainedByArtefact(t *testing.T) {
	w := newWorld().says(r1, "ospf.dead=40", "ospf.neighbors=2.2.2.2").says(r2, "ospf.dead=40", "ospf.neighbors=none")
	c := w.b.Contents()
	c.Artefacts = append(c.Artefacts, graph.Artefact{ID: graph.NewID("Artefact", "loss"), Batch: c.Captures[0].Batch, Kind: "loss", Extent: 0.1})
	if f := w.run(t).Findings[0]; len(f.ExplainedBy) != 1 || f.ExplainedBy[0] != "loss" {
		t.Errorf("explained by %v", f.ExplainedBy)
	}
}

// Instances have the same name at every site: what two capture points hear of different routers is not compared.
func TestOSPFv3OfTwoSites(t *testing.T) {
	a := said{device: "1.1.1.1", address: "fe80::1", mac: "02:00:00:00:00:01", group: "instance 0", to: 100, point: "a"}
	b := said{device: "2.2.2.2", address: "fe80::1", mac: "02:00:00:00:00:02", group: "instance 0", to: 100, point: "b"}
	newWorld().says(a, "ospf.hello=10").says(b, "ospf.hello=5").finds(t)
	both := a // the second point hears the first router, too
	both.point = "b"
	b.address = "fe80::2"
	newWorld().says(a, "ospf.hello=10").says(both, "ospf.hello=10").says(b, "ospf.hello=5").finds(t,
		"high ospf-mismatch: OSPF routers on instance 0 say ospf.hello 5 (fe80::2), 10 (fe80::1), must be equal")
}

// A router in ExStart repeats its first description every five seconds (RFC 2328, 10.8).
func TestOSPFDescriptionUnanswered(t *testing.T) {
	d, silent, other := r1, r2, r2
	d.group = "10.0.0.1 10.0.0.2"
	w := newWorld().says(r1, hello("ospf.hello=10")...).says(r2, hello("ospf.hello=10")...).says(d, "ospf.exchange=exstart")
	w.finds(t, "high ospf-mismatch: OSPF router 10.0.0.1 sends 10.0.0.2 11 first database descriptions in 100 s and gets none: the adjacency does not get past exstart")
	silent.to = 20 // it went away
	newWorld().says(r1, hello("ospf.hello=10")...).says(silent, hello("ospf.hello=10")...).says(d, "ospf.exchange=exstart").finds(t)
	other.vlan = "9"
	newWorld().says(r1, hello("ospf.hello=10")...).says(other, hello("ospf.hello=10")...).says(d, "ospf.exchange=exstart").finds(t)
}

package configuration

import (
	"fmt"
	"testing"

	"netscope.example/nsgraph/graph"
)

var (
	b1 = said{device: "02:00:00:00:00:01", mac: "02:00:00:00:00:11", group: "vlan 10", vlan: "10", port: "0x8001", to: 120}
	b2 = said{device: "02:00:00:00:00:02", mac: "02:00:00:00:00:22", group: "vlan 10", vlan: "10", port: "0x8002", to: 120}
)

const (
	root1 = "stp.root=24586 02:00:00:00:00:01"
	root2 = "stp.root=24586 02:00:00:00:00:02"
)

func TestTwoRoots(t *testing.T) {
	r := newWorld().says(b1, root1, "stp.hello=2").says(b2, root2, "stp.hello=1").finds(t,
		"high stp-conflict: spanning tree vlan 10 has two roots for 120 s: 24586 02:00:00:00:00:01 (02:00:00:00:00:01), 24586 02:00:00:00:00:02 (02:00:00:00:00:02), want one")
	if v := verdict(t, r, "stp.root", "vlan 10"); v != Mismatch {
		t.Errorf("verdict %s", v)
	}
}

func TestOneRoot(t *testing.T) {
	converging, elsewhere := b2, b2
	converging.to = 9
	elsewhere.vlan, elsewhere.group = "20", "vlan 20"
	newWorld().says(b1, root1).says(b2, root1).finds(t)
	newWorld().says(b1, root1).says(converging, root2).finds(t)
	converging.to = 10 // half of max age
	newWorld().says(b1, root1).says(converging, root2).finds(t,
		"high stp-conflict: spanning tree vlan 10 has two roots for 10 s: 24586 02:00:00:00:00:01 (02:00:00:00:00:01), 24586 02:00:00:00:00:02 (02:00:00:00:00:02), want one")
	converging.to = 19
	newWorld().says(b1, root1, "stp.max_age=40").says(converging, root2, "stp.max_age=40").finds(t)
	newWorld().says(b1, root1).says(elsewhere, root2).finds(t)
	if v := verdict(t, newWorld().says(b1, root1).finds(t), "stp.root", "vlan 10"); v != Unobservable {
		t.Errorf("one bridge: %s", v)
	}
}

func TestSpanningTreeTimers(t *testing.T) {
	newWorld().says(b1, root1, "stp.hello=2", "stp.max_age=20").says(b2, root1, "stp.hello=1", "stp.max_age=20").finds(t,
		"high stp-conflict: bridges in spanning tree vlan 10 say stp.hello 1 (02:00:00:00:00:02), 2 (02:00:00:00:00:01), must be equal")
}

func TestRegions(t *testing.T) {
	a, b := b1, b2
	a.group, b.group, a.vlan, b.vlan = "cst", "cst", "", ""
	newWorld().says(a, "stp.region=Campus", "stp.revision=1", "stp.digest=ab").says(b, "stp.region=Campus", "stp.revision=2", "stp.digest=ab").finds(t,
		"high stp-conflict: bridges in spanning tree cst say stp.revision 1 (02:00:00:00:00:01), 2 (02:00:00:00:00:02), must be equal")
	// A name that is the bridge's own MAC is the vendor's default: never configured.
	newWorld().says(a, "stp.region=020000000001", "stp.revision=0").says(b, "stp.region=020000000002", "stp.revision=0").finds(t)
}

func TestTopologyChanges(t *testing.T) {
	storm, calm := newWorld(), newWorld()
	for i := range 6 {
		x := b1
		x.from, x.to, x.count = float64(60*i), float64(60*i+4), 3
		storm.says(x, "stp.topology_change=yes")
		if i < 3 {
			calm.says(x, "stp.topology_change=yes")
		}
		x.from, x.to, x.count = x.to+1, x.to+50, 25
		storm.says(x, "stp.topology_change=no", fmt.Sprintf("stp.cost=%d", i))
	}
	storm.finds(t, "high stp-conflict: bridge 02:00:00:00:00:01 port 0x8001 in spanning tree vlan 10 signals 6 topology changes in 304 s")
	calm.finds(t)
}

// Two capture points look at one tree only if they hear the same bridge, or of the same root.
func TestTreesAtSeveralPoints(t *testing.T) {
	here, there, third := b1, b2, b2
	here.point, there.point, third.point = "north", "south", "north"
	r := newWorld().says(here, root1).says(there, root2).finds(t)
	if len(r.Assertions) != 2 || r.Assertions[0].Subject != "vlan 10 at north" || r.Assertions[1].Subject != "vlan 10 at south" {
		t.Errorf("%+v", r.Assertions)
	}
	newWorld().says(here, root1).says(there, root2).says(third, root2).finds(t,
		"high stp-conflict: spanning tree vlan 10 has two roots for 120 s: 24586 02:00:00:00:00:01 (02:00:00:00:00:01), 24586 02:00:00:00:00:02 (02:00:00:00:00:02), want one")
	third.device, third.mac = "02:00:00:00:00:03", "02:00:00:00:00:33" // another bridge at one point speaks of the other's root
	newWorld().says(here, root1).says(there, root2).says(third, root2).finds(t,
		"high stp-conflict: spanning tree vlan 10 has two roots for 120 s: 24586 02:00:00:00:00:01 (02:00:00:00:00:01), 24586 02:00:00:00:00:02 (02:00:00:00:00:02, 02:00:00:00:00:03), want one")
}

// A change that is signalled for longer than five take is as many, or one that does not end; 802.1D signals one for 35 s, 802.1w for up to 8 s.
func TestEndlessChange(t *testing.T) {
	long, old := b1, b1
	long.to, old.to = 120, 120
	newWorld().says(long, "stp.topology_change=yes", "stp.version=rstp").finds(t,
		"high stp-conflict: bridge 02:00:00:00:00:01 port 0x8001 in spanning tree vlan 10 signals a topology change for 120 s without an end, one takes 8 s")
	newWorld().says(old, "stp.topology_change=yes", "stp.version=stp").finds(t)
	long.gaps = true
	newWorld().says(long, "stp.topology_change=yes", "stp.version=rstp").finds(t)
}

// Notifications come once or twice for each change; sixty in two minutes are a storm, or a root that never hears them.
func TestManyNotices(t *testing.T) {
	x := said{device: "02:00:00:00:00:11", mac: "02:00:00:00:00:11", group: "cst", to: 120, count: 60}
	newWorld().says(x, "stp.tcn=yes").finds(t, "high stp-conflict: bridge port 02:00:00:00:00:11 in spanning tree cst notifies of topology changes 60 times in 120 s")
	x.count = 6
	newWorld().says(x, "stp.tcn=yes").finds(t)
	x.count, x.to = 60, 86400
	newWorld().says(x, "stp.tcn=yes").finds(t)
}

// A host that browses is no bridge. A switch with an address is: it speaks a protocol of devices, or uses nothing that people use.
func TestHostSendsBPDUs(t *testing.T) {
	host := said{device: "02:00:00:00:00:77", mac: "02:00:00:00:00:77", group: "cst", to: 60, count: 30}
	owner := claim{address: "10.0.0.77", mac: host.mac, to: 60, claims: 2, packets: 40, ttl: 64}
	web := func(application string) func(*graph.Uses) {
		return func(u *graph.Uses) { u.Application, u.Handshakes, u.PayloadDown = application, 1, 900 }
	}
	newWorld().says(host, root1).claims(owner).uses("10.0.0.77", "192.0.2.1", 80, web("http")).finds(t,
		"high stp-conflict: host 10.0.0.77 (02:00:00:00:00:77), a client of 192.0.2.1 tcp/80, sends 30 BPDUs in spanning tree cst, want none")
	newWorld().says(host, root1).claims(owner).uses("10.0.0.77", "192.0.2.1", 443, web("tls")).uses("10.0.0.77", "192.0.2.2", 443, web("tls")).uses("10.0.0.77", "192.0.2.3", 443, web("tls")).finds(t,
		"high stp-conflict: host 10.0.0.77 (02:00:00:00:00:77), a client of 192.0.2.1 tcp/443, sends 30 BPDUs in spanning tree cst, want none")
	newWorld().says(host, root1, "vlan.invalid_tag=VLAN id 4095").claims(owner).uses("10.0.0.77", "192.0.2.1", 80, web("http")).finds(t, // invalid tags are no protocol of devices
		"high stp-conflict: host 10.0.0.77 (02:00:00:00:00:77), a client of 192.0.2.1 tcp/80, sends 30 BPDUs in spanning tree cst, want none")
	router, two := owner, owner
	router.router, two.address = true, "10.0.1.77"
	announced := host
	for name, w := range map[string]*world{
		"its maker's cloud":      newWorld().says(host, root1).claims(owner).uses("10.0.0.77", "192.0.2.1", 443, web("tls")),
		"one that asks its time": newWorld().says(host, root1).claims(owner),
		"a router":               newWorld().says(host, root1).claims(router).uses("10.0.0.77", "192.0.2.1", 80, web("http")),
		"two addresses":          newWorld().says(host, root1).claims(owner, two).uses("10.0.0.77", "192.0.2.1", 80, web("http")),
		"a switch by LLDP":       newWorld().says(host, root1).says(announced, "lldp.ttl=120").claims(owner).uses("10.0.0.77", "192.0.2.1", 80, web("http")),
		"a router by OSPF":       newWorld().says(host, root1).says(said{address: "10.0.0.77", mac: host.mac, to: 60}, "ospf.hello=10").claims(owner).uses("10.0.0.77", "192.0.2.1", 80, web("http")),
		"no answer":              newWorld().says(host, root1).claims(owner).uses("10.0.0.77", "192.0.2.1", 80, func(u *graph.Uses) { u.Application = "http" }),
	} {
		t.Run(name, func(t *testing.T) { w.finds(t) })
	}
}

package build_test

import (
	"net/netip"
	"slices"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
	"netscope.example/nsgraph/graph/intent"
)

func mac(n byte) fact.MAC { return fact.MAC{2, 0, 0, 0, 0, n} }

// stays is an address that claims itself by ARP for a minute and sends with TTL 64.
func stays(s fact.Scope, ip string, m fact.MAC, from fact.Time) *fact.Station {
	return &fact.Station{Scope: s, IP: netip.MustParseAddr(ip), MAC: m, Packets: 10, Claims: 2, TTLMin: 64, TTLMax: 64, First: from, Last: from + 60*second,
		FirstClaim: from, LastClaim: from + 30*second, Evidence: fact.Evidence{Packets: []uint64{4, 5}}}
}

// through is a far address whose packets come through a MAC with TTL 63.
func through(s fact.Scope, ip string, m fact.MAC, from fact.Time) *fact.Station {
	f := stays(s, ip, m, from)
	f.Claims, f.TTLMin, f.TTLMax, f.FirstClaim, f.LastClaim = 0, 63, 63, 0, 0
	return f
}

// contextsOf returns the contexts of an address, in order.
func contextsOf(b *graph.Batch, ip string) []string {
	var cs []string
	for _, e := range b.Endpoints {
		if e.Address == netip.MustParseAddr(ip) {
			cs = append(cs, e.Context)
		}
	}
	slices.Sort(cs)
	return cs
}

// routed are packets that a router moved from one scope to another.
func routed(from, to fact.Scope, router fact.MAC) *fact.Copy {
	return &fact.Copy{Kind: fact.Routed, FromPoint: "core1", ToPoint: "core1", From: from, To: to, FromMAC: mac(99), ToMAC: router, Hops: 1,
		Packets: 5, DelayMin: 10, DelayMax: 20, DelaySum: 70, First: start, Last: start + second, Witness: "a -> b", Evidence: []fact.Evidence{{Packets: []uint64{1, 2}}}}
}

func vxlan(vni uint32) fact.Scope { return fact.Scope{Tunnel: fact.VXLAN, VNI: vni} }

func TestContexts(t *testing.T) {
	bridged := routed(vlan(100), vlan(200), mac(9))
	bridged.Kind = fact.Bridged
	ticking := func(f *fact.Station, base uint32) *fact.Station {
		f.Clocks = []fact.TimestampClock{{At: f.First, Base: base, Rate: 1000, Count: 20}}
		return f
	}
	hour := start + 3600*second
	cases := []struct {
		name  string
		facts []fact.Fact
		want  map[string][]string // contexts by address
	}{
		{"two tenants share two addresses: both VLANs are contexts",
			[]fact.Fact{stays(vlan(100), "10.0.0.5", mac(1), start), stays(vlan(200), "10.0.0.5", mac(2), start), stays(vlan(100), "10.0.0.6", mac(3), start),
				stays(vlan(200), "10.0.0.6", mac(4), start), stays(vlan(200), "10.0.0.7", mac(5), start), stays(vlan(300), "10.9.0.7", mac(6), start)},
			map[string][]string{"10.0.0.5": {"vlan 100", "vlan 200"}, "10.0.0.6": {"vlan 100", "vlan 200"}, "10.0.0.7": {"vlan 200"}, "10.9.0.7": {"default"}}},
		{"two networks of VXLAN",
			[]fact.Fact{stays(vxlan(5000), "10.0.0.5", mac(1), start), stays(vxlan(6000), "10.0.0.5", mac(2), start), stays(vxlan(5000), "10.0.0.6", mac(3), start),
				stays(vxlan(6000), "10.0.0.6", mac(4), start)},
			map[string][]string{"10.0.0.5": {"vxlan 5000", "vxlan 6000"}, "10.0.0.6": {"vxlan 5000", "vxlan 6000"}}},
		{"one shared address is split alone",
			[]fact.Fact{stays(vlan(100), "10.0.0.5", mac(1), start), stays(vlan(200), "10.0.0.5", mac(2), start), stays(vlan(100), "10.0.0.6", mac(3), start)},
			map[string][]string{"10.0.0.5": {"vlan 100", "vlan 200"}, "10.0.0.6": {"default"}}},
		{"a host that moved speaks through one MAC",
			[]fact.Fact{stays(vlan(100), "10.0.0.5", mac(1), start), stays(vlan(200), "10.0.0.5", mac(1), hour)},
			map[string][]string{"10.0.0.5": {"default"}}},
		{"a host that moved and got a new MAC is never in both",
			[]fact.Fact{stays(vlan(100), "10.0.0.5", mac(1), start), stays(vlan(200), "10.0.0.5", mac(2), hour)},
			map[string][]string{"10.0.0.5": {"default"}}},
		{"a router's copy is no host",
			[]fact.Fact{stays(vlan(100), "10.0.0.5", mac(1), start), through(vlan(200), "10.0.0.5", mac(9), start), stays(vlan(200), "10.0.9.1", mac(9), start)},
			map[string][]string{"10.0.0.5": {"default"}}},
		{"packets that pass between keep the places together",
			[]fact.Fact{stays(vlan(100), "10.0.0.5", mac(1), start), stays(vlan(200), "10.0.0.5", mac(2), start), routed(vlan(100), vlan(200), mac(9))},
			map[string][]string{"10.0.0.5": {"default"}}},
		{"bridged too",
			[]fact.Fact{stays(vlan(100), "10.0.0.5", mac(1), start), stays(vlan(200), "10.0.0.5", mac(2), start), bridged},
			map[string][]string{"10.0.0.5": {"default"}}},
		{"gateways of a redundancy protocol are no hosts",
			[]fact.Fact{stays(vlan(100), "10.0.0.1", fact.MAC{0, 0, 0x0c, 7, 0xac, 1}, start), stays(vlan(200), "10.0.0.1", fact.MAC{0, 0, 0x5e, 0, 1, 2}, start)},
			map[string][]string{"10.0.0.1": {"vlan 100", "vlan 200"}}},
		{"one clock is one host with two MACs",
			[]fact.Fact{ticking(stays(vlan(100), "10.0.0.5", mac(1), start), 5000), ticking(stays(vlan(200), "10.0.0.5", mac(2), start+10*second), 15000)},
			map[string][]string{"10.0.0.5": {"default"}}},
		{"two clocks are two",
			[]fact.Fact{ticking(stays(vlan(100), "10.0.0.5", mac(1), start), 5000), ticking(stays(vlan(200), "10.0.0.5", mac(2), start+10*second), 4_000_000_000)},
			map[string][]string{"10.0.0.5": {"vlan 100", "vlan 200"}}},
		{"link-local addresses belong to their link, even behind one router",
			[]fact.Fact{stays(vlan(100), "fe80::1", mac(1), start), stays(vlan(200), "fe80::1", mac(2), hour), routed(vlan(100), vlan(200), mac(9)), stays(vlan(100), "10.0.0.5", mac(1), start)},
			map[string][]string{"fe80::1": {"vlan 100", "vlan 200"}, "10.0.0.5": {"default"}}},
		{"what one router joins stays with its tenant",
			[]fact.Fact{
				stays(vlan(100), "10.0.0.5", mac(1), start), stays(vlan(200), "10.0.0.5", mac(2), start), stays(vlan(100), "10.0.0.6", mac(3), start), stays(vlan(200), "10.0.0.6", mac(4), start),
				through(vlan(100), "10.1.0.1", mac(90), start), through(vlan(100), "10.1.0.2", mac(90), start), through(vlan(101), "10.0.0.5", mac(90), start), stays(vlan(101), "10.1.0.1", mac(7), start),
				through(vlan(200), "10.2.0.1", mac(91), start), through(vlan(200), "10.2.0.2", mac(91), start), through(vlan(102), "10.0.0.5", mac(91), start), stays(vlan(102), "10.2.0.1", mac(8), start)},
			map[string][]string{"10.0.0.5": {"vlan 100", "vlan 102"}, "10.1.0.1": {"vlan 100"}, "10.2.0.1": {"vlan 102"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := sameInAnyOrder(t, build.Options{}, append([]fact.Fact{file()}, c.facts...)...)
			checkBatch(t, c.name, b)
			for ip, want := range c.want {
				if got := contextsOf(b, ip); !slices.Equal(got, want) {
					t.Errorf("%s is in %q, want %q", ip, got, want)
				}
			}
		})
	}
}

func TestContextsKeepTheirReason(t *testing.T) {
	b, stats := batch(t, build.Options{}, file(), stays(vlan(100), "10.0.0.5", mac(1), start), stays(fact.Scope{}, "10.0.0.5", mac(2), start),
		stays(vlan(100), "10.0.0.6", mac(3), start), stays(fact.Scope{}, "10.0.0.6", mac(4), start))
	if len(stats.Contexts) != 2 || stats.Contexts[0].Name != "untagged" || stats.Contexts[1].Name != "vlan 100" ||
		!slices.Equal(stats.Contexts[1].Addresses, []string{"10.0.0.5", "10.0.0.6"}) || !slices.Equal(stats.Contexts[1].Places, []string{"vlan 100"}) {
		t.Errorf("contexts %+v", stats.Contexts)
	}
	n := 0
	for _, s := range b.States {
		if s.Setting == "address.overlap" && s.Address == "10.0.0.5" {
			n++
			if s.Value != "02:00:00:00:00:02 in untagged, 02:00:00:00:00:01 in vlan 100" || len(s.Witness) != 1 {
				t.Errorf("reason %+v", s)
			}
		}
	}
	if n != 2 {
		t.Errorf("%d reasons, want one on each side", n)
	}
}

func TestDeclaredContexts(t *testing.T) {
	in := &intent.Intent{Contexts: []intent.Context{{Name: "a", VLANs: intent.Ranges{{From: 100, To: 199}}}, {Name: "b", VNIs: intent.Ranges{{From: 5000, To: 5000}}}, {Name: "lab", Points: []string{"tap2"}}}}
	elsewhere := stays(vlan(7), "10.0.0.5", mac(1), start)
	elsewhere.Point = "tap2"
	here := stays(vlan(7), "10.0.0.5", mac(1), start)
	here.Point = "core1"
	call := talk(vlan(7), "10.0.0.5:1000", "10.0.0.9:443", start)
	call.Points = []uint16{1}
	second := file()
	second.Index, second.SHA256, second.Point, second.Points, second.PointIndexes = 1, "f"+sha[1:], "tap2", []string{"tap2"}, []uint16{1}
	name := &fact.Name{Scope: vlan(7), IP: netip.MustParseAddr("10.0.0.5"), Name: "host5", Evidence: "nbns", First: start, Last: start, Count: 1}
	b := sameInAnyOrder(t, build.Options{Intent: in}, file(), second, stays(vlan(100), "10.0.0.5", mac(1), start), stays(vlan(150), "10.0.0.5", mac(2), start), stays(vxlan(5000), "10.0.0.5", mac(1), start),
		elsewhere, here, call, name)
	if got := contextsOf(b, "10.0.0.5"); !slices.Equal(got, []string{"a", "b", "default", "lab"}) {
		t.Errorf("contexts %q", got)
	}
	if got := contextsOf(b, "10.0.0.9"); !slices.Equal(got, []string{"lab"}) {
		t.Errorf("the server seen at tap2 is in %q", got)
	}
	if len(b.KnownAs) != 2 {
		t.Errorf("the name of an address in VLAN 7 is known of %d endpoints, want both", len(b.KnownAs))
	}
	other, _ := batch(t, build.Options{}, file(), second)
	if other.ID == b.ID {
		t.Error("declared contexts do not change the batch's ID")
	}
}

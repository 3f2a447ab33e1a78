package build_test

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
	"netscope.example/nsgraph/graph/intent"
)

// says is a statement of an address in VLAN 10.
func says(ip, setting, value string, at fact.Time) *fact.Statement {
	protocol, _, _ := strings.Cut(setting, ".")
	return &fact.Statement{Kind: fact.EndpointSpeaker, Address: netip.MustParseAddr(ip), MAC: mac(30), Scope: vlan(10), Protocol: protocol, Setting: setting, Value: value, Point: "core1",
		First: at, Last: at + 10*second, Count: 2, Evidence: fact.Evidence{Packets: []uint64{8, 9}}}
}

func byDevice(device, setting, value string, m fact.MAC) *fact.Statement {
	s := says("10.10.0.1", setting, value, start)
	s.Kind, s.Speaker, s.MAC = fact.DeviceSpeaker, device, m
	return s
}

func TestStatements(t *testing.T) {
	silent := byDevice("", "stp.root", "8000.02", mac(31))
	silent.Address = netip.Addr{}
	b := sameInAnyOrder(t, build.Options{}, file(),
		says("10.10.0.9", "dhcp.server", "yes", start), says("10.10.0.9", "dhcp.server", "yes", start), // two workers saw it
		says("10.10.0.9", "dhcp.server", "no", start+20*second), says("10.10.0.9", "dhcp.server", "yes", start+40*second), // and back
		byDevice("sw1", "cdp.duplex", "full", mac(30)), silent)
	checkBatch(t, "statements", b)
	if len(b.States) != 5 || len(b.Devices) != 2 {
		t.Fatalf("%d STATES of %d devices", len(b.States), len(b.Devices))
	}
	i := slices.IndexFunc(b.States, func(s graph.States) bool { return s.From == start && s.Setting == "dhcp.server" })
	s := b.States[i]
	if s.Count != 4 || s.Value != "yes" || s.Speaker != "10.10.0.9" || s.VLAN != "10" || s.MAC != mac(30).String() || s.Point != "core1" || s.Witness[0] != sha+":8,9" || s.Src != b.Endpoints[0].ID {
		t.Errorf("%+v", s)
	}
	if !slices.ContainsFunc(b.Devices, func(d graph.Device) bool { return d.Device == "02:00:00:00:00:1f" }) {
		t.Error("a speaker without a name is named by its MAC")
	}
	if !slices.ContainsFunc(b.Members, func(m graph.Member) bool {
		return m.Type == graph.TypeCarries && m.Dst == graph.NewVLANID("", "10") && m.Why == "cdp"
	}) {
		t.Error("the device does not carry VLAN 10")
	}
}

func TestLinks(t *testing.T) {
	l := fact.Link{Protocol: "lldp", From: "sw1", FromName: "core", FromPort: "Gi1", Platform: "C9300", Version: "17", Capabilities: []string{"switch", "router"},
		Management: []netip.Addr{netip.MustParseAddr("10.10.0.2")}, MAC: mac(30), Point: "core1", First: start, Last: start + second, Count: 3, Evidence: fact.Evidence{Packets: []uint64{1}}}
	again := l
	again.Management, again.Count, again.First, again.Evidence = []netip.Addr{netip.MustParseAddr("10.10.0.1")}, 4, start-second, fact.Evidence{Packets: []uint64{7}}
	said := l
	said.Protocol, said.From, said.To = "ospf", "", "2.2.2.2"
	b := sameInAnyOrder(t, build.Options{}, file(), &l, &again, &said)
	checkBatch(t, "links", b)
	if len(b.ConnectedTo) != 2 || len(b.Devices) != 3 {
		t.Fatalf("%d links of %d devices", len(b.ConnectedTo), len(b.Devices))
	}
	for _, c := range b.ConnectedTo {
		if c.Protocol == "lldp" && (c.Src != c.Dst || c.Count != 7 || c.From != start-second || !slices.Equal(c.Management, []string{"10.10.0.1", "10.10.0.2"}) ||
			!slices.Equal(c.Capabilities, []string{"router", "switch"}) || c.Witness[0] != sha+":1,7" || c.Platform != "C9300") {
			t.Errorf("%+v", c)
		}
		if c.Protocol == "ospf" && c.Src == c.Dst {
			t.Error("the neighbour that is said is not linked")
		}
	}
}

func TestCopiesAndRouters(t *testing.T) {
	c, again := routed(vlan(10), vlan(90), mac(9)), routed(vlan(10), vlan(90), mac(9))
	again.DelayMin, again.DelayMax, again.First, again.ECTCleared, again.Broadcasts, again.Witness = 5, 30, start-second, 1, 2, "B -> c"
	b := sameInAnyOrder(t, build.Options{}, file(), c, again, stays(vlan(10), "10.10.0.5", mac(1), start), stays(vlan(90), "10.90.0.5", mac(2), start),
		through(vlan(90), "10.10.0.5", mac(9), start), stays(vlan(90), "10.90.0.1", fact.MAC{0, 7, 0xb4, 0, 1, 1}, start))
	checkBatch(t, "copies", b)
	if len(b.Copied) != 1 {
		t.Fatalf("%d COPIED_TO", len(b.Copied))
	}
	if c := b.Copied[0]; c.Packets != 10 || c.DelayMin != 5 || c.DelayMax != 30 || c.DelaySum != 140 || c.From != start-second || c.Kind != "routed" || c.FromVLAN != "10" || c.ToVLAN != "90" ||
		c.Hops != 1 || c.ToMAC != mac(9).String() || c.Broadcasts != 2 || c.ECTCleared != 1 || c.Example != "B -> c" {
		t.Errorf("%+v", c)
	}
	for _, h := range b.HasMAC {
		a := b.Endpoints[slices.IndexFunc(b.Endpoints, func(e graph.Endpoint) bool { return e.ID == h.Src })].Address.String()
		if want := a == "10.90.0.1" || h.VLAN == "90" && a == "10.10.0.5"; h.Router != want || (h.Virtual == "glbp") != (a == "10.90.0.1") {
			t.Errorf("%s in VLAN %s: router %v, virtual %q", a, h.VLAN, h.Router, h.Virtual)
		}
	}
	for _, i := range b.InVLAN {
		if i.MAC == mac(9).String() && i.Local || i.MAC == mac(1).String() && !i.Local {
			t.Errorf("%+v", i)
		}
	}
	device := graph.NewID("Device", mac(9).String())
	var routes, carries int
	for _, m := range b.Members {
		if m.Src == device && m.Why == "routed copies" {
			routes += map[graph.Type]int{graph.TypeRoutes: 1}[m.Type]
			carries += map[graph.Type]int{graph.TypeCarries: 1}[m.Type]
		}
	}
	if routes != 2 || carries != 2 {
		t.Errorf("the router routes %d subnets and carries %d VLANs, want 2 and 2", routes, carries)
	}
}

// What makes a MAC a router's, and what does not.
func TestRouters(t *testing.T) {
	s := vlan(10)
	multicast := stays(s, "10.10.0.5", mac(1), start)
	multicast.Claims, multicast.TTLMin, multicast.TTLMax = 0, 1, 1
	odd := through(s, "10.10.0.5", mac(1), start) // a system that sends with TTL 63
	odd.Claims = 2
	virtual := map[fact.MAC]string{{0, 0, 0x5e, 0, 1, 7}: "vrrp", {0, 0, 0x5e, 0, 2, 7}: "vrrp", {0, 0, 0x0c, 7, 0xac, 7}: "hsrp", {0, 0, 0x0c, 0x9f, 0xf1, 7}: "hsrp",
		{0, 5, 0x73, 0xa0, 0, 7}: "hsrp", {0, 7, 0xb4, 0, 1, 7}: "glbp"}
	ra := says("10.10.0.5", "ra.lifetime", "1800", start)
	ra.MAC = mac(1)
	many := []fact.Fact{}
	for _, ip := range []string{"10.1.0.1", "10.2.0.1", "10.3.0.1", "10.4.0.1", "10.5.0.1"} {
		f := stays(s, ip, mac(1), start)
		f.Claims = 0
		many = append(many, f)
	}
	for _, c := range []struct {
		name  string
		facts []fact.Fact
		want  bool
	}{
		{"a host", []fact.Fact{stays(s, "10.10.0.5", mac(1), start)}, false},
		{"a host that only sends multicast", []fact.Fact{multicast}, false},
		{"one far address", []fact.Fact{through(s, "10.80.0.1", mac(1), start)}, false},
		{"one far address and its own", []fact.Fact{through(s, "10.80.0.1", mac(1), start), stays(s, "10.10.0.5", mac(1), start)}, true},
		{"a host that is far once and claims its address elsewhere", []fact.Fact{through(s, "10.10.0.5", mac(1), start), stays(vlan(11), "10.10.0.5", mac(1), start)}, false},
		{"a system of its own mind, with another address", []fact.Fact{odd, through(s, "2001:db8::5", mac(1), start)}, false},
		{"a router that answers for a far host", []fact.Fact{odd, through(s, "10.80.0.1", mac(1), start), through(s, "10.80.0.2", mac(1), start), through(s, "10.80.0.3", mac(1), start)}, true},
		{"two far addresses", []fact.Fact{through(s, "10.80.0.1", mac(1), start), through(s, "10.80.0.2", mac(1), start)}, true},
		{"many networks without claims", many, true},
		{"some of them", many[:4], false},
		{"router advertisements", []fact.Fact{stays(s, "10.10.0.5", mac(1), start), ra}, true},
	} {
		b, _ := batch(t, build.Options{}, append([]fact.Fact{file()}, c.facts...)...)
		for _, h := range b.HasMAC {
			if h.Router != c.want {
				t.Errorf("%s: router %v", c.name, h.Router)
			}
		}
	}
	for m, want := range virtual {
		b, _ := batch(t, build.Options{}, file(), stays(s, "10.10.0.1", m, start))
		if h := b.HasMAC[0]; h.Virtual != want || !h.Router {
			t.Errorf("%s: virtual %q, router %v", m, h.Virtual, h.Router)
		}
	}
	b, _ := batch(t, build.Options{}, file(), stays(s, "10.10.0.1", fact.MAC{0, 0, 0x0c, 1, 2, 3}, start))
	if b.MACs[0].Vendor != "Cisco Systems, Inc" {
		t.Errorf("vendor %q", b.MACs[0].Vendor)
	}
}

func TestSubnets(t *testing.T) {
	ospf := byDevice("1.1.1.1", "ospf.mask", "255.255.254.0", mac(9))
	ospf.Address = netip.MustParseAddr("10.20.0.1")
	bad := byDevice("1.1.1.1", "ospf.mask", "x", mac(9))
	ra := says("fe80::1", "ra.prefixes", "2001:db8:1::/64, 2001:db8:2::/64", start)
	b := sameInAnyOrder(t, build.Options{}, file(), says("10.10.0.2", "dhcp.network", "10.10.0.0/20", start), says("10.10.0.2", "dhcp.network", "0.0.0.0/0", start), says("10.10.0.2", "dhcp.network", "x", start),
		ospf, bad, ra, stays(vlan(10), "10.10.9.9", mac(1), start), stays(vlan(20), "10.20.1.9", mac(2), start), stays(vlan(30), "10.30.0.9", mac(3), start), stays(vlan(10), "2001:db8:2::5", mac(4), start),
		stays(vlan(30), "2001:db8:9::5", mac(4), start))
	checkBatch(t, "subnets", b)
	prefix := map[graph.ID]string{}
	for _, s := range b.Subnets {
		prefix[s.ID] = s.Prefix.String()
	}
	addr := map[graph.ID]string{}
	for _, e := range b.Endpoints {
		addr[e.ID] = e.Address.String()
	}
	var in, routes []string
	for _, m := range b.Members {
		switch m.Type {
		case graph.TypeInSubnet:
			in = append(in, addr[m.Src]+" "+prefix[m.Dst]+" "+m.Why)
		case graph.TypeRoutes:
			routes = append(routes, prefix[m.Dst]+" "+m.Why)
		}
	}
	slices.Sort(in)
	slices.Sort(routes)
	if want := []string{"10.10.9.9 10.10.0.0/20 dhcp", "10.20.1.9 10.20.0.0/23 ospf", "10.30.0.9 10.30.0.0/24 arp", "2001:db8:2::5 2001:db8:2::/64 ra", "2001:db8:9::5 2001:db8:9::/64 arp"}; !slices.Equal(in, want) {
		t.Errorf("in subnets %q", in)
	}
	if want := []string{"10.20.0.0/23 ospf", "2001:db8:1::/64 ra", "2001:db8:2::/64 ra"}; !slices.Equal(routes, want) {
		t.Errorf("routes %q", routes)
	}
}

func TestStreams(t *testing.T) {
	s := fact.Stream{Scope: vlan(10), Src: netip.MustParseAddrPort("10.10.0.5:4000"), Dst: netip.MustParseAddrPort("10.10.0.6:4002"), SSRC: 7, PayloadType: 8, Codec: "PCMA", ClockRate: 8000, ClockKnown: true,
		Packets: 100, Expected: 102, Lost: 2, JitterMean: 1.5, DSCP: fact.DSCPCounts{{DSCP: 46, Packets: 100}}, First: start, Last: start + 2*second, Evidence: fact.Evidence{Packets: []uint64{3}}}
	part := s
	part.Packets = 50
	b := sameInAnyOrder(t, build.Options{}, file(), &s, &part)
	checkBatch(t, "streams", b)
	if len(b.Streams) != 1 {
		t.Fatalf("%d streams", len(b.Streams))
	}
	if g := b.Streams[0]; g.Packets != 100 || g.Lost != 2 || g.Src != "10.10.0.5:4000" || !slices.Equal(g.DSCP, []int64{46}) || !slices.Equal(g.DSCPPackets, []int64{100}) || g.Evidence[0] != sha+":3" || g.JitterMean != 1.5 {
		t.Errorf("%+v", g)
	}
	var types []string
	for _, m := range b.Members {
		types = append(types, string(m.Type))
	}
	slices.Sort(types)
	if !slices.Equal(types, []string{"RECEIVED_BY", "SEEN_AT", "SENDS"}) {
		t.Errorf("memberships %q", types)
	}
}

func TestCaptures(t *testing.T) {
	c := file()
	c.Packets, c.Bytes, c.First, c.Last, c.Step = 10, 1000, start, start+second, int64(2*second)
	c.Timeline = []fact.Bucket{{At: start, Count: fact.Count{Packets: 10, Bytes: 1000}}}
	c.Protocols = map[string]fact.Count{"tcp": {Packets: 9, Bytes: 940}, "arp": {Packets: 1, Bytes: 60}}
	c.VLANs = map[string]fact.Count{"": {Packets: 1, Bytes: 60}, "10": {Packets: 9, Bytes: 940}}
	twice := *c
	twice.Index = 1
	pointless := *c
	pointless.Index, pointless.SHA256, pointless.Points, pointless.PointIndexes = 2, "e"+sha[1:], nil, nil
	b := sameInAnyOrder(t, build.Options{}, c, &twice, &pointless, &fact.Artefact{Kind: "loss", Extent: 0.25, Text: "a quarter is missing"}, &fact.Artefact{Kind: "loss", Extent: 0.25, Text: "a quarter is missing"})
	checkBatch(t, "captures", b)
	if len(b.Captures) != 2 || len(b.Carried) != 6 || len(b.Points) != 1 || len(b.Artefacts) != 1 || len(b.VLANs) != 1 {
		t.Fatalf("%d captures, %d CARRIED, %d points, %d artefacts", len(b.Captures), len(b.Carried), len(b.Points), len(b.Artefacts))
	}
	if g := b.Captures[0]; g.Step != 2 || !slices.Equal(g.At, []int64{1_700_000_000}) || !slices.Equal(g.AtBytes, []int64{1000}) || !slices.Equal(g.AtPackets, []int64{10}) || g.Batch != b.ID || !g.Complete {
		t.Errorf("%+v", g)
	}
	if a := b.Artefacts[0]; a.Kind != "loss" || a.Extent != 0.25 {
		t.Errorf("%+v", a)
	}
}

// named is a DNS answer that a client got.
func named(client, ip, name string, at fact.Time, ttl uint32) *fact.Name {
	return &fact.Name{Scope: vlan(10), IP: netip.MustParseAddr(ip), Name: name, Evidence: "dns", Client: netip.MustParseAddr(client), TTL: ttl, First: at, Last: at, Count: 1, Packets: fact.Evidence{Packets: []uint64{6}}}
}

func TestNames(t *testing.T) {
	b := sameInAnyOrder(t, build.Options{}, file(), named("10.10.0.6", "10.90.0.5", "erp.corp", start, 60), named("10.10.0.5", "10.90.0.5", "erp.corp", start+second, 60),
		&fact.Name{Name: "nobody", Evidence: "dns"})
	if len(b.KnownAs) != 1 {
		t.Fatalf("%d KNOWN_AS", len(b.KnownAs))
	}
	if k := b.KnownAs[0]; k.Count != 2 || !slices.Equal(k.Clients, []string{"10.10.0.5", "10.10.0.6"}) || k.Evidence != "dns" || k.Witness[0] != sha+":6" || k.To != start+second+1 || b.Named[0].Name != "erp.corp" {
		t.Errorf("%+v", k)
	}
}

// A name that a client was just told is evidence of what it then speaks, if the port alone says it.
func TestDNSEvidence(t *testing.T) {
	in := &intent.Intent{Applications: []intent.Application{{Name: "erp", Names: []string{"*.erp.example"}}}}
	port := fact.App{Name: "ldap", Evidence: fact.PortEvidence}
	for _, c := range []struct {
		name, server, told, client string
		at                         fact.Time
		app                        fact.App
		want                       string
	}{
		{"name of the protocol", "10.90.0.5:389", "ldap.corp.example", "10.10.0.5", start - 30*second, port, "ldap dns ldap.corp.example"},
		{"nothing known but the name", "10.90.0.5:389", "ldap.corp.example", "10.10.0.5", start - 30*second, fact.App{}, "ldap dns ldap.corp.example"},
		{"within the grace", "10.90.0.5:389", "ldap.corp.example", "10.10.0.5", start - 110*second, port, "ldap dns ldap.corp.example"},
		{"too old", "10.90.0.5:389", "ldap.corp.example", "10.10.0.5", start - 130*second, port, "ldap port "},
		{"told afterwards", "10.90.0.5:389", "ldap.corp.example", "10.10.0.5", start + 30*second, port, "ldap port "},
		{"told to another", "10.90.0.5:389", "ldap.corp.example", "10.10.0.6", start - 30*second, port, "ldap port "},
		{"another port", "10.90.0.5:8389", "ldap.corp.example", "10.10.0.5", start - 30*second, fact.App{}, " unknown ldap.corp.example"},
		{"a declared application", "10.90.0.5:389", "db.erp.example", "10.10.0.5", start - 30*second, port, "ldap dns db.erp.example"},
		{"no declared application", "10.90.0.5:389", "db.other.example", "10.10.0.5", start - 30*second, port, "ldap port db.other.example"},
		{"payload is better", "10.90.0.5:389", "ldap.corp.example", "10.10.0.5", start - 30*second, fact.App{Name: "ssh", Evidence: fact.PayloadEvidence}, "ssh payload ldap.corp.example"},
	} {
		call := talk(vlan(10), "10.10.0.5:1", c.server, start)
		call.App = c.app
		b := sameInAnyOrder(t, build.Options{Intent: in}, file(), call, named(c.client, "10.90.0.5", c.told, c.at, 60))
		u := b.Uses[0]
		if got := u.Application + " " + u.Evidence + " " + strings.Join(u.ServerNames, ","); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestRun(t *testing.T) {
	call := talk(vlan(10), "10.10.0.5:1", "10.90.0.5:443", start)
	failing := func(yield func(fact.Fact, error) bool) {
		if yield(file(), nil) && yield(call, nil) {
			yield(nil, errors.New("disk on fire"))
		}
	}
	b, stats, err := build.Run(t.Context(), failing, build.Options{})
	if err == nil || err.Error() != "build graph: disk on fire" || len(b.Uses) != 1 || stats.Facts != 2 || stats.Conversations != 1 || stats.Uses != 1 {
		t.Errorf("%v, %+v", err, stats)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	endless := func(yield func(fact.Fact, error) bool) {
		for yield(call, nil) {
		}
	}
	b, _, err = build.Run(ctx, endless, build.Options{})
	if err == nil || err.Error() != "build graph: enough" || len(b.Uses) != 1 {
		t.Errorf("%v", err)
	}
}

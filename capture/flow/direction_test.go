package flow

import (
	"net/netip"
	"slices"
	"strconv"
	"testing"

	"netscope.example/nsgraph/capture/app"
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

func (p *pk) data(s string) *pk {
	p.Payload, p.PayloadLen = []byte(s), uint32(len(s))
	return p
}

func TestDirection(t *testing.T) {
	const a, b = "10.0.0.1:40000", "10.0.0.2:41000"
	query := "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07example\x03com\x00\x00\x01\x00\x01"
	for _, c := range []struct {
		name   string
		ps     []*pk
		client string
		why    fact.Direction
		least  float64
	}{
		{"SYN", []*pk{tcpPacket(0, a, b, wire.SYN, 1, 0, 0)}, a, fact.ByHandshake, 1},
		{"SYN-ACK first", []*pk{tcpPacket(0, b, a, wire.SYN|wire.ACK, 1, 2, 0)}, a, fact.ByHandshake, 0.99},
		{"SYN-ACK second of the capture", []*pk{tcpPacket(0, a, b, wire.ACK, 1, 2, 0), tcpPacket(1, b, a, wire.SYN|wire.ACK, 1, 1, 0)}, a, fact.ByHandshake, 0.99},
		{"a SYN from the well-known port", []*pk{tcpPacket(0, "10.0.0.2:20", a, wire.SYN, 1, 0, 0)}, "10.0.0.2:20", fact.ByHandshake, 1},
		{"a request, seen after its answer", []*pk{tcpPacket(0, b, a, wire.ACK, 1, 1, 0), tcpPacket(1, a, b, wire.ACK, 1, 1, 0).data("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")}, a, fact.ByProtocol, 0.9},
		{"a DNS query on odd ports", []*pk{udpPacket(0, "10.0.0.1:6000", "10.0.0.2:53", 0).data(query)}, "10.0.0.1:6000", fact.ByProtocol, 0.9},
		{"a listed port", []*pk{tcpPacket(0, "10.0.0.2:443", a, wire.ACK, 1, 1, 0)}, a, fact.ByPort, 0.8},
		{"two listed ports", []*pk{tcpPacket(0, "10.0.0.2:80", "10.0.0.1:8080", wire.ACK, 1, 1, 0)}, "10.0.0.1:8080", fact.ByPort, 0.6},
		{"an ephemeral port and a lower one", []*pk{tcpPacket(0, "10.0.0.2:9400", a, wire.ACK, 1, 1, 0)}, a, fact.ByPort, 0.5},
		{"equal ports", []*pk{udpPacket(0, "10.0.0.2:500", "10.0.0.1:500", 0)}, "10.0.0.2:500", fact.ByOrder, 0.5},
		{"nothing but order", []*pk{udpPacket(0, b, a, 0)}, b, fact.ByOrder, 0.5},
		{"itself", []*pk{udpPacket(0, a, a, 0), udpPacket(0, a, a, 0)}, a, fact.ByOrder, 1},
		{"multicast", []*pk{udpPacket(0, "10.0.0.1:53", "224.0.0.251:40000", 0)}, "10.0.0.1:53", fact.ByOrder, 1},
		{"multicast v6", []*pk{udpPacket(0, "[fe80::1]:53", "[ff02::fb]:40000", 0)}, "[fe80::1]:53", fact.ByOrder, 1},
		{"broadcast", []*pk{udpPacket(0, "10.0.0.1:67", "255.255.255.255:68", 0)}, "10.0.0.1:67", fact.ByOrder, 1},
		{"a ping", []*pk{icmpPacket(0, "10.0.0.2", "10.0.0.1", 8, 0, 1)}, "10.0.0.2:0", fact.ByProtocol, 1},
		{"a ping's answer first", []*pk{icmpPacket(0, "10.0.0.2", "10.0.0.1", 0, 0, 1), icmpPacket(0, "10.0.0.1", "10.0.0.2", 8, 0, 1)}, "10.0.0.1:0", fact.ByProtocol, 1},
		{"a ping's answer alone", []*pk{icmpPacket(0, "10.0.0.2", "10.0.0.1", 0, 0, 1)}, "10.0.0.1:0", fact.ByProtocol, 1},
		{"an ICMP error", []*pk{icmpPacket(0, "10.0.0.2", "10.0.0.1", 3, 1, 0)}, "10.0.0.2:0", fact.ByOrder, 1},
	} {
		got := one(t, c.ps...)
		if got.Client.String() != c.client || got.Direction != c.why || got.Certainty < c.least || got.Certainty > 1 {
			t.Errorf("%s: %v by %v, %.2f; want %v by %v, at least %.2f", c.name, got.Client, got.Direction, got.Certainty, c.client, c.why, c.least)
		}
	}
}

func TestDeclaredDirection(t *testing.T) {
	declared := func(a fact.Addr, port uint16, tr fact.Transport) bool {
		return a.IP == netip.MustParseAddr("10.0.0.2") && port == 60000 && tr == fact.TCP && a.Scope == vlanScope(5)
	}
	p := tcpPacket(0, "10.0.0.2:60000", "10.0.0.1:443", wire.ACK, 1, 1, 0).vlan(5)
	c := run(t, Options{Declared: declared}, p)[0]
	if c.Client.Port() != 443 || c.Direction != fact.ByDeclared || c.Certainty != float64(float32(byDeclaration)) {
		t.Errorf("%v by %v, %v", c.Client, c.Direction, c.Certainty)
	}
	if c := run(t, Options{Declared: declared}, p.vlan(6))[0]; c.Client.Port() != 60000 || c.Direction != fact.ByPort {
		t.Errorf("declared in another scope: %v by %v", c.Client, c.Direction)
	}
}

func TestAnnouncedDirection(t *testing.T) {
	o := Options{}
	o.App.Announcements = app.NewAnnouncements()
	o.App.Announcements.Add(app.Expect{Addr: netip.MustParseAddr("10.0.0.1"), Port: 40000, App: "ftp-data", Parent: "ftp", Peer: netip.MustParseAddr("10.0.0.2")})
	o.App.Announcements.Add(app.Expect{Addr: netip.MustParseAddr("10.0.0.1"), Port: 40001, App: "ftp-data", Parent: "ftp", Peer: netip.MustParseAddr("10.0.0.9")})
	early := func(p *pk) *pk { p.Time = 1000; return p }
	c := run(t, o, early(tcpPacket(0, "10.0.0.1:40000", "10.0.0.2:20", wire.ACK, 1, 1, 0)))[0]
	if c.Client.Port() != 20 || c.Direction != fact.ByProtocol || c.Parent != "ftp" {
		t.Errorf("%v by %v, parent %q", c.Client, c.Direction, c.Parent)
	}
	if c := run(t, o, early(tcpPacket(0, "10.0.0.1:40001", "10.0.0.2:20", wire.ACK, 1, 1, 0)))[0]; c.Parent != "" {
		t.Errorf("announced for another peer: parent %q", c.Parent)
	}
}

// Ten clients talk to 10.0.0.9:45000, and each conversation is seen from the middle, the server's packet first.
func TestLearnedServer(t *testing.T) {
	var ps []*pk
	for i := range 10 {
		client := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 1, byte(i)}), 50000+uint16(i)).String()
		ps = append(ps, tcpPacket(int64(i), "10.0.0.9:45000", client, wire.ACK, 1, 1, 0))
	}
	for _, c := range run(t, Options{}, ps...) {
		if c.Server.Port() != 45000 || c.Direction != fact.ByPort || c.Certainty < 0.75 {
			t.Errorf("server %v by %v, %.2f", c.Server, c.Direction, c.Certainty)
		}
	}
}

// A flood of addresses does not push a busy server out of the learned table at once.
func TestFansAreBounded(t *testing.T) {
	var f fans
	server := address{0, 1}
	f.add(server, 443, fact.TCP, 60000)
	f.add(server, 443, fact.TCP, 60000)
	for i := range uint64(200_000) {
		f.add(address{0, i + 2}, uint16(i), fact.UDP, 1)
	}
	if here, anywhere := f.score(server, 443, fact.TCP); here < 50000 || anywhere < 60000 {
		t.Errorf("score %d, %d", here, anywhere)
	}
	if len(f.sets) != fanSets {
		t.Errorf("%d sets", len(f.sets))
	}
}

func TestServicePortsAreSorted(t *testing.T) {
	if !slices.IsSorted(servicePorts) || len(slices.Compact(slices.Clone(servicePorts))) != len(servicePorts) {
		t.Error("servicePorts is not ascending")
	}
	for port, want := range map[uint16]int{0: 0, 20: 1, 443: 10, 3306: 7, 1001: 6, 1025: 2, 50000: 0} {
		if got := standing(port, fact.TCP); got != want {
			t.Errorf("port %d: %d, want %d", port, got, want)
		}
	}
}

// Traceroute asks many ports from one and gets no answer by UDP: the one port is no service.
func TestProbesAreNoService(t *testing.T) {
	const prober = "10.0.0.1:41077"
	var ps []*pk
	for i := range 12 {
		ps = append(ps, udpPacket(int64(i), prober, "10.0.0.2:"+strconv.Itoa(33435+i), 0))
	}
	for _, c := range run(t, Options{}, ps...) {
		if c.Client.String() != prober {
			t.Errorf("%v is the client of %v by %v", c.Client, c.Server, c.Direction)
		}
	}
}

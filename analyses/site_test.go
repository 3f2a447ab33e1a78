package analyses

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

func load(t testing.TB, text string) *memory.Store {
	t.Helper()
	b, err := fixture.Read("capture", text)
	if err != nil {
		t.Fatal(err)
	}
	s := memory.New()
	if err := s.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return s
}

func siteOf(t testing.TB, s graph.Querier, declared string) *Site {
	t.Helper()
	var in *intent.Intent
	if declared != "" {
		var err error
		if in, err = intent.Parse("site.yaml", []byte(declared)); err != nil {
			t.Fatal(err)
		}
	}
	site, err := NewSite(t.Context(), s, graph.Params{Args: map[string]any{"ignored": true}}, in)
	if err != nil {
		t.Fatal(err)
	}
	return site
}

// zones lists "address zone" of all hosts.
func zones(s *Site) []string {
	var zs []string
	for _, h := range s.Hosts() {
		zs = append(zs, strings.TrimSuffix(h.Context+" ", "default ")+h.Address.String()+" "+h.Zone)
	}
	return zs
}

const small = `
host 10.10.0.7 02:00:00:00:00:07 10
host 10.90.0.5 02:00:00:00:00:05 90
host 8.8.8.8 02:00:00:00:00:01 - router
in 8.8.8.8 90 local=false
in 10.10.0.7 90 local=false
mac 10.10.0.7 02:00:00:00:00:01 vlan=90 router
subnet 192.168.5.9 192.168.5.0/25
subnet 192.168.5.9 192.168.0.0/16
name 10.90.0.5 erp.example evidence=dns
use 10.10.0.7 10.90.0.5 tcp/443 bytes_up=100 bytes_down=200 packets_up=3 packets_down=4 at=5-9
use 10.10.0.7 8.8.8.8 udp/53
use 172.20.1.1 100.64.3.4 udp/53
use fe80::1 ff02::1 udp/5353
use 0.0.0.0 255.255.255.255 udp/67
use fd00::1 2001:db8::1 tcp/80
`

func TestInferredZones(t *testing.T) {
	s := siteOf(t, load(t, small), "")
	want := []string{
		"0.0.0.0 ", "8.8.8.8 internet", "10.10.0.7 vlan 10", "10.90.0.5 vlan 90", "100.64.3.4 100.64.3.0/24", "172.20.1.1 172.20.1.0/24",
		"192.168.5.9 192.168.5.0/25", "255.255.255.255 ", "2001:db8::1 internet", "fd00::1 fd00::/64", "fe80::1 ", "ff02::1 ",
	}
	if got := zones(s); !slices.Equal(got, want) || s.ZonesFrom != "inferred" {
		t.Errorf("%q from %s\nwant %q", got, s.ZonesFrom, want)
	}
	if got, want := s.Zones(), []string{"vlan 10", "vlan 90", "100.64.3.0/24", "172.20.1.0/24", "192.168.5.0/25", "fd00::/64", "internet"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if z := s.Zone("default", netip.MustParseAddr("10.77.0.1"), "77"); z != "vlan 77" { // unknown to the graph
		t.Error(z)
	}
	if z := s.Zone("default", netip.MustParseAddr("10.77.0.1"), ""); z != "10.77.0.0/24" {
		t.Error(z)
	}
}

func TestHosts(t *testing.T) {
	s := siteOf(t, load(t, small), "")
	h := s.Host("default", netip.MustParseAddr("10.10.0.7"))
	if !h.Local || h.Router || !slices.Equal(h.VLANs, []string{"10"}) || !slices.Equal(h.MACs, []string{"02:00:00:00:00:07"}) || s.HostByID(h.ID) != h {
		t.Errorf("%+v", h)
	}
	if far := s.Host("default", netip.MustParseAddr("8.8.8.8")); len(h.Claimed) != 0 || len(far.Claimed) != 0 { // nobody claimed anything
		t.Errorf("%v, %v", h.Claimed, far.Claimed)
	}
	if tr := h.Traffic; tr.BytesSent != 500 || tr.BytesReceived != 4200 || tr.PacketsSent != 7 || tr.AsClient != 2 || tr.First != fixture.At(0) || tr.Last != fixture.At(60) {
		t.Errorf("%+v", tr)
	}
	far := s.Host("default", netip.MustParseAddr("8.8.8.8"))
	if !far.Router || far.Local || !slices.Equal(far.MACs, []string{"02:00:00:00:00:01"}) || !slices.Equal(far.VLANs, []string{"90"}) {
		t.Errorf("%+v", far)
	}
	if n := s.Host("default", netip.MustParseAddr("10.90.0.5")).Names; len(n) != 1 || n[0].Name != "erp.example" || n[0].Evidence != "dns" {
		t.Errorf("%+v", n)
	}
	if p := s.Host("default", netip.MustParseAddr("192.168.5.9")).Subnets; fmt.Sprint(p) != "[192.168.5.0/25 192.168.0.0/16]" {
		t.Errorf("%v", p)
	}
	if s.Host("tenant", netip.MustParseAddr("10.10.0.7")) != nil {
		t.Error("a host of another context")
	}
	// a gateway claims, by ARP, the MAC that forwards
	g := siteOf(t, load(t, "mac 10.0.0.1 02:00:00:00:00:01 router claims=1\nmac 9.9.9.9 02:00:00:00:00:01 router"), "")
	if h := g.Host("default", netip.MustParseAddr("10.0.0.1")); !h.Forwards || h.Router || !slices.Equal(h.Claimed, []string{"02:00:00:00:00:01"}) {
		t.Errorf("%+v", h)
	}
}

const declared = `
version: 1
contexts: [{name: tenant, vlans: ["100-199"]}]
zones:
  - {name: users, vlans: [10], prefixes: [10.10.0.0/16]}
  - {name: servers, prefixes: [10.90.0.0/16]}
  - {name: cameras, vlans: [77]}
  - {name: shop, prefixes: [10.10.0.0/16], context: tenant}
policy:
  default: deny
  within_zone: observe
  rules:
    - {name: web, from: users, to: servers, services: [tcp/443, "app:dns"], action: allow}
    - {name: no-telnet, from: any, to: any, services: [tcp/23], action: deny, severity: critical}
    - {name: ping, from: any, to: servers, services: [icmp], action: allow}
    - {name: late-web, from: users, to: servers, services: [tcp/443], action: deny}
groups:
  - {name: finance, prefixes: [10.10.4.0/24]}
  - {name: floor, vlans: [10]}
  - {name: laptops, macs: ["02:00:00:00:00:07"]}
applications:
  - {name: erp, services: [tcp/8443], servers: [10.90.0.5], names: ["*.erp.example"], critical: true}
  - {name: named, names: ["shop.example"]}
  - {name: dns, services: ["app:dns"]}
services_expected: {dhcp: [10.90.0.2], dns: [], ntp: [10.90.0.0/24]}
`

func TestDeclaredZones(t *testing.T) {
	s := siteOf(t, load(t, `
host 10.10.0.7 02:00:00:00:00:07 10
host 192.168.1.1 02:00:00:00:00:08 77
host 192.168.1.2 02:00:00:00:00:09 10
host 10.10.0.7@tenant 02:00:00:00:00:0a 100
host 10.90.0.9@tenant 02:00:00:00:00:0b 10
host 10.10.0.7@10.10.0.7#2 02:00:00:00:00:0c 77
host 10.90.0.7@10.10.0.7#2 02:00:00:00:00:0d 78
in 192.168.1.3 10 local=false
use 10.10.0.7 10.90.0.5 tcp/443
use 10.10.0.7 8.8.8.8 tcp/443
use 10.10.0.7 224.0.0.251 udp/5353
`), declared)
	want := []string{ // in a context that only evidence made, the VLAN says more than the address
		"10.10.0.7#2 10.10.0.7 cameras", "10.10.0.7#2 10.90.0.7 servers",
		"8.8.8.8 ", "10.10.0.7 users", "10.90.0.5 servers", "192.168.1.1 cameras", "192.168.1.2 users", "192.168.1.3 ", "224.0.0.251 ",
		"tenant 10.10.0.7 shop", "tenant 10.90.0.9 ",
	}
	if got := zones(s); !slices.Equal(got, want) || s.ZonesFrom != "declared" {
		t.Errorf("%q from %s\nwant %q", got, s.ZonesFrom, want)
	}
	if got := s.Zones(); !slices.Equal(got, []string{"users", "servers", "cameras", "shop"}) {
		t.Errorf("%q", got)
	}
}

func TestDecide(t *testing.T) {
	s := siteOf(t, load(t, small), declared)
	for _, c := range []struct {
		from, to, transport string
		port                uint16
		app                 string
		want                Decision
	}{
		{"users", "servers", "tcp", 443, "tls", Decision{"allow", 0}}, // the first match decides
		{"users", "servers", "udp", 53, "dns", Decision{"allow", 0}},
		{"users", "servers", "udp", 53, "", Decision{"deny", -1}}, // an unknown application is not that one
		{"servers", "users", "tcp", 443, "tls", Decision{"deny", -1}},
		{"users", "users", "tcp", 23, "", Decision{"deny", 1}}, // any holds within a zone
		{"users", "users", "tcp", 22, "", Decision{"observe", -1}},
		{"", "servers", "tcp", 22, "", Decision{"observe", -1}}, // no zone: the default does not judge
		{"", "", "tcp", 23, "", Decision{"deny", 1}},
		{"", "servers", "icmp", 0, "", Decision{"allow", 2}},
	} {
		if got := s.Decide(c.from, c.to, c.transport, c.port, c.app); got != c.want {
			t.Errorf("%s to %s %s/%d %s: %v, want %v", c.from, c.to, c.transport, c.port, c.app, got, c.want)
		}
	}
	none := siteOf(t, load(t, small), "")
	if d := none.Decide("a", "b", "tcp", 23, ""); d != (Decision{"observe", -1}) {
		t.Error(d)
	}
	open := siteOf(t, load(t, small), "version: 1\nzones: [{name: a, vlans: [1]}, {name: b, vlans: [2]}]\npolicy: {}\n")
	if d, e := open.Decide("a", "b", "tcp", 1, ""), open.Decide("a", "a", "tcp", 1, ""); d.Action != "observe" || e.Action != "allow" {
		t.Error(d, e)
	}
}

func TestGroups(t *testing.T) {
	s := siteOf(t, load(t, `
host 10.10.4.1 02:00:00:00:00:01 20
host 10.10.0.7 02:00:00:00:00:07 10
mac 9.9.9.9 02:00:00:00:00:07 router
in 9.9.9.9 10 local=false
`), declared)
	for a, want := range map[string][]string{"10.10.4.1": {"finance"}, "10.10.0.7": {"floor", "laptops"}, "9.9.9.9": nil} {
		if got := s.Groups(s.Host("default", netip.MustParseAddr(a))); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", a, got, want)
		}
	}
}

func TestApplication(t *testing.T) {
	s := siteOf(t, load(t, small), declared)
	for _, c := range []struct {
		server, transport string
		port              uint16
		app               string
		names             []string
		want              string
	}{
		{"10.90.0.5", "tcp", 8443, "tls", nil, "erp"},
		{"10.90.0.6", "tcp", 8443, "tls", []string{"WWW.ERP.example."}, "erp"},
		{"10.90.0.6", "tcp", 8443, "tls", []string{"other.example"}, ""},
		{"10.90.0.5", "tcp", 443, "tls", nil, ""},
		{"10.1.1.1", "tcp", 80, "", []string{"x", "shop.example"}, "named"},
		{"10.1.1.1", "udp", 53, "dns", nil, "dns"},
	} {
		got := ""
		if a := s.Application(netip.MustParseAddr(c.server), c.transport, c.port, c.app, c.names); a != nil {
			got = a.Name
		}
		if got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestExpected(t *testing.T) {
	s := siteOf(t, load(t, small), declared)
	for _, c := range []struct {
		kind, address string
		ok, declared  bool
	}{
		{"dhcp", "10.90.0.2", true, true}, {"dhcp", "10.90.0.3", false, true}, {"dns", "10.90.0.2", false, true}, {"ntp", "10.90.0.77", true, true},
		{"smtp", "10.90.0.2", true, false},
	} {
		if ok, declared := s.Expected(c.kind, netip.MustParseAddr(c.address)); ok != c.ok || declared != c.declared {
			t.Errorf("%s %s: %v, %v", c.kind, c.address, ok, declared)
		}
	}
	if ok, declared := siteOf(t, load(t, small), "").Expected("dns", netip.MustParseAddr("1.1.1.1")); !ok || declared {
		t.Error("nothing is declared")
	}
}

func TestLayer(t *testing.T) {
	q := load(t, `
host 10.10.4.7 02:00:00:00:00:07 10
host 10.10.4.8 02:00:00:00:00:08 10
use 10.10.4.7 10.90.0.5 tcp/8443 server_names=a.erp.example at=3-4
use 10.10.4.7 10.90.0.5 tcp/8443 application=tls at=5-9
use 10.10.4.7 10.90.0.5 tcp/23 refused=1 at=3-9
use 10.90.0.6 10.90.0.5 tcp/8443 at=5-9
`)
	s := siteOf(t, q, declared)
	c, err := s.Layer(t.Context(), q, graph.Params{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range c.Members {
		name := ""
		for _, n := range c.Named {
			if n.ID == m.Dst {
				name = n.Name
			}
		}
		who := "service"
		if m.Type == graph.TypeReaches {
			who, name = "users", fmt.Sprint(m.Count)
		}
		if h := s.HostByID(m.Src); h != nil {
			who = h.Address.String()
		}
		got = append(got, fmt.Sprintf("%s %s %s %s %v-%v", who, m.Type, name, m.Why, int64(m.From-fixture.T0)/1e9, int64(m.To-1-fixture.T0)/1e9))
	}
	slices.Sort(got)
	want := []string{ // 10.10.4.8 exchanged nothing
		"10.10.4.7 IN_GROUP finance declared 3-9", "10.10.4.7 IN_GROUP floor declared 3-9", "10.10.4.7 IN_GROUP laptops declared 3-9", "10.10.4.7 IN_ZONE users declared 3-9",
		"10.90.0.5 IN_ZONE servers declared 3-9", "10.90.0.6 IN_ZONE servers declared 5-9",
		"service PART_OF erp declared 3-9", "users REACHES 2 deny by default 3-9",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if err := q.SetIntent(t.Context(), c); err != nil {
		t.Error(err)
	}
}

// why names what decided: a rule, the default, or nothing.
func TestWhy(t *testing.T) {
	q := load(t, small)
	s := siteOf(t, q, "")
	for _, c := range []struct {
		policy *intent.Policy
		d      Decision
		want   string
	}{
		{nil, Decision{"observe", -1}, "no policy"},
		{&intent.Policy{}, Decision{"deny", -1}, "deny by default"},
		{&intent.Policy{Rules: []intent.Rule{{}, {Name: "web"}}}, Decision{"allow", 1}, "allow by web"},
		{&intent.Policy{Rules: []intent.Rule{{}}}, Decision{"allow", 0}, "allow by rule 1"},
	} {
		s.Intent = &intent.Intent{Policy: c.policy}
		if got := s.why(c.d); got != c.want {
			t.Errorf("%+v: %q, want %q", c.d, got, c.want)
		}
	}
}

// A store that fails must not look like an empty network.
func TestErrors(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	q := load(t, small)
	s := siteOf(t, q, "")
	cancel()
	if _, err := NewSite(ctx, q, graph.Params{}, nil); err == nil {
		t.Error("NewSite: no error")
	}
	if _, err := s.Layer(ctx, q, graph.Params{}); err == nil {
		t.Error("Layer: no error")
	}
	for n := range 5 {
		if _, err := NewSite(t.Context(), &failing{q, n}, graph.Params{}, nil); err == nil {
			t.Errorf("query %d fails: no error", n)
		}
	}
}

// failing answers n questions.
type failing struct {
	graph.Querier
	n int
}

func (f *failing) View(ctx context.Context, p graph.Params) (*graph.View, error) {
	if f.n--; f.n < 0 {
		return nil, graph.ErrUnreachable
	}
	return f.Querier.View(ctx, p)
}

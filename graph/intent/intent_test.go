package intent_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"
	"go.yaml.in/yaml/v3"

	"netscope.example/nsgraph/graph/intent"
)

var sameAddr = cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })

func prefix(s string) intent.Prefix {
	p, err := intent.ParsePrefix(s)
	if err != nil {
		panic(err)
	}
	return p
}

// site is testdata/site.yaml, which has every key of the file.
func site(t *testing.T) *intent.Intent {
	t.Helper()
	in, err := intent.Load("testdata/site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestLoadWholeFile(t *testing.T) {
	want := &intent.Intent{
		Version: 1,
		Contexts: []intent.Context{
			{Name: "tenant-a", VLANs: intent.Ranges{{From: 100, To: 199}}},
			{Name: "tenant-b", VLANs: intent.Ranges{{From: 200, To: 299}}, VNIs: intent.Ranges{{From: 5000, To: 5000}}},
		},
		Zones: []intent.Zone{
			{Name: "users", VLANs: intent.Ranges{{From: 10, To: 10}, {From: 20, To: 20}}, Prefixes: []intent.Prefix{prefix("10.10.0.0/16"), prefix("10.20.0.0/16")}, Level: 2},
			{Name: "servers", VLANs: intent.Ranges{{From: 90, To: 90}}, Prefixes: []intent.Prefix{prefix("10.90.0.0/16")}, Context: "default"},
			{Name: "guest", VLANs: intent.Ranges{{From: 66, To: 66}}, Prefixes: []intent.Prefix{prefix("192.168.66.0/24")}},
		},
		Policy: &intent.Policy{Default: "deny", WithinZone: "allow", Rules: []intent.Rule{
			{Name: "web", From: "users", To: "servers", Services: []intent.ServiceSpec{
				{Transport: "tcp", Ports: intent.Range{From: 443, To: 443}}, {Transport: "tcp", Ports: intent.Range{From: 8000, To: 8099}}, {App: "dns"}}, Action: "allow"},
			{Name: "no-telnet", From: "any", To: "any", Services: []intent.ServiceSpec{{Transport: "tcp", Ports: intent.Range{From: 23, To: 23}}}, Action: "deny", Severity: "high"},
		}},
		Groups: []intent.Group{{Name: "finance", Prefixes: []intent.Prefix{prefix("10.10.4.0/24")}, VLANs: intent.Ranges{}, MACs: []string{}}},
		Applications: []intent.Application{{Name: "erp", Services: []intent.ServiceSpec{{Transport: "tcp", Ports: intent.Range{From: 8443, To: 8443}}},
			Servers: []intent.Prefix{prefix("10.90.0.5")}, Names: []string{"*.erp.corp.example"}, Critical: true, Owner: "finance", Class: "business"}},
		QoS: &intent.QoS{Trust: []string{"servers", "voice"}, Classes: []intent.Class{
			{Name: "voice", DSCP: []intent.DSCP{46}, PCP: []uint8{5}, Match: []string{"app:rtp"}, LatencyMs: 150, JitterMs: 30, LossPct: 1, ReservedMbps: 10},
			{Name: "business", DSCP: []intent.DSCP{26}, Match: []string{"application:erp"}, LatencyMs: 300},
			{Name: "default", DSCP: []intent.DSCP{0}},
		}},
		Links:            []intent.LinkSpec{{Point: "core1", CapacityMbps: 1000}},
		Points:           []intent.Point{{Name: "core1", VLANs: intent.Ranges{{From: 10, To: 10}, {From: 20, To: 20}, {From: 90, To: 90}}, Device: "sw-core-1"}},
		Gateways:         []intent.Gateway{{Zone: "users", Addresses: []intent.Prefix{prefix("10.10.0.1")}, MACs: []string{}}},
		ServicesExpected: &intent.Expected{DHCP: []intent.Prefix{prefix("10.90.0.2")}, DNS: []intent.Prefix{prefix("10.90.0.3")}, NTP: []intent.Prefix{}},
		Baselines: []intent.Baseline{{Family: intent.Family{Platform: "C9300*", Vendor: "Cisco"},
			Expect: map[string]any{"mtu": 1500, "duplex": "full", "native_vlan": 1, "ospf.hello": 10, "tcp.window_scaling": true}}},
	}
	if d := cmp.Diff(want, site(t), sameAddr); d != "" {
		t.Error(d)
	}
}

func TestSchemaAcceptsTheFile(t *testing.T) {
	j, err := intent.SchemaJSON()
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(j, &s); err != nil {
		t.Fatal(err)
	}
	r, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("testdata/site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	validate := func(text string) error {
		var doc any
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		return r.Validate(doc)
	}
	if err := validate(string(data)); err != nil {
		t.Error(err)
	}
	for _, wrong := range []string{
		"zonse: []", "version: 2", "zones: [{name: a, level: -1}]", "policy: {default: drop}", "policy: {rules: [{from: any, to: any, action: drop}]}",
		"qos: {classes: [{name: v, dscp: [64]}]}", "qos: {classes: [{name: v, dscp: [AF15]}]}", "qos: {classes: [{name: v, pcp: [8]}]}",
		"zones: [{name: a, vlans: [x]}]", "zones: [{name: a, prefixes: [10.0.0.0/x]}]", "groups: [{name: a, macs: [zz]}]",
		"baselines: [{family: {platform: a}, expect: {mtu: [1]}}]", "links: [{point: a, capacity_mbps: -1}]",
		"zones: [{name: ''}]", "zones: [{name: any}]", "zones: [{name: a, vlans: [0]}]", "zones: [{name: a, vlans: [4095]}]", "contexts: [{name: a, vnis: [16777216]}]",
		"zones: [{name: a, prefixes: [10.0.0.0/33]}]", "zones: [{name: a, prefixes: [10.0.0.256]}]", "zones: [{name: a, prefixes: ['2001:db8::/129']}]",
		"links: [{point: a, capacity_mbps: 0}]", "policy: {rules: [{from: any, to: any, action: deny, services: [tcp/65536]}]}",
		"policy: {rules: [{from: any, to: any, action: deny, services: [tpc]}]}",
	} {
		if validate(wrong) == nil {
			t.Errorf("the schema accepts %s", wrong)
		}
		if _, err := intent.Parse("f", []byte(wrong)); err == nil {
			t.Errorf("the checker accepts %s", wrong)
		}
	}
	for _, right := range []string{
		"zones: [{name: a, prefixes: [10.0.0.0/8, 255.255.255.255, '::/0', '2001:db8::/32', 'fe80::1']}]", "zones: [{name: a, vlans: [1, 4094, '5-9']}]",
		"policy: {rules: [{from: any, to: any, action: deny, services: [tcp/65535, udp/1-1024, icmp, ip-99, tcp, 'app:dns']}]}", "zones:", "qos:",
	} {
		if err := validate(right); err != nil {
			t.Errorf("the schema refuses %s: %v", right, err)
		}
		if _, err := intent.Parse("f", []byte(right)); err != nil {
			t.Errorf("the checker refuses %s: %v", right, err)
		}
	}
}

func TestWriteIsReadBack(t *testing.T) {
	in := site(t)
	var b bytes.Buffer
	if err := intent.Write(&b, in); err != nil {
		t.Fatal(err)
	}
	back, err := intent.Parse("written", b.Bytes())
	if err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	// Lists that declare nothing are left out.
	in.Groups[0].VLANs, in.Groups[0].MACs, in.Gateways[0].MACs = nil, nil, nil
	if d := cmp.Diff(in, back, sameAddr); d != "" {
		t.Error(d)
	}
	for _, line := range []string{"    prefixes: [10.10.0.0/16, 10.20.0.0/16]\n", "  ntp: []\n", "      services: [tcp/443, tcp/8000-8099, 'app:dns']\n", "      dscp: [EF]\n"} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("no line %q in\n%s", line, b.String())
		}
	}
}

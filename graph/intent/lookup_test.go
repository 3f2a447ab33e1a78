package intent_test

import (
	"encoding/json"
	"net/netip"
	"testing"

	"go.yaml.in/yaml/v3"

	"netscope.example/nsgraph/graph/intent"
)

func TestContextOf(t *testing.T) {
	in, err := intent.Parse("f", []byte("contexts: [{name: a, vlans: [100-199]}, {name: b, vlans: [200], vnis: [5000]}, {name: c, points: [lab]}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		vlan, point string
		vni         uint32
		want        string
	}{
		{"", "", 0, ""}, {"100", "", 0, "a"}, {"150.200", "", 0, "a"}, {"200", "lab", 0, "b"}, {"99", "", 0, ""}, {"99", "lab", 0, "c"}, {"", "lab", 0, "c"},
		{"100", "", 5000, "b"}, {"100", "", 6000, ""}, {"", "lab", 6000, "c"}, {"x", "", 0, ""},
	} {
		if got := in.ContextOf(c.vlan, c.vni, c.point); got != c.want {
			t.Errorf("ContextOf(%q, %d, %q) = %q, want %q", c.vlan, c.vni, c.point, got, c.want)
		}
	}
	if got := (*intent.Intent)(nil).ContextOf("1", 1, "p"); got != "" {
		t.Errorf("no intent declares %q", got)
	}
}

func TestZones(t *testing.T) {
	in, err := intent.Parse("f", []byte(`
contexts: [{name: a, vlans: [100-199]}, {name: empty, vlans: [300]}]
zones:
  - {name: net, prefixes: [10.0.0.0/8], vlans: [1]}
  - {name: users, vlans: [10]}
  - {name: v6, prefixes: ['2001:db8::/32']}
  - {name: tenant, context: a, prefixes: [10.1.0.0/16]}
  - {name: near, context: a, vlans: [100]}
`))
	if err != nil {
		t.Fatal(err)
	}
	z := in.NewZones()
	for _, c := range []struct{ context, addr, vlan, want string }{
		{"", "10.1.2.3", "", "net"}, {"default", "10.1.2.3", "10", "net"}, {"default", "192.0.2.1", "10", "users"}, {"default", "192.0.2.1", "7.10", "users"},
		{"default", "192.0.2.1", "11", ""}, {"default", "2001:db8::1", "", "v6"}, {"default", "::ffff:10.0.0.1", "", "net"},
		{"a", "10.1.2.3", "1", "tenant"}, {"a", "10.2.2.3", "100", "near"}, {"a", "10.2.2.3", "1", ""}, {"empty", "10.1.2.3", "1", ""},
		{"vlan 10", "10.1.2.3", "10", "users"}, {"vlan 12", "10.1.2.3", "12", "net"}, // inferred contexts: the VLAN first
	} {
		if got := z.Zone(c.context, netip.MustParseAddr(c.addr), c.vlan); got != c.want {
			t.Errorf("Zone(%q, %s, %q) = %q, want %q", c.context, c.addr, c.vlan, got, c.want)
		}
	}
	if got := (*intent.Intent)(nil).NewZones().Zone("default", netip.MustParseAddr("10.0.0.1"), "10"); got != "" {
		t.Errorf("no intent has zone %q", got)
	}
}

func TestTransports(t *testing.T) {
	for _, name := range intent.Transports() {
		if s, err := intent.ParseService(name); err != nil || s.Transport != name {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}

func TestServiceMatches(t *testing.T) {
	for _, c := range []struct {
		spec, transport string
		port            uint16
		app             string
		want            bool
	}{
		{"tcp/443", "tcp", 443, "", true}, {"tcp/443", "udp", 443, "", false}, {"tcp/8000-8099", "tcp", 8099, "", true}, {"tcp/8000-8099", "tcp", 8100, "", false},
		{"tcp", "tcp", 1, "", true}, {"icmp", "icmp", 0, "", true}, {"app:dns", "tcp", 99, "dns", true}, {"app:dns", "udp", 53, "", false},
	} {
		s, err := intent.ParseService(c.spec)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Matches(c.transport, c.port, c.app); got != c.want {
			t.Errorf("%s matches %s/%d %q: %v", c.spec, c.transport, c.port, c.app, got)
		}
	}
}

// Single values are the same in YAML and in JSON, both ways.
func TestValuesRoundTrip(t *testing.T) {
	type values struct {
		R []intent.Range       `yaml:"r" json:"r"`
		P []intent.Prefix      `yaml:"p" json:"p"`
		S []intent.ServiceSpec `yaml:"s" json:"s"`
		D []intent.DSCP        `yaml:"d" json:"d"`
		E intent.Expected      `yaml:"-" json:"e"`
	}
	const y = "r:\n    - 10\n    - 100-199\np:\n    - 10.0.0.1\n    - 10.0.0.0/8\ns:\n    - tcp/443\n    - app:dns\n    - icmp\nd:\n    - EF\n    - 3\n"
	const j = `{"r":[10,"100-199"],"p":["10.0.0.1","10.0.0.0/8"],"s":["tcp/443","app:dns","icmp"],"d":["EF",3],"e":{"ntp":[]}}`
	var v values
	if err := yaml.Unmarshal([]byte(y), &v); err != nil {
		t.Fatal(err)
	}
	v.E.NTP = []intent.Prefix{}
	b, err := yaml.Marshal(v)
	if err != nil || string(b) != y {
		t.Errorf("%v\n%s", err, b)
	}
	b, err = json.Marshal(v)
	if err != nil || string(b) != j {
		t.Errorf("%v\n%s", err, b)
	}
	var w values
	if err := json.Unmarshal(b, &w); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(w); err != nil || string(again) != j {
		t.Errorf("%v\n%s", err, again)
	}
}

package qos

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses"
)

func TestMarks(t *testing.T) {
	r := run(t, "", load(t, `
use 10.1.0.1 10.9.0.5 tcp/443 application=tls dscp_up=0,10,900,26,30,2700 dscp_down=26,60,5400
use 10.1.0.1 10.9.0.5 tcp/9 dscp_up=8,5,500
`))
	want := []Mark{{"tls", 26, 90, 0.9}, {"tls", 0, 10, 0.1}, {"unknown", 8, 5, 1}}
	if !reflect.DeepEqual(r.Marks, want) {
		t.Errorf("%+v", r.Marks)
	}
	if len(r.Classes) != 3 || r.Classes[0].Name != "standard" || r.Classes[1].Name != "low-priority" || r.Classes[2].Name != "multimedia-streaming" || r.Classes[2].Packets != 90 || r.Classes[2].Bytes != 8100 {
		t.Errorf("%+v", r.Classes)
	}
}

func TestMismarked(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"not marked", "use 10.1.0.1 10.9.0.5 tcp/8443 dscp_up=0,100,900 dscp_down=26,100,900", []string{
			"medium 0.85: 10.1.0.1 to 10.9.0.5 tcp/8443: 100 of 100 packets of class business are not marked AF31, AF32, most of them CS0"}},
		{"to several, partly", "use 10.1.0.1 10.2.0.5 udp/7000 application=rtp dscp_down=46,80,900,0,10,90,26,20,90\nuse 10.1.0.2 10.2.0.5 udp/7000 application=rtp dscp_down=46,80,900", []string{
			"medium 0.85: 10.2.0.5 to 2 peers: 30 of 190 packets of class voice are not marked EF, most of them AF31"}},
		{"by the class of the application", "use 10.1.0.1 10.9.0.7 tcp/8444 dscp_up=18,4,400", []string{
			"medium 0.85: 10.1.0.1 to 10.9.0.7 tcp/8444: 4 of 4 packets of class business are not marked AF31, AF32, most of them AF21"}},
		{"by port", "use 10.1.0.1 10.9.0.7 tcp/7001 dscp_up=47,40,400", []string{
			"medium 0.85: 10.1.0.1 to 10.9.0.7 tcp/7001: 40 of 40 packets of class business are not marked AF31, AF32, most of them DSCP 47"}},
		{"as the plan says", "use 10.1.0.1 10.9.0.5 tcp/8443 dscp_up=26,60,900,28,40,900 dscp_down=26,100,900", nil},
		{"the classifier missed the beginning", "use 10.1.0.1 10.9.0.5 tcp/8443 dscp_up=0,9,900,26,30,900", nil},
		{"one in fifty", "use 10.1.0.1 10.9.0.5 tcp/8443 dscp_up=0,20,900,26,980,900", nil},
		{"three packets", "use 10.1.0.1 10.9.0.5 tcp/8443 dscp_up=0,3,900", nil},
		{"the guest's marks do not count", "use 10.6.0.1 10.9.0.5 tcp/8443 dscp_up=0,100,900", nil},
		{"nor those of an address in no zone", "use 172.16.0.1 10.9.0.5 tcp/8443 dscp_up=0,100,900", nil},
		{"the switch behind the capture point marks it", "use 10.1.0.1 10.9.0.5 tcp/8443 dscp_up=0,100,900\ncopy core1 edge2 from_dscp=0 to_dscp=26", nil},
		{"no class", "use 10.1.0.1 10.9.0.5 tcp/80 dscp_up=34,100,900", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, office, load(t, c.graph)), "mismarked", c.want...) })
	}
	r := run(t, office, load(t, "use 10.1.0.1 10.9.0.5 tcp/8443 dscp_up=0,100,900"))
	if f := r.Findings[0].Evidence[0].Filter; f != "ip.addr == 10.1.0.1 && ip.addr == 10.9.0.5 && tcp.port == 8443" {
		t.Error(f)
	}
	trusting := strings.Replace(office, "trust: [users, voice, servers]", "trust: []", 1)
	finds(t, run(t, trusting, load(t, "use 10.6.0.1 10.9.0.5 tcp/8443 dscp_up=0,100,900")), "mismarked", "medium 0.85: 10.6.0.1 to 10.9.0.5 tcp/8443: 100 of 100 packets of class business are not marked AF31, AF32, most of them CS0")
	unmarked := "version: 1\nqos: {classes: [{name: any, match: [\"zone:users\"]}]}\nzones: [{name: users, prefixes: [10.1.0.0/16]}]\n"
	finds(t, run(t, unmarked, load(t, "use 10.1.0.1 10.9.0.5 tcp/8443 dscp_up=0,100,900")), "mismarked")
}

func TestUntrusted(t *testing.T) {
	for _, c := range []struct {
		name, declared, graph string
		want                  []string
	}{
		{"a guest", office, "use 10.6.0.1 10.9.0.5 tcp/80 dscp_up=46,30,900,34,5,500 at=5-9\nuse 10.1.0.9 10.6.0.1 tcp/80 dscp_down=46,10,900 at=2-3", []string{
			"medium 0.85: 10.6.0.1 (guest, not trusted) sends 45 packets marked AF41, EF"}},
		{"a guest without marks", office, "use 10.6.0.1 10.9.0.5 tcp/80 dscp_up=0,30,900,8,30,900,4,30,900", nil},
		{"what is sent to a guest", office, "use 10.6.0.1 10.9.0.5 tcp/80 dscp_down=46,30,900", nil},
		{"a few packets", office, "use 10.6.0.1 10.9.0.5 tcp/80 dscp_up=46,19,900", nil},
		{"the plan wants it", office, "use 10.6.0.1 10.2.0.5 udp/4000 application=rtp dscp_up=46,30,900", nil},
		{"a trusted zone", office, "use 10.1.0.1 10.9.0.5 tcp/80 dscp_up=46,30,900", nil},
		{"routing", office, "use 10.6.0.1 10.9.0.5 tcp/179 dscp_up=48,30,900", nil},
		{"in no zone", office, "use 172.16.0.1 10.9.0.5 tcp/80 dscp_up=46,30,900", nil},
		{"no zone is named", "version: 1\nqos: {classes: [{name: voice, dscp: [EF]}]}\n", "use 10.6.0.1 10.9.0.5 tcp/80 dscp_up=46,30,900", nil},
		{"nothing is declared", "", "use 10.6.0.1 10.9.0.5 tcp/80 dscp_up=46,30,900", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, c.declared, load(t, c.graph)), "untrusted-mark", c.want...) })
	}
}

// The filter shows the conversation, or all of a sender that has several, in whichever order these come.
func TestUntrustedFilter(t *testing.T) {
	const web, files, served = "use 10.6.0.1 10.9.0.5 tcp/80 dscp_up=46,30,900\n", "use 10.6.0.1 10.9.0.5 tcp/445 dscp_up=46,30,900\n", "use 10.1.0.9 10.6.0.1 tcp/80 dscp_down=46,30,900\n"
	for graph, want := range map[string]string{
		web: "ip.addr == 10.6.0.1 && ip.addr == 10.9.0.5 && tcp.port == 80",
		"use 10.6.0.1 10.9.0.5 tcp/80 dscp_up=46,30,900,34,30,900": "ip.addr == 10.6.0.1 && ip.addr == 10.9.0.5 && tcp.port == 80",
		web + files:       "ip.addr == 10.6.0.1",
		web + served:      "ip.addr == 10.6.0.1",
		web + files + web: "ip.addr == 10.6.0.1",
	} {
		r := run(t, office, load(t, graph))
		i := slices.IndexFunc(r.Findings, func(f analyses.Finding) bool { return f.Rule == "qos/untrusted-mark" })
		if i < 0 || r.Findings[i].Evidence[0].Filter != want {
			t.Errorf("%s: %+v, want %s", graph, r.Findings, want)
		}
	}
}

func TestRemarked(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"at a router", "copy core1 core1 kind=routed from_vlan=10 to_vlan=20 from_dscp=46 to_dscp=0 packets=9 to_mac=m example=10.1.0.1_->_10.9.0.5 at=5-9\ncopy core1 core1 kind=routed from_vlan=10 to_vlan=20 from_dscp=46 to_dscp=0 packets=3 to_mac=m at=1-6", []string{
			"medium 0.95: core1 in VLAN 10 to core1 in VLAN 20: 12 packets marked EF arrive as CS0 (bleach-dscp), first "}},
		{"between two points, untagged", "copy core1 edge2 from_dscp=46 to_dscp=6 packets=9 example=10.1.0.1_->_10.9.0.5", []string{
			"medium 0.95: core1 in VLAN none to edge2 in VLAN none: 9 packets marked EF arrive as DSCP 6 (bleach-tos-precedence), first 10.1.0.1 -> 10.9.0.5"}},
		{"unchanged", "copy core1 edge2 from_dscp=46 to_dscp=46", nil},
		{"from the guests, whom nobody trusts", "copy core1 core1 from_vlan=66 to_vlan=90 from_dscp=46 to_dscp=0", nil},
		{"from users in a range of VLANs", "copy core1 core1 from_vlan=15 to_vlan=90 from_dscp=46 to_dscp=0", []string{
			"medium 0.95: core1 in VLAN 15 to core1 in VLAN 90: 5 packets marked EF arrive as CS0 (bleach-dscp), first frame"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := load(t, c.graph)
			r := run(t, office, q)
			if strings.Contains(c.name, "at a router") { // which of the two examples is first depends on identifiers
				r.Findings[0].Text = strings.NewReplacer("first frame", "first ", "first 10.1.0.1 -> 10.9.0.5", "first ").Replace(r.Findings[0].Text)
			}
			finds(t, r, "remarked", c.want...)
			if n := len(r.Transitions); n > 1 || n < len(c.want) {
				t.Errorf("%+v", r.Transitions)
			}
		})
	}
	range66 := strings.Replace(office, "vlans: [66]", "vlans: [60-66]", 1)
	finds(t, run(t, range66, load(t, "copy core1 core1 from_vlan=66 to_vlan=90 from_dscp=46 to_dscp=0")), "remarked")
	finds(t, run(t, range66, load(t, "copy core1 core1 from_vlan=66.1 to_vlan=90 from_dscp=46 to_dscp=0")), "remarked",
		"medium 0.95: core1 in VLAN 66.1 to core1 in VLAN 90: 5 packets marked EF arrive as CS0 (bleach-dscp), first frame")
}

func TestPriorities(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"the class says 5", "use 10.1.0.1 10.2.0.5 udp/4000 application=rtp dscp_up=46,30,900 pcp_up=0,30,0,0,0,0,0,0", []string{
			"low 0.8: 10.1.0.1 to 10.2.0.5 udp/4000: 30 packets marked EF carry 802.1p priority 1"}},
		{"back, and by the class selector", "use 10.1.0.1 10.9.0.5 tcp/80 dscp_down=26,30,900 pcp_down=0,0,0,0,0,0,40,0", []string{
			"low 0.8: 10.9.0.5 to 10.1.0.1: 30 packets marked AF31 carry 802.1p priority 6"}},
		{"as the class says", "use 10.1.0.1 10.2.0.5 udp/4000 application=rtp dscp_up=46,30,900 pcp_up=0,0,0,0,0,30,0,0", nil},
		{"a step apart", "use 10.1.0.1 10.9.0.5 tcp/80 dscp_up=26,30,900 pcp_up=0,0,0,0,40,0,0,0", nil},
		{"priority 0", "use 10.1.0.1 10.9.0.5 tcp/80 dscp_up=26,30,900 pcp_up=40,0,0,0,0,0,0,0", nil},
		{"no tags", "use 10.1.0.1 10.9.0.5 tcp/80 dscp_up=46,30,900", nil},
		{"both mixed", "use 10.1.0.1 10.9.0.5 tcp/80 dscp_up=26,30,900 pcp_up=0,20,0,0,0,0,20,0", nil},
		{"a few", "use 10.1.0.1 10.9.0.5 tcp/80 dscp_up=26,19,900 pcp_up=0,0,0,0,0,0,19,0", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, office, load(t, c.graph)), "pcp-dscp-mismatch", c.want...) })
	}
	if r := run(t, office, load(t, "artefact tags-stripped\nuse 10.1.0.1 10.9.0.5 tcp/80 dscp_up=26,30,900 pcp_up=0,0,0,0,0,0,40,0")); len(r.Findings[0].ExplainedBy) != 1 {
		t.Errorf("%+v", r.Findings)
	}
}

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		match string
		want  bool
	}{
		{"app:tls", true}, {"app:rtp", false}, {"application:erp", true}, {"application:pay", false}, {"zone:users", true}, {"zone:guest", false},
		{"colour:red", false}, {"tcp/443", true}, {"udp/443", false}, {"tcp/x", false},
	} {
		if got := matches(c.match, subject{transport: "tcp", port: 443, application: "tls", zones: [2]string{"users", "servers"}}, "erp"); got != c.want {
			t.Errorf("%s: %v", c.match, got)
		}
	}
	if dscpName(46) != "EF" || dscpName(45) != "DSCP 45" || dscpName(1) != "LE" {
		t.Error("names")
	}
}

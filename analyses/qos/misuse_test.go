package qos

import (
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses"
)

func TestAsymmetric(t *testing.T) {
	for _, c := range []struct {
		name, declared, graph string
		want                  []string
	}{
		{"the answers", office, "use 10.1.0.1 10.9.0.5 tcp/80 application=http dscp_up=0,30,900 dscp_down=26,40,900 at=5-9\nuse 10.1.0.2 10.9.0.5 tcp/80 application=http dscp_up=0,30,900 dscp_down=26,40,900 at=2-6", []string{
			"low 0.8: 2 clients to 10.9.0.5 tcp/80: packets are marked CS0, those back AF31 (140 packets of http)"}},
		{"a call", "", "use 10.1.0.1 10.2.0.5 udp/4000 application=rtp dscp_up=46,30,900 dscp_down=0,40,900", []string{
			"low 0.8: 10.1.0.1 to 10.2.0.5 udp/4000: packets are marked EF, those back CS0 (70 packets of rtp)"}},
		{"what has no name", "", "use 10.1.0.1 10.2.0.5 udp/4000 dscp_up=46,30,900 dscp_down=0,40,900", []string{
			"low 0.8: 10.1.0.1 to 10.2.0.5 udp/4000: packets are marked EF, those back CS0 (70 packets of no known application)"}},
		{"both", "", "use 10.1.0.1 10.2.0.5 udp/4000 dscp_up=46,30,900 dscp_down=46,40,900", nil},
		{"both, differently", "", "use 10.1.0.1 10.2.0.5 udp/4000 dscp_up=45,30,900 dscp_down=40,40,900", nil},
		{"neither", "", "use 10.1.0.1 10.2.0.5 udp/4000 dscp_up=0,30,900 dscp_down=0,40,900", nil},
		{"a few packets back", "", "use 10.1.0.1 10.2.0.5 udp/4000 dscp_up=46,30,900 dscp_down=0,19,900", nil},
		{"one way", "", "use 10.1.0.1 10.2.0.5 udp/4000 dscp_up=46,30,900", nil},
		{"mixed", "", "use 10.1.0.1 10.2.0.5 udp/4000 dscp_up=46,30,900,0,30,900 dscp_down=0,40,900", nil},
		{"a router's own", "", "use 10.1.0.1 10.2.0.5 tcp/22 dscp_up=0,30,900 dscp_down=48,40,900", nil},
		{"with the Internet", "", "use 10.1.0.1 8.8.8.8 udp/4000 dscp_up=46,30,900 dscp_down=0,40,900", nil},
		{"minimal delay of old", "", "use 10.1.0.1 10.2.0.5 tcp/22 dscp_up=4,30,900 dscp_down=0,40,900", nil},
		{"a guest's are cleared", office, "use 10.6.0.1 10.9.0.5 tcp/80 dscp_up=0,30,900 dscp_down=26,40,900", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, c.declared, load(t, c.graph)), "asymmetric-mark", c.want...) })
	}
}

// The filter of what several clients did with a service without ports names none.
func TestAsymmetricFilter(t *testing.T) {
	for service, want := range map[string]string{"tcp/80": "ip.addr == 10.9.0.5 && tcp.port == 80", "icmp/0": "ip.addr == 10.9.0.5 && icmp", "esp/0": "ip.addr == 10.9.0.5 && esp"} {
		r := run(t, office, load(t, strings.ReplaceAll("use 10.1.0.1 10.9.0.5 X dscp_up=0,30,900 dscp_down=26,40,900\nuse 10.1.0.2 10.9.0.5 X dscp_up=0,30,900 dscp_down=26,40,900", "X", service)))
		i := slices.IndexFunc(r.Findings, func(f analyses.Finding) bool { return f.Rule == "qos/asymmetric-mark" })
		if i < 0 || r.Findings[i].Evidence[0].Filter != want {
			t.Errorf("%s: %+v, want %s", service, r.Findings, want)
		}
	}
}

func TestAbused(t *testing.T) {
	for _, c := range []struct {
		name, declared, graph string
		want                  []string
	}{
		{"a transfer as voice", office, "use 10.1.0.1 10.9.0.5 tcp/80 application=http dscp_down=46,2000,2800000 at=5-9\nuse 10.1.0.2 10.9.0.5 tcp/80 application=http dscp_down=46,1000,1400000 at=2-6", []string{
			"medium 0.8: 10.9.0.5 to 2 peers: 4200000 bytes of http in 3000 packets travel as class voice (EF)"}},
		{"without a plan", "", "use 10.1.0.1 10.9.0.5 tcp/80 dscp_up=46,2000,2800000", []string{
			"medium 0.8: 10.1.0.1 to 10.9.0.5 tcp/80: 2800000 bytes of bulk in 2000 packets travel as class telephony (EF)"}},
		{"datagrams, by the plan", office, "use 10.1.0.1 10.9.0.5 udp/80 dscp_up=46,2000,2800000", []string{
			"medium 0.8: 10.1.0.1 to 10.9.0.5 udp/80: 2800000 bytes of bulk in 2000 packets travel as class voice (EF)"}},
		{"a scavenger", office, "use 10.1.0.1 10.9.0.5 tcp/6881 application=bittorrent dscp_up=26,30,900", []string{
			"medium 0.8: 10.1.0.1 to 10.9.0.5 tcp/6881: 900 bytes of bittorrent in 30 packets travel as class business (AF31)"}},
		{"video, without a plan", "", "use 10.1.0.1 10.9.0.5 udp/80 dscp_up=46,2000,2800000", nil},
		{"a transfer as best effort", office, "use 10.1.0.1 10.9.0.5 tcp/80 dscp_down=0,2000,2800000", nil},
		{"a transfer as data that may wait", office, "use 10.1.0.1 10.9.0.5 tcp/80 dscp_down=26,2000,2800000", nil},
		{"voice", office, "use 10.1.0.1 10.2.0.5 udp/80 application=rtp dscp_down=46,20000,4280000", nil},
		{"acknowledgements", office, "use 10.1.0.1 10.9.0.5 tcp/80 dscp_up=46,20000,1320000", nil},
		{"a little", office, "use 10.1.0.1 10.9.0.5 tcp/80 dscp_up=46,700,980000", nil},
		{"a scavenger below", office, "use 10.1.0.1 10.9.0.5 tcp/6881 application=bittorrent dscp_up=8,30,900", nil},
		{"a mark of no class", office, "use 10.1.0.1 10.9.0.5 tcp/80 dscp_up=34,2000,2800000", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, c.declared, load(t, c.graph)), "class-abuse", c.want...) })
	}
}

func TestBleached(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"on the way", "copy core1 core1 from_vlan=10 to_vlan=90 from_dscp=26 to_dscp=26 packets=9 ect_cleared=4 to_mac=m at=5-9\ncopy core1 core1 from_vlan=10 to_vlan=90 from_dscp=26 to_dscp=0 packets=9 ect_cleared=4 to_mac=m at=1-6", []string{
			"low 0.95: core1 in VLAN 10 to core1 in VLAN 90: 8 packets lost their ECN mark, of 18 marked AF31, first frame"}},
		{"congestion without capability", "use 10.1.0.1 10.9.0.5 tcp/80 dscp_up=0,9,900 ecn_down=10,0,0,20 at=5-9\nuse 10.1.0.1 10.9.0.5 tcp/80 ecn_down=0,0,0,20 at=2-6", []string{
			"low 0.6: 10.9.0.5 to 10.1.0.1: 40 packets say that congestion was experienced, none is ECN-capable"}},
		{"kept", "copy core1 core1 from_vlan=10 to_vlan=90 from_dscp=26 to_dscp=26 packets=9", nil},
		{"once", "copy core1 core1 from_vlan=10 to_vlan=90 from_dscp=26 to_dscp=26 packets=9 ect_cleared=3", nil},
		{"congestion, and capable", "use 10.1.0.1 10.9.0.5 tcp/80 ecn_up=10,1,0,20 ecn_down=10,0,5,20", nil},
		{"congestion here and there", "use 10.1.0.1 10.9.0.5 tcp/80 ecn_up=10,0,0,19", nil},
		{"none", "use 10.1.0.1 10.9.0.5 tcp/80 ecn_up=10,20,0,0", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, office, load(t, c.graph)), "ecn-bleached", c.want...) })
	}
	if f := markFilter([]int64{46, 44}); f != "ip.dsfield.dscp == 46 || ipv6.tclass.dscp == 46 || ip.dsfield.dscp == 44 || ipv6.tclass.dscp == 44" || strings.Contains(markFilter(nil), "=") {
		t.Error(f)
	}
}

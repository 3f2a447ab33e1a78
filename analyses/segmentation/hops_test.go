package segmentation

import (
	"strings"
	"testing"
)

func TestMissingHops(t *testing.T) {
	const (
		speak  = "use 10.10.0.7 10.90.0.5 tcp/443\nuse 10.10.0.8 10.90.0.5 tcp/443\n"
		own    = speak + "mac 10.10.0.7 02:00:00:00:00:07 vlan=10 ttl_max=128\nmac 10.10.0.8 02:00:00:00:00:08 vlan=10 ttl_max=64\n"
		kept   = "mac 10.10.0.7 02:00:00:00:00:fe vlan=90 ttl_max=128 router packets=5\nmac 10.10.0.8 02:00:00:00:00:fe vlan=90 ttl_max=64 router packets=4\n"
		kept10 = "mac 10.10.0.7 02:00:00:00:00:fe vlan=10 ttl_max=128 router packets=5\nmac 10.10.0.8 02:00:00:00:00:fe vlan=10 ttl_max=64 router packets=4\n"
	)
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"TTL as it was", own + kept, []string{
			"medium missing-hop 0.7: 02:00:00:00:00:fe (unknown vendor) passes packets of 10.10.0.7, 10.10.0.8 from VLAN 10 to VLAN 90 and leaves their TTL as it was, want one less: 9 packets"}},
		{"routed", own + "mac 10.10.0.7 02:00:00:00:00:fe vlan=90 ttl_max=127 router\nmac 10.10.0.8 02:00:00:00:00:fe vlan=90 ttl_max=63 router", nil},
		{"reflected: they send to groups alone", strings.ReplaceAll(own, "10.90.0.5", "224.0.0.251") + kept, nil},
		{"one of two fell", own + "mac 10.10.0.7 02:00:00:00:00:fe vlan=90 ttl_max=128 router\nmac 10.10.0.8 02:00:00:00:00:fe vlan=90 ttl_max=63 router", nil},
		{"one host alone may be a proxy's", "mac 10.10.0.7 02:00:00:00:00:07 vlan=10 ttl_max=128\nmac 10.10.0.7 02:00:00:00:00:fe vlan=90 ttl_max=128 router", nil},
		{"in the same VLAN: a repeater", own + kept10, nil},
		{"no initial TTL", "mac 10.10.0.7 02:00:00:00:00:07 vlan=10 ttl_max=60\nmac 10.10.0.8 02:00:00:00:00:08 vlan=10 ttl_max=61\n" +
			"mac 10.10.0.7 02:00:00:00:00:fe vlan=90 ttl_max=60 router\nmac 10.10.0.8 02:00:00:00:00:fe vlan=90 ttl_max=61 router", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, "", c.graph, Options{}), c.want...) })
	}
}

func TestAsymmetricTags(t *testing.T) {
	const direct = "use 10.10.0.7 10.10.0.8 tcp/80 packets_up=9 packets_down=8 ttl_up_max=128 ttl_down_max=64 client_mac=02:00:00:00:00:07 client_next=02:00:00:00:00:08 server_mac=02:00:00:00:00:08 server_next=02:00:00:00:00:07 "
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"another VLAN each way", direct + "client_vlan=10 server_vlan=30", []string{
			"low asymmetric-tag 0.7: 10.10.0.7 speaks to 10.10.0.8 in VLAN 10 and is answered in VLAN 30, and no router is between them: 1 conversation"}},
		{"tagged one way", direct + "client_vlan=10", []string{
			"low asymmetric-tag 0.7: 10.10.0.7 speaks to 10.10.0.8 in VLAN 10 and is answered in untagged frames, and no router is between them: 1 conversation"}},
		{"tagged one way by the mirror", "artefact tags-stripped\n" + direct + "client_vlan=10", nil},
		{"behind routers", strings.Replace(direct, "ttl_down_max=64", "ttl_down_max=57", 1) + "client_vlan=10 server_vlan=30", nil},
		{"one VLAN", direct + "client_vlan=10 server_vlan=10", nil},
		{"with a tag around it", direct + "client_vlan=10 server_vlan=100.10", nil},
		{"routed", "use 10.10.0.7 10.90.0.8 tcp/80 packets_up=9 packets_down=8 client_vlan=10 server_vlan=90 client_mac=02:00:00:00:00:07 client_next=02:00:00:00:00:fe server_mac=02:00:00:00:00:08 server_next=02:00:00:00:00:fd", nil},
		{"a router's own", "mac 10.99.0.1 02:00:00:00:00:08 vlan=10 router\n" + direct + "client_vlan=10 server_vlan=30", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, "", c.graph, Options{}), c.want...) })
	}
}

func TestTunnelCrossing(t *testing.T) {
	const inside = "use 192.168.66.4 10.90.0.5 tcp/5432 tunnel=gre conversations=3 packets_up=9\n"
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"a guest's own tunnel", hosts + inside + "use 192.168.66.4 10.10.0.7 gre/0 carries=gre packets_up=9 established=0 one_way=1 certainty=0.5", []string{
			"high tunnel-crossing 1: 192.168.66.4 (guest) to 10.90.0.5 tcp/5432 (servers): 3 conversations inside gre from 192.168.66.4 to 10.10.0.7, policy default denies it"}},
		{"a link between sites", hosts + inside + "use 172.16.0.1 172.16.0.2 gre/0 carries=gre packets_up=9", []string{
			"high forbidden-flow 1: 192.168.66.4 (guest) to 10.90.0.5 tcp/5432 (servers): 1 conversation established, policy default denies it"}},
		{"at another time", hosts + inside + "use 192.168.66.4 172.16.0.2 gre/0 carries=gre packets_up=9 at=100-120", []string{
			"high forbidden-flow 1: 192.168.66.4 (guest) to 10.90.0.5 tcp/5432 (servers): 1 conversation established, policy default denies it"}},
		{"what is allowed", hosts + "use 10.10.0.7 10.90.0.5 tcp/443 tunnel=gre packets_up=9\nuse 10.10.0.7 172.16.0.2 gre/0 carries=gre packets_up=9", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, office, c.graph, Options{}), c.want...) })
	}
}

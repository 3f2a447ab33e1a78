package segmentation

import "testing"

func TestNativeVLANs(t *testing.T) {
	const sw1 = "says sw1 cdp.native_vlan 10 port=Gi0/1 count=3\n"
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"neighbours disagree", sw1 + "says sw2 cdp.native_vlan 1 port=Gi0/2 count=2", []string{
			"high native-vlan-mismatch 0.9: sw1 port Gi0/1 says VLAN 10, its neighbour sw2 port Gi0/2 says VLAN 1 (cdp.native_vlan)"}},
		{"by LLDP, without port names", "says sw1 lldp.pvid 10\nsays sw2 lldp.pvid 20", []string{
			"high native-vlan-mismatch 0.9: sw1 port ? says VLAN 10, its neighbour sw2 port ? says VLAN 20 (lldp.pvid)"}},
		{"a BPDU in another VLAN", "says 8000.aa pvst.vlan 10 vlan=20 port=8001 count=9", []string{
			"high native-vlan-mismatch 0.95: bridge 8000.aa port 8001: 9 PVST+ BPDUs of VLAN 10 heard in VLAN 20"}},
		{"a BPDU in its own, inside a provider's tag", "says 8000.aa pvst.vlan 20 vlan=100.20", nil},
		{"names that would move a cursor", "says sw\x1b[1A cdp.native_vlan 10 port=Gi0/1\nsays sw2 cdp.native_vlan 1 port=Gi0/2", []string{
			"high native-vlan-mismatch 0.9: sw�[1A port Gi0/1 says VLAN 10, its neighbour sw2 port Gi0/2 says VLAN 1 (cdp.native_vlan)"}},
		{"they agree", sw1 + "says sw2 cdp.native_vlan 10 port=Gi0/2", nil},
		{"one side only", sw1, nil},
		{"untagged BPDUs", "says 8000.aa pvst.vlan 10", nil},
		{"no port VLAN (0)", "says sw1 lldp.pvid 10\nsays sw2 lldp.pvid 0", nil},
		{"three ports: who is whose neighbour?", sw1 + "says sw2 cdp.native_vlan 1 port=Gi0/2\nsays sw3 cdp.native_vlan 1 port=Gi0/3", nil},
		{"two ports of one switch", sw1 + "says sw1 cdp.native_vlan 1 port=Gi0/2", nil},
		{"at two points", sw1 + "says sw2 cdp.native_vlan 1 port=Gi0/2 point=edge2", nil},
		{"in a remote mirror", "says sw1 lldp.pvid 10 tunnel=erspan_1\nsays sw2 lldp.pvid 20 tunnel=erspan_1", nil},
		{"where a remote mirror ends", "mac 10.0.0.1 02:00:00:00:00:01 tunnel=erspan_1\nsays sw1 lldp.pvid 10\nsays sw2 lldp.pvid 20", nil},
		{"one after the other", sw1 + "says sw2 cdp.native_vlan 1 port=Gi0/2 at=100-160", nil},
		{"it was mended", sw1 + "says sw2 cdp.native_vlan 1 port=Gi0/2 at=0-30\nsays sw2 cdp.native_vlan 10 port=Gi0/2 at=31-60", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, "", c.graph, Options{}), c.want...) })
	}
}

func TestRogues(t *testing.T) {
	for _, c := range []struct {
		name, declared, graph string
		want                  []string
	}{
		{"DHCP", office, "says 10.10.0.66 dhcp.server yes vlan=10 mac=02:00:00:00:00:66 count=2\nsays 10.10.0.66 dhcp.server yes vlan=11 count=3", []string{
			"high rogue-service 0.9: 10.10.0.66 answers as dhcp server, the intent expects 10.90.0.2: 5 answers"}},
		{"DNS", office, "use 10.10.0.7 10.10.0.66 udp/53 application=dns established=4\nuse 10.10.0.8 10.10.0.66 udp/53 application=dns", []string{
			"high rogue-service 0.9: 10.10.0.66 answers as dns server, the intent expects 10.90.0.3: 5 answers"}},
		{"NTP, where nobody may", office, "use 10.10.0.7 10.10.0.66 udp/123 application=ntp", []string{
			"high rogue-service 0.9: 10.10.0.66 answers as ntp server, the intent expects none: 1 answer"}},
		{"outside a prefix", "version: 1\nservices_expected: {dns: [10.90.0.0/24, 10.91.0.3]}\n", "use 10.10.0.7 10.90.1.3 udp/53 application=dns", []string{
			"high rogue-service 0.9: 10.90.1.3 answers as dns server, the intent expects 10.90.0.0/24, 10.91.0.3: 1 answer"}},
		{"the expected", office, "says 10.90.0.2 dhcp.server yes\nuse 10.90.0.7 10.90.0.3 udp/53 application=dns", nil},
		{"the expected by its other address", office, "mac 10.90.0.3 02:00:00:00:00:03 vlan=90 claims=2\nmac 2001:db8::3 02:00:00:00:00:03 vlan=90\nuse 2001:db8::7 2001:db8::3 udp/53 application=dns", nil},
		{"another address of the same kind", office, "mac 10.90.0.3 02:00:00:00:00:03 vlan=90 claims=2\nmac 10.90.0.4 02:00:00:00:00:03 vlan=90\nuse 10.90.0.7 10.90.0.4 udp/53 application=dns", []string{
			"high rogue-service 0.9: 10.90.0.4 answers as dns server, the intent expects 10.90.0.3: 1 answer"}},
		{"behind the same router", office, "mac 10.90.0.3 02:00:00:00:00:03 vlan=10 router\nmac 2001:db8::3 02:00:00:00:00:03 vlan=10 router\nuse 2001:db8::7 2001:db8::3 udp/53 application=dns", []string{
			"high rogue-service 0.9: 2001:db8::3 answers as dns server, the intent expects 10.90.0.3: 1 answer"}},
		{"nothing is expected", "", "says 10.10.0.66 dhcp.server yes\nuse 10.10.0.7 10.10.0.66 udp/53 application=dns", nil},
		{"asked, no answer", office, "use 10.10.0.7 10.10.0.66 udp/53 application=dns unanswered=4", nil},
		{"the expected server asks another", office, "use 10.90.0.3 8.8.8.8 udp/53 application=dns", nil},
		{"multicast DNS", office, "use 10.10.0.7 224.0.0.251 udp/5353 application=dns", nil},
		{"who asked whom is uncertain", office, "use 10.10.0.7 10.10.0.66 udp/53 application=dns certainty=0.6", nil},
		{"a device without an address", office, "says sw1 dhcp.server yes", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, c.declared, c.graph, Options{}), c.want...) })
	}
}

package segmentation

import (
	"slices"
	"testing"
)

func TestLeaks(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"bridged, both ways", "copy core1 core1 from_vlan=20 to_vlan=10 packets=5 broadcasts=2 example=arp\ncopy core1 core1 from_vlan=10 to_vlan=20 packets=2 at=70-80", []string{
			"high vlan-leak 0.95: VLAN 10 and VLAN 20: 7 frames unchanged in both, 2 of them to group addresses, first frame"}},
		{"once", "copy core1 core1 from_vlan=10 to_vlan=20 packets=1", []string{"high vlan-leak 0.7: VLAN 10 and VLAN 20: 1 frame unchanged in both, 0 of them to group addresses, first frame"}},
		{"seen at two points", "copy core1 edge2 from_vlan=10 to_vlan=20", []string{"high vlan-leak 0.665: VLAN 10 and VLAN 20: 5 frames unchanged in both, 0 of them to group addresses, first frame"}},
		{"routed", "copy core1 core1 kind=routed from_vlan=10 to_vlan=20", nil},
		{"mirrored", "copy core1 core1 kind=mirrored from_vlan=10 to_vlan=10", nil},
		{"a tag stripped", "copy core1 edge2 from_vlan=10", nil},
		{"a priority tag", "copy core1 core1 from_vlan=0 to_vlan=10", nil},
		{"a tag around it", "copy core1 edge2 from_vlan=10 to_vlan=100.10", nil},
		{"a provider that maps one stack to another", "copy core1 edge2 from_vlan=6 to_vlan=1.10", nil},
		{"two stacks", "copy core1 core1 from_vlan=100.10 to_vlan=100.20", []string{
			"high vlan-leak 0.95: VLAN 100.10 and VLAN 100.20: 5 frames unchanged in both, 0 of them to group addresses, first frame"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, "", c.graph, Options{})
			finds(t, r, c.want...)
			if c.want != nil && r.Findings[0].Evidence[0].Filter != "vlan.id == 10 || vlan.id == 20" {
				t.Errorf("%+v", r.Findings[0].Evidence)
			}
		})
	}
	r := run(t, "", "artefact tags-stripped\ncopy core1 core1 from_vlan=10 to_vlan=20", Options{})
	if !slices.Equal(r.Findings[0].ExplainedBy, []string{"tags-stripped"}) {
		t.Errorf("%+v", r.Findings[0])
	}
}

func TestHardware(t *testing.T) {
	const two = "mac 10.10.0.7 02:00:00:00:00:07 vlan=10 packets=100\nmac 10.10.0.7 02:00:00:00:00:07 vlan=20 packets=5 "
	for _, c := range []struct {
		name, declared, graph string
		want                  []string
	}{
		{"in two VLANs", "", two, []string{"medium mac-in-several-vlans 0.8: 02:00:00:00:00:07 speaks in VLANs 10 and 20 at the same time, as 10.10.0.7: 105 packets"}},
		{"with an address in each", "", "mac 10.1.0.7 02:00:00:00:00:07 vlan=9\nmac 10.2.0.7 02:00:00:00:00:07 vlan=10", []string{
			"medium mac-in-several-vlans 0.8: 02:00:00:00:00:07 speaks in VLANs 9 and 10 at the same time, as 10.1.0.7, 10.2.0.7: 2 packets"}},
		{"with many addresses", "", `
mac 10.1.0.1 02:00:00:00:00:07 vlan=1
mac 10.1.0.2 02:00:00:00:00:07 vlan=2
mac 10.1.0.3 02:00:00:00:00:07 vlan=1
mac 10.1.0.4 02:00:00:00:00:07 vlan=1
mac 10.1.0.4 02:00:00:00:00:07 vlan=2
mac 10.1.0.5 02:00:00:00:00:07 vlan=1`, []string{
			"medium mac-in-several-vlans 0.8: 02:00:00:00:00:07 speaks in VLANs 1 and 2 at the same time, as 10.1.0.1, 10.1.0.2, 10.1.0.3, 10.1.0.4 and 1 more: 6 packets"}},
		{"a router", "", two + "router", nil},
		{"an FHRP group", "", two + "virtual=hsrp", nil},
		{"a declared gateway", office, "mac 10.10.0.9 02:00:00:00:00:FE vlan=10\nmac 10.10.0.9 02:00:00:00:00:FE vlan=20", nil},
		{"a declared gateway's address", office, "mac 10.10.0.1 02:00:00:00:00:07 vlan=10 claims=1\nmac 10.10.0.1 02:00:00:00:00:07 vlan=20", nil},
		{"a hypervisor", "", "mac 10.10.0.7 00:50:56:00:00:07 vlan=10\nmac 10.10.0.7 00:50:56:00:00:07 vlan=20", nil},
		{"a host that moved", "", two + "at=100-160", nil},
		{"at two points", "", two + "point=edge2", nil},
		{"inside a tunnel", "", two + "tunnel=vxlan_5000", nil},
		{"untagged as well", "", "mac 10.10.0.7 02:00:00:00:00:07 vlan=10\nmac 10.10.0.7 02:00:00:00:00:07", nil},
		{"priority tagged as well", "", "mac 10.10.0.7 02:00:00:00:00:07 vlan=10\nmac 10.10.0.7 02:00:00:00:00:07 vlan=0", nil},
		{"inside a provider's tag", "", "mac 10.10.0.7 02:00:00:00:00:07 vlan=10\nmac 10.10.0.7 02:00:00:00:00:07 vlan=100.10", nil},
		{"interfaces within interfaces", "", "mac 10.1.0.7 02:00:00:00:00:07 vlan=8\nmac 10.2.0.7 02:00:00:00:00:07 vlan=8.10\nmac 10.3.0.7 02:00:00:00:00:07 vlan=8.10.20", nil},
		{"an interface with its own address in each of three", "", `
mac 10.1.0.1 02:00:00:00:00:07 vlan=1
mac 10.2.0.1 02:00:00:00:00:07 vlan=2
mac 10.3.0.1 02:00:00:00:00:07 vlan=3
mac fe80::7 02:00:00:00:00:07 vlan=1
mac fe80::7 02:00:00:00:00:07 vlan=2`, nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, c.declared, c.graph, Options{}), c.want...) })
	}
}

func TestOverlapping(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"two hosts", "host 10.0.0.1 02:00:00:00:00:01 10\nhost 10.0.0.1@tenant 02:00:00:00:00:02 20 at=70-80", []string{
			"info overlapping-address 0.9: 10.0.0.1 is 2 hosts: in VLAN 10 (02:00:00:00:00:01) and in VLAN 20 (02:00:00:00:00:02)"}},
		{"in a VLAN and in a tunnel", "host 10.0.0.1 02:00:00:00:00:01 10\nmac 10.0.0.1@vni 02:00:00:00:00:02 tunnel=vxlan_5000\nmac 10.0.0.1@vni 02:00:00:00:00:02 vlan=7 tunnel=vxlan_5000", []string{
			"info overlapping-address 0.9: 10.0.0.1 is 2 hosts: in VLAN 10 (02:00:00:00:00:01) and in VLAN 7 in vxlan 5000, vxlan 5000 (02:00:00:00:00:02)"}},
		{"the end of the tunnel", "host 10.0.0.1 02:00:00:00:00:01 10\nmac 10.0.0.1@vni 02:00:00:00:00:02 tunnel=vxlan_5000\nuse 10.0.0.1 10.0.0.9 udp/4789 carries=vxlan", nil},
		{"the gateways of two networks", "host 10.0.0.1 02:00:00:00:00:01 10\nmac 10.0.0.1@tenant 02:00:00:00:00:fe claims=3 router", nil},
		{"one behind a router", "host 10.0.0.1 02:00:00:00:00:01 10\nmac 10.0.0.1@tenant 02:00:00:00:00:fe router", []string{
			"info overlapping-address 0.9: 10.0.0.1 is 2 hosts: in VLAN 10 (02:00:00:00:00:01) and in tenant (no MAC of its own in view)"}},
		{"the same MAC", "host 10.0.0.1 02:00:00:00:00:01 10\nhost 10.0.0.1@tenant 02:00:00:00:00:01 10", nil},
		{"no MAC", "use 10.0.0.1 10.0.0.2 tcp/1\nuse 10.0.0.1@tenant 10.0.0.2@tenant tcp/1", nil},
		{"link-local", "host fe80::1 02:00:00:00:00:01 10\nhost fe80::1@tenant 02:00:00:00:00:02 20", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, "", c.graph, Options{}), c.want...) })
	}
}

// A context that the intent declares is named; its evidence includes ARP.
func TestOverlappingDeclared(t *testing.T) {
	r := run(t, "version: 1\ncontexts: [{name: tenant, vlans: [20]}]", "host 10.0.0.1 02:00:00:00:00:01 10\nhost 10.0.0.1@tenant 02:00:00:00:00:02 20", Options{})
	finds(t, r, "info overlapping-address 0.9: 10.0.0.1 is 2 hosts: in VLAN 10 (02:00:00:00:00:01) and in tenant (02:00:00:00:00:02)")
	if f := r.Findings[0].Evidence[0].Filter; f != "ip.addr == 10.0.0.1 || arp.src.proto_ipv4 == 10.0.0.1" {
		t.Error(f)
	}
}

package segmentation

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
)

// all returns the rows of a query on a fixture.
func all[R any](t *testing.T, q graph.Query[R], text string) []R {
	t.Helper()
	rows, err := q.All(t.Context(), load(t, text), graph.Params{})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestFlowsQuery(t *testing.T) {
	rows := all(t, Flows, `
use 10.0.0.1 10.0.0.2 tcp/443 application=tls client_vlan=10 established=2 bytes_up=1 bytes_down=2 certainty=0.9 blocked_by=a,b at=5-9
use 10.0.0.1 10.0.0.2 tcp/443 application=tls client_vlan=10 refused=1 refused_foreign=2 prohibited=3 unreachable=4 unanswered=5 one_way=6 reached=7 certainty=0.4 blocked_by=b,c at=2-6
use 10.0.0.1 10.0.0.2 tcp/443 application=tls client_vlan=20
use 10.0.0.1 10.0.0.2 tcp/443 application=tls client_vlan=20 tunnel=gre
use 10.0.0.1 10.0.0.2 tcp/443 application=tls client_vlan=20 parent=ftp
`)
	if len(rows) != 4 {
		t.Fatalf("%d rows", len(rows))
	}
	r := rows[0]
	if r.Established != 2 || r.Refused != 1 || r.Foreign != 2 || r.Prohibited != 3 || r.Unreachable != 4 || r.Unanswered != 5 || r.OneWay != 6 || r.Reached != 7 ||
		r.Conversations != 3 || r.Certainty != 0.4 || r.Bytes != 4403 || r.PacketsUp != 8 || r.PacketsDown != 8 || r.First != fixture.At(2) || r.Last != fixture.At(9) ||
		r.ClientVLAN != "10" || len(r.Witness) != 2 {
		t.Errorf("%+v", r)
	}
	slices.Sort(r.Blockers)
	if !slices.Equal(r.Blockers, []string{"a", "b", "c"}) {
		t.Errorf("%q", r.Blockers)
	}
	var order []string
	for _, r := range rows {
		order = append(order, fmt.Sprintf("%s %s %s", r.ClientVLAN, r.Tunnel, r.Parent))
	}
	if !slices.Equal(order, []string{"10  ", "20  ", "20  ftp", "20 gre "}) {
		t.Errorf("%q", order)
	}
}

func TestMACsQuery(t *testing.T) {
	rows := all(t, MACs, `
mac 10.0.0.1 02:00:00:00:00:01 vlan=10 packets=2 claims=1 at=5-9
mac 10.0.0.1 02:00:00:00:00:01 vlan=10 packets=3 router virtual=vrrp service_tag=true at=1-3
mac 10.0.0.1 02:00:00:00:00:01 vlan=10 point=edge2
mac sw1 02:00:00:00:00:01 vlan=10
`)
	if len(rows) != 2 || rows[0].Packets != 5 || rows[0].Claims != 1 || !rows[0].Router || !rows[0].Provider || rows[1].Provider || rows[0].Virtual != "vrrp" || rows[0].First != fixture.At(1) || rows[0].Last != fixture.At(9) ||
		rows[1].Point != "edge2" {
		t.Errorf("%+v", rows)
	}
}

func TestVLANsQuery(t *testing.T) {
	rows := all(t, VLANs, `
carry 10 packets=5 bytes=500
carry 10 packets=1 bytes=100 at=70-80
host 10.0.0.1 02:00:00:00:00:01 20
host 10.0.0.2 02:00:00:00:00:02 20
in 10.0.0.2 20
in 10.0.0.3 20 local=false
in 10.0.0.3 30 local=false
in sw1 20
subnet 10.0.0.1 10.0.0.0/8
subnet 10.0.0.1 10.0.0.0/24
subnet 10.0.0.2 10.0.0.0/24
subnet 10.0.0.3 10.9.0.0/24
`)
	want := []VLANsRow{{VLAN: "10", Packets: 6, Bytes: 600}, {VLAN: "20", Endpoints: 2, Prefixes: []string{"10.0.0.0/24", "10.0.0.0/8"}}}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("%+v", rows)
	}
	r := run(t, "", "carry 100 packets=1\ncarry 9 packets=2", Options{})
	if len(r.VLANs) != 2 || r.VLANs[0].VLAN != "9" || r.VLANs[0].Prefixes == nil {
		t.Errorf("%+v", r.VLANs)
	}
}

func TestCopiesQuery(t *testing.T) {
	rows := all(t, Copies, `
copy core1 core1 from_vlan=10 to_vlan=20 from_mac=a packets=2 broadcasts=1 at=5-9
copy core1 core1 from_vlan=10 to_vlan=20 from_mac=b packets=3 at=1-6
copy core1 edge2 from_vlan=10 to_vlan=20
copy core1 core1 from_vlan=10 to_vlan=10
copy core1 core1 from_vlan=10 to_vlan=30 kind=routed
`)
	if len(rows) != 2 || rows[0].Packets != 5 || rows[0].Broadcasts != 1 || len(rows[0].MACs) != 2 || rows[0].First != fixture.At(1) || rows[0].Last != fixture.At(9) || rows[1].ToPoint != "edge2" {
		t.Errorf("%+v", rows)
	}
}

func TestNativeAndDHCPQueries(t *testing.T) {
	const text = `
says sw1 cdp.native_vlan 10 port=a count=2 at=5-9
says sw1 cdp.native_vlan 10 port=a count=3 at=1-6
says sw1 cdp.duplex full port=a
says 10.0.0.1 dhcp.server yes vlan=10 mac=m count=2 at=5-9
says 10.0.0.1 dhcp.server yes vlan=10 mac=m count=3 at=1-6
says 10.0.0.1 dhcp.router 10.0.0.1
`
	native := all(t, Native, text)
	if len(native) != 1 || native[0].Count != 5 || native[0].First != fixture.At(1) || native[0].Last != fixture.At(9) || native[0].Speaker != "sw1" || native[0].Port != "a" {
		t.Errorf("%+v", native)
	}
	dhcp := all(t, DHCPServers, text)
	if len(dhcp) != 1 || dhcp[0].Count != 5 || dhcp[0].First != fixture.At(1) || dhcp[0].Address.String() != "10.0.0.1" || dhcp[0].VLAN != "10" || dhcp[0].MAC != "m" {
		t.Errorf("%+v", dhcp)
	}
}

package segmentation

import (
	"strings"
	"testing"
)

func TestNegotiation(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"dynamic auto", "says sw1 dtp.status access/auto port=Gi0/1 count=2\nsays sw1 dtp.status access/auto port=Gi0/1 vlan=5 count=3", []string{
			"medium trunk-negotiation 0.8: sw1 port Gi0/1 is an access port in DTP mode dynamic auto: 5 messages"}},
		{"dynamic desirable, no port name", "says sw1 dtp.status access/desirable", []string{
			"medium trunk-negotiation 0.8: sw1 port ? is an access port in DTP mode dynamic desirable: 1 message"}},
		{"a host among switches", "host 10.0.0.7 02:00:00:00:00:07 10\nsays 02:00:00:00:00:07 dtp.status trunk/desirable count=5\nsays sw2 dtp.status trunk/desirable", []string{
			"medium trunk-negotiation 0.8: host 02:00:00:00:00:07 negotiates a trunk by DTP (trunk/desirable): 5 messages"}},
		{"a router that is a switch", "mac 10.0.0.7 02:00:00:00:00:07 router\nsays 02:00:00:00:00:07 dtp.status trunk/desirable", nil},
		{"a trunk", "says sw1 dtp.status trunk/desirable", nil},
		{"an access port that does not negotiate", "says sw1 dtp.status access/off", nil},
		{"two switches", "says sw1 dtp.status access/auto\nsays sw2 dtp.status access/auto", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, "", c.graph, Options{}), c.want...) })
	}
}

func TestDoubleTags(t *testing.T) {
	const sent = "mac 10.0.0.1 02:00:00:00:00:01 vlan=1.20 packets=6\n"
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"inside VLAN 1", sent + "use 10.0.0.1 10.20.0.5 icmp unanswered=6 client_vlan=1.20 packets_down=0", []string{
			"critical double-tag 0.7: 02:00:00:00:00:01 as 10.0.0.1 sends with tag 20 inside tag 1, a native VLAN, and nobody answers: 6 packets"}},
		{"inside an announced native VLAN", "mac 10.0.0.1 02:00:00:00:00:01 vlan=99.20 packets=2\nsays sw1 cdp.native_vlan 99", []string{
			"critical double-tag 0.9: 02:00:00:00:00:01 as 10.0.0.1 sends with tag 20 inside tag 99, a native VLAN, and nobody answers: 2 packets"}},
		{"inside the VLAN of its port", "mac 10.0.0.1 02:00:00:00:00:01 vlan=10\nmac 10.0.0.2 02:00:00:00:00:02 vlan=10\nmac 10.20.0.5 02:00:00:00:00:05 vlan=20\nmac 10.0.0.1 02:00:00:00:00:01 vlan=10.20 packets=6", []string{
			"critical double-tag 0.7: 02:00:00:00:00:01 as 10.0.0.1 sends with tag 20 inside tag 10, the VLAN in which it speaks otherwise, and nobody answers: 6 packets"}},
		{"inside a VLAN in which others speak", "mac 10.0.0.2 02:00:00:00:00:02 vlan=10\nmac 10.0.0.3 02:00:00:00:00:03 vlan=10\nmac 10.20.0.5 02:00:00:00:00:05 vlan=20\nmac 10.0.0.1 02:00:00:00:00:01 vlan=10.20 packets=6", nil},
		{"a provider's type of tag", strings.TrimSpace(sent) + " service_tag=true", nil},
		{"a provider's tag", "mac 10.0.0.1 02:00:00:00:00:01 vlan=100.20 packets=6", nil},
		{"two tags are the norm", sent + "mac 10.0.0.2 02:00:00:00:00:02 vlan=1.20", nil},
		{"answered", sent + "use 10.0.0.1 10.20.0.5 icmp client_vlan=1.20 server_vlan=1.20", nil},
		{"one packet, to a VLAN that is there", "mac 10.0.0.1 02:00:00:00:00:01 vlan=1.20\nmac 10.20.0.5 02:00:00:00:00:05 vlan=20", []string{
			"critical double-tag 0.7: 02:00:00:00:00:01 as 10.0.0.1 sends with tag 20 inside tag 1, a native VLAN, and nobody answers: 1 packet"}},
		{"one packet", "mac 10.0.0.1 02:00:00:00:00:01 vlan=1.20", nil},
		{"a priority tag inside", "mac 10.0.0.1 02:00:00:00:00:01 vlan=1.0 packets=6", nil},
		{"three tags", "mac 10.0.0.1 02:00:00:00:00:01 vlan=1.20.30 packets=6", nil},
		{"inside a tunnel", "mac 10.0.0.1 02:00:00:00:00:01 vlan=1.20 packets=6 tunnel=gre", nil},
		{"BPDUs of a VLAN are not its native one", "mac 10.0.0.1 02:00:00:00:00:01 vlan=99.20 packets=6\nsays sw1 pvst.vlan 99", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, "", c.graph, Options{}), c.want...) })
	}
}

func TestInvalidTags(t *testing.T) {
	const (
		deep     = "says 10.0.0.1 vlan.invalid_tag x value=more_than_3_tags mac=02:00:00:00:00:01 count=3\n"
		answered = "use 10.0.0.1 10.0.0.2 icmp client_vlan=8.10.20 server_vlan=8.10.20\n"
		speaks   = "mac 10.0.0.1 02:00:00:00:00:01 vlan=8.10.20"
	)
	many := func(confidence, as string) string {
		return "medium invalid-tag " + confidence + ": 02:00:00:00:00:01" + as + " sends invalid VLAN tags (more than 3 tags): 3 packets"
	}
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"4095", "mac 10.0.0.1 02:00:00:00:00:01 vlan=4095\nsays 10.0.0.1 vlan.invalid_tag VLAN_id_4095 mac=02:00:00:00:00:01 count=6 at=0-9\nsays 10.0.0.1 vlan.invalid_tag VLAN_id_4095 mac=02:00:00:00:00:01 vlan=10 at=7-20", []string{
			"medium invalid-tag 0.95: 02:00:00:00:00:01 as 10.0.0.1 sends invalid VLAN tags (VLAN_id_4095): 7 packets"}},
		{"two faults", "says h vlan.invalid_tag more mac=02:00:00:00:00:01\nsays h vlan.invalid_tag truncated mac=02:00:00:00:00:01", []string{
			"medium invalid-tag 0.95: 02:00:00:00:00:01 sends invalid VLAN tags (more, truncated): 2 packets"}},
		{"more than three tags", "says 10.0.0.1 vlan.invalid_tag x value=more_than_3_tags mac=02:00:00:00:00:01 count=3", []string{
			"medium invalid-tag 0.95: 02:00:00:00:00:01 sends invalid VLAN tags (more than 3 tags): 3 packets"}},
		{"more than three tags are the norm", deep + answered + speaks, nil},
		{"of others, and another fault", deep + answered + "mac 10.0.0.1 02:00:00:00:00:02 vlan=8.10.20\nsays h vlan.invalid_tag truncated mac=02:00:00:00:00:01", []string{
			"medium invalid-tag 0.95: 02:00:00:00:00:01 sends invalid VLAN tags (more than 3 tags, truncated): 4 packets"}},
		{"of others", deep + answered + "mac 10.0.0.1 02:00:00:00:00:02 vlan=8.10.20", []string{many("0.7", "")}},
		{"of another stack", deep + answered + strings.Replace(speaks, "8.10.20", "8.10.21", 1), []string{many("0.95", " as 10.0.0.1")}},
		{"at another point", deep + answered + speaks + " point=edge2", []string{many("0.95", " as 10.0.0.1")}},
		{"nobody answers", deep + strings.Replace(answered, "icmp", "icmp unanswered=1 packets_down=0", 1) + speaks, []string{many("0.95", " as 10.0.0.1")}},
		{"one frame at two points", "says h vlan.invalid_tag x mac=02:00:00:00:00:01 count=4\nsays h vlan.invalid_tag x mac=02:00:00:00:00:01 count=5 point=edge2\nsays h vlan.invalid_tag y mac=02:00:00:00:00:01 count=2 point=edge2", []string{
			"medium invalid-tag 0.95: 02:00:00:00:00:01 sends invalid VLAN tags (x, y): 7 packets"}},
		{"a priority tag", "mac 10.0.0.1 02:00:00:00:00:01 vlan=0", nil},
		{"the last that is valid", "mac 10.0.0.1 02:00:00:00:00:01 vlan=4094", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, "", c.graph, Options{}), c.want...) })
	}
}

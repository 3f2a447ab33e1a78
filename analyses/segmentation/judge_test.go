package segmentation

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// One line for each way in which a denied attempt can end, and for what only looks like one.
func TestFlows(t *testing.T) {
	const router = "mac 192.168.66.1 02:00:00:00:00:99 vlan=66 claims=1 router\n"
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"established", "use 10.10.0.7 10.90.0.5 tcp/22 established=3 application=ssh", []string{
			"high forbidden-flow 1: 10.10.0.7 (users) to 10.90.0.5 tcp/22 (servers): 3 conversations of ssh established, policy default denies it"}},
		{"the severity of the rule", "use 10.10.0.7 10.10.0.8 tcp/23", []string{
			"critical forbidden-flow 1: 10.10.0.7 (users) to 10.10.0.8 tcp/23 (users): 1 conversation established, policy rule no-telnet denies it"}},
		{"a mild rule makes reaching mild too", "use 10.10.0.7 192.168.66.4 udp/9 refused=2", []string{
			"low forbidden-reached 1: 10.10.0.7 (users) to 192.168.66.4 udp/9 (guest): 2 attempts reached the host, which itself refused, policy rule minor denies it"}},
		{"a relay of DHCP, at the declared gateway", "use 10.10.0.1 10.90.0.2 udp/67 application=dhcp", nil},
		{"a relay of DHCP, at a router", router + "use 192.168.66.1 10.90.0.2 udp/67 application=dhcp", nil},
		{"a relay that is taken for the server, as both ports are 67", router + "use 10.90.0.9 192.168.66.1 udp/67 application=dhcp certainty=0.77 direction=order", nil},
		{"a declared gateway that is taken for the server", "use 192.168.66.9 10.10.0.1 udp/67 application=dhcp certainty=0.77 direction=order", nil},
		{"an expected server that speaks to a relay", router + "use 10.90.0.2 192.168.66.1 udp/67 application=dhcp direction=declared certainty=0.95", nil},
		{"a host that asks the gateway of others", router + "use 10.90.0.9 192.168.66.1 udp/67 application=dhcp", []string{
			"high forbidden-flow 1: 10.90.0.9 (servers) to 192.168.66.1 udp/67 (guest): 1 conversation of dhcp established, policy default denies it"}},
		{"hosts of which none is a relay", "use 10.90.0.9 192.168.66.4 udp/67 application=dhcp certainty=0.77 direction=order", []string{
			"high forbidden-flow 0.885: 10.90.0.9 (servers) to 192.168.66.4 udp/67 (guest): 1 conversation of dhcp established, policy default denies it"}},
		{"a gateway that does something else", "use 10.10.0.1 10.90.0.2 tcp/22", []string{
			"high forbidden-flow 1: 10.10.0.1 (users) to 10.90.0.2 tcp/22 (servers): 1 conversation established, policy default denies it"}},
		{"an answered ping", "use 192.168.66.4 10.90.0.5 icmp established=1", []string{
			"high forbidden-flow 1: 192.168.66.4 (guest) to 10.90.0.5 icmp (servers): 1 conversation established, policy default denies it"}},
		{"TCP data in one direction", "use 10.10.0.7 10.90.0.5 tcp/22 one_way=1 packets_down=0", []string{
			"high forbidden-flow 0.8: 10.10.0.7 (users) to 10.90.0.5 tcp/22 (servers): 1 conversation established, policy default denies it"}},
		{"UDP in the server's own segment", "use 10.10.0.7 10.90.0.5 udp/514 one_way=2 reached=1 packets_down=0", []string{
			"high forbidden-flow 0.8: 10.10.0.7 (users) to 10.90.0.5 udp/514 (servers): 1 conversation established, policy default denies it"}},
		{"UDP on its way", "use 10.10.0.7 10.90.0.5 udp/514 one_way=2 packets_down=0", nil},
		{"refused by the host", "use 10.10.0.7 10.90.0.5 tcp/22 refused=2", []string{
			"medium forbidden-reached 1: 10.10.0.7 (users) to 10.90.0.5 tcp/22 (servers): 2 attempts reached the host, which itself refused, policy default denies it"}},
		{"unanswered in the server's segment", "use 10.10.0.7 10.90.0.5 tcp/22 unanswered=2 reached=2", []string{
			"medium forbidden-reached 0.8: 10.10.0.7 (users) to 10.90.0.5 tcp/22 (servers): 2 attempts reached the host's segment without an answer, policy default denies it"}},
		{"refused by another device", "use 10.10.0.7 10.90.0.5 tcp/22 refused_foreign=1 blocked_by=02:00:00:00:00:fe", []string{
			"info forbidden-blocked 1: 10.10.0.7 (users) to 10.90.0.5 tcp/22 (servers): 1 attempt stopped by 02:00:00:00:00:fe, policy default denies it"}},
		{"administratively prohibited", "use 10.10.0.7 10.90.0.5 tcp/22 prohibited=4 blocked_by=10.10.0.1,10.10.0.2", []string{
			"info forbidden-blocked 1: 10.10.0.7 (users) to 10.90.0.5 tcp/22 (servers): 4 attempts stopped by 10.10.0.1, 10.10.0.2, policy default denies it"}},
		{"by somebody unknown", "use 10.10.0.7 10.90.0.5 tcp/22 refused_foreign=1", []string{
			"info forbidden-blocked 1: 10.10.0.7 (users) to 10.90.0.5 tcp/22 (servers): 1 attempt stopped by an unknown device, policy default denies it"}},
		{"silently, though the host answers others", "use 10.10.0.7 10.90.0.5 tcp/22 unanswered=1 packets_up=3\nuse 10.10.0.8 10.90.0.5 tcp/443", []string{
			"info forbidden-blocked 0.8: 10.10.0.7 (users) to 10.90.0.5 tcp/22 (servers): 1 attempt stopped without an answer, policy default denies it"}},
		{"silently, though its segment is in view and answers others", "use 10.10.0.7 10.90.0.5 tcp/22 unanswered=1 packets_up=3\nuse 10.10.0.8 10.90.0.6 tcp/443", []string{
			"info forbidden-blocked 0.8: 10.10.0.7 (users) to 10.90.0.5 tcp/22 (servers): 1 attempt stopped without an answer, policy default denies it"}},
		{"silently, each time from another port", "use 10.10.0.7 10.90.0.5 tcp/22 unanswered=3 conversations=3 packets_up=3\nuse 10.10.0.8 10.90.0.5 tcp/443", []string{
			"info forbidden-blocked 0.8: 10.10.0.7 (users) to 10.90.0.5 tcp/22 (servers): 3 attempts stopped without an answer, policy default denies it"}},
		{"nobody answers there: the point may be down", "use 10.10.0.7 10.90.0.5 tcp/22 unanswered=1 packets_up=3", nil},
		{"no repeats", "use 10.10.0.7 10.90.0.5 tcp/22 unanswered=1 packets_up=1\nuse 10.10.0.8 10.90.0.5 tcp/443", nil},
		{"the server's segment is not in view", "use 10.10.0.7 10.90.9.9 tcp/22 unanswered=1 packets_up=3", nil},
		{"unreachable", "use 10.10.0.7 10.90.0.5 tcp/22 unreachable=1", nil},
		{"several ends", "use 10.10.0.7 10.90.0.5 tcp/22 established=1 prohibited=2 refused=3 unanswered=4 conversations=10 packets_up=30", []string{
			"high forbidden-flow 1: 10.10.0.7 (users) to 10.90.0.5 tcp/22 (servers): 1 conversation established, policy default denies it",
			"medium forbidden-reached 1: 10.10.0.7 (users) to 10.90.0.5 tcp/22 (servers): 3 attempts reached the host, which itself refused, policy default denies it",
			"info forbidden-blocked 1: 10.10.0.7 (users) to 10.90.0.5 tcp/22 (servers): 2 attempts stopped by an unknown device, policy default denies it"}},
		{"in two applications", "use 10.10.0.7 10.90.0.5 tcp/80 application=http\nuse 10.10.0.7 10.90.0.5 tcp/80 application=tls", []string{
			"high forbidden-flow 1: 10.10.0.7 (users) to 10.90.0.5 tcp/80 (servers): 2 conversations of http, tls established, policy default denies it"}},
		{"allowed", "use 10.10.0.7 10.90.0.5 tcp/443", nil},
		{"within a zone", "use 10.10.0.7 10.10.0.8 tcp/22", nil},
		{"addresses without a zone", "use 10.10.0.7 8.8.8.8 tcp/443", nil},
		{"a rule for any holds without a zone", "use 10.10.0.7 8.8.8.8 tcp/23", []string{
			"critical forbidden-flow 1: 10.10.0.7 (users) to 8.8.8.8 tcp/23 (unassigned): 1 conversation established, policy rule no-telnet denies it"}},
		{"groups and broadcasts", "use 192.168.66.4 239.1.1.1 udp/5000\nuse 0.0.0.0 10.90.0.2 udp/67\nuse 192.168.66.4 255.255.255.255 udp/67\nuse 192.168.66.4 :: udp/67", nil},
		{"data of an allowed FTP session, back to the client",
			"use 10.10.0.7 10.90.0.5 tcp/21 application=ftp\nuse 10.90.0.5 10.10.0.7 tcp/40000 application=ftp-data parent=ftp", nil},
		{"data of a denied FTP session", "use 192.168.66.4 10.90.0.5 tcp/21 application=ftp\nuse 192.168.66.4 10.90.0.5 tcp/40000 application=ftp-data parent=ftp", []string{
			"high forbidden-flow 1: 192.168.66.4 (guest) to 10.90.0.5 tcp/21 (servers): 1 conversation of ftp established, policy default denies it"}},
		{"perhaps the answers of an allowed flow", "use 10.90.0.5 10.10.0.7 tcp/50000 certainty=0.6 direction=port", nil},
		{"uncertain, but denied either way", "use 192.168.66.4 10.90.0.5 tcp/50000 certainty=0.6 direction=port", []string{
			"high forbidden-flow 0.8: 192.168.66.4 (guest) to 10.90.0.5 tcp/50000 (servers): 1 conversation established, policy default denies it"}},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, office, hosts+c.graph, Options{}), c.want...) })
	}
}

func TestUnjudged(t *testing.T) {
	r := run(t, office, hosts+"use 10.90.0.5 10.10.0.7 tcp/50000 certainty=0.6 conversations=5", Options{})
	if r.Unjudged != 5 {
		t.Errorf("%d", r.Unjudged)
	}
}

// A client that tries a whole zone is one finding.
func TestSweep(t *testing.T) {
	var g strings.Builder
	for i := range 7 {
		fmt.Fprintf(&g, "use 192.168.66.4 10.90.0.5 tcp/%d established=2 at=%d-%d\n", 1000+i, i, i+1)
	}
	r := run(t, office, hosts+g.String(), Options{MaxTargets: 6})
	finds(t, r, "high forbidden-flow 1: 192.168.66.4 (guest) to 7 services of servers: 14 conversations established, policy default denies it")
	f := r.Findings[0]
	if f.Count != 14 || len(f.Subjects) != 8 || f.Subjects[1].Label != "servers" || f.Evidence[0].Filter != "ip.addr == 192.168.66.4" {
		t.Errorf("%+v", f)
	}
	if r := run(t, office, hosts+g.String(), Options{MaxTargets: 7}); len(r.Findings) != 7 {
		t.Errorf("%d findings", len(r.Findings))
	}
}

func TestFindingDetails(t *testing.T) {
	r := run(t, office, hosts+"artefact one-way\nartefact loss\nuse 10.10.0.7 10.90.0.5 tcp/22 unanswered=1 packets_up=3 at=5-9\nuse 10.10.0.8 10.90.0.5 tcp/443", Options{})
	f := r.Findings[0]
	if !slices.Equal(f.ExplainedBy, []string{"one-way", "loss"}) || f.Count != 1 || int64(f.Last-f.First) != 4e9 ||
		f.Evidence[0].Filter != "ip.addr == 10.10.0.7 && ip.addr == 10.90.0.5 && tcp.port == 22" || f.Subjects[0].Label != "10.10.0.7" || f.Subjects[1].Label != "10.90.0.5 tcp/22" {
		t.Errorf("%+v", f)
	}
}

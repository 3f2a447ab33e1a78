package dependency

import (
	"fmt"
	"strings"
	"testing"
)

// heard is a client that receives something, so that silence means something.
const heard = "use 10.0.0.1 10.0.0.9 tcp/443\n"

func TestFailing(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"refused again and again", heard + "use 10.0.0.1 10.0.0.2 tcp/22 refused=2 refused_foreign=1", []string{
			"medium failing 0.9: 10.0.0.1 to 10.0.0.2 tcp/22: 3 of 3 attempts failed: 3 refused"}},
		{"unanswered", heard + "use 10.0.0.1 10.0.0.2 tcp/22 unanswered=4", []string{
			"medium failing 0.7: 10.0.0.1 to 10.0.0.2 tcp/22: 4 of 4 attempts failed: 4 unanswered"}},
		{"prohibited and unreachable, seldom answered", heard + "use 10.0.0.1 10.0.0.2 tcp/22 prohibited=3 unreachable=5 established=2", []string{
			"medium failing 0.9: 10.0.0.1 to 10.0.0.2 tcp/22: 8 of 10 attempts failed: 8 prohibited or unreachable"}},
		{"DNS, in two rows", heard + "use 10.0.0.1 10.0.0.2 udp/53 unanswered=2 application=dns at=0-5\nuse 10.0.0.1 10.0.0.2 udp/53 unanswered=2 application=dns at=9-12", []string{
			"medium failing 0.7: 10.0.0.1 to 10.0.0.2 udp/53: 4 of 4 attempts failed: 4 unanswered"}},
		{"again in one conversation", heard + "use 10.0.0.1 10.0.0.2 tcp/80 unanswered=1 packets_up=7 packets_down=0", []string{
			"low failing 0.6: 10.0.0.1 to 10.0.0.2 tcp/80: 1 of 1 attempts failed: 1 unanswered; 7 packets sent"}},
		{"refused again in one conversation", heard + "use 10.0.0.1 10.0.0.2 tcp/80 refused=1 packets_up=6 packets_down=6", []string{
			"low failing 0.8: 10.0.0.1 to 10.0.0.2 tcp/80: 1 of 1 attempts failed: 1 refused; 6 packets sent"}},
		{"the client received nothing, its neighbour was heard",
			"host 10.0.0.1 02:00:00:00:00:01 -\nhost 10.0.0.8 02:00:00:00:00:08 -\nuse 10.0.0.1 10.0.0.2 udp/53 application=dns unanswered=4 packets_down=0", []string{
				"low failing 0.4: 10.0.0.1 to 10.0.0.2 udp/53: 4 of 4 attempts failed: 4 unanswered"}},
		{"the capture may have lost the answers", heard + "artefact loss\nuse 10.0.0.1 10.0.0.2 tcp/22 unanswered=4", []string{
			"low failing 0.4: 10.0.0.1 to 10.0.0.2 tcp/22: 4 of 4 attempts failed: 4 unanswered"}},
		{"one direction only", "use 10.0.0.1 10.0.0.2 tcp/22 unanswered=4 packets_down=0", nil},
		{"one attempt", heard + "use 10.0.0.1 10.0.0.2 tcp/22 refused=1 packets_up=1", nil},
		{"a request again and again", heard + "use 10.0.0.1 10.0.0.2 udp/53 application=dns unanswered=1 packets_up=3 packets_down=0", []string{
			"low failing 0.6: 10.0.0.1 to 10.0.0.2 udp/53: 1 of 1 attempts failed: 1 unanswered; 3 packets sent"}},
		{"one attempt, its SYN sent again", heard + "use 10.0.0.1 10.0.0.2 tcp/22 unanswered=1 packets_up=4 packets_down=0", nil},
		{"it mostly works", heard + "use 10.0.0.1 10.0.0.2 tcp/22 refused=3 established=1", nil},
		{"datagrams that need no answer", heard + "use 10.0.0.1 10.0.0.2 udp/9999 unanswered=9", nil},
		{"multicast", heard + "use 10.0.0.1 239.1.1.1 udp/53 unanswered=9 application=dns", nil},
		{"broadcast", heard + "use 10.0.0.1 255.255.255.255 udp/53 unanswered=9 application=dns", nil},
		{"a secondary channel", heard + "use 10.0.0.1 10.0.0.2 tcp/2222 refused=9 parent=ftp", nil},
		{"who asks whom is a guess", heard + "use 10.0.0.1 10.0.0.2 tcp/22222 refused=9 certainty=0.5", nil},
		{"pings", heard + "use 10.0.0.1 10.0.0.2 icmp unanswered=9", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, "", c.graph, Options{}).Findings, Rules(), c.want...) })
	}
}

func TestScanning(t *testing.T) {
	many := func(line string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, line+"\n", i+1)
		}
		return b.String()
	}
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"one port of a network", heard + many("use 10.0.0.1 10.7.0.%d tcp/22 refused=1", 20) + "use 10.0.0.1 10.7.0.100 tcp/22", []string{
			"medium anomalous 0.8: 10.0.0.1 tries 21 services of 10.7.0.0/24 (tcp/22), of which 1 answer"}},
		{"the ports of a host", heard + many("use 10.0.0.1 2001:db8::1 tcp/%d unanswered=3", 20), []string{
			"medium anomalous 0.8: 10.0.0.1 tries 20 services of 2001:db8::1 (tcp), of which 0 answer"}},
		{"too few", heard + many("use 10.0.0.1 10.7.0.%d tcp/22 refused=1 packets_up=1", 19), nil},
		{"most answer", heard + many("use 10.0.0.1 10.7.0.%d tcp/22 refused=1 packets_up=1", 20) + many("use 10.0.0.1 10.7.0.1%02d tcp/22", 6), nil},
		{"peers that are gone", heard + many("use 10.0.0.1 10.%d.0.5 tcp/2%[1]d unanswered=1", 30), nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, "", c.graph, Options{}).Findings, Rules(), c.want...) })
	}
}

func TestCredentials(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"one client", "use 10.0.0.1 10.0.0.2 tcp/23 credentials=telnet application=telnet", []string{
			"high cleartext-credentials 0.9: 10.0.0.1 to 10.0.0.2 tcp/23: telnet credentials in clear in 1 conversation"}},
		{"two clients, two kinds", "use 10.0.0.1 10.0.0.2 tcp/25 credentials=smtp established=2\nuse 10.0.0.3 10.0.0.2 tcp/25 credentials=http-basic at=100-110", []string{
			"high cleartext-credentials 0.9: 2 clients to 10.0.0.2 tcp/25: http-basic, smtp credentials in clear in 3 conversations"}},
		{"in one of many conversations", "use 10.0.0.1 10.0.0.2 tcp/25 credentials=smtp conversations=9 cleartext=1", []string{
			"high cleartext-credentials 0.9: 10.0.0.1 to 10.0.0.2 tcp/25: smtp credentials in clear in 1 conversation"}},
		{"encrypted", "use 10.0.0.1 10.0.0.2 tcp/25 application=smtp", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, "", c.graph, Options{}).Findings, Rules(), c.want...) })
	}
}

// The filter of what several clients sent shows all of them.
func TestCredentialsFilter(t *testing.T) {
	for graph, want := range map[string]string{
		"use 10.0.0.1 10.0.0.2 tcp/21 credentials=ftp":                                               "ip.addr == 10.0.0.1 && ip.addr == 10.0.0.2 && tcp.port == 21",
		"use 10.0.0.1 10.0.0.2 tcp/21 credentials=ftp\nuse 10.0.0.3 10.0.0.2 tcp/21 credentials=ftp": "ip.addr == 10.0.0.2 && tcp.port == 21",
	} {
		if got := run(t, "", graph, Options{}).Findings[0].Evidence[0].Filter; got != want {
			t.Errorf("%s: %s, want %s", graph, got, want)
		}
	}
}

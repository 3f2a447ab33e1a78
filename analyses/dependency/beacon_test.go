package dependency

import (
	"fmt"
	"strings"
	"testing"
)

// asking is a line that uses a service n times, gap seconds apart, with every second conversation late by jitter seconds.
func asking(line string, n, gap, jitter int, more string) string {
	var starts []string
	for i := range n {
		starts = append(starts, fmt.Sprint(1700000000000+int64(i*gap+i%2*jitter)*1000))
	}
	return fmt.Sprintf("use %s conversations=%d established=%d bytes_up=%d bytes_down=%d starts=%s at=0-%d %s\n", line, n, n, n*400, n*900, strings.Join(starts, ","), n*gap, more)
}

// Who asks a far server of its own at equal intervals, and what only looks like it.
func TestBeacons(t *testing.T) {
	var crowd strings.Builder // clients with far peers, of which none is at equal intervals
	for i := range 6 {
		fmt.Fprintf(&crowd, "use 10.0.0.%d 9.9.9.%d tcp/443 application=tls\n", 10+i, i+1)
	}
	const pair = "10.0.0.1 203.0.113.7 tcp/443"
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"every minute, with some jitter", crowd.String() + asking(pair, 20, 60, 6, "application=tls"), []string{
			"medium anomalous 0.5: 10.0.0.1 asks 203.0.113.7 tcp/443, which no other of 7 clients asks, every 60.3 s: 20 small conversations at equal intervals"}},
		{"too few", crowd.String() + asking(pair, 8, 60, 0, ""), nil},
		{"at irregular intervals", crowd.String() + asking(pair, 20, 60, 30, ""), nil},
		{"others ask it too", crowd.String() + asking(pair, 20, 60, 0, "") + "use 10.0.0.2 203.0.113.7 tcp/443\n", nil},
		{"nobody to compare with", asking(pair, 20, 60, 0, ""), nil},
		{"a server of the site", crowd.String() + asking("10.0.0.1 10.9.0.7 tcp/443", 20, 60, 0, ""), nil},
		{"a clock", crowd.String() + asking("10.0.0.1 203.0.113.7 udp/123", 20, 64, 0, "application=ntp"), nil},
		{"it has much to say", crowd.String() + strings.ReplaceAll(asking(pair, 20, 60, 0, ""), "bytes_down=18000", "bytes_down=9000000"), nil},
		{"nobody answers", crowd.String() + strings.ReplaceAll(asking(pair, 20, 60, 0, ""), "established=20", "one_way=20"), nil},
		{"a monitor", crowd.String() + asking(pair, 20, 60, 0, "") + asking("10.0.0.1 203.0.113.8 tcp/443", 20, 60, 0, "") + asking("10.0.0.1 203.0.113.9 tcp/443", 20, 60, 0, ""), nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, "", c.graph, Options{}).Findings, Rules(), c.want...) })
	}
	declared := "version: 1\napplications:\n  - {name: telemetry, servers: [203.0.113.7]}\n"
	finds(t, run(t, declared, crowd.String()+asking(pair, 20, 60, 0, ""), Options{}).Findings, Rules())
}

package segmentation

import (
	"strings"
	"testing"
)

func TestBridges(t *testing.T) {
	const (
		two = "host 10.10.0.7 02:00:00:00:00:07 10\nhost 192.168.66.7 02:00:00:00:00:08 66\n"
		use = "use 10.10.0.7 10.90.0.5 tcp/443 at=0-40\nuse 192.168.66.7 9.9.9.9 tcp/443 at=30-60\n"
		dup = "name 10.10.0.7 Dual evidence=dhcp\nname 192.168.66.7 dual evidence=dhcp\n"
	)
	for _, c := range []struct {
		name, declared, graph string
		want                  []string
	}{
		{"one name in two zones", office, two + use + dup, []string{
			"medium bridge-host 0.6: dual is in two zones at the same time: 10.10.0.7 in users and 192.168.66.7 in guest"}},
		{"two names", office, two + use + "name 10.10.0.7 one evidence=dhcp\nname 192.168.66.7 two evidence=dhcp", nil},
		{"a name that DNS gave", office, two + use + "name 10.10.0.7 dual\nname 192.168.66.7 dual", nil},
		{"a host that moved", office, two + "use 10.10.0.7 10.90.0.5 tcp/443 at=0-20\nuse 192.168.66.7 9.9.9.9 tcp/443 at=30-60\n" + dup, nil},
		{"a product's name", office, two + use + dup + "host 10.10.0.9 02:00:00:00:00:09 10\nname 10.10.0.9 dual evidence=dhcp\nuse 10.10.0.9 10.90.0.5 tcp/443", nil},
		{"a name with which systems come", office, two + use + strings.ReplaceAll(strings.ReplaceAll(dup, "Dual", "iPhone"), "dual", "iphone"), nil},
		{"a router", office, two + use + dup + "mac 9.9.9.9 02:00:00:00:00:07 router", nil},
		{"two addresses in one zone", office, two + use + "host 10.10.0.8 02:00:00:00:00:07 10\nname 10.10.0.7 dual evidence=dhcp\nname 10.10.0.8 dual evidence=dhcp\nuse 10.10.0.8 10.90.0.5 tcp/443", nil},
		{"zones that nobody declared", "", two + use + dup, nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, c.declared, c.graph, Options{}), c.want...) })
	}
}

package dependency

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
)

func labels(r Report) []string {
	var ls []string
	for _, d := range r.Dependencies {
		ls = append(ls, d.Label)
	}
	return ls
}

func TestIsDependency(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		want        bool
	}{
		{"answered", "use 10.0.0.1 10.0.0.2 tcp/443", true},
		{"refused", "use 10.0.0.1 10.0.0.2 tcp/443 refused=3", false},
		{"unanswered", "use 10.0.0.1 10.0.0.2 udp/53 unanswered=3 application=dns", false},
		{"syslog needs no answer", "use 10.0.0.1 10.0.0.2 udp/514 one_way=3 application=syslog", true},
		{"one direction of TCP", "use 10.0.0.1 10.0.0.2 tcp/443 one_way=1", true},
		{"one-way datagrams to nobody knows whom", "use 10.0.0.1 10.0.0.2 udp/4000 one_way=3", false},
		{"a secondary channel", "use 10.0.0.1 10.0.0.2 tcp/20001 parent=ftp", false},
		{"media", "use 10.0.0.1 10.0.0.2 udp/20000 application=rtp", false},
		{"a ping", "use 10.0.0.1 10.0.0.2 icmp", false},
		{"multicast", "use 10.0.0.1 224.0.0.251 udp/5353 application=mdns", false},
		{"broadcast", "use 10.0.0.1 255.255.255.255 udp/67 application=dhcp", false},
		{"before it has an address", "use 0.0.0.0 10.0.0.2 udp/67 application=dhcp", false},
		{"a high port that a handshake shows", "use 10.0.0.1 10.0.0.2 tcp/50000", true},
		{"a high port whose direction is a guess", "use 10.0.0.1 10.0.0.2 tcp/50000 certainty=0.5 direction=order", false},
		{"a high port with a known application", "use 10.0.0.1 10.0.0.2 tcp/50000 certainty=0.6 application=http", true},
	} {
		if got := len(run(t, "", c.graph, Options{}).Dependencies) == 1; got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestServices(t *testing.T) {
	r := run(t, `
version: 1
groups: [{name: finance, prefixes: [10.0.0.0/24]}]
applications: [{name: erp, services: [tcp/8443], names: [erp.example], critical: true, owner: finance}]
`, `
use 10.0.0.1 10.0.0.9 tcp/8443 application=tls server_names=erp.example,a.example versions=v1 bytes_up=10 bytes_down=1000 established=3 at=5-9
use 10.0.0.2 10.0.0.9 tcp/8443 application=http versions=v2 bytes_up=1 bytes_down=1 at=1-2
use 10.0.0.2 10.0.0.9 tcp/8443 bytes_up=5000 bytes_down=1
use 10.0.0.2 10.0.0.9 tcp/80
use 10.0.0.2 10.0.0.3@tenant tcp/80
use 10.0.0.2 10.0.0.3@tenant tcp/80 server_names=`+"\x1b[2J versions=\x07"+`
name 10.0.0.9 nine.example
name 10.0.0.9 neun.example evidence=dhcp
`, Options{})
	if len(r.Services) != 3 {
		t.Fatalf("%+v", r.Services)
	}
	s := r.Services[1]
	if s.Endpoint != "10.0.0.9" || s.Port != 8443 || s.Application != "tls" || s.Clients != 2 || s.Conversations != 5 || s.BytesTo != 5011 || s.BytesFrom != 1002 ||
		!slices.Equal(s.Names, []string{"a.example", "erp.example"}) || !s.Critical || s.Declared != "erp" || s.Owner != "finance" || len(s.Versions) != 2 ||
		s.First != fixture.At(0) || s.Last != fixture.At(60) || s.Context != graph.DefaultContext {
		t.Errorf("%+v", s)
	}
	if s := r.Services[0]; s.Port != 80 || !slices.Equal(s.Names, []string{"neun.example", "nine.example"}) || s.Application != "" || s.Critical {
		t.Errorf("%+v", s)
	}
	if s := r.Services[2]; s.Context != "tenant" || !slices.Equal(s.Names, []string{"�[2J"}) || !slices.Equal(s.Versions, []string{"�"}) {
		t.Errorf("%+v", s)
	}
}

func TestDependencies(t *testing.T) {
	r := run(t, "", `
use 10.0.0.2 10.0.0.9 tcp/443 application=tls certainty=0.6 direction=port at=5-9
use 10.0.0.2 10.0.0.9 tcp/443 application=http certainty=0.95 direction=handshake at=1-2 established=2
use 10.0.0.1 10.0.0.9 tcp/443
`, Options{})
	if !slices.Equal(labels(r), []string{"10.0.0.1 -> 10.0.0.9 tcp/443", "10.0.0.2 -> 10.0.0.9 tcp/443"}) {
		t.Fatalf("%q", labels(r))
	}
	d := r.Dependencies[1]
	if d.Conversations != 3 || d.Bytes != 8800 || d.Confidence != 0.95 || d.Direction != "handshake" || d.First != fixture.At(1) || d.Last != fixture.At(9) || d.Kind != "uses" ||
		d.Pattern != "rare" || d.Service != r.Services[0].ID || d.Client != "10.0.0.2" {
		t.Errorf("%+v", d)
	}
}

func TestPattern(t *testing.T) {
	every := func(n int, gap, jitter int64) []int64 {
		var s []int64
		for i := range n {
			s = append(s, int64(i)*gap+jitter*int64(i%3))
		}
		slices.Reverse(s)
		return s
	}
	for _, c := range []struct {
		n      int64
		starts []int64
		want   string
	}{
		{0, nil, "once"}, {1, every(1, 1, 0), "once"}, {4, every(4, 60000, 0), "rare"}, {10, every(10, 60000, 0), "periodic"}, {10, every(10, 60000, 4000), "periodic"},
		{10, every(10, 60000, 30000), "regular"}, {10, every(10, 500, 0), "regular"}, // faster than a second is a burst
		{5, every(5, 0, 0), "regular"},
	} {
		if got := pattern(c.n, c.starts); got != c.want {
			t.Errorf("%d, %v: %s, want %s", c.n, c.starts, got, c.want)
		}
	}
}

func TestUsesQuery(t *testing.T) {
	starts := func(from int) string {
		var s []string
		for i := range 64 {
			s = append(s, fmt.Sprint(from+i))
		}
		return strings.Join(s, ",")
	}
	var g strings.Builder
	for i := range 5 {
		fmt.Fprintf(&g, "use 10.0.0.1 10.0.0.2 tcp/443 application=tls starts=%s versions=v%d\n", starts(1000*i), i)
	}
	g.WriteString(`
use 10.0.0.1 10.0.0.2 tcp/443 application=tls refused=1 refused_foreign=2 prohibited=3 unreachable=4 unanswered=5 one_way=6 credentials=ftp certificate=c1 direction=port certainty=0.5
use 10.0.0.1 10.0.0.2 tcp/443 application=tls refused=1 credentials=telnet certificate=c0 direction=port certainty=0.5 at=1-70
use 10.0.0.1 10.0.0.2 tcp/443 application=tls parent=ftp
`)
	rows, err := Uses.All(t.Context(), load(t, g.String()), graph.Params{})
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	r := rows[0]
	slices.Sort(r.Directions)
	if r.Established != 5 || r.Refused != 4 || r.Prohibited != 3 || r.Unreachable != 4 || r.Unanswered != 5 || r.OneWay != 6 || r.Credentials != "telnet" || r.Cleartext != 2 || r.Certificate != "c1" ||
		!slices.Equal(r.Directions, []string{"handshake", "port"}) || r.Certainty != 1 || len(r.Starts) != 256 || len(r.Versions) != 5 || r.PacketsUp != 28 || r.PacketsDown != 28 ||
		r.BytesUp != 2800 || r.BytesDown != 28000 || len(r.Witness) != 7 || r.First != fixture.At(0) || r.Last != fixture.At(70) {
		t.Errorf("%+v", r)
	}
	if rows[1].Parent != "ftp" {
		t.Errorf("%+v", rows[1])
	}
}

func TestRequires(t *testing.T) {
	const text = `
use 10.0.0.1 10.0.0.2 tcp/443
use 10.0.0.2 10.0.0.3 tcp/5432
require 10.0.0.2 tcp/443 10.0.0.3 tcp/5432 support=8 parents=10 confidence=0.8 at=5-9
require 10.0.0.2 tcp/443 10.0.0.3 tcp/5432 support=4 parents=5 confidence=0.6123456 at=1-6
require 10.0.0.2 tcp/443 10.0.0.4 tcp/5432
`
	rows, err := Requires.All(t.Context(), load(t, text), graph.Params{})
	if err != nil || len(rows) != 2 {
		t.Fatalf("%+v, %v", rows, err)
	}
	i := slices.IndexFunc(rows, func(r RequiresRow) bool { return r.NeedsAddress.String() == "10.0.0.3" })
	if r := rows[i]; r.Support != 12 || r.Parents != 15 || r.Confidence != 0.8 || r.First != fixture.At(1) || r.Last != fixture.At(9) || r.Port != 443 || r.NeedsPort != 5432 {
		t.Errorf("%+v", r)
	}
	r := run(t, "", text, Options{}) // what nobody used is no service, and nothing needs it
	if len(r.Requires) != 1 || r.Requires[0].Label != "10.0.0.2 tcp/443 -> 10.0.0.3 tcp/5432" || r.Requires[0].Support != 12 {
		t.Errorf("%+v", r.Requires)
	}
}

// Metrics go one way by design: who sends them depends on whom they are sent to. A call's media do not make a service, and neither
// does what nobody answered.
func TestOneWayDependency(t *testing.T) {
	for application, want := range map[string]bool{"syslog": true, "collectd": true, "statsd": true, "gelf": true, "graphite": true, "rtp": false, "dns": false} {
		r := UsesRow{Transport: "udp", Port: 2000, Application: application, Certainty: 0.9, OneWay: 3,
			ClientAddress: netip.MustParseAddr("10.0.0.1"), ServerAddress: netip.MustParseAddr("10.0.0.2")}
		if isDependency(&r) != want {
			t.Errorf("%s: want %v", application, want)
		}
	}
}

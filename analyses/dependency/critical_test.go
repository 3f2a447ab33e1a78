package dependency

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/topo"
	"pgregory.net/rapid"
)

// clients writes a line for each of n clients: their addresses are 10.0.0.1 and on.
func clients(n int, line string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, line+"\n", i+1)
	}
	return b.String()
}

func nodes(r Report) []string {
	var out []string
	for _, n := range r.CriticalNodes {
		out = append(out, fmt.Sprintf("%s %s %d", n.Why, n.Label, n.CutClients))
	}
	return out
}

func TestSinglePointOfFailure(t *testing.T) {
	const six = "use 10.0.0.%d 10.9.0.5 tcp/8443 application=tls"
	spof := func(sev, services string, cut, all int, how string) string {
		return fmt.Sprintf("%s single-point-of-failure 0.7: %s: %d of %d clients depend on it%s, and no other server of its kind was seen", sev, services, cut, all, how)
	}
	for _, c := range []struct {
		name, declared, graph string
		want                  []string
	}{
		{"of machines with two addresses, half of which ask elsewhere", "", clients(6, six) + clients(6, "host 10.0.0.%d 02:00:00:00:00:0%[1]d 10 claims=1\nhost fd00::%[1]d 02:00:00:00:00:0%[1]d 10 claims=1\nuse fd00::%[1]d fd00::9:5 tcp/80 application=http") + clients(3, "use fd00::1%d fd00::9:5 tcp/80 application=http"), []string{
			spof("low", "10.9.0.5 tcp/8443 (tls)", 6, 9, ""), spof("low", "fd00::9:5 tcp/80 (http)", 9, 9, "")}},
		{"of clients behind a router that nothing shows to be one", "", clients(5, six+"\nmac 10.0.0.%[1]d 02:00:00:00:00:01"), []string{spof("low", "10.9.0.5 tcp/8443 (tls)", 5, 5, "")}},
		{"all depend on it", "", clients(6, six), []string{spof("low", "10.9.0.5 tcp/8443 (tls)", 6, 6, "")}},
		{"two services of one host", "", clients(6, six) + clients(5, "use 10.0.0.%d 10.9.0.5 udp/53"), []string{spof("low", "10.9.0.5 tcp/8443 (tls), udp/53 (unknown application)", 6, 6, "")}},
		{"a host of many services", "", clients(6, "use 10.0.0.%d 10.9.0.5 tcp/1\nuse 10.0.0.%[1]d 10.9.0.5 tcp/2\nuse 10.0.0.%[1]d 10.9.0.5 tcp/3\nuse 10.0.0.%[1]d 10.9.0.5 tcp/4\nuse 10.0.0.%[1]d 10.9.0.5 tcp/5"),
			[]string{spof("low", "10.9.0.5 tcp/1 (unknown application), tcp/2 (unknown application), tcp/3 (unknown application), tcp/4 (unknown application), 1 more", 6, 6, "")}},
		{"declared critical, of a minority", "version: 1\napplications: [{name: erp, services: [tcp/8443], critical: true}]\n",
			clients(5, six) + clients(11, "use 10.1.0.%d 10.9.0.7 tcp/80\nuse 10.1.0.%[1]d 10.9.0.8 tcp/80"), []string{spof("medium", "10.9.0.5 tcp/8443 (tls)", 5, 16, "")}},
		{"through a service that requires it", "", clients(6, six) + "use 10.9.0.5 10.9.0.6 tcp/5432\nrequire 10.9.0.5 tcp/8443 10.9.0.6 tcp/5432", []string{
			spof("low", "10.9.0.5 tcp/8443 (tls)", 6, 7, ""), spof("low", "10.9.0.6 tcp/5432 (unknown application)", 7, 7, ", 6 through other services")}},
		{"which a weak guess does not show", "", clients(6, six) + "use 10.9.0.5 10.9.0.6 tcp/5432\nrequire 10.9.0.5 tcp/8443 10.9.0.6 tcp/5432 confidence=0.4", []string{spof("low", "10.9.0.5 tcp/8443 (tls)", 6, 7, "")}},
		{"servers depend on it", "", clients(3, "use 10.1.0.1 10.0.0.%d tcp/80\nuse 10.1.0.2 10.0.0.%[1]d tcp/80\nuse 10.0.0.%[1]d 10.9.0.6 tcp/389 application=ldap") + clients(3, "use 10.1.0.%d 10.9.0.6 tcp/389 application=ldap"),
			[]string{spof("medium", "10.9.0.6 tcp/389 (ldap)", 6, 6, ", 3 of them servers themselves")}},
		{"through pooled connections", "", clients(6, six) + "use 10.9.0.5 10.9.0.6 tcp/5432 conversations=2 packets_up=40 packets_down=40",
			[]string{spof("low", "10.9.0.5 tcp/8443 (tls)", 6, 7, ""), spof("low", "10.9.0.6 tcp/5432 (unknown application)", 7, 7, ", 6 through other services")}},
		{"a person's long session is no pool", "", clients(6, six) + "use 10.9.0.5 10.9.0.6 tcp/22 application=ssh conversations=2 packets_up=40 packets_down=40",
			[]string{spof("low", "10.9.0.5 tcp/8443 (tls)", 6, 7, "")}},
		{"what clients can do without", "", clients(6, "use 10.0.0.%d 10.9.0.5 udp/123 application=ntp"), nil},
		{"one client failed over", "", clients(6, "use 10.0.0.%d 10.9.0.5 udp/53 application=dns") + "use 10.0.0.2 10.9.0.6 udp/53 application=dns", nil},
		{"too few", "", clients(4, six), nil},
		{"a minority", "", clients(6, six) + clients(13, "use 10.1.0.%d 10.9.0.7 tcp/80\nuse 10.1.0.%[1]d 10.9.0.8 tcp/80"), nil},
		{"two servers with the same clients", "", clients(6, six+"\nuse 10.0.0.%[1]d 10.9.0.6 tcp/8443"), nil},
		{"two servers of one name", "", clients(6, six+" server_names=erp") + "use 10.0.0.1 10.9.0.6 tcp/8443 application=tls server_names=erp", nil},
		{"another application on the same port is no replica", "", clients(6, six+"\nuse 10.0.0.%[1]d 10.9.0.6 tcp/8443 application=ssh"), []string{
			spof("low", "10.9.0.5 tcp/8443 (tls)", 6, 6, ""), spof("low", "10.9.0.6 tcp/8443 (ssh)", 6, 6, "")}},
		{"on the Internet", "", clients(6, "use 10.0.0.%d 8.8.8.8 udp/53 application=dns"), nil},
		{"outside what is declared", "version: 1\nzones: [{name: a, prefixes: [10.0.0.0/8]}]\n", clients(6, "use 10.0.0.%d 8.8.8.8 udp/53 application=dns"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, c.declared, c.graph, Options{})
			slices.SortFunc(c.want, strings.Compare)
			finds(t, r.Findings, Rules(), c.want...)
		})
	}
	f := run(t, "", clients(6, six), Options{}).Findings[0]
	if f.Count != 6 || f.Subjects[0].Kind != "endpoint" || f.Subjects[1].Label != "10.9.0.5 tcp/8443" || f.Evidence[0].Filter != "ip.addr == 10.9.0.5 && tcp.port == 8443" {
		t.Errorf("%+v", f)
	}
}

// Two stars whose centres talk: without one of them, its clients are cut off.
func TestCriticalNodes(t *testing.T) {
	star := clients(6, "use 10.0.0.%d 10.9.0.5 tcp/80") + clients(7, "use 10.1.0.%d 10.9.0.6 tcp/80") + "use 10.9.0.5 10.9.0.6 tcp/5432\n"
	r := run(t, "", star, Options{})
	want := []string{"articulation 10.9.0.5 6", "articulation 10.9.0.6 7", "shared 10.9.0.6 tcp/80 7"}
	got := nodes(r)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	// a ring of hosts around a proxy that all use: no articulation but the most central
	ring := ""
	for i := range 12 {
		ring += fmt.Sprintf("use 10.0.0.%d 10.0.0.%d tcp/80\n", i+1, (i+1)%12+1)
	}
	ring += clients(4, "use 10.0.0.%[1]d%[1]d 10.9.0.5 tcp/80\nuse 10.0.0.%[1]d 10.9.0.5 tcp/80")
	if got := nodes(run(t, "", ring, Options{})); !slices.Contains(got, "articulation 10.9.0.5 4") && !slices.Contains(got, "centrality 10.9.0.5 8") {
		t.Errorf("%q", got)
	}
	outside := clients(6, "use 10.0.0.%d 8.8.8.8 tcp/80") + clients(7, "use 10.1.0.%d 8.8.4.4 tcp/80") + "use 8.8.8.8 8.8.4.4 tcp/80\n"
	if got := nodes(run(t, "", outside, Options{})); len(got) != 1 || !strings.HasPrefix(got[0], "centrality 8.8.") {
		t.Errorf("%q", got)
	}
}

func TestMost(t *testing.T) {
	if id, ok := most(map[int64]float64{3: 1, 2: 5, 1: 5, 9: 0}); id != 1 || !ok {
		t.Error(id, ok)
	}
	if id, _ := most(map[int64]float64{1: 0.6, 2: math.Nextafter(0.6, 1)}); id != 1 { // sums of the same parts in another order
		t.Error("the lowest identifier among equals:", id)
	}
	if id, _ := most(map[int64]float64{1: math.Nextafter(0.6, 1), 2: 0.6}); id != 1 {
		t.Error("the lowest identifier among equals:", id)
	}
	if _, ok := most(map[int64]float64{3: 0}); ok {
		t.Error("nobody is central")
	}
}

func TestCycle(t *testing.T) {
	const pair = "use 10.0.0.1 10.0.0.2 tcp/80\nuse 10.0.0.2 10.0.0.1 tcp/81\nuse 10.0.0.1 10.0.0.3 tcp/82\nrequire 10.0.0.2 tcp/80 10.0.0.1 tcp/81\n"
	for _, c := range []struct {
		name, graph string
		want        []string
	}{
		{"a circle", pair + "require 10.0.0.1 tcp/81 10.0.0.2 tcp/80", []string{"info cycle 0.6: 2 services need each other: 10.0.0.1 tcp/81, 10.0.0.2 tcp/80"}},
		{"a weak link", pair + "require 10.0.0.1 tcp/81 10.0.0.2 tcp/80 confidence=0.3", nil},
		{"a chain", pair + "require 10.0.0.1 tcp/81 10.0.0.3 tcp/82", nil},
		{"itself", "use 10.0.0.1 10.0.0.2 tcp/80\nrequire 10.0.0.2 tcp/80 10.0.0.2 tcp/80", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, "", c.graph, Options{}).Findings, Rules(), c.want...) })
	}
}

// Articulation points against the definition: take each node out and count what remains.
func TestArticulation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "nodes")
		g := simple.NewUndirectedGraph()
		for i := range n {
			g.AddNode(simple.Node(i))
		}
		for range rapid.IntRange(0, 16).Draw(t, "edges") {
			a, b := rapid.IntRange(0, n-1).Draw(t, "a"), rapid.IntRange(0, n-1).Draw(t, "b")
			if a != b {
				g.SetEdge(simple.Edge{F: simple.Node(a), T: simple.Node(b)})
			}
		}
		var want []cutVertex
		for i := range n {
			if g.From(int64(i)).Len() == 0 {
				continue
			}
			component := 0
			for _, c := range topo.ConnectedComponents(g) {
				if slices.ContainsFunc(c, func(x graphNode) bool { return x.ID() == int64(i) }) {
					component = len(c)
				}
			}
			h := simple.NewUndirectedGraph()
			for j := range n {
				if j != i {
					h.AddNode(simple.Node(j))
				}
			}
			for es := g.Edges(); es.Next(); {
				if e := es.Edge(); e.From().ID() != int64(i) && e.To().ID() != int64(i) {
					h.SetEdge(h.NewEdge(e.From(), e.To()))
				}
			}
			parts, largest := 0, 0
			for _, c := range topo.ConnectedComponents(h) {
				if slices.ContainsFunc(c, func(x graphNode) bool { return topo.PathExistsIn(g, x, simple.Node(i)) }) {
					parts++
					largest = max(largest, len(c))
				}
			}
			if parts > 1 {
				want = append(want, cutVertex{i, parts, component - 1 - largest})
			}
		}
		if got := articulation(g, n); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

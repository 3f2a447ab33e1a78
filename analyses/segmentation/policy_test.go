package segmentation

import (
	"fmt"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

// watch runs on captures of a length in seconds.
func watch(t *testing.T, declared, text string, seconds float64, p graph.Params) Report {
	t.Helper()
	b, err := fixture.Read("capture", text)
	if err != nil {
		t.Fatal(err)
	}
	b.Captures[0].First, b.Captures[0].Last, b.Captures[0].Packets = fixture.At(0), fixture.At(seconds), 10
	q := memory.New()
	if err := q.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	in, err := intent.Parse("site.yaml", []byte(declared))
	if err != nil {
		t.Fatal(err)
	}
	site, err := analyses.NewSite(t.Context(), q, p, in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), q, p, site, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRules(t *testing.T) {
	const zones = "version: 1\nzones: [{name: users, vlans: [10], prefixes: [10.10.0.0/16]}, {name: servers, vlans: [90], prefixes: [10.90.0.0/16]}, {name: far, prefixes: [10.99.0.0/16]}, {name: away, prefixes: [10.98.0.0/16]}]\n"
	rule := func(from, to, services string) string {
		return zones + "policy: {default: deny, rules: [{name: r, from: " + from + ", to: " + to + ", services: [" + services + "], action: allow}]}\n"
	}
	const many = "use 10.10.0.7 10.90.0.5 tcp/80\nuse 10.10.0.7 10.90.0.5 tcp/81\nuse 10.10.0.7 10.90.0.5 tcp/82\nuse 10.10.0.7 10.90.0.5 tcp/83\n" +
		"use 10.10.0.7 10.90.0.5 tcp/84\nuse 10.10.0.7 10.90.0.5 tcp/85\nuse 10.10.0.7 10.90.0.5 tcp/86\nuse 10.10.0.7 10.90.0.5 tcp/87\n"
	const used = hosts + "use 10.10.0.7 10.90.0.5 tcp/443 established=30\n"
	for _, c := range []struct {
		name, declared, graph string
		seconds               float64
		want                  []string
	}{
		{"unused", rule("users", "servers", "tcp/80"), hosts, 90, []string{"info unused-rule 0.5: policy rule r (users to servers): nothing used it in 90 s"}},
		{"unused by anybody", rule("any", "servers", "tcp/80"), hosts, 90, []string{"info unused-rule 0.5: policy rule r (any to servers): nothing used it in 90 s"}},
		{"tried, not answered", rule("users", "servers", "tcp/80"), hosts + "use 10.10.0.7 10.90.0.5 tcp/80 unanswered=7", 90, []string{
			"info unused-rule 0.5: policy rule r (users to servers): nothing used it in 90 s"}},
		{"not observable", rule("far", "away", "tcp/80"), hosts, 90, nil},
		{"a rule that denies", zones + "policy: {rules: [{name: r, from: any, to: any, services: [tcp/23], action: deny}]}\n", hosts, 90, nil},
		{"used", rule("users", "servers", "tcp/443"), used, 90, nil},
		{"broad", rule("users", "servers", ""), used, 7200, []string{"low broad-rule 0.5: policy rule r (users to servers) allows all services, 1 of them were used in 7200 s"}},
		{"a broad range", rule("users", "servers", "tcp/400-899, udp, app:dns"), used, 7200, []string{
			"low broad-rule 0.5: policy rule r (users to servers) allows 66037 services, 1 of them were used in 7200 s"}},
		{"broad, seldom used", rule("users", "servers", ""), hosts + "use 10.10.0.7 10.90.0.5 tcp/443 established=19", 7200, nil},
		{"the zone's VLAN is declared to be watched, but nothing of it was seen", rule("users", "away", "tcp/80") + "points: [{name: core1, vlans: [10, 90]}]\n", "host 10.98.0.7 02:00:00:00:00:07 98\nmac 10.97.0.7 02:00:00:00:00:08", 90, []string{
			"info unused-rule 0.5: policy rule r (users to away): nothing used it in 90 s"}},
		{"declared, and nothing seen of either", rule("users", "servers", "tcp/80") + "points: [{name: core1, vlans: [10, 90]}]\n", "host 10.97.0.7 02:00:00:00:00:08 97", 90, nil},
		{"broad, and used so", rule("users", "servers", ""), used + many, 7200, nil},
		{"narrow", rule("users", "servers", "tcp/440-449, icmp"), used, 7200, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := watch(t, strings.ReplaceAll(c.declared, "services: [], ", ""), c.graph, c.seconds, graph.Params{})
			for i := range r.Findings { // they reach beyond the fixture's ten minutes
				r.Findings[i].Last = min(r.Findings[i].Last, fixture.At(600))
			}
			finds(t, r, c.want...)
		})
	}
	r := watch(t, rule("users", "servers", "tcp/80"), hosts, 90, graph.Params{From: fixture.At(10), To: fixture.At(30)})
	finds(t, r, "info unused-rule 0.5: policy rule r (users to servers): nothing used it in 20 s")
}

func TestTransits(t *testing.T) {
	const allowed = `
version: 1
zones: [{name: users, vlans: [10], prefixes: [10.10.0.0/16]}, {name: servers, vlans: [90], prefixes: [10.90.0.0/16]}, {name: dmz, prefixes: [10.80.0.0/16]}]
policy:
  default: deny
  rules:
    - {name: in, from: users, to: dmz, action: allow}
    - {name: out, from: dmz, to: servers, action: allow}
`
	login := func(in, out, inAt, outAt string) string {
		return fmt.Sprintf("use 10.10.0.7 10.80.0.1 tcp/22 application=%s at=%s\nuse 10.80.0.1 10.90.0.5 tcp/3389 application=%s at=%s", in, inAt, out, outAt)
	}
	path := "medium transit-path 0.7: 10.10.0.7 (users) to 10.90.0.5 tcp/3389 (servers) through 10.80.0.1: rdp inside ssh, policy denies the direct way"
	for _, c := range []struct {
		name, declared, graph string
		want                  []string
	}{
		{"a login within a login", allowed, login("ssh", "rdp", "0-50", "10-40"), []string{path}},
		{"twice", allowed, login("ssh", "rdp", "0-50", "10-40") + "\n" + login("ssh", "rdp", "0-50", "10-40"), []string{path}},
		{"a web server and its database", allowed, login("http", "postgresql", "0-50", "10-40"), nil},
		{"before", allowed, login("ssh", "rdp", "20-50", "10-40"), nil},
		{"after", allowed, login("ssh", "rdp", "0-5", "10-40"), nil},
		{"refused", allowed, login("ssh", "rdp", "0-50", "10-40 refused=1"), nil},
		{"the direct way is allowed", allowed + "    - {name: direct, from: users, to: servers, action: allow}\n", login("ssh", "rdp", "0-50", "10-40"), nil},
		{"a declared jump host", allowed + "applications: [{name: jump, servers: [10.80.0.1]}]\n", login("ssh", "rdp", "0-50", "10-40"), nil},
		{"and back", allowed, "use 10.10.0.7 10.80.0.1 tcp/22 application=ssh\nuse 10.80.0.1 10.10.0.7 tcp/3389 application=rdp certainty=0.6", nil},
		{"within a zone", allowed, "use 10.10.0.7 10.80.0.1 tcp/22 application=ssh\nuse 10.80.0.1 10.10.0.8 tcp/3389 application=rdp certainty=0.6", nil},
	} {
		t.Run(c.name, func(t *testing.T) { finds(t, run(t, c.declared, c.graph, Options{}), c.want...) })
	}
}

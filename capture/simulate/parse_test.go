package simulate

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/simulate/speech"
	"netscope.example/nsgraph/graph/intent"
)

// everyApplication is a scenario in which one client uses each application once.
func everyApplication() string {
	var b strings.Builder
	b.WriteString("version: 1\nname: apps\nduration: 60s\ndomain: x.example\nvlans: [{name: a, id: 10, prefix: 10.0.0.0/24}]\nswitches: [{name: sw}]\n" +
		"hosts: [{name: pc, at: sw, vlan: 10}, {name: srv, at: sw, vlan: 10}]\ncapture: [{name: c, on: \"host:pc\"}]\nservices:\n")
	for _, n := range speech.Names() {
		if n == "dhcp" || n == "bgp" {
			continue
		}
		tr, port, _ := speech.Default(n)
		if n == "tls12" {
			port = 4433
		}
		fmt.Fprintf(&b, "  - {name: s-%s, host: srv, app: %s, transport: %s, port: %d, user: anna, password: pw}\n", n, n, tr, port)
	}
	b.WriteString("traffic:\n")
	at := 1
	for _, n := range speech.Names() {
		if n == "dhcp" || n == "bgp" {
			continue
		}
		at++
		fmt.Fprintf(&b, "  - {name: t-%s, from: pc, to: s-%s, start: %ds, count: 1, exchanges: 2, pause: 100ms, request: 300, response: 2500}\n", n, n, at)
	}
	return b.String()
}

// good is a scenario without fault; each case below breaks one line of it.
const good = `version: 1
name: good
duration: 5s
vlans:
  - {name: users, id: 10, prefix: 10.0.0.0/24}
  - {name: servers, id: 20, prefix: 10.0.1.0/24}
switches:
  - {name: sw1}
routers:
  - name: r1
    interfaces:
      - {name: a, link: trunk, vlan: 10, address: 10.0.0.1/24}
      - {name: b, link: trunk, vlan: 20, address: 10.0.1.1/24}
    routes: [{to: 10.9.0.0/16, via: 10.0.1.5}]
  - name: r2
    interfaces: [{name: c, link: side, vlan: 20, address: 10.0.1.5/24}]
links:
  - {name: trunk, a: sw1, b: r1, vlans: [10, 20], rate: 1Gbps}
  - {name: side, a: sw1, b: r2, access: 20}
hosts:
  - {name: pc, at: sw1, vlan: 10, address: 10.0.0.9}
  - {name: srv, at: sw1, vlan: 20}
services:
  - {name: web, host: srv, app: http}
traffic:
  - {name: browse, from: pc, to: web, every: 1s}
calls: []
acts: []
faults: []
capture:
  - {name: c, on: "switch:sw1"}
`

// What contradicts itself is refused, with file, line, column and reason.
func TestRefusals(t *testing.T) {
	if _, err := Parse("good.yaml", []byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, place, reason string }{
		{"unknown key", "duration: 5s", "durations: 5s", ":3:1:", "unknown key durations (did you mean duration?)"},
		{"key twice", "duration: 5s", "duration: 5s\nduration: 6s", ":4:", "twice"},
		{"bad duration", "duration: 5s", "duration: five", ":3:11:", "not a duration"},
		{"no duration", "duration: 5s", "duration: 0s", ":1:1:", "more than zero"},
		{"version", "version: 1", "version: 2", ":1:1:", "want 1"},
		{"no name", "name: good", "doc: good", ":1:1:", "needs a name"},
		{"rate zero", "rate: 1Gbps", "rate: 0", ":18:57:", "more than zero"},
		{"rate", "rate: 1Gbps", "rate: fast", ":18:57:", "not a rate"},
		{"host in no vlan", "{name: pc, at: sw1, vlan: 10,", "{name: pc, at: sw1,", ":21:5:", "is in no vlan"},
		{"host in an undeclared vlan", "{name: pc, at: sw1, vlan: 10,", "{name: pc, at: sw1, vlan: 11,", ":21:5:", "is in no vlan"},
		{"address twice", "address: 10.0.0.9", "address: 10.0.0.1", ":21:5:", "address 10.0.0.1 twice in context default: r1 and pc"},
		{"route nowhere", "via: 10.0.1.5", "via: 10.0.1.77", ":14:14:", "leads nowhere"},
		{"route off subnet", "via: 10.0.1.5", "via: 172.16.0.1", ":14:14:", "leads nowhere"},
		{"route incomplete", "to: 10.9.0.0/16, ", "", ":14:14:", "needs to and via"},
		{"vlan id", "id: 10,", "id: 4095,", ":5:5:", "want 1 to 4094"},
		{"vlan id twice", "id: 20,", "id: 10,", ":6:5:", "twice"},
		{"overlap", "prefix: 10.0.1.0/24", "prefix: 10.0.0.0/16", ":6:5:", "overlaps"},
		{"prefix", "prefix: 10.0.1.0/24", "prefix: 10.0.1.0", ":6:37:", "not a prefix"},
		{"node twice", "- {name: sw1}", "- {name: sw1}\n  - {name: sw1}", ":9:5:", "name sw1 twice"},
		{"unknown switch", "{name: srv, at: sw1", "{name: srv, at: sw2", ":22:5:", "no switch named \"sw2\" (did you mean sw1?)"},
		{"link to nothing", "a: sw1, b: r2", "a: sw1, b: r9", ":19:5:", "no switch, router or host named \"r9\""},
		{"link twice", "name: side, a", "name: trunk, a", ":19:5:", "link trunk twice"},
		{"link of unknown vlan", "vlans: [10, 20],", "vlans: [10, 20, 30],", ":18:5:", "no vlan 30"},
		{"trunk without the vlan", "vlans: [10, 20],", "vlans: [10],", ":13:9:", "does not carry vlan 20"},
		{"loss", "access: 20}", "access: 20, loss: 1.5}", ":19:5:", "want a share"},
		{"no address", "vlan: 20, address: 10.0.1.1/24", "vlan: 20", ":13:9:", "without an address"},
		{"interface on no link", "link: side", "link: tide", ":16:18:", "no link named \"tide\""},
		{"not at the link", "link: side, vlan: 20", "link: trunk, vlan: 20", ":16:18:", "not at link trunk"},
		{"unknown system", "{name: srv,", "{name: srv, os: windoze,", ":22:5:", "did you mean windows?"},
		{"bad address", "address: 10.0.0.9", "address: ten", ":21:5:", "neither an address nor dhcp"},
		{"unknown application", "app: http", "app: htttp", ":24:5:", "did you mean http?"},
		{"unknown host", "host: srv", "host: sry", ":24:5:", "did you mean srv?"},
		{"no hosts", "host: srv", "host: x*", ":24:5:", "no host begins"},
		{"transport", "app: http}", "app: http, transport: sctp}", ":24:5:", "want tcp or udp"},
		{"need", "app: http}", "app: http, needs: [{service: wen}]}", ":24:47:", "did you mean web?"},
		{"service twice", "app: http}", "app: http}\n  - {name: web, host: pc, app: ssh}", ":25:5:", "twice"},
		{"expected verdict", "calls: []", "calls: []\nexpect: {qos: {voice: great}}", ":28:9:", "class voice: verdict \"great\""},
		{"expected silence", "calls: []", "calls: []\nexpect: {must_not: [leak]}", ":28:9:", "want analysis/rule"},
		{"server of nobody", "    routes:", "    nat: [{virtual: \"10.0.1.99:80\", servers: [\"10.0.1.98:80\"]}]\n    routes:", ":14:11:", "server 10.0.1.98:80, which nobody owns"},
		{"fault that ends before it begins", "faults: []", "faults: [{name: f, kind: link-down, target: trunk, from: 3s, until: 2s}]", ":29:10:", "from 3s until 2s, want a later end"},
		{"traffic that ends before it begins", "to: web", "to: web, start: 3s, stop: 2s", ":26:5:", "starts at 3s and stops at 2s, want a later end"},
		{"need of itself", "app: http}", "app: http, needs: [{service: web}]}", ":24:5:", "service web needs itself whenever it is asked"},
		{"traffic to nothing", "to: web", "to: wen", ":26:5:", "did you mean web?"},
		{"traffic from nobody", "from: pc,", "from: pd,", ":26:5:", "did you mean pc?"},
		{"every zero", "every: 1s", "every: 0s", ":26:5:", "more than zero"},
		{"day", "every: 1s", "every: 1s, day: [18, 8]", ":26:5:", "two hours in order"},
		{"call", "calls: []", "calls: [{name: c, from: pc, to: nobody}]", ":27:9:", "one host at each end"},
		{"call via", "calls: []", "calls: [{name: c, from: pc, to: srv, via: web, duration: 1s}]", ":27:9:", "no sip service"},
		{"codec", "calls: []", "calls: [{name: c, from: pc, to: srv, no_signalling: true, codec: MP3, duration: 1s}]", ":27:9:", "unknown codec"},
		{"call without end", "calls: []", "calls: [{name: c, from: pc, to: srv, no_signalling: true}]", ":27:9:", "more than zero"},
		{"act", "acts: []", "acts: [{name: a, kind: pong, host: pc}]", ":28:8:", "did you mean ping?"},
		{"act by nobody", "acts: []", "acts: [{name: a, kind: ping, host: pd}]", ":28:8:", "did you mean pc?"},
		{"act on nothing", "acts: []", "acts: [{name: a, kind: ping, host: pc, target: moon}]", ":28:8:", "no host or service"},
		{"act too often", "acts: []", "acts: [{name: a, kind: ping, host: pc, target: srv, count: 3}]", ":28:8:", "more than zero"},
		{"fault", "faults: []", "faults: [{name: f, kind: link-dawn, target: trunk}]", ":29:10:", "did you mean link-down?"},
		{"fault of nothing", "faults: []", "faults: [{name: f, kind: link-down, target: t}]", ":29:10:", "no link"},
		{"fault of no service", "faults: []", "faults: [{name: f, kind: service-down, target: t}]", ":29:10:", "no service"},
		{"fault of no host", "faults: []", "faults: [{name: f, kind: host-down, target: t}]", ":29:10:", "no host"},
		{"fault of no router", "faults: []", "faults: [{name: f, kind: fhrp-fail, target: pc}]", ":29:10:", "no router"},
		{"fault backwards", "faults: []", "faults: [{name: f, kind: link-down, target: trunk, from: 4s, until: 2s}]", ":29:10:", "until"},
		{"capture nowhere", "on: \"switch:sw1\"", "on: \"switch:sw9\"", ":31:5:", "no switch named"},
		{"capture on nothing", "on: \"switch:sw1\"", "on: \"moon:sw1\"", ":31:5:", "want switch:NAME"},
		{"capture on no link", "on: \"switch:sw1\"", "on: \"link:x\"", ":31:5:", "no link"},
		{"capture on no host", "on: \"switch:sw1\"", "on: \"host:x\"", ":31:5:", "no host"},
		{"capture direction", "on: \"switch:sw1\"", "on: \"switch:sw1\", direction: up", ":31:5:", "want rx, tx or both"},
		{"tap direction", "on: \"switch:sw1\"", "on: \"link:side\", direction: up", ":31:5:", "want both, a or b"},
		{"capture loss", "on: \"switch:sw1\"", "on: \"switch:sw1\", loss: 1", ":31:5:", "want a share"},
		{"capture vlan", "on: \"switch:sw1\"", "on: \"switch:sw1\", vlans: [9]", ":31:5:", "no vlan 9"},
		{"offload", "on: \"switch:sw1\"", "on: \"switch:sw1\", offload: true", ":31:5:", "on hosts only"},
		{"no capture", "capture:\n  - {name: c, on: \"switch:sw1\"}", "capture: []", ":1:1:", "captures nowhere"},
		{"list for mapping", "  - {name: sw1}", "  - [sw1]", ":8:5:", "want a mapping, found a list"},
		{"mapping for list", "acts: []", "acts: {}", ":28:7:", "want a list, found a mapping"},
		{"number", "vlan: 10, address: 10.0.0.9", "vlan: ten, address: 10.0.0.9", ":21:31:", "not a whole number from 0 to 65535"},
		{"flag", "acts: []", "acts: [{name: [x]}]", ":28:15:", "want one value"},
		{"base", "name: good", "name: good\nbase: nothing", ":3:7:", "not in the library"},
		{"policy action", "    routes:", "    policy: [{name: p, from: any, to: any, action: deny}]\n    routes:", ":14:14:", "want allow, drop, reset or icmp"},
		{"policy service", "    routes:", "    policy: [{name: p, services: [tpc/1], action: drop}]\n    routes:", ":14:14:", "want tcp/443"},
		{"policy ports", "    routes:", "    policy: [{name: p, services: [tcp/9-1], action: drop}]\n    routes:", ":14:14:", "no such ports"},
		{"policy from", "    routes:", "    policy: [{name: p, from: mars, action: drop}]\n    routes:", ":14:14:", "no host named"},
		{"nat", "    routes:", "    nat: [{source: 10.0.0.0/24}]\n    routes:", ":14:11:", "nat needs"},
		{"balancer", "    routes:", "    nat: [{virtual: x, servers: [y]}]\n    routes:", ":14:11:", "not address:port"},
		{"balancer of none", "    routes:", "    nat: [{virtual: \"10.0.1.9:80\"}]\n    routes:", ":14:11:", "without servers"},
		{"tunnel kind", "    routes:", "    tunnels: [{kind: ssh, local: 10.0.1.1, remote: 10.0.1.5}]\n    routes:", ":14:15:", "want gre"},
		{"tunnel ends", "    routes:", "    tunnels: [{kind: gre, local: 10.0.1.9, remote: 10.0.1.77}]\n    routes:", ":14:15:", "not its address"},
		{"strip", "    routes:", "    strip: [mss]\n    routes:", ":10:5:", "cannot strip"},
		{"fhrp", "vlan: 20, address: 10.0.1.1/24", "vlan: 20, address: 10.0.1.1/24, fhrp: [{protocol: carp, virtual: 10.9.0.1}]", ":13:71:", "is not hsrp"},
		{"mark", "{name: srv,", "{name: srv, mark: {http: GOLD},", ":22:5:", "not a code point"},
		{"remark", "    routes:", "    remark: {EF: GOLD}\n    routes:", ":14:13:", "not a code point"},
		{"queue", "access: 20}", "access: 20, queue: {kind: lifo}}", ":19:52:", "want fifo, priority or wfq"},
		{"class", "access: 20}", "access: 20, queue: {classes: [{name: x, dscp: [GOLD]}]}}", ":19:63:", "not a code point"},
		{"stp", "- {name: sw1}", "- {name: sw1, stp: {mode: tree}}", ":8:5:", "want stp, rstp, pvst or mst"},
		{"mac", "- {name: sw1}", "- {name: sw1, mac: \"00:11\"}", ":8:22:", "not a MAC"},
		{"mac digits", "- {name: sw1}", "- {name: sw1, mac: \"00:11:22:33:44:zz\"}", ":8:22:", "not a MAC"},
		{"ip", "- {name: sw1}", "- {name: sw1, address: here}", ":8:26:", "not an IP address"},
		{"expectation", "faults: []", "faults: []\nexpect: {must: [{rule: leak}]}", ":30:17:", "want analysis/rule"},
		{"intent", "faults: []", "faults: []\nintent: {zones: [{name: z, prefixes: [x]}]}", ":30:9:", "not a prefix"},
		{"float", "access: 20}", "access: 20, loss: much}", ":19:51:", "not a number"},
		{"bool", "- {name: sw1}", "- {name: sw1, cdp: perhaps}", ":8:22:", "neither true nor false"},
		{"start", "duration: 5s", "duration: 5s\nstart: today", "", "want a time"},
		{"clock", "{name: srv,", "{name: srv, clock_of: nobody,", ":22:5:", "no host before it"},
		{"address6", "{name: srv,", "{name: srv, address6: \"10.0.0.1\",", ":22:5:", "not an IPv6"},
		{"not yaml", "version: 1", "version: [1", "", "yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(good, c.old) {
				t.Fatalf("the case does not apply: %q", c.old)
			}
			_, err := Parse("bad.yaml", []byte(strings.Replace(good, c.old, c.new, 1)))
			if err == nil {
				t.Fatal("accepted")
			}
			if s := err.Error(); !strings.Contains(s, "bad.yaml"+c.place) || !strings.Contains(s, c.reason) {
				t.Errorf("error %q, want bad.yaml%s and %q", s, c.place, c.reason)
			}
			if p, ok := errors.AsType[*PlaceError](err); c.place != "" && (!ok || p.Unwrap() == nil) {
				t.Errorf("error %v has no place", err)
			}
		})
	}
	for _, text := range []string{"", "- a\n"} {
		if _, err := Parse("x.yaml", []byte(text)); err == nil {
			t.Errorf("%q accepted", text)
		}
	}
	if _, err := Load("ofice"); err == nil || !strings.Contains(err.Error(), "did you mean office?") {
		t.Errorf("error %v, want the nearest name", err)
	}
}

// The intent files of the library are what the intent package accepts.
func TestIntents(t *testing.T) {
	list, err := List()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range list {
		sc, err := Load(i.Name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := sc.IntentFile()
		if err != nil {
			t.Fatal(err)
		}
		if b == nil {
			continue
		}
		if _, err := intent.Parse(i.Name, b); err != nil {
			t.Errorf("%s: %v", i.Name, err)
		}
	}
}

// The truth file is one JSON document of the documented type, and says what a run with a sink says.
func TestTruthFile(t *testing.T) {
	sc, err := Load("office")
	if err != nil {
		t.Fatal(err)
	}
	f, err := sc.WriteFiles(t.Context(), Options{}, filepath.Join(t.TempDir(), "office.pcapng"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(f.Truth)
	if err != nil {
		t.Fatal(err)
	}
	var got Truth
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil {
		t.Fatal(err)
	}
	c, truth := play(t, "office", Options{})
	if len(got.Conversations) != len(c.talks) || len(got.Conversations) < 80 {
		t.Errorf("%d conversations in the file, %d in the run", len(got.Conversations), len(c.talks))
	}
	if got.Total != truth.Total || len(got.Hosts) != len(truth.Hosts) || len(got.Settings) == 0 || len(got.Services) == 0 || got.Points[0].File != "office.pcapng" {
		t.Errorf("file %+v, run %+v", got.Total, truth.Total)
	}
	var apps uint64
	for _, a := range got.Applications {
		apps += a.Bytes
	}
	if apps == 0 || apps > got.Total.Bytes {
		t.Errorf("applications have %d bytes of %d", apps, got.Total.Bytes)
	}
	want := false
	for _, m := range got.Expect.Must {
		want = want || m.Rule == "segmentation/forbidden-flow" && m.Subjects[0] == "192.168.66.22" && m.Subjects[1] == "10.90.0.6"
	}
	if !want {
		t.Errorf("expectations %+v, want the guest's breach by address", got.Expect.Must)
	}
}

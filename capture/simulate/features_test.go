package simulate

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// features is a network that has what the library's scenarios do not: IPv6, other gateways' protocols, other tunnels, marking on
// the way, working hours, switches in a triangle, hosts with tags.
const features = `
version: 1
name: features
doc: A bit of everything.
start: 2026-03-02T17:59:40Z
duration: 45s
domain: x.example
vlans:
  - {name: left, id: 10, prefix: 10.1.0.0/24, prefix6: "2001:db8:1::/64", zone: left, dns: 10.2.0.3}
  - {name: right, id: 20, prefix: 10.2.0.0/24, prefix6: "2001:db8:2::/64", zone: right, dns: 10.2.0.3}
  - {name: far, id: 30, prefix: 10.3.0.0/24, zone: far, dns: 10.2.0.3}
  - {name: farther, id: 40, prefix: 10.4.0.0/24, zone: far, dns: 10.2.0.3}
  - {name: core, id: 99, prefix: 172.16.0.0/29}
switches:
  - {name: s1, stp: {mode: mst, region: R, revision: 2, priority: 4096}, lldp: true, cdp: true, vtp: {domain: D, revision: 1}}
  - {name: s2, stp: {mode: mst, region: R, revision: 2}}
  - {name: s3, stp: {mode: stp, changes: 10s}}
routers:
  - name: r1
    lldp: true
    cdp: true
    classify: [{services: [tcp/80], dscp: AF21}]
    dhcp_relay: [10.2.0.3]
    interfaces:
      - {name: r1.10, link: t1, vlan: 10, address: 10.1.0.2/24, address6: "2001:db8:1::1/64", ra: {interval: 5s, managed: true, other: true, prefix: "2001:db8:1::/64"}, fhrp: [{protocol: vrrpv3, group: 1, virtual: 10.1.0.1, priority: 120}]}
      - {name: r1.20, link: t1, vlan: 20, address: 10.2.0.2/24, address6: "2001:db8:2::1/64", ra: {}, fhrp: [{protocol: hsrpv2, group: 2, virtual: 10.2.0.1, priority: 120}]}
      - {name: r1.99, link: t1, vlan: 99, address: 172.16.0.1/29}
    tunnels:
      - {kind: vxlan, local: 172.16.0.1, remote: 172.16.0.3, for: [10.3.0.0/24], key: 5000}
      - {kind: ipip, local: 172.16.0.1, remote: 172.16.0.4, for: [10.4.0.0/24], dscp: AF11}
    policy: [{name: six, from: left, to: right, services: [tcp/22], action: icmp}, {name: dgram, from: pc, to: web, services: [udp/7000], action: reset}]
  - name: r2
    interfaces:
      - {name: r2.10, link: t2, vlan: 10, address: 10.1.0.3/24, fhrp: [{protocol: vrrpv3, group: 1, virtual: 10.1.0.1, priority: 90}]}
      - {name: r2.20, link: t2, vlan: 20, address: 10.2.0.4/24, fhrp: [{protocol: hsrpv2, group: 2, virtual: 10.2.0.1}, {protocol: glbp, group: 3, virtual: 10.2.0.9}]}
  - name: r3
    interfaces:
      - {name: r3.99, link: t3, vlan: 99, address: 172.16.0.3/29}
      - {name: r3.30, link: t3, vlan: 30, address: 10.3.0.1/24}
    tunnels: [{kind: vxlan, local: 172.16.0.3, remote: 172.16.0.1, for: [10.1.0.0/24, 10.2.0.0/24], key: 5000}]
  - name: r4
    interfaces:
      - {name: r4.99, link: t4, vlan: 99, address: 172.16.0.4/29}
      - {name: r4.40, link: t4, vlan: 40, address: 10.4.0.1/24}
    tunnels: [{kind: ipip, local: 172.16.0.4, remote: 172.16.0.1, for: [10.1.0.0/24, 10.2.0.0/24]}]
links:
  - {name: t1, a: s1, b: r1, vlans: [10, 20, 99], access: 1}
  - {name: t2, a: s1, b: r2, vlans: [10, 20], access: 1}
  - {name: t3, a: s1, b: r3, vlans: [30, 99], access: 1}
  - {name: t4, a: s1, b: r4, vlans: [40, 99], access: 1}
  - {name: x12, a: s1, b: s2, vlans: [10], access: 1}
  - {name: x23, a: s2, b: s3, vlans: [10], access: 1}
  - {name: x13, a: s1, b: s3, vlans: [10], access: 1}
  - {name: plug, a: s1, b: tagged, vlans: [20], access: 1}
hosts:
  - {name: pc, at: s2, vlan: 10, os: windows, address: dhcp, lldp: true, cdp: true}
  - {name: six, at: s3, vlan: 10, address: none, lldp: true}
  - {name: worker, at: s1, vlan: 10}
  - {name: web, at: s1, vlan: 20, address6: "2001:db8:2::80"}
  - {name: dns, at: s1, vlan: 20, address: 10.2.0.3, address6: none}
  - {name: tagged, link: plug, vlan: 20, address6: none}
  - {name: trunked, at: s1, vlan: 20, tagged: true, address6: none}
  - {name: remote, at: s1, vlan: 30}
  - {name: remoter, at: s1, vlan: 40}
  - {name: guarded, at: s1, vlan: 20, firewall: drop, address6: none}
services:
  - {name: dhcp, host: dns, app: dhcp, dhcp: {dns: 10.2.0.3, mtu: 1480}}
  - {name: dns, host: dns, app: dns}
  - {name: web, host: web, app: http}
  - {name: web6, host: web, app: tls, ipv6: true, no_dns: true}
  - {name: ssh, host: web, app: ssh, ipv6: true, no_dns: true}
  - {name: echo, host: web, app: datagrams, port: 7000, no_dns: true}
  - {name: tagged, host: tagged, app: mysql}
  - {name: trunked, host: trunked, app: redis}
  - {name: files, host: remote, app: smb}
  - {name: more, host: remoter, app: smb}
  - {name: guarded, host: guarded, app: rdp}
  - {name: ftp, host: remote, app: ftp}
traffic:
  - {name: a, from: pc, to: web, every: 4s}
  - {name: b, from: six, to: web6, every: 4s}
  - {name: c, from: six, to: ssh, every: 9s, count: 2}
  - {name: d, from: pc, to: echo, every: 9s}
  - {name: e, from: pc, to: tagged, every: 5s}
  - {name: f, from: pc, to: trunked, every: 5s}
  - {name: g, from: worker, to: files, every: 9s, response: 20000}
  - {name: g2, from: worker, to: more, every: 9s, response: 20000}
  - {name: h, from: worker, to: guarded, start: 5s, count: 1}
  - {name: i, from: worker, to: ftp, start: 8s, count: 1, response: 30000}
  - {name: j, from: worker, to: web, every: 500ms, day: [8, 18]}
  - {name: k, from: worker, to: echo, start: 3s, stop: 9s, count: 1, rate: 100kbps, answer: true}
calls: [{name: film, from: pc, to: worker, no_signalling: true, video: true, at: 9s, duration: 3s}, {name: swap, from: worker, to: pc, no_signalling: true, at: 9s, duration: 5s, new_ssrc: 2s, silence_suppression: true}]
acts:
  - {name: p, kind: ping, host: worker, target: web, at: 4s, count: 3, every: 1s}
  - {name: r, kind: ping, host: worker, address: 10.1.0.2, at: 4s, count: 2, every: 1s}
  - {name: q, kind: ping, host: six, address: "2001:db8:2::80", at: 4s, count: 3, every: 1s}
  - {name: nobody, kind: ping, host: worker, address: 10.2.0.77, at: 4s, count: 2, every: 1s}
  - {name: self, kind: announce, host: worker, at: 4s}
  - {name: s, kind: scan, host: worker, target: web, port: 7777, at: 6s, count: 3, every: 100ms}
  - {name: self6, kind: announce, host: web, address: "2001:db8:2::80", at: 4s}
faults:
  - {name: slow, kind: service-slow, target: web, from: 20s, until: 25s, value: 300}
  - {name: mute, kind: service-silent, target: tagged, from: 20s, until: 30s}
  - {name: off, kind: host-down, target: trunked, from: 20s, until: 25s}
  - {name: delay, kind: link-delay, target: x12, from: 20s, until: 25s, value: 40}
  - {name: lossy, kind: link-loss, target: x12, from: 25s, until: 30s, value: 0.1}
  - {name: over, kind: fhrp-fail, target: r1, from: 30s, until: 35s}
capture: [{name: s1, on: "switch:s1", vlans: [10, 20, 30, 40, 99]}, {name: pc, on: "host:pc"}]
intent:
  version: 1
  zones: [{name: left, vlans: ["10-11"]}, {name: right, vlans: [20], prefixes: [10.2.0.0/24]}]
  policy: {default: deny, rules: [{name: w, from: any, to: right, services: ["app:http", icmp], action: allow}, {name: o, from: left, to: right, services: [tcp/443], action: observe}]}
`

func TestFeatures(t *testing.T) {
	c, truth := playText(t, features)
	byService := map[string][]Conversation{}
	for _, x := range c.talks {
		byService[x.Service] = append(byService[x.Service], x)
	}
	for service, outcome := range map[string]string{"web": "established", "web6": "established", "ssh": "prohibited", "echo": "", "tagged": "", "trunked": "", "files": "established",
		"more": "established", "guarded": "unfinished", "ftp": "established"} {
		l := byService[service]
		if len(l) == 0 {
			t.Errorf("nobody used %s", service)
			continue
		}
		if x := l[0]; outcome != "" && x.Outcome != outcome {
			t.Errorf("%s: %s, want %s: %+v", service, x.Outcome, outcome, x)
		}
	}
	if x := byService["web6"][0]; !strings.Contains(x.Server, "[2001:db8:2::80]:443") || x.Policy != "observe" {
		t.Errorf("web6: %s %s, want IPv6 and observe", x.Server, x.Policy)
	}
	if x := byService["web"][0]; x.Policy != "allow" || x.Up.DSCP != 0 {
		t.Errorf("web: %+v", x)
	}
	data := false
	for _, x := range byService["ftp"] {
		data = data || x.App == "ftp-data" && x.Parent == "ftp" && x.Cause != 0 && x.Down.Packets > 15
	}
	if !data {
		t.Errorf("no data channel: %+v", byService["ftp"])
	}
	late := 0
	for _, x := range byService["web"] {
		if x.ClientOf == "worker" && x.First > truth.From+22e9 { // after six in the evening
			late++
		}
	}
	if late > 8 {
		t.Errorf("%d visits after hours, want few", late)
	}
	sources := map[string]int{}
	for _, s := range truth.Streams {
		sources[s.Src]++
	}
	if sources["10.1.0.22:16388"] != 2 && len(truth.Streams) < 5 {
		t.Errorf("streams %v, want one that changed its source", sources)
	}
	if c.back != 0 || len(truth.Faults) < 10 {
		t.Errorf("%d times back, %d faults", c.back, len(truth.Faults))
	}
}

func TestFeaturesInTshark(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("no tshark here")
	}
	sc, err := Parse("features.yaml", []byte(features))
	if err != nil {
		t.Fatal(err)
	}
	f, err := sc.WriteFiles(t.Context(), Options{}, filepath.Join(t.TempDir(), "f.pcapng"))
	if err != nil {
		t.Fatal(err)
	}
	if bad := tsharkFinds(t, f.Captures[0], badFilter); bad != "" {
		t.Errorf("tshark:\n%s", bad)
	}
	out, err := exec.Command("tshark", "-r", f.Captures[0], "-T", "fields", "-e", "frame.protocols").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"vrrp", "hsrp", "glbp", "vxlan", "ip:ip", "icmpv6", "arp"} {
		if !strings.Contains(string(out), p) {
			t.Errorf("tshark recognises no %s", p)
		}
	}
}

// IP options of hosts by system: a handshake looks as the table says.
func TestHabits(t *testing.T) {
	for _, h := range systems {
		if habitsOf(h.name) == nil || h.ttl == 0 || h.window == 0 || h.buffer == 0 || !strings.Contains(h.order, "m") {
			t.Errorf("%s: incomplete habits", h.name)
		}
	}
	if habitsOf("amiga") != nil {
		t.Error("habits of an unknown system")
	}
}

// The example of SCENARIO.md is accepted, and does what it says.
func TestManual(t *testing.T) {
	b, err := os.ReadFile("SCENARIO.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "```yaml\n")
	text, _, _ := strings.Cut(rest, "```")
	c, _ := playText(t, text)
	for _, x := range c.talks {
		if x.Service == "db" && x.ClientOf == "guest1" && x.StoppedBy != "fw1" || x.Service == "web" && x.StoppedBy != "" {
			t.Errorf("%s of %s stopped by %q", x.Service, x.ClientOf, x.StoppedBy)
		}
	}
	if len(c.talks) < 20 {
		t.Errorf("%d conversations, want more", len(c.talks))
	}
}

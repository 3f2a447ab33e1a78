package simulate

import (
	"strings"
	"testing"
	"time"
)

// redundant is a network that survives the failure of any one link: three routers in a triangle, three switches in a triangle, two gateways.
const redundant = `
version: 1
name: redundant
doc: Everything twice.
duration: 300s
domain: x.example
vlans:
  - {name: users, id: 10, prefix: 10.1.0.0/24, zone: users}
  - {name: servers, id: 20, prefix: 10.2.0.0/24, zone: servers}
switches:
  - {name: s1, stp: {mode: MODE, priority: 4096}}
  - {name: s2, stp: {mode: MODE, priority: 8192}}
  - {name: s3, stp: {mode: MODE}}
  - {name: far}
routers:
  - name: r1
    ospf: {router_id: 1.1.1.1, hello: 2s, dead: 8s}
    interfaces:
      - {name: r1.10, link: u1, vlan: 10, address: 10.1.0.2/24, passive: [ospf], fhrp: [{protocol: vrrp, group: 1, virtual: 10.1.0.1, priority: 120}]}
      - {name: r1-3, link: r13, address: 172.16.13.1/30}
      - {name: r1-2, link: r12, address: 172.16.12.1/30}
  - name: r2
    ospf: {router_id: 2.2.2.2, hello: 2s, dead: 8s}
    interfaces:
      - {name: r2.10, link: u2, vlan: 10, address: 10.1.0.3/24, passive: [ospf], fhrp: [{protocol: vrrp, group: 1, virtual: 10.1.0.1, priority: 90}]}
      - {name: r2-3, link: r23, address: 172.16.23.1/30}
      - {name: r2-1, link: r12, address: 172.16.12.2/30}
  - name: r3
    ospf: {router_id: 3.3.3.3, hello: 2s, dead: 8s}
    interfaces:
      - {name: r3-1, link: r13, address: 172.16.13.2/30}
      - {name: r3-2, link: r23, address: 172.16.23.2/30}
      - {name: r3.20, link: d, vlan: 20, address: 10.2.0.1/24, passive: [ospf]}
links:
  - {name: x12, a: s1, b: s2, vlans: [10], access: 1}
  - {name: x23, a: s2, b: s3, vlans: [10], access: 1}
  - {name: x13, a: s1, b: s3, vlans: [10], access: 1}
  - {name: u1, a: s1, b: r1, vlans: [10], access: 1}
  - {name: u2, a: s2, b: r2, vlans: [10], access: 1}
  - {name: r12, a: r1, b: r2}
  - {name: r13, a: r1, b: r3}
  - {name: r23, a: r2, b: r3}
  - {name: d, a: far, b: r3, vlans: [20], access: 1}
hosts:
  - {name: pc, at: s3, vlan: 10}
  - {name: web, at: far, vlan: 20}
services: [{name: web, host: web, app: http, no_dns: true}]
traffic: [{name: a, from: pc, to: web, every: 1s}]
faults: [{name: cut, kind: link-down, target: CUT, from: 100s, until: 200s}]
capture: [{name: pc, on: "host:pc"}, {name: tap, on: "link:TAP"}]
`

// TestConverge cuts one link of a redundant network after the other: answers stop for the time that the protocols take, come back while the link is
// still down, and stay when it returns.
func TestConverge(t *testing.T) {
	for _, c := range []struct {
		cut, mode, tap string
		within         time.Duration // until answers come back
		carried        bool          // the tapped link carries frames of conversations only while the other is down
	}{
		{"r13", "rstp", "r12", 3 * time.Second, true},   // the routers at its ends go the other way round
		{"x13", "rstp", "x23", 3 * time.Second, true},   // the blocked port opens
		{"x13", "pvst", "x23", 33 * time.Second, true},  // after twice the forward delay
		{"u1", "rstp", "u2", 6 * time.Second, true},     // the other gateway takes over
		{"x12", "rstp", "r12", time.Millisecond, false}, // nothing went that way
	} {
		t.Run(c.cut+" "+c.mode, func(t *testing.T) {
			sc, err := Parse("test.yaml", []byte(strings.NewReplacer("MODE", c.mode, "CUT", c.cut, "TAP", c.tap).Replace(redundant)))
			if err != nil {
				t.Fatal(err)
			}
			got := newCollector()
			carried := map[bool]int{} // frames of conversations on the tapped link, by whether the other is down and the network has settled
			start := time.Date(2026, 3, 2, 8, 30, 0, 0, time.UTC).UnixNano()
			got.each = func(point int, ns int64, data []byte, _ int) {
				at := time.Duration(ns - start)
				if point == 1 && len(data) > 200 { // more than any hello
					carried[at > 100*time.Second && at < 200*time.Second+c.within]++
				}
			}
			if _, err := sc.Run(t.Context(), Options{}, got); err != nil {
				t.Fatal(err)
			}
			before, during, after := [2]int{}, [2]int{}, [2]int{} // conversations that failed, and all
			for _, x := range got.talks {
				if x.ClientOf != "pc" || x.Service != "web" {
					continue
				}
				part := &before
				switch at := time.Duration(int64(x.First) - start); {
				case at > 300*time.Second-c.within:
					continue // still open at the end
				case at > 200*time.Second+c.within:
					part = &after
				case at > 100*time.Second+c.within && at < 200*time.Second:
					part = &during
				case at > 99*time.Second:
					continue // converging
				}
				part[1]++
				if x.Outcome != "established" {
					part[0]++
				}
			}
			if before[1] < 50 || during[1] < 30 || after[1] < 30 || before[0]+during[0]+after[0] > 0 {
				t.Errorf("failed before, during and after the cut: %v %v %v", before, during, after)
			}
			if c.carried && (carried[false] > 0 || carried[true] == 0) || !c.carried && carried[true]+carried[false] > 0 {
				t.Errorf("%s carried %d frames while %s was down, %d at other times", c.tap, carried[true], c.cut, carried[false])
			}
		})
	}
}

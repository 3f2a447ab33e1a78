package configuration

import (
	"fmt"
	"testing"
)

// A flood of forged speakers costs time in proportion, and its finding stays readable.
func TestFlood(t *testing.T) {
	w := newWorld()
	for i := range 1500 {
		s := said{device: fmt.Sprintf("9.9.%d.%d", i/256, i%256), address: fmt.Sprintf("10.0.%d.%d", i/256, i%256), mac: fmt.Sprintf("02:00:00:00:%02x:%02x", i/256, i%256), to: 60, group: "10.0.0.0/16"}
		w.says(s, fmt.Sprintf("ospf.hello=%d", 1+i%300), "ospf.neighbors=none")
		s.group = "cst"
		w.says(s, "stp.root=32768 "+s.mac)
		w.claims(claim{address: "10.0.0.1", mac: s.mac, to: 60, claims: 2})
	}
	r := w.run(t)
	if len(r.Findings) != 3 {
		t.Fatalf("%d findings", len(r.Findings))
	}
	for _, f := range r.Findings {
		if len(f.Text) > 2000 || len(f.Evidence[0].Filter) > 1000 {
			t.Errorf("%s: text of %d bytes, filter of %d", f.Rule, len(f.Text), len(f.Evidence[0].Filter))
		}
	}
}

// Forged servers, routers and redirects without number raise as many findings as one can read, and say how many more there were.
func TestFloodOfFindings(t *testing.T) {
	w := newWorld()
	for i := range 400 {
		address, mac := fmt.Sprintf("10.0.%d.%d", i/256, i%256), fmt.Sprintf("02:00:00:00:%02x:%02x", i/256, i%256)
		w.says(said{address: address, mac: mac, to: 60, group: "10.0.0.0/16"}, "dhcp.network=10.0.0.0/16", "dhcp.router="+address)
		w.says(said{address: address, mac: mac, to: 60, group: "vrrp 1"}, "vrrp.state=master", "vrrp.interval=1")
		w.says(said{device: "1.1.1.1", address: address, mac: mac, to: 60, group: "10.0.0.0/16"}, "ospf.hello=10")
		w.says(said{address: "10.0.0.1", mac: mac, group: "192.0.2.1"}, "icmp.redirect="+address)
	}
	r := w.run(t)
	n := map[string]int{}
	for _, f := range r.Findings {
		n[f.Rule]++
	}
	for rule, k := range n {
		if k != maxPerRule {
			t.Errorf("%s: %d findings", rule, k)
		}
	}
	if len(n) != 4 || r.Suppressed != 200 { // the redirects that are not told
		t.Errorf("%v, %d suppressed", n, r.Suppressed)
	}
}

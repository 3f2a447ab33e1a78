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

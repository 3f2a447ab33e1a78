package configuration

import (
	"fmt"
	"slices"
	"testing"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
)

// family is switches of one platform at capture points of their own; values are their CDP TTLs.
func family(values ...string) *world {
	w := newWorld()
	for i, v := range values {
		s := said{device: fmt.Sprintf("sw%d", i), mac: fmt.Sprintf("02:00:00:00:01:%02x", i), port: "Gi0/1", point: fmt.Sprintf("tap%d", i), to: 60}
		w.says(s, "cdp.platform=cisco C9300-48P", "cdp.ttl="+v)
	}
	return w
}

func TestMajority(t *testing.T) {
	r := family("180", "180", "180", "60").finds(t, "low baseline-deviation: sw3 of family cisco C9300-48P says cdp.ttl 60, 3 of 4 say 180")
	want := Baseline{Family: "cisco C9300-48P", Devices: 4, Attribute: "cdp.ttl", Majority: "180", Support: 0.75, Deviants: []string{"sw3"}}
	if len(r.Baselines) != 1 || fmt.Sprint(r.Baselines[0]) != fmt.Sprint(want) {
		t.Errorf("got %+v", r.Baselines)
	}
	family("180", "60").finds(t)              // too few
	family("180", "180", "60", "60").finds(t) // no majority
	family("180", "180", "180").finds(t)
}

func TestDeclaredBaseline(t *testing.T) {
	w := family("180")
	w.says(said{device: "1.1.1.1", address: "10.0.0.1", mac: "02:00:00:00:01:00", group: "10.0.0.0/24", to: 60}, "ospf.hello=5")
	w.says(said{device: "sw0", mac: "02:00:00:00:01:00", port: "Gi0/1", point: "tap0", to: 60}, "cdp.duplex=half", "cdp.version=Cisco IOS")
	w.uses("10.0.0.1", "192.0.2.1", 443, func(u *graph.Uses) { u.ScaleUp = -1 })
	w.in = &intent.Intent{Baselines: []intent.Baseline{
		{Family: intent.Family{Platform: "c9300*", Vendor: "Cisco"}, Expect: map[string]any{"duplex": "full", "ospf.hello": 10, "tcp.window_scaling": true, "native_vlan": 1, "cdp.ttl": 180}},
		{Family: intent.Family{Platform: "WS-*"}, Expect: map[string]any{"duplex": "half"}},
	}}
	r := w.finds(t,
		"low baseline-deviation: sw0 of family Cisco c9300* says duplex half, declared full",
		"low baseline-deviation: sw0 of family Cisco c9300* says ospf.hello 5, declared 10",
		"low baseline-deviation: sw0 of family Cisco c9300* says tcp.window_scaling false, declared true")
	i := slices.IndexFunc(r.Baselines, func(b Baseline) bool { return b.Attribute == "cdp.ttl" })
	if i < 0 || r.Baselines[i].Support != 1 || !r.Baselines[i].Declared {
		t.Errorf("baselines %+v", r.Baselines)
	}
}

func TestMTUOfFrames(t *testing.T) {
	for frame, mtu := range map[string]string{"1518": "1500", "1522": "1500", "9216": "9198"} {
		u := &unit{speaker: speaker{rows: map[string][]*StatementRow{"lldp.max_frame": {{Setting: "lldp.max_frame", Value: frame}}}}}
		if v, s := u.attribute("mtu"); v != mtu || s != "lldp.max_frame" {
			t.Errorf("frame of %s: %s by %s", frame, v, s)
		}
	}
}

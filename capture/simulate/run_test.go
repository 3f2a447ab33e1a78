package simulate

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// Equal seeds give equal captures and truths, another seed another one.
func TestDeterminism(t *testing.T) {
	for _, name := range []string{"office", "qos-ineffective", "campus"} {
		o := Options{Duration: 20 * time.Second}
		a, _ := play(t, name, o)
		b, _ := play(t, name, o)
		o.Seed = 99
		c, _ := play(t, name, o)
		if a.hash() != b.hash() {
			t.Errorf("%s: two runs differ", name)
		}
		if a.hash() == c.hash() {
			t.Errorf("%s: the seed changes nothing", name)
		}
	}
}

func TestOptions(t *testing.T) {
	full, truth := play(t, "office", Options{})
	if truth.Seed != 7 || truth.Schema != "nsgraph.truth/1" {
		t.Errorf("seed %d schema %q, want the scenario's", truth.Seed, truth.Schema)
	}
	short, truth := play(t, "office", Options{Duration: 10 * time.Second})
	if d := truth.To - truth.From; d > 10e9 || short.frames >= full.frames {
		t.Errorf("%d s, %d of %d frames, want at most 10 s", d/1e9, short.frames, full.frames)
	}
	if few, _ := play(t, "office", Options{Packets: 500}); few.frames != 500 {
		t.Errorf("%d frames, want 500", few.frames)
	}
	big, truth := play(t, "office", Options{Scale: 3})
	pcs := 0
	for _, h := range truth.Hosts {
		if strings.HasPrefix(h.Name, "pc") {
			pcs++
		}
	}
	if pcs != 12 || big.frames <= full.frames {
		t.Errorf("%d pcs, %d frames, want three times the office's 4", pcs, big.frames)
	}
	if full.back+short.back+big.back != 0 {
		t.Error("a capture point's times go back")
	}
}

func TestRunFails(t *testing.T) {
	sc, err := Load("office")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sc.Run(t.Context(), Options{}, failing{}); err == nil || !strings.Contains(err.Error(), "full") {
		t.Errorf("error %v, want the sink's", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sc.Run(ctx, Options{}, newCollector()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	for _, o := range []Options{{Scale: -1}, {Duration: -1}} {
		if _, err := sc.Run(t.Context(), o, newCollector()); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
	if _, err := sc.WriteFiles(t.Context(), Options{}, t.TempDir()+"/no/such/place.pcapng"); err == nil {
		t.Error("a file that cannot be made: no error")
	}
}

// The queue, not the scenario, decides: voice waits for little before a strict queue, and as long as all others in a common one.
func TestQueues(t *testing.T) {
	delay := func(name, class string) (p95 float64) {
		_, truth := play(t, name, Options{})
		for _, q := range truth.Queues {
			if q.Class == class && q.From == "rc" {
				return q.P95Ms
			}
		}
		t.Fatalf("%s: no class %s", name, class)
		return 0
	}
	if d := delay("qos-effective", "voice"); d > 10 {
		t.Errorf("voice waits %v ms in a strict queue, want less than 10", d)
	}
	if d := delay("qos-effective", "default"); d < 60 {
		t.Errorf("best effort waits %v ms under congestion, want more than 60", d)
	}
	if d := delay("qos-ineffective", "voice"); d < 60 {
		t.Errorf("voice waits %v ms in a common queue, want more than 60", d)
	}
	if d := delay("qos-untested", "default"); d > 30 {
		t.Errorf("best effort waits %v ms without congestion, want less than 30", d)
	}
	_, truth := play(t, "qos-policed", Options{})
	for _, q := range truth.Queues {
		if q.From == "rc" && q.Class == "default" && (q.Policed < 500 || q.Policed != q.Dropped) {
			t.Errorf("policer dropped %d of %d, want hundreds and all", q.Policed, q.Dropped)
		}
	}
	_, truth = play(t, "qos-shaped", Options{})
	for _, q := range truth.Queues {
		rate := float64(q.Bytes) * 8 / 38
		if q.From == "rc" && q.Class == "default" && (rate < 540e3 || rate > 620e3) {
			t.Errorf("shaper let %.0f bit/s through, want 600,000", rate)
		}
	}
	_, truth = play(t, "qos-starvation-like", Options{})
	for _, q := range truth.Queues {
		if q.From == "rc" && q.Class == "default" && q.Sent == 0 {
			t.Error("weighted fair queueing starves the default class")
		}
	}
}

// What a fault does to conversations.
func TestOutcomes(t *testing.T) {
	for _, c := range []struct{ scenario, client, service, outcome, stopped, how string }{
		{"segmentation-forbidden-flow", "guest2", "db", "established", "", ""},
		{"segmentation-forbidden-flow-like", "guest2", "db", "refused", "r1", "reset"},
		{"segmentation-forbidden-reached", "guest2", "closed", "refused", "", ""},
		{"segmentation-forbidden-reached-like", "guest2", "closed", "prohibited", "r1", "icmp"},
		{"configuration-unreachable-like", "app1", "nobody", "refused", "", ""},
	} {
		got, _ := play(t, c.scenario, Options{})
		n := 0
		for _, x := range got.talks {
			if x.ClientOf == c.client && x.Service == c.service {
				n++
				if x.Outcome != c.outcome || x.StoppedBy != c.stopped || x.How != c.how {
					t.Errorf("%s: outcome %s stopped by %q %q, want %s %q %q", c.scenario, x.Outcome, x.StoppedBy, x.How, c.outcome, c.stopped, c.how)
				}
				if c.client == "guest2" && (x.FromZone != "guest" || x.ToZone != "servers" || x.Policy != "deny") {
					t.Errorf("%s: %s to %s is %s, want guest to servers denied", c.scenario, x.FromZone, x.ToZone, x.Policy)
				}
			}
		}
		if n == 0 {
			t.Errorf("%s: no conversation of %s with %s", c.scenario, c.client, c.service)
		}
	}
	got, _ := play(t, "segmentation-forbidden-blocked", Options{})
	for _, x := range got.talks {
		if x.Service == "db" && x.ClientOf == "guest2" && (x.How != "drop" || x.Outcome == "established" || x.Down.Sent != 0) {
			t.Errorf("dropped attempt: %+v", x)
		}
	}
}

// Services ask what they need, and the truth says for whose sake.
func TestCauses(t *testing.T) {
	got, truth := play(t, "datacentre", Options{Duration: 15 * time.Second})
	want := map[string]string{"shop": "orders", "orders": "cache", "sql": "replica"}
	for _, r := range truth.Requires {
		if want[r.Service] == r.Needs && r.Count > 0 {
			delete(want, r.Service)
		}
	}
	if len(want) != 0 {
		t.Errorf("never needed: %v; requires %v", want, truth.Requires)
	}
	byID := map[uint32]Conversation{}
	for _, x := range got.talks {
		byID[x.ID] = x
	}
	balanced := map[string]bool{}
	for _, x := range got.talks {
		if x.Service == "shop" {
			balanced[x.ServerOf] = true
			if len(x.Seen) != 1 || x.Server != "10.20.0.100:443" {
				t.Fatalf("behind the balancer: server %s, also %v", x.Server, x.Seen)
			}
		}
		if c := byID[x.Cause]; x.Cause != 0 && c.ID != 0 && x.First < c.First {
			t.Errorf("%d begins before its cause %d", x.ID, c.ID)
		}
	}
	if len(balanced) != 4 {
		t.Errorf("the balancer used %v, want four servers", balanced)
	}
}

// A source translation hides the client; the truth knows both.
func TestNAT(t *testing.T) {
	got, _ := playText(t, `
version: 1
name: nat
duration: 12s
vlans:
  - {name: in, id: 10, prefix: 192.168.1.0/24}
  - {name: out, id: 20, prefix: 203.0.113.0/24}
switches: [{name: sw}]
routers:
  - name: r
    interfaces:
      - {name: in, link: t, vlan: 10, address: 192.168.1.1/24}
      - {name: out, link: t, vlan: 20, address: 203.0.113.1/24}
    nat: [{source: 192.168.1.0/24, to: 203.0.113.1}]
links: [{name: t, a: sw, b: r, vlans: [10, 20], access: 1}]
hosts:
  - {name: pc, at: sw, vlan: 10}
  - {name: web, at: sw, vlan: 20}
services: [{name: web, host: web, app: http}, {name: dns, host: web, app: datagrams, port: 53}]
traffic:
  - {name: t, from: pc, to: web, every: 3s, start: 1s}
  - {name: u, from: pc, to: dns, every: 3s, start: 1s, response: 60}
capture: [{name: c, on: "switch:sw"}]
`)
	n := 0
	for _, x := range got.talks {
		if x.Outcome != "established" || len(x.Seen) != 1 || !strings.HasPrefix(x.Seen[0].Client, "203.0.113.1:") || !strings.HasPrefix(x.Client, "192.168.1.21:") {
			t.Errorf("conversation %+v, want it translated to 203.0.113.1", x)
		}
		n++
	}
	if n < 4 {
		t.Errorf("%d conversations, want several", n)
	}
}

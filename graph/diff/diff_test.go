package diff_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/diff"
	"netscope.example/nsgraph/graph/graphtest"
)

const second = graph.Time(1e9)

// site builds one side: a capture of 1000 s that begins at start.
type site struct {
	*graphtest.Builder
	start graph.Time
}

func newSite(name string, start graph.Time) *site {
	s := &site{graphtest.NewBatch(name, 1), start}
	c := s.Capture()
	c.First, c.Last, c.Packets = start, start+1000*second-1, 1000
	return s
}

// uses lets a client use a service n times, evenly over the window.
func (s *site) uses(client, server string, port uint16, n int, edit func(*graph.Uses)) {
	s.transport(client, server, "tcp", port, n, edit)
}

func (s *site) transport(client, server, transport string, port uint16, n int, edit func(*graph.Uses)) {
	step := 1000 * second / graph.Time(n)
	s.Builder.Uses(s.Endpoint(client), s.Service(server, transport, port), s.start, s.start+1000*second, func(u *graph.Uses) {
		u.Conversations, u.Established, u.PacketsUp, u.PacketsDown = int64(n), int64(n), 10, 10
		for i := range n {
			u.Starts = append(u.Starts, int64((s.start+graph.Time(i)*step)/1e6))
		}
		u.Witness = []string{s.Capture().SHA256 + ":12,15"}
		if edit != nil {
			edit(u)
		}
	})
}

func (s *site) view() *graph.View {
	b := s.Batch()
	return graph.Select(&b.Contents, []graph.BatchInfo{b.Info()}, graph.Params{})
}

// pair returns two sides that share a client and a service which keep both networks in sight.
func pair() (before, after *site) {
	before, after = newSite("before", 1000*second), newSite("after", 5000*second)
	for _, s := range []*site{before, after} {
		s.uses("10.10.0.7", "10.90.0.3", 53, 40, func(u *graph.Uses) { u.Application = "dns" })
	}
	return before, after
}

func run(t *testing.T, before, after *site, o diff.Options) diff.Report {
	t.Helper()
	r, err := diff.Diff(before.view(), after.view(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lines writes a report's changes of some kinds, and what it cannot tell, one a line.
func lines(r diff.Report, kinds ...diff.Kind) (ls []string) {
	for _, c := range r.Changes {
		if slices.Contains(kinds, c.Subject.Kind) {
			ls = append(ls, strings.TrimSpace(fmt.Sprintf("%s %s: %s %s %s", c.Change, c.Subject.Kind, c.Subject.Label, c.Attribute, arrow(c))))
		}
	}
	for _, u := range r.CannotTell {
		if slices.Contains(kinds, u.Subject.Kind) {
			ls = append(ls, fmt.Sprintf("? %s: %s: %s", u.Subject.Kind, u.Subject.Label, u.Reason))
		}
	}
	return ls
}

func arrow(c diff.Change) string {
	if c.Before == "" && c.After == "" {
		return ""
	}
	return c.Before + " → " + c.After
}

func check(t *testing.T, r diff.Report, kinds []diff.Kind, want ...string) {
	t.Helper()
	if got := lines(r, kinds...); !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

var services = []diff.Kind{diff.Service, diff.Dependency}

func TestNothing(t *testing.T) {
	before, after := pair()
	r := run(t, before, after, diff.Options{OldName: "before", NewName: "after"})
	if len(r.Changes) != 0 || len(r.CannotTell) != 0 || r.Counts.Unchanged != 4 { // a service, a dependency, two endpoints
		t.Errorf("%+v", r)
	}
	b, err := json.Marshal(r)
	want := `{"schema":"nsgraph.diff/1","old":{"name":"before","from":"1970-01-01T00:16:40.000000000Z","to":"1970-01-01T00:33:19.999999999Z","captures":["sha256:` +
		graphtest.SHA("before") + `"]},"new":{"name":"after","from":"1970-01-01T01:23:20.000000000Z","to":"1970-01-01T01:39:59.999999999Z","captures":["sha256:` +
		graphtest.SHA("after") + `"]},"changes":[],"cannot_tell":[],"findings":[],"counts":{"appeared":0,"vanished":0,"changed":0,"moved":0,"cannot_tell":0,"unchanged":4}}`
	if err != nil || string(b) != want {
		t.Errorf("%s\nwant\n%s", b, want)
	}
}

func TestVanishedAndAppeared(t *testing.T) {
	before, after := pair()
	before.uses("10.10.0.7", "10.90.0.5", 8443, 20, nil)
	after.uses("10.10.0.7", "10.90.0.6", 22, 1, func(u *graph.Uses) { u.Application = "ssh" })
	r := run(t, before, after, diff.Options{})
	check(t, r, services,
		"appeared service: 10.90.0.6 tcp/22", "vanished service: 10.90.0.5 tcp/8443",
		"appeared dependency: 10.10.0.7 -> 10.90.0.6 tcp/22", "vanished dependency: 10.10.0.7 -> 10.90.0.5 tcp/8443")
	if want := (diff.Counts{Appeared: 3, Vanished: 3, Unchanged: 4}); r.Counts != want { // with the endpoints 10.90.0.6 and .5
		t.Errorf("%+v, want %+v", r.Counts, want)
	}
	var gone, came diff.Change
	for _, c := range r.Changes {
		if c.Subject.Kind == diff.Service && c.Change == diff.Vanished {
			gone = c
		}
		if c.Subject.Kind == diff.Service && c.Change == diff.Appeared {
			came = c
		}
	}
	want := []diff.Evidence{{Capture: "sha256:" + graphtest.SHA("before"), Packets: []uint64{12, 15}, Filter: "ip.addr == 10.90.0.5 && tcp.port == 8443"}}
	if gone.Confidence != 1 || !reflect.DeepEqual(gone.Evidence, want) || gone.Last != 2000*second-1 {
		t.Errorf("%+v", gone)
	}
	// One of 20 parts: the old window of equal length would have shown it with 1 - 0.95^20.
	if came.Confidence != 0.6415 || came.First != 5000*second {
		t.Errorf("confidence %v, first %v", came.Confidence, came.First)
	}
}

// TestCadence: what was seen in too few parts of the old window to be missed in the new one.
func TestCadence(t *testing.T) {
	for _, c := range []struct {
		starts []float64 // seconds into the window
		length graph.Time
		want   string
	}{
		{[]float64{500}, 1000, diff.TooShort},
		{[]float64{500, 501, 502, 503, 504, 505, 506, 507}, 1000, diff.TooShort}, // one burst is one visit
		{[]float64{0, 500}, 1000, diff.TooShort},                                 // 1 - 0.9^20 = 0.88
		{[]float64{0, 300, 700}, 1000, "vanished"},                               // 1 - 0.85^20 = 0.96
		{[]float64{0, 300, 700}, 500, diff.TooShort},                             // 1 - 0.85^10 = 0.80
		{[]float64{500}, 4000, "vanished"},                                       // 1 - 0.95^80 = 0.98
	} {
		before, after := pair()
		after.Capture().Last = after.start + c.length*second - 1
		before.uses("10.10.0.7", "10.90.0.5", 443, 1, func(u *graph.Uses) {
			u.Starts, u.From = nil, before.start+graph.Time(c.starts[0]*1e9)
			for _, s := range c.starts {
				u.Starts = append(u.Starts, int64(before.start/1e6)+int64(s*1000))
			}
		})
		got := ""
		r := run(t, before, after, diff.Options{})
		for _, l := range lines(r, diff.Service) {
			got += l
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%v, %d s: %s, want %s", c.starts, c.length, got, c.want)
		}
	}
}

// TestLongConversation is one connection that carries bytes all the time.
func TestLongConversation(t *testing.T) {
	before, after := pair()
	before.uses("10.10.0.7", "10.90.0.5", 1433, 1, func(u *graph.Uses) {
		for s := range int64(16) {
			u.At = append(u.At, int64(before.start/1e9)+s*60)
		}
	})
	check(t, run(t, before, after, diff.Options{}), []diff.Kind{diff.Service}, "vanished service: 10.90.0.5 tcp/1433")
}

// inVLAN lets an address live in a VLAN.
func inVLAN(s *site, address, vlan string) {
	c := s.Contents()
	c.InVLAN = append(c.InVLAN, graph.InVLAN{Rel: s.Rel(graph.TypeInVLAN, s.Endpoint(address), s.VLAN(vlan), s.start, s.start+900*second), Packets: 40, Local: true})
}

func TestObservability(t *testing.T) {
	far := func(s *site) { s.uses("10.20.0.1", "10.77.0.5", 443, 20, nil) }
	t.Run("its network is out of sight", func(t *testing.T) {
		before, after := pair()
		far(before)
		check(t, run(t, before, after, diff.Options{}), services,
			"? service: 10.77.0.5 tcp/443: not observable in new", "? dependency: 10.20.0.1 -> 10.77.0.5 tcp/443: not observable in new")
	})
	t.Run("its network was out of sight", func(t *testing.T) {
		before, after := pair()
		far(after)
		check(t, run(t, before, after, diff.Options{}), []diff.Kind{diff.Service}, "? service: 10.77.0.5 tcp/443: not observable in old")
	})
	t.Run("its client is still there", func(t *testing.T) {
		before, after := pair()
		far(before)
		after.uses("10.20.0.1", "10.90.0.3", 53, 20, nil)
		check(t, run(t, before, after, diff.Options{}), []diff.Kind{diff.Service}, "vanished service: 10.77.0.5 tcp/443")
	})
	t.Run("another point, which sees other VLANs", func(t *testing.T) {
		before, after := pair()
		in := func(s *site, vlan string, u *graph.Uses) { u.ClientVLAN, u.ServerVLAN = vlan, vlan }
		before.uses("10.10.0.8", "10.90.0.5", 443, 20, func(u *graph.Uses) { in(before, "10", u) })
		inVLAN(after, "10.10.0.7", "66")
		after.Capture().Point = "after"
		check(t, run(t, before, after, diff.Options{}), services, "? service: 10.90.0.5 tcp/443: not observable in new", "? dependency: 10.10.0.8 -> 10.90.0.5 tcp/443: not observable in new")
		inVLAN(after, "10.10.0.7", "10")
		check(t, run(t, before, after, diff.Options{}), services, "vanished service: 10.90.0.5 tcp/443", "vanished dependency: 10.10.0.8 -> 10.90.0.5 tcp/443")
	})
	t.Run("its capture point is down", func(t *testing.T) {
		before, after := pair()
		before.uses("10.10.0.7", "10.90.0.5", 443, 20, func(u *graph.Uses) { u.Points = []string{"branch"} })
		before.Contents().Captures = append(before.Contents().Captures, graph.Capture{
			ID: graph.NewID("Capture", "b2"), SHA256: "b2", Batch: before.Capture().Batch, Point: "branch", Packets: 5, First: before.start, Last: before.start + 10,
		})
		before.Point("branch")
		check(t, run(t, before, after, diff.Options{}), []diff.Kind{diff.Service}, "? service: 10.90.0.5 tcp/443: capture point down")
	})
	t.Run("capture points that never match are not compared", func(t *testing.T) {
		before, after := pair()
		before.uses("10.10.0.7", "10.90.0.5", 443, 20, nil)
		after.Capture().Point = "after"
		check(t, run(t, before, after, diff.Options{}), []diff.Kind{diff.Service}, "vanished service: 10.90.0.5 tcp/443")
	})
	t.Run("no packets at all", func(t *testing.T) {
		before, _ := pair()
		after := newSite("after", 1)
		after.Capture().Packets = 0
		check(t, run(t, before, after, diff.Options{}), []diff.Kind{diff.Service}, "? service: 10.90.0.3 tcp/53: not observable in new")
	})
}

func TestChanged(t *testing.T) {
	before, after := pair()
	before.uses("10.10.0.7", "10.90.0.5", 8443, 20, func(u *graph.Uses) {
		u.Application, u.Versions, u.Certificate, u.ServerNames = "tls", []string{"nginx/1.1"}, "aa", []string{"erp.example"}
	})
	after.uses("10.10.0.7", "10.90.0.5", 8443, 20, func(u *graph.Uses) {
		u.Application, u.Versions, u.Certificate, u.ServerNames = "http", []string{"nginx/2.0"}, "bb", []string{"crm.example"}
	})
	before.uses("10.10.0.7", "10.90.0.6", 80, 20, func(u *graph.Uses) { u.Application, u.Evidence = "http", "port" })
	after.uses("10.10.0.7", "10.90.0.6", 80, 20, func(u *graph.Uses) { u.Application = "tls" })
	before.uses("10.10.0.7", "10.90.0.8", 22, 20, func(u *graph.Uses) { u.Application, u.Versions = "ssh", []string{"a", "b"} })
	after.uses("10.10.0.7", "10.90.0.8", 22, 20, func(u *graph.Uses) { u.Application, u.Versions = "ssh", []string{"b", "c"} })
	r := run(t, before, after, diff.Options{})
	check(t, r, services,
		"changed service: 10.90.0.5 tcp/8443 application tls → http", "changed service: 10.90.0.5 tcp/8443 certificate aa → bb",
		"changed service: 10.90.0.5 tcp/8443 names erp.example → crm.example", "changed service: 10.90.0.5 tcp/8443 version nginx/1.1 → nginx/2.0",
		"changed dependency: 10.10.0.7 -> 10.90.0.5 tcp/8443 application tls → http")
	if r.Counts.Changed != 2 {
		t.Errorf("%d subjects changed, want 2", r.Counts.Changed)
	}
}

func TestMoved(t *testing.T) {
	certificate := func(u *graph.Uses) { u.Certificate = "aa" }
	t.Run("with its certificate, and its clients follow", func(t *testing.T) {
		before, after := pair()
		before.uses("10.10.0.7", "10.90.0.5", 443, 20, certificate)
		before.uses("10.10.0.8", "10.90.0.5", 443, 20, certificate)
		after.uses("10.10.0.7", "10.91.0.9", 8443, 20, certificate)
		r := run(t, before, after, diff.Options{})
		check(t, r, services,
			"moved service: 10.90.0.5 tcp/443 address 10.90.0.5 → 10.91.0.9", "moved dependency: 10.10.0.7 -> 10.90.0.5 tcp/443 address 10.90.0.5 → 10.91.0.9",
			"vanished dependency: 10.10.0.8 -> 10.90.0.5 tcp/443")
		if c := r.Changes[0]; c.Text != "service 10.90.0.5 tcp/443 is now 10.91.0.9 tcp/8443: same certificate" || c.Now.IsZero() || c.Now == c.Node {
			t.Errorf("%+v", c)
		}
	})
	t.Run("its client has another address", func(t *testing.T) {
		before, after := pair()
		for s, address := range map[*site]string{before: "10.10.0.30", after: "10.10.0.31"} {
			s.uses(address, "10.90.0.5", 443, 20, nil)
			c, m := s.Contents(), graph.NewNamedID(graph.LabelMAC, "02:00:00:00:00:30")
			c.MACs = append(c.MACs, graph.MAC{ID: m, Address: "02:00:00:00:00:30"})
			c.HasMAC = append(c.HasMAC, graph.HasMAC{Rel: s.Rel(graph.TypeHasMAC, s.Endpoint(address), m, s.start, s.start+900*second), Packets: 9})
		}
		r := run(t, before, after, diff.Options{})
		check(t, r, services, "moved dependency: 10.10.0.30 -> 10.90.0.5 tcp/443 address 10.10.0.30 → 10.10.0.31")
		if want := "dependency 10.10.0.30 -> 10.90.0.5 tcp/443 is now 10.10.0.31 -> 10.90.0.5 tcp/443: same host"; r.Changes[0].Text != want {
			t.Errorf("%s, want %s", r.Changes[0].Text, want)
		}
	})
	t.Run("with three of its clients", func(t *testing.T) {
		before, after := pair()
		for i := range 3 {
			client := fmt.Sprintf("10.10.0.%d", i+20)
			before.uses(client, "10.90.0.5", 1433, 20, nil)
			after.uses(client, "10.91.0.9", 1433, 20, nil)
		}
		check(t, run(t, before, after, diff.Options{}), []diff.Kind{diff.Service}, "moved service: 10.90.0.5 tcp/1433 address 10.90.0.5 → 10.91.0.9")
	})
	t.Run("two clients are too few", func(t *testing.T) {
		before, after := pair()
		for i := range 2 {
			client := fmt.Sprintf("10.10.0.%d", i+20)
			before.uses(client, "10.90.0.5", 1433, 20, nil)
			after.uses(client, "10.91.0.9", 1433, 20, nil)
		}
		check(t, run(t, before, after, diff.Options{}), []diff.Kind{diff.Service},
			"appeared service: 10.91.0.9 tcp/1433", "vanished service: 10.90.0.5 tcp/1433")
	})
	t.Run("a certificate that two servers share says nothing", func(t *testing.T) {
		before, after := pair()
		before.uses("10.10.0.7", "10.90.0.5", 443, 20, certificate)
		before.uses("10.10.0.7", "10.90.0.6", 443, 20, certificate)
		after.uses("10.10.0.7", "10.90.0.6", 443, 20, certificate)
		after.uses("10.10.0.7", "10.90.0.9", 443, 20, certificate)
		check(t, run(t, before, after, diff.Options{}), []diff.Kind{diff.Service}, "appeared service: 10.90.0.9 tcp/443", "vanished service: 10.90.0.5 tcp/443")
	})
	t.Run("to another port", func(t *testing.T) {
		before, after := pair()
		before.uses("10.10.0.7", "10.90.0.5", 443, 20, certificate)
		after.uses("10.10.0.7", "10.90.0.5", 8443, 20, certificate)
		check(t, run(t, before, after, diff.Options{}), []diff.Kind{diff.Service}, "changed service: 10.90.0.5 tcp/443 port tcp/443 → tcp/8443")
	})
}

func TestNoServices(t *testing.T) {
	before, after := pair()
	before.uses("10.10.0.7", "10.90.0.5", 50123, 20, func(u *graph.Uses) { u.Direction = "order" })
	before.uses("10.10.0.7", "10.90.0.5", 40000, 20, func(u *graph.Uses) { u.Parent = "ftp" })
	before.transport("10.10.0.7", "10.90.0.5", "udp", 5004, 20, func(u *graph.Uses) { u.Application = "rtp" })
	before.transport("10.10.0.7", "10.90.0.5", "icmp", 2048, 20, nil)
	before.transport("10.10.0.7", "224.0.0.251", "udp", 5353, 20, nil)
	before.uses("10.10.0.7", "10.90.0.5", 9999, 20, func(u *graph.Uses) { u.Established, u.Refused = 0, 20 })
	before.uses("10.10.0.7", "10.90.0.5", 50124, 20, nil) // a handshake is no guess
	before.transport("10.10.0.7", "10.90.0.5", "udp", 514, 20, func(u *graph.Uses) { u.Established, u.OneWay, u.Reached = 0, 20, 20 })
	check(t, run(t, before, after, diff.Options{}), []diff.Kind{diff.Service}, "vanished service: 10.90.0.5 tcp/50124", "vanished service: 10.90.0.5 udp/514")
}

func TestPlaces(t *testing.T) {
	before, after := pair()
	host := func(s *site, address, mac, vlan, name, zone string) {
		s.uses(address, "10.90.0.3", 53, 20, nil)
		e, v, c := s.Endpoint(address), s.VLAN(vlan), s.Contents()
		m := graph.NewNamedID(graph.LabelMAC, mac)
		c.MACs = append(c.MACs, graph.MAC{ID: m, Address: mac})
		c.InVLAN = append(c.InVLAN, graph.InVLAN{Rel: s.Rel(graph.TypeInVLAN, e, v, s.start, s.start+900*second), Packets: 40, Local: true})
		c.HasMAC = append(c.HasMAC, graph.HasMAC{Rel: s.Rel(graph.TypeHasMAC, e, m, s.start, s.start+900*second)})
		c.KnownAs = append(c.KnownAs, graph.KnownAs{Rel: s.Rel(graph.TypeKnownAs, e, s.Named(graph.LabelName, name), s.start, s.start+1)})
		c.Members = append(c.Members, graph.Member{Rel: s.Rel(graph.TypeInZone, e, s.Named(graph.LabelZone, zone), s.start, s.start+1), Type: graph.TypeInZone})
		cap := c.Captures[0].ID
		c.Carried = append(c.Carried, graph.Carried{Rel: s.Rel(graph.TypeCarried, cap, v, s.start, s.start+900*second), Packets: 40})
	}
	host(before, "10.10.0.21", "02:00:00:00:00:21", "10", "pc21", "users")
	host(after, "10.10.0.21", "02:00:00:00:00:99", "20", "pc99", "guest") // another machine in another VLAN
	host(before, "10.10.0.22", "02:00:00:00:00:22", "10", "pc22", "users")
	host(after, "10.10.0.33", "02:00:00:00:00:22", "20", "pc22", "guest") // the same machine, another address
	check(t, run(t, before, after, diff.Options{}), []diff.Kind{diff.Endpoint, diff.VLAN, diff.Zone},
		"changed endpoint: 10.10.0.21 mac 02:00:00:00:00:21 → 02:00:00:00:00:99", "changed endpoint: 10.10.0.21 names pc21 → pc99",
		"changed endpoint: 10.10.0.21 vlan 10 → 20", "changed endpoint: 10.10.0.21 zone users → guest",
		"moved endpoint: 10.10.0.22 address 10.10.0.22 → 10.10.0.33",
		"appeared vlan: VLAN 20", "vanished vlan: VLAN 10", "appeared zone: guest", "vanished zone: users")
	zones := diff.Options{Zone: func(_ *graph.View, e *graph.Endpoint) string {
		if netip.MustParsePrefix("10.10.0.0/24").Contains(e.Address) {
			return "users"
		}
		return ""
	}}
	check(t, run(t, before, after, zones), []diff.Kind{diff.Zone})
}

func TestDevicesAndSettings(t *testing.T) {
	before, after := pair()
	says := func(s *site, device, setting, value string, from, n int) {
		s.Contents().States = append(s.Contents().States, graph.States{
			Rel:     s.Rel(graph.TypeStates, s.Device(device), s.Named(graph.LabelSetting, setting), s.start+graph.Time(from)*second, s.start+1000*second),
			Speaker: device, Setting: setting, Value: value, VLAN: "10", Point: "core1", MAC: "02:00:00:00:00:01", Count: int64(n), Witness: []string{s.Capture().SHA256 + ":7"},
		})
	}
	neighbour := func(s *site, a, b, version string) {
		s.Contents().ConnectedTo = append(s.Contents().ConnectedTo, graph.ConnectedTo{
			Rel: s.Rel(graph.TypeConnectedTo, s.Device(a), s.Device(b), s.start, s.start+1000*second), FromPort: "Gi0/1", Version: version, Count: 30,
		})
	}
	says(before, "r1", "ospf.hello", "10", 0, 100)
	says(before, "r1", "ospf.hello", "20", 500, 100) // the later one counts
	says(after, "r1", "ospf.hello", "30", 0, 100)
	says(before, "r2", "ospf.hello", "10", 0, 100)
	says(before, "r3", "ospf.hello", "10", 0, 1)
	neighbour(before, "r1", "sw1", "15.1")
	neighbour(after, "r1", "sw2", "15.2")
	check(t, run(t, before, after, diff.Options{}), []diff.Kind{diff.Device, diff.Setting},
		"changed device: r1 neighbour Gi0/1 sw1 → Gi0/1 sw2", "changed device: r1 version 15.1 → 15.2", "vanished device: r2",
		"changed setting: r1 ospf.hello (VLAN 10) value 20 → 30", "vanished setting: r2 ospf.hello (VLAN 10)",
		"? device: r3: window too short for its cadence", "? setting: r3 ospf.hello (VLAN 10): window too short for its cadence")
}

func TestFindings(t *testing.T) {
	finding := func(id, severity string, open bool) graph.Finding {
		return graph.Finding{ID: graph.NewID(id), Rule: "a/" + id, Severity: severity, Text: "text", Open: open, Confidence: 1}
	}
	before, after := pair()
	o := diff.Options{
		OldFindings: []graph.Finding{finding("gone", "low", true), finding("same", "low", true), finding("worse", "low", true), finding("closed", "low", false)},
		NewFindings: []graph.Finding{finding("same", "low", true), finding("worse", "high", true), finding("new", "low", true), finding("gone", "low", false)},
	}
	r := run(t, before, after, o)
	check(t, r, []diff.Kind{diff.Finding}, "appeared finding: a/new", "changed finding: a/worse severity low → high", "vanished finding: a/gone")
	if r.Counts.Unchanged != 5 {
		t.Errorf("%+v", r.Counts)
	}
}

func TestWindow(t *testing.T) {
	before, after := pair()
	r := run(t, before, after, diff.Options{OldWindow: graph.Params{From: 1200 * second, To: 1300 * second}})
	if r.Old.From != 1200*second || r.Old.To != 1300*second-1 || r.New.From != 5000*second {
		t.Errorf("%+v", r.Old)
	}
}

func TestOptions(t *testing.T) {
	for _, p := range []float64{-1, 1, 2, math.NaN()} {
		if _, err := diff.Diff(graph.NewView(graph.Contents{}, nil), graph.NewView(graph.Contents{}, nil), diff.Options{Probability: p}); err == nil {
			t.Errorf("probability %v: no error", p)
		}
	}
}

// TestRandom: equal input gives equal output, a view does not differ from itself, and each subject is counted once.
func TestRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := graphtest.Random(t), graphtest.Random(t)
		views := func() (x, y *graph.View) {
			x = graph.Select(&a.Contents, []graph.BatchInfo{a.Info()}, graph.Params{})
			y = graph.Select(&b.Contents, []graph.BatchInfo{b.Info()}, graph.Params{})
			return x, y
		}
		x, y := views()
		r1, err := diff.Diff(x, y, diff.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r2, err := diff.Diff(x, y, diff.Options{})
		if err != nil || !reflect.DeepEqual(r1, r2) {
			t.Fatalf("two runs differ: %v", err)
		}
		self, err := diff.Diff(x, x, diff.Options{})
		if err != nil || len(self.Changes)+len(self.CannotTell) != 0 {
			t.Fatalf("a view differs from itself: %+v, %v", self, err)
		}
		if len(r1.CannotTell) != r1.Counts.CannotTell {
			t.Fatalf("%d cannot be told, counted %d", len(r1.CannotTell), r1.Counts.CannotTell)
		}
	})
}

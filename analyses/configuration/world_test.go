package configuration

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

// t0 is when the fixtures begin; their times are seconds from then.
const t0 = graph.Time(1_700_000_000_000_000_000)

// world is a graph made by hand.
type world struct {
	b    *graphtest.Builder
	seen map[graph.ID]bool
	in   *intent.Intent
	o    Options
}

func newWorld() *world {
	return &world{b: graphtest.NewBatch("capture", t0), seen: map[graph.ID]bool{}, in: &intent.Intent{}}
}

// said is who says something, where, and when. A speaker without a device is an endpoint.
type said struct {
	device, address, mac, port, vlan, group, point string
	from, to                                       float64 // seconds
	count                                          int64   // 0: one each second
	gaps                                           bool
}

func at(s float64) graph.Time { return t0 + graph.Time(s*1e9) }

func (w *world) endpoint(address string) graph.ID {
	id := graph.NewEndpointID(graph.DefaultContext, netip.MustParseAddr(address))
	if !w.seen[id] {
		w.seen[id] = true
		w.b.Endpoint(address)
	}
	return id
}

// says adds statements, each "setting=value".
func (w *world) says(s said, settings ...string) *world {
	c := w.b.Contents()
	var src graph.ID
	speaker := s.device
	if s.device == "" {
		src, speaker = w.endpoint(s.address), s.address
	} else if src = graph.NewNamedID(graph.LabelDevice, s.device); !w.seen[src] {
		w.seen[src] = true
		w.b.Device(s.device)
	}
	if s.count == 0 {
		s.count = int64(s.to-s.from) + 1
	}
	for _, x := range settings {
		name, value, _ := strings.Cut(x, "=")
		dst := graph.NewNamedID(graph.LabelSetting, name)
		if !w.seen[dst] {
			w.seen[dst] = true
			w.b.Named(graph.LabelSetting, name)
		}
		c.States = append(c.States, graph.States{
			Rel: w.b.Rel(graph.TypeStates, src, dst, at(s.from), at(s.to)+1), Speaker: speaker, Setting: name, Value: value, VLAN: s.vlan, Group: s.group,
			Port: s.port, MAC: s.mac, Address: s.address, Point: s.point, Count: s.count, Gaps: s.gaps,
			Witness: []string{graphtest.SHA("capture") + ":12,15"},
		})
	}
	return w
}

// claim is ARP claims of an address by a MAC.
type claim struct {
	address, mac, vlan, virtual string
	from, to                    float64
	claims, announces           int64
	packets, ttl                int64 // IP packets, and their TTL
	router                      bool
	seen                        float64 // when the last packet was, if later than the last claim
}

func (w *world) claims(cs ...claim) *world {
	for _, x := range cs {
		src, dst := w.endpoint(x.address), graph.NewID(string(graph.LabelMAC), x.mac)
		if !w.seen[dst] {
			w.seen[dst] = true
			w.b.Contents().MACs = append(w.b.Contents().MACs, graph.MAC{ID: dst, Address: x.mac})
		}
		w.b.Contents().HasMAC = append(w.b.Contents().HasMAC, graph.HasMAC{
			Rel: w.b.Rel(graph.TypeHasMAC, src, dst, at(x.from), at(max(x.to, x.seen))+1), VLAN: x.vlan, Claims: x.claims, Announces: x.announces,
			Packets: x.packets + x.claims, TTLMax: x.ttl, Router: x.router, FirstClaim: at(x.from), LastClaim: at(x.to), Virtual: x.virtual, Witness: []string{graphtest.SHA("capture") + ":3"},
		})
	}
	return w
}

// uses adds a TCP communication of which edit says the rest.
func (w *world) uses(client, server string, port uint16, edit func(*graph.Uses)) *world {
	c := w.endpoint(client)
	w.seen[graph.NewEndpointID(graph.DefaultContext, netip.MustParseAddr(server))] = true
	s := w.b.Service(server, "tcp", port)
	w.b.Uses(c, s, at(0), at(60), func(u *graph.Uses) {
		u.Witness = []string{graphtest.SHA("capture") + ":1,2"}
		edit(u)
	})
	return w
}

// run asks the analysis.
func (w *world) run(t testing.TB) Report {
	t.Helper()
	s := memory.New()
	if err := s.Apply(t.Context(), w.b.Batch()); err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), s, graph.Params{}, &analyses.Site{Intent: w.in}, w.o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// finds checks the findings, each as "severity rule: text"; their order is that of the report.
func (w *world) finds(t *testing.T, want ...string) Report {
	t.Helper()
	r := w.run(t)
	var got []string
	rules := Rules()
	for _, f := range r.Findings {
		got = append(got, fmt.Sprintf("%s %s: %s", f.Severity, strings.TrimPrefix(f.Rule, "configuration/"), f.Text))
		if !slices.Contains(rules, f.Rule) {
			t.Errorf("rule %s is not in Rules", f.Rule)
		}
		if len(f.Evidence) != 1 || f.Evidence[0].Capture != "sha256:"+graphtest.SHA("capture") || len(f.Evidence[0].Packets) == 0 || f.Evidence[0].Filter == "" {
			t.Errorf("%s: evidence %+v", f.Rule, f.Evidence)
		}
		if f.First == 0 || f.Last < f.First || f.Count < 1 || len(f.Subjects) == 0 || f.ExplainedBy == nil {
			t.Errorf("incomplete: %+v", f)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	return r
}

func verdict(t *testing.T, r Report, name, subject string) Verdict {
	t.Helper()
	for _, a := range r.Assertions {
		if a.Name == name && a.Subject == subject {
			return a.Verdict
		}
	}
	t.Errorf("no assertion %s on %s in %+v", name, subject, r.Assertions)
	return ""
}

package simulate

import (
	"cmp"
	"fmt"
	"maps"
	"math/bits"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/simulate/frame"
)

// recorder collects the truth while the network runs.
type recorder struct {
	s        *sim
	open     []*flow
	apps     map[string]*Volume
	groups   map[string]*Volume
	requires map[[2]string]uint64
	clients  map[string]map[string]bool
	total    Volume
	streams  []*stream
	faults   []FaultTruth
	policy   *policy
}

func newRecorder(s *sim) *recorder {
	return &recorder{s: s, apps: map[string]*Volume{}, groups: map[string]*Volume{}, requires: map[[2]string]uint64{}, clients: map[string]map[string]bool{}}
}

// frame counts a frame when it is first captured.
func (r *recorder) frame(_ *packet, n int) {
	r.total.Packets++
	r.total.Bytes += uint64(n)
}

// opened remembers a conversation until it is recorded.
func (r *recorder) opened(f *flow) {
	if len(r.open) == cap(r.open) { // before it grows, drop what is recorded
		r.open = slices.DeleteFunc(r.open, func(f *flow) bool { return f.recorded })
	}
	r.open = append(r.open, f)
}

// finishAll records what is still open when the run ends.
func (r *recorder) finishAll() {
	for _, f := range r.open {
		if !f.recorded {
			r.conversation(f)
		}
	}
	r.open = nil
}

var transportNames = map[uint8]string{frame.TCP: "tcp", frame.UDP: "udp", frame.ICMP: "icmp", frame.ICMPv6: "icmpv6"}

// conversation writes f to the truth.
func (r *recorder) conversation(f *flow) {
	if f.recorded || f.first < 0 {
		f.recorded = true
		return
	}
	f.recorded = true
	s := r.s
	c := Conversation{
		ID: f.id, Transport: transportNames[f.proto], Client: f.from.String(), Server: f.to.String(), ClientOf: f.client.nm, Context: f.client.f.context,
		VLAN: f.client.f.segment, App: f.app, Names: f.names, Parent: f.parent, Outcome: f.outcome, StoppedBy: f.stopped, How: f.how,
		First: s.time(f.first), Last: s.time(f.last), Copies: f.copies, Lost: f.dropped,
		Up:   Half{f.sent[0].Packets, f.sent[0].Bytes, f.seen[0].Packets, f.seen[0].Bytes, f.retrans[0], f.dscp[0]},
		Down: Half{f.sent[1].Packets, f.sent[1].Bytes, f.seen[1].Packets, f.seen[1].Bytes, f.retrans[1], f.dscp[1]},
	}
	if c.Outcome == "" {
		c.Outcome = "unfinished"
	}
	for _, t := range f.nat {
		c.Seen = append(c.Seen, Tuple{t.from.String(), t.to.String()})
	}
	if f.server != nil {
		c.ServerOf, c.ServerIn = f.server.nm, f.server.f.segment
	}
	if f.svc != nil {
		c.Service = f.svc.name
	}
	if f.cause != nil {
		c.Cause = f.cause.id
	}
	for p := f.points; p != 0; p &= p - 1 {
		c.Points = append(c.Points, s.net.taps[bits.TrailingZeros64(p)].spec.Name)
	}
	if r.policy != nil {
		c.FromZone, c.ToZone, c.Policy = r.policy.judge(f)
	}
	r.sum(f, &c)
	if err := s.sink.Conversation(&c); err != nil && s.err == nil {
		s.err = err
	}
}

// sum adds a conversation to the totals.
func (r *recorder) sum(f *flow, c *Conversation) {
	add := func(m map[string]*Volume, name string) {
		v := m[name]
		if v == nil {
			v = &Volume{Name: name}
			m[name] = v
		}
		v.Packets += c.Up.Packets + c.Down.Packets
		v.Bytes += c.Up.Bytes + c.Down.Bytes
		v.Conversations++
	}
	if f.points != 0 {
		add(r.apps, f.app)
		seen := map[string]bool{}
		for _, h := range []*host{f.client, f.server} {
			if h == nil {
				continue
			}
			for _, g := range h.spec.Groups {
				if !seen[g] {
					seen[g] = true
					add(r.groups, g)
				}
			}
		}
	}
	if f.cause != nil && f.cause.svc != nil && f.svc != nil {
		r.requires[[2]string{f.cause.svc.name, f.svc.name}]++
	}
	if f.svc != nil && f.outcome == "established" {
		m := r.clients[f.svc.name]
		if m == nil {
			m = map[string]bool{}
			r.clients[f.svc.name] = m
		}
		m[f.client.nm] = true
	}
}

// time is the true packet time of a moment.
func (s *sim) time(t int64) fact.Time { return fact.Time(s.start.UnixNano() + t) }

// truth is all but the conversations.
func (r *recorder) truth() *Truth {
	s, n := r.s, r.s.net
	t := &Truth{Schema: "nsgraph.truth/1", Scenario: n.sc.Name, Doc: n.sc.Doc, From: s.time(0), To: s.time(min(s.now, s.end)), Total: r.total, Faults: r.faults,
		Settings: n.settings(), Expect: n.expectation()}
	t.Total.Name = "all"
	for _, x := range n.taps {
		sp := x.spec
		t.Points = append(t.Points, PointTruth{Name: sp.Name, On: sp.On, Packets: x.Packets, Bytes: x.Bytes, Sightings: x.Sightings, Twice: x.Twice, Lost: x.Lost, Truncated: x.Truncated,
			OffsetS: float64(sp.Offset) / 1e9, DriftPPM: sp.Drift, SnapLen: sp.Snap, Stripped: sp.Strip || sp.StripTx, OneWay: sp.Direction == "a" || sp.Direction == "b", Offload: sp.Offload})
	}
	for _, h := range n.hosts {
		x := HostTruth{Name: h.nm, MAC: h.f.mac.String(), VLAN: h.f.segment, Context: h.f.context, OS: h.os.name, Groups: h.spec.Groups}
		for _, a := range []netip.Addr{h.f.v4, h.f.v6} {
			if a.IsValid() {
				x.Addresses = append(x.Addresses, a)
			}
		}
		if v := n.vlans[h.f.segment]; v != nil {
			x.Zone = v.Zone
		}
		t.Hosts = append(t.Hosts, x)
	}
	for i := range n.sc.Services {
		v := n.services[n.sc.Services[i].Name]
		x := ServiceTruth{Name: v.name, FQDN: v.fqdn, App: v.app, Clients: len(r.clients[v.name]), Clear: clearText(v)}
		for _, h := range v.hosts {
			x.Hosts = append(x.Hosts, h.nm)
			for _, a := range []netip.Addr{h.f.v4, h.f.v6} {
				if a.IsValid() {
					x.Endpoints = append(x.Endpoints, fmt.Sprintf("%s %s/%d", a, transportNames[v.proto], v.port))
				}
			}
		}
		t.Services = append(t.Services, x)
	}
	for k, c := range r.requires {
		t.Requires = append(t.Requires, Requirement{k[0], k[1], c})
	}
	slices.SortFunc(t.Requires, func(a, b Requirement) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Needs, b.Needs))
	})
	t.Applications, t.Groups = volumes(r.apps), volumes(r.groups)
	t.Queues = n.queueTruth()
	for _, st := range r.streams {
		t.Streams = append(t.Streams, st.truth())
	}
	return t
}

func clearText(v *service) bool {
	switch v.speaks {
	case "telnet", "ftp", "pop3", "imap", "snmp":
		return true
	}
	return v.spec != nil && v.spec.Clear
}

func volumes(m map[string]*Volume) []Volume {
	var out []Volume
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, *m[k])
	}
	return out
}

// queueTruth is how the classes fared on links with a declared queue, in order of the scenario.
func (n *network) queueTruth() []QueueTruth {
	var out []QueueTruth
	for i := range n.sc.Links {
		w := n.links[n.sc.Links[i].Name]
		for _, p := range []*port{w.a, w.b} {
			if p.out.disc == nil {
				continue
			}
			for _, k := range p.out.disc.classes {
				out = append(out, QueueTruth{Link: w.spec.Name, From: p.node.name(), Class: k.name, Sent: k.sent, Bytes: k.sentBytes, Dropped: k.dropped, Policed: k.policed, Contended: k.full,
					P50Ms: k.delay.quantile(.5), P95Ms: k.delay.quantile(.95), P99Ms: k.delay.quantile(.99), MaxMs: float64(k.delay.hi) / 1e6})
			}
		}
	}
	return out
}

// expectation is the scenario's, with hosts' names turned into addresses.
func (n *network) expectation() Expect {
	e := n.sc.Expect
	out := Expect{MustNot: e.MustNot, QoS: e.QoS, Must: []Expected{}}
	if out.MustNot == nil {
		out.MustNot = []string{}
	}
	for _, m := range e.Must {
		x := Expected{Rule: m.Rule}
		for _, w := range m.Subjects {
			if hs := n.byName[w]; len(hs) == 1 {
				w = hs[0].address().String()
			}
			x.Subjects = append(x.Subjects, w)
		}
		out.Must = append(out.Must, x)
	}
	return out
}

// address is the host's, IPv4 if it has one.
func (h *host) address() netip.Addr {
	if h.f.v4.IsValid() {
		return h.f.v4
	}
	if h.leased.IsValid() {
		return h.leased
	}
	return h.f.v6
}

package simulate

import (
	"errors"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"netscope.example/nsgraph/capture/simulate/frame"
)

// schedule puts all that will happen on the agenda.
func (n *network) schedule() error {
	s := n.s
	for _, h := range n.hosts {
		if h.spec.Address == "dhcp" {
			s.after(s.rng.Int64N(1e9), h.bootDHCP)
		}
	}
	n.startFHRP()
	n.startControl()
	for i := range n.sc.Traffic {
		n.startTraffic(&n.sc.Traffic[i])
	}
	for i := range n.sc.Calls {
		n.startCall(&n.sc.Calls[i], i)
	}
	for i := range n.sc.Acts {
		n.startAct(&n.sc.Acts[i])
	}
	for i := range n.sc.Faults {
		n.startFault(&n.sc.Faults[i])
	}
	return errors.Join(n.errs...)
}

// maxContent is the most that one exchange carries one way: a quarter of TCP's sequence space.
const maxContent = 1 << 30

func (n *network) startTraffic(t *Traffic) {
	s := n.s
	hs, err := n.pickHosts(t.From)
	if err != nil {
		n.fail(t, "traffic %s: %v", t.Name, err)
		return
	}
	v := n.services[t.To]
	if v == nil {
		n.fail(t, "traffic %s: to %q, which is no service%s", t.Name, t.To, nearest(t.To, n.serviceNames()))
		return
	}
	if t.Every <= 0 && t.Rate == 0 && t.Count != 1 {
		n.fail(t, "traffic %s: every %d, want more than zero", t.Name, t.Every)
		return
	}
	if t.Stop > 0 && t.Stop <= t.Start {
		n.fail(t, "traffic %s: starts at %v and stops at %v, want a later end", t.Name, time.Duration(t.Start), time.Duration(t.Stop))
		return
	}
	if t.Request > maxContent || t.Response > maxContent || t.Size > 65000 {
		n.fail(t, "traffic %s: want at most 1 GiB of content, and datagrams of 65000 bytes", t.Name)
		return
	}
	if len(t.Day) != 0 && (len(t.Day) != 2 || t.Day[0] >= t.Day[1] || t.Day[1] > 24) {
		n.fail(t, "traffic %s: day %v, want two hours in order", t.Name, t.Day)
		return
	}
	for _, h := range hs {
		w := &worker{s: s, h: h, t: t, v: v}
		delay := int64(t.Start)
		if t.Every > 0 && t.Count != 1 && !t.Fixed {
			delay += int64(s.exp(float64(t.Every)) / 2)
		} else if t.Fixed && t.Every > 0 {
			delay += s.rng.Int64N(int64(t.Every)/4 + 1)
		}
		s.after(delay, func() { h.whenUp(w.turn) })
	}
}

// worker is one host doing one kind of traffic.
type worker struct {
	s    *sim
	h    *host
	t    *Traffic
	v    *service
	done int
	open *session // kept for the next time, where the client's port never changes
}

// turn does the traffic once and plans the next time.
func (w *worker) turn() {
	s, t := w.s, w.t
	if t.Stop > 0 && s.now >= int64(t.Stop) || t.Count > 0 && w.done >= t.Count {
		return
	}
	w.done++
	if w.atWork() {
		w.act()
	}
	if t.Every > 0 {
		d := int64(t.Every)
		if !t.Fixed {
			d = int64(s.exp(float64(t.Every)))
		}
		s.after(d, w.turn)
	}
}

// atWork reports whether the hour is one in which people work; outside, one attempt in twenty still happens.
func (w *worker) atWork() bool {
	if len(w.t.Day) != 2 {
		return true
	}
	at := w.s.start.Add(0).UnixNano() + w.s.now
	h := int(at/3600e9) % 24
	return h >= w.t.Day[0] && h < w.t.Day[1] || w.s.rng.IntN(20) == 0
}

func (w *worker) sizes() (req, resp int) {
	req, resp = w.t.Request, w.t.Response
	if req == 0 {
		req = 300
	}
	if resp == 0 && !(w.v.speaks == "datagrams") {
		resp = 4000
	}
	if w.t.Exact {
		return req, resp
	}
	return w.s.size(req), w.s.size(resp)
}

func (w *worker) act() {
	s, t := w.s, w.t
	s.reach(w.h, w.v, func(to netip.AddrPort, ok bool) {
		if !ok {
			return
		}
		if t.Rate > 0 && w.v.proto == frame.UDP {
			w.stream(to)
			return
		}
		req, resp := w.sizes()
		if w.open != nil && !w.open.over && w.open.flow.to == to {
			w.open.request(req, resp, func(bool) {})
			return
		}
		x := &session{left: max(t.Exchanges, 1), reqSize: req, respSize: resp, keep: t.Open || w.v.clientPort != 0}
		if w.v.clientPort != 0 {
			w.open = x
		}
		if t.Pause > 0 {
			x.pause = func() int64 { return int64(s.exp(float64(t.Pause))) }
		}
		if w.v.speaks == "ftp" {
			x.onIdle = func(ok bool) {
				if ok {
					s.ftpData(x, resp)
				}
			}
		}
		s.open(w.h, w.v, to, nil, x)
	})
}

// stream sends datagrams at a constant rate until the traffic stops.
func (w *worker) stream(to netip.AddrPort) {
	s, t, h := w.s, w.t, w.h
	size := t.Size
	if size == 0 {
		size = 1200
	}
	f := s.newFlow(h, frame.UDP, netip.AddrPortFrom(h.source(to.Addr()), h.ephemeral()), to, w.v.app, nil)
	f.svc = w.v
	f.udp = &udpConn{flow: f, onUDP: func(up bool, _ *packet) {
		if up && t.Answer && f.server != nil {
			f.server.datagram(f, false, f.seenTo(), f.seenFrom(), content[:100])
		}
	}}
	big := content
	for len(big) < size {
		big = append(big, content...)
	}
	gap := int64(size+42) * 8 * 1e9 / int64(t.Rate)
	stop := int64(t.Stop)
	if stop == 0 {
		stop = s.end
	}
	var next func()
	next = func() {
		if s.now >= stop {
			f.outcome = "established"
			s.finish(f, "")
			return
		}
		h.datagram(f, true, f.from, f.to, big[:size])
		s.after(gap, next)
	}
	next()
}

// content is what streams of datagrams carry: nothing that a classifier knows.
var content = func() []byte {
	b := make([]byte, 1<<13)
	x := uint32(0x9e3779b9)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x >> 8)
	}
	b[0] = 0x17
	return b
}()

// asked are the analyses that rules belong to, and verdicts the answers about a class.
var (
	asked    = []string{"segmentation", "dependency", "bandwidth", "configuration", "qos"}
	verdicts = []string{"effective", "ineffective", "untested", "insufficient"}
)

// checkUse finds what the scenario's expectations name that cannot be.
func (n *network) checkUse() {
	rule := func(x any, name string) {
		if a, r, ok := strings.Cut(name, "/"); !ok || r == "" || !slices.Contains(asked, a) {
			n.fail(x, "expect: rule %q, want analysis/rule, the analysis one of %s", name, strings.Join(asked, ", "))
		}
	}
	e := &n.sc.Expect
	for i := range e.Must {
		rule(&e.Must[i], e.Must[i].Rule)
	}
	for _, r := range e.MustNot {
		rule(e, r)
	}
	for _, class := range slices.Sorted(maps.Keys(e.QoS)) {
		if v := e.QoS[class]; !slices.Contains(verdicts, v) {
			n.fail(e, "expect: class %s: verdict %q, want one of %s", class, v, strings.Join(verdicts, ", "))
		}
	}
}

func (n *network) addTaps() {
	s := n.s
	for i := range n.sc.Capture {
		sp := &n.sc.Capture[i]
		t := &tap{s: s, spec: sp, index: i}
		if len(sp.VLANs) > 0 {
			t.vlans = map[uint16]bool{}
			for _, v := range sp.VLANs {
				if n.vlans[v] == nil {
					n.fail(sp, "capture %s: no vlan %d", sp.Name, v)
				}
				t.vlans[v] = true
			}
		}
		if sp.Name == "" {
			n.fail(sp, "a capture point without a name")
		}
		if sp.Loss < 0 || sp.Loss >= 1 {
			n.fail(sp, "capture %s: loss %v, want a share 0 ≤ loss < 1", sp.Name, sp.Loss)
		}
		kind, name, _ := strings.Cut(sp.On, ":")
		if sp.Offload && kind != "host" {
			n.fail(sp, "capture %s: offload is seen on hosts only", sp.Name)
		}
		switch kind {
		case "switch":
			n.tapSwitch(t, sp, name)
		case "link":
			n.tapLink(t, sp, name)
		case "host":
			hs := n.byName[name]
			if len(hs) != 1 {
				n.fail(sp, "capture %s: no host named %q", sp.Name, name)
				continue
			}
			p := hs[0].f.port
			p.rx = append(p.rx, t)
			p.tx = append(p.tx, t)
		default:
			n.fail(sp, "capture %s: on %q, want switch:NAME, link:NAME or host:NAME", sp.Name, sp.On)
		}
		n.taps = append(n.taps, t)
	}
}

func (n *network) tapSwitch(t *tap, sp *Capture, name string) {
	b, ok := n.nodes[name].(*bridge)
	if !ok {
		n.fail(sp, "capture %s: no switch named %q%s", sp.Name, name, nearest(name, n.nodeNames()))
		return
	}
	t.mirror = true
	switch sp.Direction {
	case "", "rx", "tx", "both":
	default:
		n.fail(sp, "capture %s: direction %q, want rx, tx or both", sp.Name, sp.Direction)
	}
	for _, p := range b.ports {
		if sp.Direction != "tx" {
			p.rx = append(p.rx, t)
		}
		if sp.Direction == "tx" || sp.Direction == "both" {
			p.tx = append(p.tx, t)
		}
	}
}

// tapLink puts a tap beside one end of a link.
func (n *network) tapLink(t *tap, sp *Capture, name string) {
	w := n.links[name]
	if w == nil {
		n.fail(sp, "capture %s: no link named %q", sp.Name, name)
		return
	}
	near := w.a
	if sp.End == "b" {
		near = w.b
	}
	switch sp.Direction {
	case "", "both":
		near.out.tx = append(near.out.tx, t)
		near.rx = append(near.rx, t)
	case "a", "b":
		if (sp.Direction == "a") == (near == w.a) {
			near.out.tx = append(near.out.tx, t)
		} else {
			near.rx = append(near.rx, t)
		}
	default:
		n.fail(sp, "capture %s: direction %q, want both, a or b", sp.Name, sp.Direction)
	}
}

package control

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// speech is what the statements of one packet have in common.
type speech struct {
	d        *Decoder
	p        *wire.Packet
	protocol string
	kind     fact.SpeakerKind
	speaker  string
	address  netip.Addr
	mac      fact.MAC
	port     string
	group    string
	hold     int64 // nanoseconds of silence after which the statement no longer holds; 0: it holds on
}

// bySender begins the speech of p's IP address; where that is missing or 0.0.0.0, of its MAC.
func (d *Decoder) bySender(p *wire.Packet, protocol string) speech {
	s := speech{d: d, p: p, protocol: protocol, kind: fact.EndpointSpeaker, address: source(p), mac: p.SrcMAC}
	if !s.address.IsValid() || s.address.IsUnspecified() {
		s.kind, s.speaker, s.address = fact.DeviceSpeaker, p.SrcMAC.String(), netip.Addr{}
	}
	return s
}

// byDevice begins the speech of a device that names itself.
func (d *Decoder) byDevice(p *wire.Packet, protocol, device string) speech {
	if device == "" {
		device = p.SrcMAC.String()
	}
	return speech{d: d, p: p, protocol: protocol, kind: fact.DeviceSpeaker, speaker: device, address: source(p), mac: p.SrcMAC}
}

// slotKey is everything of a statement but its value and its time.
type slotKey struct {
	kind           fact.SpeakerKind
	capture, point uint16
	speaker        string
	address        netip.Addr
	mac            fact.MAC
	scope          fact.Scope
	port, group    string
	protocol       string
	setting        string
}

// maxRuns is how many intervals of one slot are kept apart. Beyond, intervals of equal value join.
const maxRuns = 32

// slot is one setting of one speaker through time: a new run begins with another value, or after a silence longer than its hold time.
type slot struct{ runs []run }

type run struct {
	value       string
	first, last fact.Time
	hold        int64
	count       uint64
	longest     int64 // silence
	joined      bool  // of several intervals
	evidence    fact.Evidence
}

// maxValue is how many bytes of a value are kept.
const maxValue = 4096

// say records that setting has this value now. An empty value says nothing.
func (s *speech) say(setting, value string) {
	if value == "" {
		return
	}
	if len(value) > maxValue {
		value = strings.ToValidUTF8(value[:maxValue], "")
	}
	d, p := s.d, s.p
	k := slotKey{
		kind: s.kind, capture: p.Capture, point: p.Point, speaker: s.speaker, address: s.address, mac: s.mac, scope: p.Scope,
		port: s.port, group: s.group, protocol: s.protocol, setting: setting,
	}
	sl := d.slots[k]
	if sl == nil {
		if d.full(s.protocol) {
			return
		}
		sl = &slot{}
		d.slots[k] = sl
	}
	sl.add(value, fact.Time(p.Time), s.hold, p)
}

// full makes room for one more fact of a protocol, or counts that there is none. No protocol may take more than a quarter of all room, so
// that a flood of one does not silence the others.
func (d *Decoder) full(protocol string) bool {
	if n := d.kept[protocol]; n < (d.o.MaxFacts+3)/4 && len(d.slots)+len(d.links)+len(d.names) < d.o.MaxFacts {
		d.kept[protocol] = n + 1
		return false
	}
	d.dropped++
	return true
}

func (sl *slot) add(value string, at fact.Time, hold int64, p *wire.Packet) {
	var r *run
	if n := len(sl.runs); n > 0 {
		r = &sl.runs[n-1]
		silent := r.hold > 0 && int64(at-r.last) > r.hold
		if r.value != value || silent {
			r = nil
		}
	}
	if r == nil && len(sl.runs) >= maxRuns { // from here on intervals of one value join, and have gaps
		if i := slices.IndexFunc(sl.runs, func(r run) bool { return r.value == value }); i >= 0 {
			r = &sl.runs[i]
		} else {
			r = &sl.runs[len(sl.runs)-1] // more values than are kept: the last one stands for them
			r.value = value
		}
		r.joined = true
	}
	if r == nil {
		sl.runs = append(sl.runs, run{value: value, first: at, last: at, hold: hold, evidence: fact.Evidence{Capture: p.Capture}})
		r = &sl.runs[len(sl.runs)-1]
	}
	r.longest = max(r.longest, int64(at-r.last))
	r.first, r.last = min(r.first, at), max(r.last, at)
	r.count++
	witness(&r.evidence, p)
}

// gaps reports silences much longer than the run's usual period: more than five times the mean of the others.
func (r *run) gaps() bool {
	if r.count < 4 {
		return false
	}
	usual := (int64(r.last-r.first) - r.longest) / int64(r.count-2)
	return r.longest > 5*max(usual, 1e8)
}

func (sl *slot) statements(k slotKey, point string) []*fact.Statement {
	ss := make([]*fact.Statement, len(sl.runs))
	for i := range sl.runs {
		r := &sl.runs[i]
		ss[i] = &fact.Statement{
			Kind: k.kind, Speaker: k.speaker, Address: k.address, MAC: k.mac, Scope: k.scope, Port: k.port, Protocol: k.protocol,
			Group: k.group, Setting: k.setting, Value: r.value, Point: point, First: r.first, Last: r.last, Count: r.count,
			Gaps: r.joined || r.gaps(), Evidence: r.evidence,
		}
	}
	return ss
}

func compareStatements(a, b *fact.Statement) int {
	if c := cmp.Or(cmp.Compare(a.Evidence.Capture, b.Evidence.Capture), strings.Compare(a.Setting, b.Setting)); c != 0 {
		return c // cheaper: Or's arguments are all evaluated
	}
	return cmp.Or(
		cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Speaker, b.Speaker), a.Address.Compare(b.Address), a.MAC.Compare(b.MAC), a.Scope.Compare(b.Scope),
		cmp.Compare(a.Port, b.Port), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Point, b.Point), cmp.Compare(a.First, b.First), cmp.Compare(a.Value, b.Value),
	)
}

// witness adds p's number to e, which keeps the first ones.
func witness(e *fact.Evidence, p *wire.Packet) {
	if len(e.Packets) >= fact.MaxEvidence || p.Number == 0 {
		return
	}
	if i, ok := slices.BinarySearch(e.Packets, p.Number); !ok {
		e.Packets = slices.Insert(e.Packets, i, p.Number)
	}
}

type linkKey struct {
	capture, point           uint16
	protocol, from, port, to string
	scope                    fact.Scope
	mac                      fact.MAC
}

func (k linkKey) compare(o linkKey) int {
	return cmp.Or(
		cmp.Compare(k.capture, o.capture), cmp.Compare(k.point, o.point), cmp.Compare(k.protocol, o.protocol), cmp.Compare(k.from, o.from),
		cmp.Compare(k.port, o.port), cmp.Compare(k.to, o.to), k.scope.Compare(o.scope), k.mac.Compare(o.mac),
	)
}

// link records an adjacency that s's packet shows. Its text fields are the last ones said.
func (s *speech) link(l fact.Link) {
	d, p := s.d, s.p
	l.Protocol, l.From, l.FromPort, l.Scope, l.MAC = s.protocol, s.speaker, s.port, p.Scope, p.SrcMAC
	k := linkKey{p.Capture, p.Point, l.Protocol, l.From, l.FromPort, l.To, l.Scope, l.MAC}
	at := fact.Time(p.Time)
	old := d.links[k]
	if old == nil {
		if d.full(s.protocol) {
			return
		}
		l.First, l.Last, l.Point, l.Evidence.Capture = at, at, d.o.Point(p.Point), p.Capture
		old = &l
		d.links[k] = old
	} else {
		first, last, n, point, e := old.First, old.Last, old.Count, old.Point, old.Evidence
		*old = l
		old.First, old.Last, old.Count, old.Point, old.Evidence = min(first, at), max(last, at), n, point, e
	}
	old.Count++
	witness(&old.Evidence, p)
}

type nameKey struct {
	capture        uint16
	scope          fact.Scope
	ip             netip.Addr
	name, evidence string
}

func (k nameKey) compare(o nameKey) int {
	return cmp.Or(cmp.Compare(k.capture, o.capture), k.ip.Compare(o.ip), cmp.Compare(k.name, o.name), cmp.Compare(k.evidence, o.evidence), k.scope.Compare(o.scope))
}

// name records that ip is known by a name.
func (d *Decoder) name(p *wire.Packet, ip netip.Addr, name, evidence string) {
	if name = strings.TrimSuffix(name, "."); name == "" || !ip.IsValid() || ip.IsUnspecified() {
		return
	}
	k := nameKey{p.Capture, p.Scope, ip, name, evidence}
	at := fact.Time(p.Time)
	n := d.names[k]
	if n == nil {
		if d.full("names by " + evidence) {
			return
		}
		n = &fact.Name{Scope: p.Scope, IP: ip, Name: name, Evidence: evidence, First: at, Last: at, Packets: fact.Evidence{Capture: p.Capture}}
		d.names[k] = n
	}
	n.First, n.Last = min(n.First, at), max(n.Last, at)
	n.Count++
	witness(&n.Packets, p)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// secret stands for a password in a value: equal passwords look equal, and none can be read.
func secret(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:4])
}

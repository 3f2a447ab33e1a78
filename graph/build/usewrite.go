package build

import (
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
)

// pairKey is a communication between endpoints: useKey with hosts judged and places written out.
type pairKey struct {
	client, server         endpointKey
	clientVLAN, serverVLAN string
	tunnel                 string
	app, parent            string
	port                   uint16
	transport              fact.Transport
	evidence               fact.AppEvidence
	dscpUp, dscpDown       uint8
	carries                fact.TunnelKind
}

// pair is a communication between endpoints with its intervals.
type pair struct {
	key pairKey
	use
}

// uses writes a graph.Uses for every interval, and lets go of it. What the sheet numbers is numbered first, so that the goroutines that write only read it.
func (s *sheet) uses(pairs []*pair) {
	s.pointByIndex(0)
	at := make([]int, len(pairs)+1) // where the relationships of each pair begin
	for i, p := range pairs {
		s.endpoint(p.key.client)
		s.service(servicePort{p.key.server, p.key.transport, p.key.port})
		for _, sp := range p.spans {
			for _, d := range []*half{&sp.up, &sp.down} {
				s.macText(d.mac)
				s.macText(d.next)
			}
		}
		at[i+1] = at[i] + len(p.spans)
	}
	s.c.Uses = make([]graph.Uses, at[len(pairs)])
	share(len(pairs), func(first, end int) {
		var l ints
		for i := first; i < end; i++ {
			for n, sp := range pairs[i].spans {
				s.usesOf(&s.c.Uses[at[i]+n], &pairs[i].key, sp, &l)
			}
			pairs[i] = nil
		}
	})
	s.stats.Uses = len(s.c.Uses)
}

// share divides 0 to n among as many goroutines as there are processors.
func share(n int, work func(first, end int)) {
	var wg sync.WaitGroup
	parts := runtime.GOMAXPROCS(0)
	for i := range parts {
		wg.Go(func() { work(i*n/parts, (i+1)*n/parts) })
	}
	wg.Wait()
}

func (s *sheet) usesOf(u *graph.Uses, k *pairKey, m *span, l *ints) {
	client, service := s.endpoint(k.client), s.service(servicePort{k.server, k.transport, k.port})
	*u = graph.Uses{
		Rel: s.rel(graph.TypeUses, client, service, m.first, m.last, k.app, k.parent, k.clientVLAN, k.serverVLAN, k.tunnel,
			k.evidence.String(), k.carries.String(), strconv.Itoa(int(k.dscpUp)), strconv.Itoa(int(k.dscpDown))),
		Application: k.app, Evidence: k.evidence.String(), Parent: k.parent,
		ALPN: m.alpn, Versions: m.versions, ServerNames: m.names,
		Certificate: m.cert.hash, CertName: m.cert.name,
		Direction: m.direction.String(), Certainty: m.certainty,
		ClientVLAN: k.clientVLAN, ServerVLAN: k.serverVLAN, Tunnel: k.tunnel, Carries: k.carries.String(),
		ClientMAC: s.macText(m.up.mac), ServerMAC: s.macText(m.down.mac),

		Conversations: m.conversations, Established: m.established, Prohibited: m.prohibited, Unreachable: m.unreachable,
		Refused: m.refused, Foreign: m.foreign, Unanswered: m.unanswered, OneWay: m.oneWay, Handshakes: m.handshakes,
		Reached: m.reached, Blockers: m.blockers,

		PacketsUp: m.up.packets, PacketsDown: m.down.packets, BytesUp: m.up.bytes, BytesDown: m.down.bytes,
		PayloadUp: m.up.payload, PayloadDown: m.down.payload, Copies: m.up.copies + m.down.copies,
		Fragments: m.up.fragments + m.down.fragments, FragmentsUp: m.up.fragments,
		ClientNext: s.macText(m.up.next), ServerNext: s.macText(m.down.next),
		DSCPUp: l.dscp(m.up.dscp), DSCPDown: l.dscp(m.down.dscp),
		PCPUp: l.counts(m.up.pcp[:]), PCPDown: l.counts(m.down.pcp[:]),
		ECNUp: l.counts(m.up.ecn[:]), ECNDown: l.counts(m.down.ecn[:]),
		TTLUpMin: int64(m.up.ttlMin), TTLUpMax: int64(m.up.ttlMax), TTLDownMin: int64(m.down.ttlMin), TTLDownMax: int64(m.down.ttlMax),
		ScaleUp: notSeen, ScaleDown: notSeen,
		Step:    m.step / int64(time.Second),
		Witness: s.witnesses(m.witness),
	}
	if len(m.clear) > 0 {
		u.Credentials, u.Cleartext = m.clear[0], m.cleartext
	}
	for _, p := range m.points {
		u.Points = append(u.Points, s.pointByIndex(p))
	}
	slices.Sort(u.Points)
	u.Points = slices.Compact(u.Points)
	if m.tcp != nil {
		m.tcp.write(u, l)
	}
	u.At, u.AtUp, u.AtDown, u.AtPackets = l.volume(m.buckets)
	u.Starts = l.room(len(m.starts))
	for _, t := range m.starts {
		u.Starts = append(u.Starts, int64(floor(t, 1e6))/1e6)
	}
}

func (t *tcp) write(u *graph.Uses, l *ints) {
	u.Retransmitted, u.RetransmittedBytes, u.OutOfOrder, u.CaptureLost = t.retransmitted, t.retransmittedBytes, t.outOfOrder, t.lost
	u.ZeroWindowsUp, u.ZeroWindowsDown = t.up.zero, t.down.zero
	u.ZeroWindowUpMs, u.ZeroWindowDownMs = t.up.zeroTime/1e6, t.down.zeroTime/1e6
	u.RTTCount, u.RTTMin, u.RTTSum, u.RTTMax = t.rtt.count, t.rtt.min, t.rtt.sum, t.rtt.max
	u.RTTBuckets = l.room(2 * len(t.rtt.buckets))
	for _, c := range t.rtt.buckets {
		u.RTTBuckets = append(u.RTTBuckets, int64(c.bucket), c.n)
	}
	u.MSSUp, u.MSSDown = int64(t.up.mss), int64(t.down.mss)
	u.ScaleUp, u.ScaleDown = int64(t.up.scale), int64(t.down.scale)
	u.SACK, u.Timestamps = t.sack, t.timestamps
	u.StrippedScale, u.StrippedSACK, u.StrippedTimestamps = t.stripped[0], t.stripped[1], t.stripped[2]
	u.ClampedUp, u.ClampedDown = int64(t.up.clamped), int64(t.down.clamped)
	u.UnackedUp, u.UnackedDown = int64(t.up.unacked), int64(t.down.unacked)
	u.WindowFullUp, u.WindowFullDown = t.up.full, t.down.full
	u.WindowUseUp, u.WindowUseDown = t.up.use, t.down.use
	u.WindowMaxUp, u.WindowMaxDown = int64(t.up.windowMax), int64(t.down.windowMax)
	u.MaxSegment = int64(max(t.up.maxSegment, t.down.maxSegment))
}

func macText(m fact.MAC) string {
	if m.IsZero() {
		return ""
	}
	return m.String()
}

// macText is macText of what many relationships name.
func (s *sheet) macText(m fact.MAC) string {
	t, ok := s.macs[m]
	if !ok {
		t = macText(m)
		s.macs[m] = t
	}
	return t
}

// offers writes that services answered, in which application and when.
func (s *sheet) offers(pairs []*pair) {
	type key struct {
		server    endpointKey
		transport fact.Transport
		port      uint16
		app       string
	}
	at := map[key]*use{}
	for _, p := range pairs {
		for _, sp := range p.spans {
			if !sp.answered {
				continue
			}
			k := key{p.key.server, p.key.transport, p.key.port, p.key.app}
			u := at[k]
			if u == nil {
				u = &use{}
				at[k] = u
			}
			if u.interval(sp.offered.first, sp.offered.last, s.gap) == nil {
				u.insert(&span{first: sp.offered.first, last: sp.offered.last})
			}
		}
	}
	for k, u := range at {
		service := s.service(servicePort{k.server, k.transport, k.port})
		for _, sp := range u.spans {
			s.c.Offers = append(s.c.Offers, graph.Offers{
				Rel:         s.rel(graph.TypeOffers, s.endpoint(k.server), service, sp.first, sp.last, k.app),
				Application: k.app,
			})
		}
	}
}

package build

import (
	"cmp"
	"slices"

	"netscope.example/nsgraph/capture/fact"
)

// Caps of what one interval of one USES keeps.
const (
	maxStarts      = 64
	maxTexts       = 4
	maxNames       = 16
	maxPlaceCounts = 16
)

// measures is what the conversations of one interval add up to. merge is commutative and associative, so that their order does not
// matter: sums, minima, maxima, and sets of which the smallest members are kept.
type measures struct {
	conversations, established, refused, prohibited, unreachable, unanswered, oneWay, handshakes, cleartext int64

	up, down half
	tcp      *tcp // nil until a TCP conversation came

	direction fact.Direction
	certainty float64

	answered bool // the service spoke
	offered  span0

	step    int64 // nanoseconds of one bucket
	buckets []fact.VolumeAt
	starts  []fact.Time
	nested  sample

	alpn, versions, names, clear []string
	cert                         certificate
	points                       []uint16
	witness                      []fact.Evidence
	refusals                     []refusal
	foreign                      int64 // refused by another than the host
	reached                      int64 // set by judge
	blockers                     []string
	tried                        []attempt // one-way and unanswered conversations by where they were seen
}

// span0 is a closed interval; the zero value is empty.
type span0 struct {
	first, last fact.Time
	set         bool
}

func (s *span0) add(first, last fact.Time) {
	if !s.set {
		*s = span0{first, last, true}
		return
	}
	s.first, s.last = min(s.first, first), max(s.last, last)
}

// half is one direction.
type half struct {
	packets, bytes, payload, copies, fragments int64
	dscp                                       []fact.DSCPCount // ascending
	ecn                                        [4]int64
	pcp                                        [8]int64
	ttlMin, ttlMax                             uint8
	next                                       fact.MAC  // where its sender's frames went, of the same conversation as mac
	mac                                        fact.MAC  // last hop towards its sender, of the earliest conversation
	macAt                                      fact.Time // when; valid if mac is set
}

// certificate is the server's, as last seen.
type certificate struct {
	hash, name string
	at         fact.Time
}

// refusal counts resets by what tells their sender.
type refusal struct {
	mac   fact.MAC
	ttl   uint8
	count int64
}

// attempt counts conversations that nothing answered by where they were seen.
type attempt struct {
	places string   // names a list of places, the first sighting's first; see Builder.placeSets
	next   fact.MAC // destination MAC in the first of them
	count  int64
}

func (h *half) merge(o *half) {
	h.packets += o.packets
	h.bytes += o.bytes
	h.payload += o.payload
	h.copies += o.copies
	h.fragments += o.fragments
	h.dscp = mergeDSCP(h.dscp, o.dscp)
	for i := range h.ecn {
		h.ecn[i] += o.ecn[i]
	}
	for i := range h.pcp {
		h.pcp[i] += o.pcp[i]
	}
	h.ttlMin, h.ttlMax = minSet(h.ttlMin, o.ttlMin), max(h.ttlMax, o.ttlMax)
	if o.mac.IsZero() {
		return
	}
	if h.mac.IsZero() || o.macAt < h.macAt || o.macAt == h.macAt && (less(o.mac, h.mac) || o.mac == h.mac && less(o.next, h.next)) {
		h.mac, h.next, h.macAt = o.mac, o.next, o.macAt
	}
}

func (m *measures) merge(o *measures) {
	m.conversations += o.conversations
	m.established += o.established
	m.refused += o.refused
	m.prohibited += o.prohibited
	m.cleartext += o.cleartext
	m.unreachable += o.unreachable
	m.unanswered += o.unanswered
	m.oneWay += o.oneWay
	m.handshakes += o.handshakes
	m.foreign += o.foreign
	m.reached += o.reached
	m.up.merge(&o.up)
	m.down.merge(&o.down)
	if o.tcp != nil {
		if m.tcp == nil {
			m.tcp = newTCP()
		}
		m.tcp.merge(o.tcp)
	}
	m.direction, m.certainty = max(m.direction, o.direction), max(m.certainty, o.certainty)
	m.answered = m.answered || o.answered
	if o.offered.set {
		m.offered.add(o.offered.first, o.offered.last)
	}
	m.mergeVolume(o.step, o.buckets)
	m.starts = mergeSorted(m.starts, o.starts, maxStarts, cmp.Compare[fact.Time])
	m.nested.merge(&o.nested)
	m.alpn = mergeTexts(m.alpn, o.alpn, maxTexts)
	m.versions = mergeTexts(m.versions, o.versions, maxTexts)
	m.names = mergeTexts(m.names, o.names, maxNames)
	m.clear = mergeTexts(m.clear, o.clear, maxTexts)
	if o.cert.hash != "" && (m.cert.hash == "" || o.cert.at > m.cert.at || o.cert.at == m.cert.at && o.cert.hash < m.cert.hash) {
		m.cert = o.cert
	}
	m.points = mergeSet(m.points, o.points, 1<<16)
	m.witness = mergeEvidence(m.witness, o.witness)
	m.blockers = mergeTexts(m.blockers, o.blockers, maxTexts)
	for _, r := range o.refusals {
		m.addRefusal(r)
	}
	for _, a := range o.tried {
		m.addAttempt(a)
	}
}

// addRefusal keeps the counts of the smallest maxPlaceCounts senders; what it leaves out stays in refused, as refused by the host itself.
func (m *measures) addRefusal(r refusal) {
	i, ok := slices.BinarySearchFunc(m.refusals, r, func(a, b refusal) int {
		if c := cmp.Compare(a.ttl, b.ttl); c != 0 {
			return c
		}
		return slices.Compare(a.mac[:], b.mac[:])
	})
	if ok {
		m.refusals[i].count += r.count
		return
	}
	m.refusals = slices.Insert(m.refusals, i, r)
	m.refusals = m.refusals[:min(len(m.refusals), maxPlaceCounts)]
}

// addAttempt keeps the counts of the smallest maxPlaceCounts.
func (m *measures) addAttempt(t attempt) {
	i, ok := slices.BinarySearchFunc(m.tried, t, func(a, b attempt) int {
		if c := slices.Compare(a.next[:], b.next[:]); c != 0 {
			return c
		}
		return cmp.Compare(a.places, b.places)
	})
	if ok {
		m.tried[i].count += t.count
		return
	}
	m.tried = slices.Insert(m.tried, i, t)
	m.tried = m.tried[:min(len(m.tried), maxPlaceCounts)]
}

// mergeDSCP adds the counts of two ascending lists.
func mergeDSCP(a, b []fact.DSCPCount) []fact.DSCPCount {
	for _, c := range b {
		i, ok := slices.BinarySearchFunc(a, c.DSCP, func(x fact.DSCPCount, d uint8) int { return cmp.Compare(x.DSCP, d) })
		if !ok {
			a = slices.Insert(a, i, fact.DSCPCount{DSCP: c.DSCP})
		}
		a[i].Packets += c.Packets
		a[i].Bytes += c.Bytes
	}
	return a
}

// mergeSorted merges b into the ascending list a and keeps the first limit; equal values stay.
func mergeSorted[T any](a, b []T, limit int, order func(T, T) int) []T {
	for _, v := range b {
		if n := len(a); n >= limit && order(v, a[n-1]) >= 0 {
			continue
		}
		i, _ := slices.BinarySearchFunc(a, v, order)
		a = slices.Insert(a, i, v)
		a = a[:min(len(a), limit)]
	}
	return a
}

// mergeSet merges b into the ascending set a and keeps the first limit.
func mergeSet[T cmp.Ordered](a, b []T, limit int) []T {
	for _, v := range b {
		i, ok := slices.BinarySearch(a, v)
		if ok || i >= limit {
			continue
		}
		a = slices.Insert(a, i, v)
		a = a[:min(len(a), limit)]
	}
	return a
}

// mergeTexts is mergeSet without empty texts.
func mergeTexts(a, b []string, limit int) []string {
	for _, v := range b {
		if v != "" {
			a = mergeSet(a, []string{v}, limit)
		}
	}
	return a
}

// minSet is the smaller of two values of which zero stands for none.
func minSet[T cmp.Ordered](a, b T) T {
	var zero T
	if a == zero || b != zero && b < a {
		return b
	}
	return a
}

func less(a, b fact.MAC) bool { return slices.Compare(a[:], b[:]) < 0 }

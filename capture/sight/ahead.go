package sight

import "netscope.example/nsgraph/capture/wire"

// Group is how many packets Ahead is worth calling for: so many waits for memory overlap.
const Group = 32

// ahead holds the fingerprints of the packets that Mark is called for next.
type ahead struct {
	l     [Group]printed
	n     int
	at    int
	sum   uint64 // so that the loads are not optimised away
	heads [Group]uint32
}

type printed struct {
	p      *wire.Packet
	hash   uint64
	strong bool
}

// Ahead loads what Mark will need of the next packets, at most Group. Mark then does not wait for memory packet by packet. It
// changes nothing else.
func (w *Window) Ahead(l []wire.Packet) {
	a := &w.ahead
	a.n, a.at = min(len(l), Group), 0
	for i := range a.n {
		h, strong := Fingerprint(&l[i])
		a.l[i] = printed{&l[i], h, strong}
	}
	for i := range a.n {
		a.heads[i] = w.heads[w.bucket(a.l[i].hash)]
	}
	mask := uint32(len(w.ring) - 1)
	sum := a.sum
	for i := range a.n {
		if s := a.heads[i]; s != 0 {
			sum += w.ring[s&mask].hash
		}
	}
	a.sum = sum
}

func (w *Window) bucket(h uint64) uint64 { return h >> 32 & uint64(len(w.heads)-1) }

// fingerprint returns what Ahead found, or finds it now.
func (w *Window) fingerprint(p *wire.Packet) (uint64, bool) {
	a := &w.ahead
	if a.at < a.n && a.l[a.at].p == p {
		f := &a.l[a.at]
		a.at++
		f.p = nil
		return f.hash, f.strong
	}
	a.n = 0
	return Fingerprint(p)
}

// Ahead loads what Feed will need of the packets, as Window.Ahead does.
func (s *Stations) Ahead(l []*wire.Packet) {
	var found [Group]*station
	for i, p := range l[:min(len(l), Group)] {
		found[i] = s.pair(p)[0]
	}
	sum := s.sum
	for _, st := range found {
		if st != nil {
			sum += st.packets
		}
	}
	s.sum = sum
}

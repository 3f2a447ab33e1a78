package app

import (
	"cmp"
	"math"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// rates are the clock rates in hertz that jitter is kept for until the codec is known.
var rates = [...]uint32{8000, 16000, 32000, 44100, 48000, 90000}

// jitter is the interarrival jitter of one clock rate, in milliseconds.
type jitter struct {
	now, mean, most float64
}

// stream is one synchronisation source in one direction.
type stream struct {
	scope     fact.Scope
	src, dst  netip.AddrPort
	codecs    map[uint8]Codec // announced; nil: none
	announced bool

	ssrc    uint32
	pt      uint8     // of the last packet that was neither comfort noise nor a telephone event
	pts     [2]uint64 // payload types seen
	evident uint32    // consecutive packets in sequence at the start
	seq     sequence

	packets     uint64
	first, last int64
	lastTS      uint32
	ts          int64 // timestamp units from the first packet to the last, extended
	noise       bool  // the last packet was comfort noise
	deltaMax    int64
	jitter      [len(rates)]jitter
	steps       uint64 // packets after the first, those included that are left out of mean and maximum
	dscp        [64]fact.Count
	witness     fact.Evidence
}

// isNoise reports whether a payload type is comfort noise (RFC 3389; 19 was reserved for it).
func isNoise(pt uint8) bool { return pt == 13 || pt == 19 }

// clocked reports whether a packet's timestamp counts samples of the stream's own clock. A telephone event keeps the time at which it
// began (RFC 4733, section 2.2.1); it is known by its announcement, or as four bytes under a dynamic type that the stream's other
// packets do not use. Other types that nobody announced have a clock that nobody knows.
func (s *stream) clocked(h *rtpHeader) bool {
	if c, ok := s.codecs[h.pt]; ok {
		return c.Name != "telephone-event" && c.ClockRate > 0
	}
	if h.pt < 96 || s.packets == 0 || h.pt == s.pt {
		return true
	}
	_, ok := s.codecs[s.pt]
	return h.payload != 4 && s.pt >= 96 && !ok
}

// add counts a packet.
func (s *stream) add(h *rtpHeader, p *wire.Packet) {
	if s.packets == 0 {
		s.first, s.last, s.lastTS, s.pt = p.Time, p.Time, h.timestamp, h.pt
		s.scope = p.Scope
		s.witness.Capture = p.Capture
		s.seq.start(h.seq)
	} else {
		s.seq.add(h.seq)
		s.time(h, p.Time)
	}
	s.packets++
	s.pts[h.pt/64&1] |= 1 << (h.pt % 64)
	s.dscp[p.DSCP&63].Packets++
	s.dscp[p.DSCP&63].Bytes += uint64(p.Length)
	if len(s.witness.Packets) < fact.MaxEvidence && s.witness.Capture == p.Capture {
		if s.witness.Packets == nil {
			s.witness.Packets = make([]uint64, 0, fact.MaxEvidence)
		}
		s.witness.Packets = append(s.witness.Packets, p.Number)
	}
}

// time updates jitter (RFC 3550, section 6.4.1) and the largest gap. A packet that begins a talkspurt, comfort noise and what follows
// it are left out of the mean and the maximum: the pause before them is not the network's.
func (s *stream) time(h *rtpHeader, at int64) {
	step := int64(int32(h.timestamp - s.lastTS))
	delta := at - s.last
	clocked, noise := s.clocked(h), isNoise(h.pt)
	regular := !h.marker && !noise && !s.noise
	if regular && delta > s.deltaMax {
		s.deltaMax = delta
	}
	s.steps++
	if clocked {
		ms := float64(delta) / 1e6
		for i := range rates {
			j := &s.jitter[i]
			d := math.Abs(ms - float64(step)*1000/float64(rates[i]))
			j.now += (d - j.now) / 16
			if regular {
				j.most = max(j.most, j.now)
				j.mean += (j.now - j.mean) / float64(s.steps)
			}
		}
		if !noise {
			s.pt = h.pt
		}
	}
	s.noise = noise
	s.last = at
	if clocked {
		s.lastTS = h.timestamp
		s.ts += step
	}
}

// rate returns the clock rate, and whether it is known rather than inferred from timestamps against arrival times.
func (s *stream) rate() (hz uint32, known bool) {
	if c, ok := s.codecs[s.pt]; ok && c.ClockRate > 0 {
		return c.ClockRate, true
	}
	if s.pt < uint8(len(static)) && static[s.pt].ClockRate > 0 {
		return static[s.pt].ClockRate, true
	}
	seconds := float64(s.last-s.first) / 1e9
	if seconds <= 0 || s.ts <= 0 {
		return 0, false
	}
	seen, best := float64(s.ts)/seconds, math.Inf(1)
	for _, r := range rates {
		if d := math.Abs(math.Log(seen / float64(r))); d < best {
			best, hz = d, r
		}
	}
	return hz, false
}

// codec returns the codec's name, "" if unknown.
func (s *stream) codec() string {
	if c, ok := s.codecs[s.pt]; ok {
		return c.Name
	}
	if s.pt < uint8(len(static)) {
		return static[s.pt].Name
	}
	return ""
}

// fact returns what there is to say of s, asking a for what was announced meanwhile.
func (s *stream) fact(a *Announcements) *fact.Stream {
	if s.codecs == nil {
		if e, ok := a.Lookup(s.dst.Addr(), s.dst.Port(), fact.Time(s.first)); ok && e.App == "rtp" {
			s.codecs, s.announced = e.Codecs, true
		} else if e, ok := a.Lookup(s.src.Addr(), s.src.Port(), fact.Time(s.first)); ok && e.App == "rtp" {
			s.codecs, s.announced = e.Codecs, true
		}
	}
	s.seq.end()
	f := &fact.Stream{
		Scope: s.scope, Src: s.src, Dst: s.dst, SSRC: s.ssrc, PayloadType: s.pt, Codec: s.codec(), Packets: s.packets,
		Expected: s.seq.expected(), Duplicates: s.seq.duplicates, Reordered: s.seq.reordered,
		BurstLost: s.seq.burst, LossRuns: s.seq.runs,
		DeltaMax: float64(s.deltaMax) / 1e6, First: fact.Time(s.first), Last: fact.Time(s.last), Announced: s.announced, Evidence: s.witness,
	}
	if f.Expected > f.Packets {
		f.Lost = f.Expected - f.Packets
	}
	f.ClockRate, f.ClockKnown = s.rate()
	if i := nearestRate(f.ClockRate); i >= 0 {
		f.JitterMean, f.JitterMax = s.jitter[i].mean, s.jitter[i].most
	}
	for i, c := range s.dscp {
		if c.Packets > 0 {
			f.DSCP = append(f.DSCP, fact.DSCPCount{DSCP: uint8(i), Packets: c.Packets, Bytes: c.Bytes})
		}
	}
	f.RTT = a.roundTrip(s.src.Addr(), s.dst.Addr(), s.ssrc)
	return f
}

// nearestRate returns the index of hz in rates, of the nearest if it is not there, -1 for 0.
func nearestRate(hz uint32) int {
	if hz == 0 {
		return -1
	}
	best := 0
	for i, r := range rates {
		if math.Abs(math.Log(float64(hz)/float64(r))) < math.Abs(math.Log(float64(hz)/float64(rates[best]))) {
			best = i
		}
	}
	return best
}

func sortStreams(ss []*stream) {
	slices.SortFunc(ss, func(a, b *stream) int {
		return cmp.Or(cmp.Compare(a.first, b.first), a.src.Compare(b.src), a.dst.Compare(b.dst), cmp.Compare(a.ssrc, b.ssrc))
	})
}

package app

import (
	"net/netip"

	"netscope.example/nsgraph/capture/fact"
)

// matchRTCP reads a compound packet: SR or RR first (RFC 3550, section 6.1), lengths that add up, or an index of SRTCP at its end.
func matchRTCP(q *probe) verdict {
	b := q.b
	if len(b) < 8 || b[0]>>6 != 2 || b[1] != 200 && b[1] != 201 || q.src < 1024 || q.dst < 1024 {
		return no
	}
	need := 8
	if b[1] == 200 {
		need = 28
	}
	if n := 4 * (int(be16(b, 2)) + 1); n < need+24*int(b[0]&31) || n > q.length {
		return no
	}
	if securedRTCP(b, q.length) {
		return either
	}
	rest := b
	for len(rest) >= 4 {
		n := 4 * (int(be16(rest, 2)) + 1)
		if rest[0]>>6 != 2 || rest[1] < 192 || rest[1] > 223 {
			return no
		}
		if n > len(rest) {
			break
		}
		rest = rest[n:]
	}
	return either
}

// securedRTCP tells whether b ends as SRTCP does: the bit of encryption and a small index, the authentication tag of 80 bits behind them
// (RFC 3711, section 3.4) or before them (RFC 7714, section 9.2).
func securedRTCP(b []byte, length int) bool {
	const encrypted = 0x8000
	return len(b) == length && len(b) >= 8+14 && (be16(b, len(b)-14) == encrypted || be16(b, len(b)-4) == encrypted)
}

// readRTCP takes round-trip times from reports: a report block tells which sender report it answers, and how long that lay.
func readRTCP(c *Classifier, d *dialog, m *message) bool {
	b := m.b
	if len(b) >= 12 && b[0]>>6 == 2 && (b[1] < 192 || b[1] > 223) && d.proto == c.byName["rtcp"]+1 { // media on the same ports (RFC 5761)
		q := probe{b: b, src: m.p.SrcPort, dst: m.p.DstPort, d: d, p: m.p, side: m.side, udp: true, length: int(m.p.PayloadLen)}
		if matchRTP(&q) > maybe {
			c.become(d, "rtp")
			d.x = true
		}
		return true
	}
	for len(b) >= 8 && b[0]>>6 == 2 {
		n := 4 * (int(be16(b, 2)) + 1)
		at, t := 8, fact.Time(m.p.Time)
		from, to := d.addr[m.side].Netip(), d.addr[m.side^1].Netip()
		if b[1] == 200 && len(b) >= 28 {
			c.announced.sent(from, be32(b, 4), be32(b, 10), t)
			at = 28
		}
		if b[1] == 200 || b[1] == 201 {
			for i := 0; i < int(b[0]&31) && at+24 <= min(n, len(b)); i, at = i+1, at+24 {
				c.announced.answered(to, from, be32(b, at), be32(b, at+16), be32(b, at+20), t)
			}
		}
		if n > len(b) {
			break
		}
		b = b[n:]
	}
	return true
}

// report is what is remembered of the last sender report of a source, and of the answer to it.
type report struct {
	lsr  uint32 // middle of its NTP time
	at   fact.Time
	peer netip.Addr
	rtt  float64 // milliseconds from the capture point to the receiver and back
	some bool
}

type source struct {
	addr netip.Addr
	ssrc uint32
}

const maxReports = 16384

func (a *Announcements) sent(addr netip.Addr, ssrc, lsr uint32, t fact.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.reports == nil {
		a.reports = map[source]report{}
	}
	k := source{addr, ssrc}
	r, ok := a.reports[k]
	if !ok && len(a.reports) >= maxReports {
		a.dropped++
		return
	}
	r.lsr, r.at = lsr, t
	a.reports[k] = r
}

// answered notes that peer reported on ssrc of addr, dlsr/65536 seconds after it got the report lsr.
func (a *Announcements) answered(addr, peer netip.Addr, ssrc, lsr, dlsr uint32, t fact.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k := source{addr, ssrc}
	r, ok := a.reports[k]
	if !ok || lsr == 0 || r.lsr != lsr {
		return
	}
	rtt := t.Seconds(r.at)*1e3 - float64(dlsr)/65.536
	if rtt < 0 || rtt > 10e3 {
		return
	}
	if !r.some || rtt < r.rtt {
		r.rtt = rtt
	}
	r.peer, r.some = peer, true
	a.reports[k] = r
}

// roundTrip returns milliseconds from src to dst and back for the stream ssrc, 0 if unknown: the shortest way from the capture point
// to the receiver, and to the sender if its reports were answered to the receiver too.
func (a *Announcements) roundTrip(src, dst netip.Addr, ssrc uint32) float64 {
	a.mu.RLock()
	defer a.mu.RUnlock()
	r, ok := a.reports[source{src, ssrc}]
	if !ok || !r.some || r.peer != dst {
		return 0
	}
	back := 0.0
	for k, o := range a.reports {
		if k.addr == dst && o.some && o.peer == src && (back == 0 || o.rtt < back) {
			back = o.rtt
		}
	}
	return r.rtt + back
}

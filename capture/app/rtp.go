package app

import (
	"net/netip"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// rtpHeader is what is read of an RTP packet (RFC 3550, section 5.1).
type rtpHeader struct {
	pt        uint8
	marker    bool
	seq       uint16
	timestamp uint32
	ssrc      uint32
	payload   int // bytes after the header, padding included
}

// parseRTP reads the datagram b, whose header says that it is length bytes long.
func parseRTP(b []byte, length int) (rtpHeader, bool) {
	if len(b) < 12 || b[0]>>6 != 2 {
		return rtpHeader{}, false
	}
	if second := b[1]; second >= 192 && second <= 223 { // RTCP (RFC 5761, section 4)
		return rtpHeader{}, false
	}
	head := 12 + 4*int(b[0]&15)
	if b[0]&0x10 != 0 {
		if head+4 > len(b) {
			return rtpHeader{}, false
		}
		head += 4 + 4*int(be16(b, head+2))
	}
	if head > max(length, len(b)) {
		return rtpHeader{}, false
	}
	return rtpHeader{pt: b[1] & 0x7f, marker: b[1]&0x80 != 0, seq: be16(b, 2), timestamp: be32(b, 4), ssrc: be32(b, 8),
		payload: max(length, len(b)) - head}, true
}

// media is the RTP of one conversation, both directions.
type media struct {
	streams   []*stream
	codecs    [2]map[uint8]Codec // announced for what side i receives
	announced bool
	misses    uint8 // datagrams that were not RTP before the first stream was sure
	sure      bool
}

const (
	sureAfter   = 5  // packets in sequence that make an unannounced stream sure
	sourcesKept = 16 // streams of one conversation
)

// hopeful reports whether more packets may show a stream.
func (m *media) hopeful() bool {
	return m.announced && m.misses < 64 || len(m.streams) > 0 && m.misses < 4
}

// matchRTP takes datagrams for RTP if an announcement says so, or if one source counts on for five packets.
func matchRTP(q *probe) verdict {
	d := q.d
	if d == nil || q.counted {
		return no
	}
	q.counted = true
	h, ok := parseRTP(q.b, q.length)
	if ok && d.media == nil && (!plausible(h.pt) || q.src < 1024 || q.dst < 1024 || h.ssrc == 0 || h.payload == 0) {
		return no
	}
	if !ok {
		if d.media != nil && d.media.misses < 255 {
			d.media.misses++
		}
		return no
	}
	if d.media == nil {
		d.media = new(media)
	}
	m := d.media
	s := m.stream(d, q.side, &h)
	if s == nil {
		return no
	}
	if s.packets > 0 {
		if step := h.seq - uint16(s.seq.top); step > 0 && step < 32 {
			s.evident++
		} else if step != 0 && step < 1<<16-32 {
			s.evident = 0
			m.misses++
		}
	}
	s.add(&h, q.p)
	if m.announced && plausible(h.pt) || s.evident >= sureAfter-1 && plausible(h.pt) {
		m.sure = true
		return either
	}
	return maybe
}

// stream returns the stream of h, which side sent.
func (m *media) stream(d *dialog, side uint8, h *rtpHeader) *stream {
	src := netip.AddrPortFrom(d.addr[side].Netip(), d.port[side])
	for _, s := range m.streams {
		if s.ssrc == h.ssrc && s.src == src {
			return s
		}
	}
	if len(m.streams) >= sourcesKept {
		return nil
	}
	s := &stream{ssrc: h.ssrc, src: src, dst: netip.AddrPortFrom(d.addr[side^1].Netip(), d.port[side^1]), announced: m.announced,
		codecs: m.codecs[side^1]}
	if s.codecs == nil {
		s.codecs = m.codecs[side]
	}
	m.streams = append(m.streams, s)
	return s
}

// readRTP counts a packet. The packet that decided was counted by the matcher.
func readRTP(c *Classifier, d *dialog, m *message) bool {
	if d.x == nil {
		d.x = true
		if d.media != nil && d.media.sure {
			return true
		}
	}
	h, ok := parseRTP(m.b, int(m.p.PayloadLen))
	if !ok {
		if len(m.b) >= 8 && m.b[1] >= 200 && m.b[1] <= 207 {
			readRTCP(c, d, m)
		}
		return true
	}
	if d.media == nil {
		d.media = &media{sure: true}
	}
	if s := d.media.stream(d, m.side, &h); s != nil {
		s.add(&h, m.p)
	} else {
		c.drops.Streams++
	}
	return true
}

// expected prepares d for media that was announced.
func (c *Classifier) expected(d *dialog, p *wire.Packet) {
	for side := range d.addr {
		e, ok := c.announced.Lookup(d.addr[side].Netip(), d.port[side], fact.Time(p.Time))
		if ok && e.App == "rtp" {
			if d.media == nil {
				d.media = new(media)
			}
			d.media.announced = true
			d.media.codecs[side] = e.Codecs
		}
	}
}

// keepStreams keeps the streams of d until Facts is called.
func (c *Classifier) keepStreams(d *dialog) {
	for _, s := range d.media.streams {
		// An unannounced source beside a sure one is one only if it counted on for a while.
		if !d.media.sure || d.proto == 0 || !d.media.announced && s.packets < sureAfter {
			continue
		}
		if len(c.streams) >= c.o.MaxStreams {
			c.drops.Streams++
			continue
		}
		c.streams = append(c.streams, s)
	}
}

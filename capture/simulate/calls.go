package simulate

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"netscope.example/nsgraph/capture/simulate/frame"
	"netscope.example/nsgraph/capture/simulate/speech"
)

// call is a telephone call under way.
type call struct {
	s      *sim
	spec   *Call
	a, b   *host
	codec  speech.Codec
	legA   *flow // caller and server
	legB   *flow // server and called
	media  *flow
	rtcp   *flow
	pa, pb uint16
	end    int64
	out    [2]*stream

	heardAt [2]int64  // when the report of each side came to the other; 0 none
	heardSR [2]uint32 // the middle of its NTP time
}

// stream is one direction of media.
type stream struct {
	c        *call
	ssrc     uint32
	from, to netip.AddrPort
	codec    speech.Codec
	dscp     uint8
	seq      uint16
	ts       uint32
	sent     uint64
	got      uint64
	bytes    uint32
	jitter   float64 // in ticks
	last     int64   // transit time of the packet before, in ticks
	delay    histogram
	up       bool
}

func (n *network) startCall(sp *Call, i int) {
	s := n.s
	a, err := n.pickHosts(Names{sp.From})
	b, err2 := n.pickHosts(Names{sp.To})
	if err != nil || err2 != nil || len(a) != 1 || len(b) != 1 {
		n.fail(sp, "call %s: needs one host at each end (%v %v)", sp.Name, err, err2)
		return
	}
	if !a[0].address().Is4() || !b[0].address().Is4() {
		n.fail(sp, "call %s: a phone without an IPv4 address", sp.Name)
		return
	}
	name := or(sp.Codec, "PCMU")
	if sp.Video {
		name = "H264"
	}
	c := &call{s: s, spec: sp, a: a[0], b: b[0], codec: speech.CodecOf(name)}
	if c.codec.Clock == 0 {
		n.fail(sp, "call %s: unknown codec %q", sp.Name, sp.Codec)
		return
	}
	var via *service
	if !sp.NoSIP {
		if via = n.services[sp.Via]; via == nil || via.app != "sip" {
			n.fail(sp, "call %s: via %q, which is no sip service", sp.Name, sp.Via)
			return
		}
		c.b.listen[5060] = true
	}
	if sp.Duration <= 0 {
		n.fail(sp, "call %s: duration %d, want more than zero", sp.Name, sp.Duration)
		return
	}
	c.pa, c.pb = 16384+uint16(i)*4, 20000+uint16(i)*4
	s.after(int64(sp.At), func() {
		c.a.whenUp(func() {
			c.b.whenUp(func() {
				if sp.NoSIP {
					c.talk()
					return
				}
				c.signal(via)
			})
		})
	})
}

// signal sets the call up through a server that stands between the two, talks, and takes it down.
func (c *call) signal(via *service) {
	s := c.s
	srv := via.hosts[0]
	addr := srv.f.v4
	sipTo := netip.AddrPortFrom(addr, via.port)
	legs := [2]*flow{s.net.leg(c.a, netip.AddrPortFrom(c.a.f.v4, 5060), sipTo), s.net.leg(srv, sipTo, netip.AddrPortFrom(c.b.f.v4, 5060))}
	c.legA, c.legB = legs[0], legs[1]
	c.legA.svc = via
	if c.legB.cause == nil {
		c.legB.cause = c.legA
	}
	m := speech.Call{ID: fmt.Sprintf("%08x", s.rng.Uint32()), From: c.a.nm, To: c.b.nm, Domain: or(via.fqdn, addr.String()), Codec: c.codec, Video: c.spec.Video}
	uri := "sip:" + m.To + "@" + m.Domain
	sdpA := m.SDP(c.a.nm, netip.AddrPortFrom(c.a.f.v4, c.pa))
	sdpB := m.SDP(c.b.nm, netip.AddrPortFrom(c.b.f.v4, c.pb))
	type msg struct {
		leg  int
		up   bool
		b    []byte
		wait int64
	}
	la, lb := legs[0].from, legs[1].from
	setup := []msg{
		{0, true, m.Message("INVITE "+uri+" SIP/2.0", 1, "INVITE", la, false, sdpA), 0},
		{0, false, m.Message("SIP/2.0 100 Trying", 1, "INVITE", la, false, ""), 1e6},
		{1, true, m.Message("INVITE "+uri+" SIP/2.0", 1, "INVITE", lb, false, sdpA), 2e6},
		{1, false, m.Message("SIP/2.0 180 Ringing", 1, "INVITE", lb, true, ""), 30e6},
		{0, false, m.Message("SIP/2.0 180 Ringing", 1, "INVITE", la, true, ""), 1e6},
		{1, false, m.Message("SIP/2.0 200 OK", 1, "INVITE", lb, true, sdpB), 1500e6},
		{0, false, m.Message("SIP/2.0 200 OK", 1, "INVITE", la, true, sdpB), 1e6},
		{0, true, m.Message("ACK "+uri+" SIP/2.0", 1, "ACK", la, true, ""), 2e6},
		{1, true, m.Message("ACK "+uri+" SIP/2.0", 1, "ACK", lb, true, ""), 1e6},
	}
	bye := []msg{
		{0, true, m.Message("BYE "+uri+" SIP/2.0", 2, "BYE", la, true, ""), 0},
		{1, true, m.Message("BYE "+uri+" SIP/2.0", 2, "BYE", lb, true, ""), 1e6},
		{1, false, m.Message("SIP/2.0 200 OK", 2, "BYE", lb, true, ""), 3e6},
		{0, false, m.Message("SIP/2.0 200 OK", 2, "BYE", la, true, ""), 1e6},
	}
	var play func(list []msg, i, try int, done func())
	play = func(list []msg, i, try int, done func()) {
		if i == len(list) {
			done()
			return
		}
		x := list[i]
		f := legs[x.leg]
		moved := false
		f.udp.expect(x.b, func() {
			moved = true
			if f.outcome == "" && !x.up {
				f.outcome = "established"
			}
			play(list, i+1, 0, done)
		})
		s.after(x.wait, func() {
			if x.up {
				f.client.datagram(f, true, f.from, f.to, x.b)
			} else if f.server != nil {
				f.server.datagram(f, false, f.to, f.from, x.b)
			}
		})
		s.after(x.wait+(int64(500e6)<<try), func() { // RFC 3261's timer A
			if moved {
				return
			}
			f.udp.forget(x.b)
			if try == 6 {
				f.outcome = or(f.outcome, "timeout")
				return
			}
			f.retrans[side(x.up)]++
			x.wait = 0
			play(list, i, try+1, done)
		})
	}
	play(setup, 0, 0, func() {
		c.talk()
		s.after(int64(c.spec.Duration), func() {
			play(bye, 0, 0, func() {})
		})
	})
}

// leg is the signalling between two fixed ports: one conversation, however many calls it serves.
func (n *network) leg(h *host, from, to netip.AddrPort) *flow {
	k := [2]netip.AddrPort{from, to}
	f := n.legs[k]
	if f == nil {
		f = n.s.newFlow(h, frame.UDP, from, to, "sip", nil)
		f.udp = &udpConn{flow: f}
		f.udp.onUDP = func(_ bool, p *packet) { f.udp.heard(p.Payload) }
		n.legs[k] = f
	}
	return f
}

// talk sends media both ways until the call ends, with control packets every five seconds.
func (c *call) talk() {
	s := c.s
	c.end = s.now + int64(c.spec.Duration)
	from, to := netip.AddrPortFrom(c.a.f.v4, c.pa), netip.AddrPortFrom(c.b.f.v4, c.pb)
	c.media = s.newFlow(c.a, frame.UDP, from, to, "rtp", c.legA)
	c.rtcp = s.newFlow(c.a, frame.UDP, netip.AddrPortFrom(from.Addr(), c.pa+1), netip.AddrPortFrom(to.Addr(), c.pb+1), "rtcp", c.legA)
	for _, f := range []*flow{c.media, c.rtcp} {
		f.server = c.b
		f.dscp = [2]uint8{c.a.dscpFor("rtp"), c.b.dscpFor("rtp")}
		if !c.spec.NoSIP {
			f.parent = "sip"
		}
	}
	c.rtcp.udp = &udpConn{flow: c.rtcp, onUDP: func(up bool, p *packet) {
		c.heardAt[side(up)], c.heardSR[side(up)] = s.now, binary.BigEndian.Uint32(p.Payload[10:])
	}}
	c.media.udp = &udpConn{flow: c.media, onUDP: c.hear}
	c.open(0)
	c.open(1)
	s.after(int64(c.spec.Duration)+500e6, func() {
		c.media.outcome, c.rtcp.outcome = "established", "established"
		s.finish(c.media, "")
		s.finish(c.rtcp, "")
	})
	s.after(2500e6, func() { c.report() })
}

// open begins the stream of one side.
func (c *call) open(k int) {
	s := c.s
	f := c.media
	st := &stream{c: c, ssrc: s.rng.Uint32(), from: f.from, to: f.to, codec: c.codec, dscp: f.dscp[k], seq: uint16(s.rng.Uint32()), ts: s.rng.Uint32(), up: k == 0}
	if k == 1 {
		st.from, st.to = f.to, f.from
	}
	c.out[k] = st
	s.rec.streams = append(s.rec.streams, st)
	s.after(s.rng.Int64N(20e6), st.tick)
}

// tick sends one packet and plans the next.
func (st *stream) tick() {
	c := st.c
	s := c.s
	if s.now >= c.end || c.out[side(st.up)] != st {
		return
	}
	gap := int64(20e6)
	ticks := st.codec.Ticks
	if c.spec.Video {
		gap = 33333333
	}
	marker := st.sent == 0
	n := 1
	size := st.codec.Bytes
	if c.spec.Video { // a frame of several packets
		n = 1 + s.rng.IntN(4)
	}
	for i := range n {
		st.packet(marker || c.spec.Video && i == n-1, size)
	}
	st.ts += ticks
	if c.spec.Silence && s.rng.IntN(40) == 0 { // the speaker falls silent for a while: no packets, time goes on
		quiet := int64(10 + s.rng.IntN(60))
		gap += quiet * 20e6
		st.ts += uint32(quiet) * ticks
	}
	if d := int64(c.spec.NewSSRC); d > 0 && st.up && s.now > c.end-int64(c.spec.Duration)+d && st.sent > 0 && len(c.s.rec.streams) > 0 && !st.changed() {
		c.open(0)
		return
	}
	s.after(gap, st.tick)
}

// changed reports whether the side has already changed its source.
func (st *stream) changed() bool {
	n := 0
	for _, o := range st.c.s.rec.streams {
		if o.c == st.c && o.up == st.up {
			n++
		}
	}
	return n > 1
}

func (st *stream) packet(marker bool, size int) {
	c := st.c
	h := c.a
	if !st.up {
		h = c.b
	}
	p := h.s.alloc()
	h.ip(p, st.from.Addr(), st.to.Addr(), frame.UDP, st.dscp)
	p.SrcPort, p.DstPort = st.from.Port(), st.to.Port()
	pt := st.codec.Type
	if marker {
		pt |= 0x80
	}
	b := append(p.buf[:0], 0x80, pt, byte(st.seq>>8), byte(st.seq))
	b = binary.BigEndian.AppendUint32(b, st.ts)
	b = binary.BigEndian.AppendUint32(b, st.ssrc)
	off := int(st.seq) * 7 % 4096
	b = append(b, content[off:off+size]...)
	p.buf = b
	p.SetPayload(b)
	st.seq++
	st.sent++
	st.bytes += uint32(size)
	h.dispatch(c.media, st.up, p)
}

// hear is a media packet reaching the other phone.
func (c *call) hear(up bool, p *packet) {
	st := c.out[side(up)]
	if len(p.Payload) < 12 || binary.BigEndian.Uint32(p.Payload[8:]) != st.ssrc {
		return
	}
	s := c.s
	st.got++
	st.delay.add(s.now - p.birth)
	rate := float64(st.codec.Clock)
	transit := int64(float64(s.now)*rate/1e9) - int64(binary.BigEndian.Uint32(p.Payload[4:]))
	if st.got > 1 {
		d := float64(transit - st.last)
		if d < 0 {
			d = -d
		}
		st.jitter += (d - st.jitter) / 16
	}
	st.last = transit
}

// report sends a sender report of each side.
func (c *call) report() {
	s := c.s
	if s.now >= c.end {
		return
	}
	for k, st := range c.out {
		h, from, to := c.a, c.rtcp.from, c.rtcp.to
		if k == 1 {
			h, from, to = c.b, to, from
		}
		other := c.out[1-k] // what this side hears
		b := []byte{0x81, 200, 0, 12}
		b = binary.BigEndian.AppendUint32(b, st.ssrc)
		ns := s.start.UnixNano() + s.now
		b = binary.BigEndian.AppendUint32(b, uint32(ns/1e9+2208988800))
		b = binary.BigEndian.AppendUint32(b, uint32(float64(ns%1e9)/1e9*4294967296))
		b = binary.BigEndian.AppendUint32(b, st.ts)
		b = binary.BigEndian.AppendUint32(b, uint32(st.sent))
		b = binary.BigEndian.AppendUint32(b, st.bytes)
		b = other.block(b, c.heardAt[1-k], c.heardSR[1-k])
		name := h.nm + "@phones"
		sdes := []byte{0x81, 202, 0, 0}
		sdes = binary.BigEndian.AppendUint32(sdes, st.ssrc)
		sdes = append(append(sdes, 1, byte(len(name))), name...)
		sdes = append(sdes, 0)
		for len(sdes)%4 != 0 {
			sdes = append(sdes, 0)
		}
		binary.BigEndian.PutUint16(sdes[2:], uint16(len(sdes)/4-1))
		h.datagram(c.rtcp, k == 0, from, to, append(b, sdes...))
	}
	s.after(5e9, c.report)
}

// block appends the report on a stream by who hears it (RFC 3550, section 6.4.1).
func (st *stream) block(b []byte, at int64, sr uint32) []byte {
	lost := uint32(0)
	if st.sent > st.got {
		lost = uint32(st.sent - st.got)
	}
	b = binary.BigEndian.AppendUint32(b, st.ssrc)
	b = append(b, byte(uint64(lost)*256/max(st.sent, 1)), byte(lost>>16), byte(lost>>8), byte(lost))
	b = binary.BigEndian.AppendUint32(b, uint32(st.seq-1))
	b = binary.BigEndian.AppendUint32(b, uint32(st.jitter))
	b = binary.BigEndian.AppendUint32(b, sr)
	delay := uint32(0)
	if at != 0 {
		delay = uint32(float64(st.c.s.now-at) / 1e9 * 65536)
	}
	return binary.BigEndian.AppendUint32(b, delay)
}

func (st *stream) truth() StreamTruth {
	return StreamTruth{SSRC: st.ssrc, Src: st.from.String(), Dst: st.to.String(), Codec: st.codec.Name, DSCP: st.dscp, Sent: st.sent, Received: st.got,
		JitterMs: st.jitter / float64(st.codec.Clock) * 1e3, DelayP95: st.delay.quantile(.95)}
}

// ftpData opens the data connection that a control connection announced: passive mode, the client connects.
func (s *sim) ftpData(x *session, size int) {
	f := x.flow
	srv := f.server
	if srv == nil {
		return
	}
	port := srv.ephemeral()
	a := srv.f.v4
	pasv := fmt.Sprintf("227 Entering Passive Mode (%s,%d,%d).\r\n", strings.ReplaceAll(a.String(), ".", ","), port>>8, port&255)
	data := &service{s: s, name: "", hosts: []*host{srv}, proto: frame.TCP, port: port, app: "ftp-data", speaks: "raw"}
	if f.svc != nil {
		data.name = f.svc.name
	}
	srv.services[svcKey{frame.TCP, port}] = data
	x.steps = append(x.steps, speech.Step{Data: []byte("PASV\r\n")}, speech.Step{Server: true, Data: []byte(pasv)}, speech.Step{Data: []byte("RETR backup.tar\r\n")},
		speech.Step{Server: true, Data: []byte("150 Opening BINARY mode data connection for backup.tar.\r\n")})
	x.onIdle = func(ok bool) {
		if !ok {
			return
		}
		y := &session{s: s, talk: &speech.Dialogue{Exchange: func(int, int) []speech.Step { return nil }}}
		d := s.newFlow(f.client, frame.TCP, netip.AddrPortFrom(f.from.Addr(), f.client.ephemeral()), netip.AddrPortFrom(a, port), "ftp-data", f)
		d.svc, d.parent, y.flow = data, "ftp", d
		y.steps = []speech.Step{{Server: true, Data: []byte{0x1f, 0x8b, 8, 0}, Block: content, Fill: max(size, 1)}}
		y.onDone = func(bool) {
			delete(srv.services, svcKey{frame.TCP, port})
			x.steps = append(x.steps, speech.Step{Server: true, Data: []byte("226 Transfer complete.\r\n")})
			x.advance()
		}
		s.connect(f.client, d.to, d, y)
		x.keep = true
		x.onIdle = func(bool) { x.keep = false }
	}
	x.advance()
}

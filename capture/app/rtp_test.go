package app

import (
	"encoding/binary"
	"math"
	"net/netip"
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// rtpPacket writes a packet of RTP with n bytes of payload.
func rtpPacket(pt uint8, marker bool, seq uint16, ts, ssrc uint32, n int) []byte {
	b := make([]byte, 12+n)
	b[0], b[1] = 0x80, pt
	if marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], seq)
	binary.BigEndian.PutUint32(b[4:], ts)
	binary.BigEndian.PutUint32(b[8:], ssrc)
	return b
}

func streamsOf(c *Classifier) (out []*fact.Stream) {
	c.Facts(func(f fact.Fact) bool {
		if s, ok := f.(*fact.Stream); ok {
			out = append(out, s)
		}
		return true
	})
	return out
}

const ms = 1_000_000

// TestStream sends 100 packets of G.711 of 20 ms, of which some come otherwise. Jitter by hand: one packet 16 ms late gives 16/16 = 1 ms,
// the next, early by as much, 15/16 + 1 = 1.9375 ms, from where it decays. One that comes after its successor is 20 ms late, 20/16 ms,
// and the next as much too early: 1.25·15/16 + 1.25 = 2.421875 ms.
func TestStream(t *testing.T) {
	for _, test := range []struct {
		what  string
		order func(i uint16) []uint16 // sequence numbers that arrive in slot i
		late  int                     // slot that comes 16 ms late
		want  fact.Stream
	}{
		{"as it should be", func(i uint16) []uint16 { return []uint16{i} }, -1, fact.Stream{Packets: 100, Expected: 100, DeltaMax: 20}},
		{"one late", func(i uint16) []uint16 { return []uint16{i} }, 50, fact.Stream{Packets: 100, Expected: 100, DeltaMax: 36, JitterMax: 1.9375}},
		{"three lost in a row, and one", func(i uint16) []uint16 {
			if i >= 20 && i < 23 || i == 70 {
				return nil
			}
			return []uint16{i}
		}, -1, fact.Stream{Packets: 96, Expected: 100, Lost: 4, BurstLost: 3, LossRuns: 2, DeltaMax: 80}},
		{"one twice", func(i uint16) []uint16 {
			if i == 30 {
				return []uint16{30, 30}
			}
			return []uint16{i}
		}, -1, fact.Stream{Packets: 101, Expected: 100, Duplicates: 1, DeltaMax: 20}},
		{"two in the wrong order", func(i uint16) []uint16 {
			switch i {
			case 40:
				return nil
			case 41:
				return []uint16{41, 40}
			}
			return []uint16{i}
		}, -1, fact.Stream{Packets: 100, Expected: 100, Reordered: 1, DeltaMax: 40, JitterMax: 2.421875}},
		{"numbers that wrap", func(i uint16) []uint16 { return []uint16{i + 65500} }, -1, fact.Stream{Packets: 100, Expected: 100, DeltaMax: 20}},
	} {
		k := newTalk(New(Options{}), fact.UDP, 20000, 30000)
		start := k.time
		base := test.order(0)[0]
		for i := range uint16(100) {
			for _, n := range test.order(i) {
				k.time = start + int64(i)*20*ms - ms // packet adds one
				if int(i) == test.late {
					k.time += 16 * ms
				}
				k.say(0, rtpPacket(0, false, n, 1000+160*uint32(n-base), 0xabcd, 160))
			}
		}
		if !k.more {
			t.Errorf("%s: no more wanted", test.what)
		}
		if a := k.close(); a.Name != "rtp" || a.Evidence != fact.PayloadEvidence {
			t.Errorf("%s: %+v", test.what, a)
		}
		ss := streamsOf(k.c)
		if len(ss) != 1 {
			t.Fatalf("%s: %d streams", test.what, len(ss))
		}
		s, w := ss[0], test.want
		if s.SSRC != 0xabcd || s.Codec != "PCMU" || s.ClockRate != 8000 || !s.ClockKnown || s.Announced || s.PayloadType != 0 ||
			s.Src != netip.MustParseAddrPort("10.0.0.1:20000") || s.Dst != netip.MustParseAddrPort("10.9.0.2:30000") || len(s.DSCP) != 1 || s.DSCP[0].Packets != w.Packets {
			t.Errorf("%s: %+v", test.what, s)
		}
		if s.Packets != w.Packets || s.Expected != w.Expected || s.Lost != w.Lost || s.Duplicates != w.Duplicates || s.Reordered != w.Reordered ||
			s.BurstLost != w.BurstLost || s.LossRuns != w.LossRuns {
			t.Errorf("%s:\n got %+v\nwant %+v", test.what, s, w)
		}
		if math.Abs(s.DeltaMax-w.DeltaMax) > 1e-6 || w.JitterMax > 0 && math.Abs(s.JitterMax-w.JitterMax) > 1e-6 || w.JitterMax == 0 && s.JitterMax > 1e-6 && s.Lost == 0 {
			t.Errorf("%s: delta %v jitter %v, want %v %v", test.what, s.DeltaMax, s.JitterMax, w.DeltaMax, w.JitterMax)
		}
	}
}

// TestStreamOf44100: L16 at 44.1 kHz (RFC 3551, payload type 11), 20 ms in 882 samples, on time: a clock taken for 44 kHz would give
// 0.045 ms of jitter.
func TestStreamOf44100(t *testing.T) {
	k := newTalk(New(Options{}), fact.UDP, 20000, 30000)
	start := k.time
	for i := range uint16(100) {
		k.time = start + int64(i)*20*ms - ms // packet adds one
		k.say(0, rtpPacket(11, false, i, 882*uint32(i), 0xabcd, 1764))
	}
	k.close()
	ss := streamsOf(k.c)
	if len(ss) != 1 || ss[0].ClockRate != 44100 || ss[0].JitterMax > 1e-9 || ss[0].DeltaMax != 20 {
		t.Fatalf("got %+v, want one stream of 44,100 Hz without jitter", ss)
	}
}

// TestSequenceRestart: a sender that begins anew with other numbers lost nothing.
func TestSequenceRestart(t *testing.T) {
	var s sequence
	s.start(100)
	for n := uint16(101); n < 110; n++ {
		s.add(n)
	}
	for n := uint16(40000); n < 40010; n++ {
		s.add(n)
	}
	s.add(20) // one stray packet
	s.add(40010)
	s.end()
	if s.expected() != 21 || s.runs != 0 || s.duplicates != 0 {
		t.Errorf("%+v expects %d", s, s.expected())
	}
}

// TestUnannounced: what is RTP only in its first bytes is no stream.
func TestUnannounced(t *testing.T) {
	for _, test := range []struct {
		what string
		say  func(k *talk, i int)
		want string
	}{
		{"five packets in sequence", func(k *talk, i int) { k.say(0, rtpPacket(96, false, uint16(i), uint32(i)*960, 7, 50)) }, "rtp"},
		{"sequence at random", func(k *talk, i int) { k.say(0, rtpPacket(96, false, uint16(i*7919), uint32(i)*960, 7, 50)) }, ""},
		{"a source for each packet", func(k *talk, i int) { k.say(0, rtpPacket(96, false, uint16(i), uint32(i)*960, uint32(i)*77+1, 50)) }, ""},
		{"a payload type that is none", func(k *talk, i int) { k.say(0, rtpPacket(77, false, uint16(i), uint32(i)*960, 7, 50)) }, ""},
		{"one packet again and again", func(k *talk, _ int) { k.say(0, rtpPacket(96, false, 5, 960, 7, 50)) }, ""},
		{"nothing behind the head", func(k *talk, i int) { k.say(0, rtpPacket(96, false, uint16(i), uint32(i)*960, 7, 0)) }, ""},
	} {
		k := newTalk(New(Options{}), fact.UDP, 20000, 30000)
		for i := range 30 {
			k.time += 20 * ms
			test.say(k, i+1)
		}
		if a := k.close(); a.Name != test.want {
			t.Errorf("%s: %+v", test.what, a)
		}
		if n := len(streamsOf(k.c)); (n == 1) != (test.want == "rtp") || n > 1 {
			t.Errorf("%s: %d streams", test.what, n)
		}
	}
}

// TestAnnouncedStream: an announcement makes the first packet sure and names the codec, also if it comes after the media. The key that is
// pressed has no clock, but, as tshark reckons, is what the next packet follows: 2 ms before instead of 20 ms after it, 22/16 ms.
func TestAnnouncedStream(t *testing.T) {
	for _, late := range []bool{false, true} {
		a := NewAnnouncements()
		k := newTalk(New(Options{Announcements: a}), fact.UDP, 20000, 30000)
		add := func() {
			a.Add(Expect{Addr: k.addr[1], Port: 30000, App: "rtp", Parent: "sip", From: fact.Time(k.time), Codecs: map[uint8]Codec{96: {"opus", 48000}, 101: {"telephone-event", 48000}}})
		}
		if !late {
			add()
		}
		for i := range uint32(20) {
			k.time += 19 * ms
			if i == 10 { // a key is pressed: three packets of one time, between those of the voice
				for n := range uint16(3) {
					k.say(0, rtpPacket(101, n == 0, 110+n, 960*i, 9, 4))
				}
				k.time -= 3 * ms
			}
			seq := 100 + uint16(i)
			if i >= 10 {
				seq += 3
			}
			k.say(0, rtpPacket(96, false, seq, 960*i, 9, 60))
		}
		if late {
			add()
		}
		k.close()
		ss := streamsOf(k.c)
		if len(ss) != 1 {
			t.Fatalf("%d streams", len(ss))
		}
		if s := ss[0]; s.Codec != "opus" || s.ClockRate != 48000 || !s.ClockKnown || !s.Announced || s.Packets != 23 || s.Lost != 0 || s.JitterMax != 1.375 || s.PayloadType != 96 {
			t.Errorf("late %v: %+v", late, s)
		}
	}
}

// TestInferredClock: of a dynamic type that nobody announced, the timestamps tell the clock.
func TestInferredClock(t *testing.T) {
	k := newTalk(New(Options{}), fact.UDP, 20000, 30000)
	for i := range uint32(50) {
		k.time += 39 * ms
		k.say(1, rtpPacket(96, i%3 == 0, uint16(i), 3600*i, 9, 600))
	}
	k.close()
	if ss := streamsOf(k.c); len(ss) != 1 || ss[0].ClockRate != 90000 || ss[0].ClockKnown || ss[0].Codec != "" || ss[0].JitterMax > 1e-6 {
		t.Errorf("%+v", ss)
	}
}

// TestRoundTrip: the capture point lies between. A's report passes at 0 ms, B's answer to it at 50 ms after B held it 30 ms: 20 ms to B
// and back. B's report passes at 50 ms, A's answer at 100 ms without delay: 50 ms to A and back.
func TestRoundTrip(t *testing.T) {
	a := NewAnnouncements()
	c := New(Options{Announcements: a})
	media, control := newTalk(c, fact.UDP, 20000, 30000), newTalk(c, fact.UDP, 20001, 30001)
	for i := range uint32(10) {
		media.say(0, rtpPacket(0, false, uint16(i), 160*i, 1, 160))
	}
	start := control.time
	at := func(n int64) { control.time = start + n*ms - ms }
	report := func(from, ntp, of, lsr, dlsr uint32) []byte {
		b := make([]byte, 52)
		b[0], b[1], b[3] = 0x81, 200, 12
		binary.BigEndian.PutUint32(b[4:], from)
		binary.BigEndian.PutUint32(b[10:], ntp)
		binary.BigEndian.PutUint32(b[28:], of)
		binary.BigEndian.PutUint32(b[44:], lsr)
		binary.BigEndian.PutUint32(b[48:], dlsr)
		return b
	}
	at(0)
	control.say(0, report(1, 1111, 2, 0, 0))
	at(50)
	control.say(1, report(2, 2222, 1, 1111, 1966)) // 30 ms of 1/65536 s
	at(100)
	control.say(0, report(1, 3333, 2, 2222, 0))
	media.close()
	if got := control.close(); got.Name != "rtcp" {
		t.Errorf("%+v", got)
	}
	ss := streamsOf(c)
	if len(ss) != 1 || math.Abs(ss[0].RTT-70) > 0.1 {
		t.Errorf("%+v, want a round trip of 70 ms", ss)
	}
}

// TestSharedPorts: media and its keys come to where STUN was.
func TestSharedPorts(t *testing.T) {
	k := newTalk(New(Options{}), fact.UDP, 20000, 30000)
	k.say(0, []byte(samplesOf("stun")[0]))
	k.say(0, []byte(samplesOf("dtls")[0]))
	for i := range uint32(8) {
		k.say(1, rtpPacket(111, false, uint16(i), 960*i, 1, 100))
	}
	if a := k.close(); a.Name != "rtp" {
		t.Errorf("%+v", a)
	}
	if ss := streamsOf(k.c); len(ss) != 1 || ss[0].Packets != 8 {
		t.Errorf("%+v", ss)
	}
}

// TestStreamsBounded: more streams than are kept are counted.
func TestStreamsBounded(t *testing.T) {
	c := New(Options{MaxStreams: 1})
	for p := range uint16(3) {
		k := newTalk(c, fact.UDP, 20000+p, 30000)
		for i := range uint32(8) {
			k.say(0, rtpPacket(0, false, uint16(i), 160*i, 1, 100))
		}
		k.close()
	}
	if !c.Full() || c.Drops().Streams != 2 || len(streamsOf(c)) != 1 {
		t.Errorf("%+v", c.Drops())
	}
}

// Media may share the ports of its reports (RFC 5761), and a capture may begin with one of them, encrypted or not.
func TestReportBeforeMedia(t *testing.T) {
	for _, report := range []string{
		x("81 c9 0007 00000001 00000002 00 000000 00001000 00000010 00000000 00000000"),
		x("81 c9 0007 00000001") + "\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12\x34\x56\x78\x9a\xbc\xde\xf0" + x("80000001") + "0123456789",
	} {
		c := New(Options{})
		k := newTalk(c, fact.UDP, 20000, 30000)
		k.say(1, []byte(report))
		for i := range uint16(10) {
			k.say(0, rtpPacket(0, false, 100+i, 160*uint32(i), 7, 160))
		}
		if a := k.close(); a.Name != "rtp" {
			t.Errorf("%x: %q by %v", report[:8], a.Name, a.Evidence)
		}
		if s := streamsOf(c); len(s) != 1 || s[0].Packets != 10 || s[0].Lost != 0 {
			t.Errorf("%x: %d streams", report[:8], len(s))
		}
	}
}

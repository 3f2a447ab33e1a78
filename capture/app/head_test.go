package app

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// segment feeds b as the bytes of side from offset on.
func (t *talk) segment(side uint8, offset uint32, b string) {
	if t.more {
		t.more = t.c.Feed(&t.s, t.packet(side, []byte(b)), side, offset)
	}
}

const request = "GET / HTTP/1.1\r\nHost: a.example\r\nUser-Agent: x\r\n\r\n"

// TestHead sends one request in segments that come in every wrong way.
func TestHead(t *testing.T) {
	type part struct{ from, to uint32 }
	n := uint32(len(request))
	for what, parts := range map[string][]part{
		"whole":              {{0, n}},
		"byte by byte":       nil,
		"in two":             {{0, 20}, {20, n}},
		"backwards":          {{40, n}, {20, 40}, {0, 20}},
		"the first last":     {{10, 20}, {20, n}, {0, 10}},
		"overlapping":        {{0, 25}, {20, 30}, {10, n}},
		"twice":              {{0, 20}, {0, 20}, {20, n}},
		"late and longer":    {{0, 5}, {30, 40}, {30, n}, {5, 30}},
		"a hole filled late": {{0, 5}, {6, 20}, {21, n}, {20, 21}, {5, 6}},
	} {
		if parts == nil {
			for i := range n {
				parts = append(parts, part{i, i + 1})
			}
		}
		k := newTalk(New(Options{}), fact.TCP, 40000, 8123)
		for _, p := range parts {
			k.segment(0, p.from, request[p.from:p.to])
		}
		sameApp(t, what, k.close(), fact.App{Name: "http", Evidence: fact.PayloadEvidence, Names: []fact.AppName{{Name: "a.example", Evidence: "http"}}})
		if k.c.held != 0 {
			t.Errorf("%s: %d bytes are held", what, k.c.held)
		}
	}
}

// TestHeadGap: what follows a gap that is never filled is read from its next line on.
func TestHeadGap(t *testing.T) {
	k := newTalk(New(Options{}), fact.TCP, 40000, 21)
	k.segment(1, 0, "220 FTP\r\n")
	k.segment(0, 0, "USER a\r\n")
	at := uint32(1000)
	for range maxLate + 2 {
		k.segment(0, at, "NOOP\r\n")
		at += 6
	}
	k.segment(0, at, "PORT 10,0,0,1,4,1\r\n")
	if e := k.c.TakeExpectations(); len(e) != 1 || e[0].Port != 1025 {
		t.Errorf("%+v", e)
	}
	k.close()
	if k.c.held != 0 {
		t.Errorf("%d bytes are held", k.c.held)
	}
}

// TestHeadCut: a segment that the capture cut leaves a hole that nobody fills.
func TestHeadCut(t *testing.T) {
	k := newTalk(New(Options{}), fact.TCP, 40000, 21)
	k.segment(1, 0, "220 FTP\r\n")
	p := k.packet(0, []byte("USER al"))
	p.Cut, p.PayloadLen = true, 12
	k.more = k.c.Feed(&k.s, p, 0, 0)
	k.segment(0, 12, "EPSV\r\nPORT 10,0,0,1,4,1\r\n")
	if e := k.c.TakeExpectations(); len(e) != 1 || e[0].Port != 1025 {
		t.Errorf("%+v", e)
	}
	if a := k.close(); a.User != "" || a.Name != "ftp" {
		t.Errorf("%+v", a)
	}
}

// TestMiddle: a capture that begins in the middle of a conversation.
func TestMiddle(t *testing.T) {
	k := newTalk(New(Options{}), fact.TCP, 40000, 8443)
	k.segment(1, 0, strings.Repeat("\xd5", 300))
	k.segment(1, 300, x("17 0303 0030")+strings.Repeat("\xa7", 48))
	if a := k.close(); a.Name != "tls" || a.Evidence != fact.PayloadEvidence {
		t.Errorf("%+v", a)
	}
}

// TestCaps: heads take no more memory than they may, and a side that says nothing known is left alone soon.
func TestCaps(t *testing.T) {
	c := New(Options{MaxHeads: 1000})
	var ks []*talk
	for i := range uint16(10) {
		k := newTalk(c, fact.TCP, 40000+i, 443)
		k.segment(0, 0, x("16 0301 1000 01 000ffc 0303")+strings.Repeat("r", 400))
		ks = append(ks, k)
		if c.held > 1000 {
			t.Fatalf("%d bytes are held", c.held)
		}
	}
	if c.Drops().Heads == 0 {
		t.Error("nothing was dropped")
	}
	for _, k := range ks {
		k.segment(0, 411, strings.Repeat("s", 400))
		k.segment(0, 900, strings.Repeat("t", 400))
		if c.held > 1000 {
			t.Fatalf("%d bytes are held", c.held)
		}
		k.close()
	}
	if c.held != 0 {
		t.Errorf("%d bytes are held", c.held)
	}
	for _, proto := range []fact.Transport{fact.TCP, fact.UDP} {
		k := newTalk(New(Options{}), proto, 40000, 50000)
		fed := 0
		for i := range 100 {
			if k.more {
				fed++
			}
			k.say(uint8(i%2), []byte("unknown words\n"))
		}
		if fed > 2*maxLook {
			t.Errorf("%v: %d packets were looked at", proto, fed)
		}
		k.close()
	}
}

// TestBigHead: an endless line neither grows without end nor stops what comes after it.
func TestBigHead(t *testing.T) {
	k := newTalk(New(Options{}), fact.TCP, 40000, 21)
	k.say(1, []byte("220 FTP\r\n"))
	for range 200 {
		k.say(0, bytes.Repeat([]byte("a"), 1400))
		if k.c.held > 2*maxHead {
			t.Fatalf("%d bytes are held", k.c.held)
		}
	}
	k.say(0, []byte("\r\nPORT 10,0,0,1,4,1\r\n"))
	if e := k.c.TakeExpectations(); len(e) != 1 {
		t.Errorf("%+v", e)
	}
	k.close()
}

// TestOtherTransports: what has no ports is named by its protocol.
func TestOtherTransports(t *testing.T) {
	c := New(Options{})
	var s State
	if c.Feed(&s, &wire.Packet{Protocol: fact.ICMP, Payload: []byte("ping")}, 0, 0) {
		t.Error("more is wanted")
	}
	if side, ok := s.Client(); side != -1 || ok {
		t.Error("a client")
	}
	if a := c.Close(&s, &Ends{Transport: fact.ICMP}); a.Name != "icmp" || a.Evidence != fact.PayloadEvidence {
		t.Errorf("%+v", a)
	}
	if a := c.Close(&s, &Ends{}); a.Name != "" {
		t.Errorf("%+v", a)
	}
	if a := c.Close(&s, &Ends{Transport: fact.TCP, ClientPort: 22, ServerPort: 60000}); a.Name != "ssh" || a.Evidence != fact.PortEvidence {
		t.Errorf("%+v", a)
	}
}

// TestBannerWithoutKeyExchange: cut packets hide the key exchange; the version is the banner of the end that proved to be the server.
func TestBannerWithoutKeyExchange(t *testing.T) {
	for _, server := range []uint8{0, 1} {
		c := New(Options{})
		var s State
		var said [2]uint32
		ends := [2]netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:2222"), netip.MustParseAddrPort("10.0.0.2:2223")}
		say := func(side uint8, text string) {
			said[side] += uint32(len(text))
			c.Feed(&s, &wire.Packet{Protocol: fact.TCP, Src: wire.Addr(ends[side].Addr().As16()), Dst: wire.Addr(ends[side^1].Addr().As16()), SrcPort: ends[side].Port(), DstPort: ends[side^1].Port(), Payload: []byte(text)}, side, said[side]-uint32(len(text)))
		}
		say(server, "SSH-2.0-OpenSSH_9.2\r\n")
		say(server^1, "SSH-2.0-PuTTY\r\n")
		say(server, "\xff\xff\xff\xff\x00\x1e encrypted, and no key exchange")
		a := c.Close(&s, &Ends{Transport: fact.TCP, Client: ends[server^1].Addr(), ClientPort: ends[server^1].Port(), Server: ends[server].Addr(), ServerPort: ends[server].Port()})
		if a.Name != "ssh" || a.Version != "SSH-2.0-OpenSSH_9.2" {
			t.Errorf("side %d serves: %s, version %q", server, a.Name, a.Version)
		}
	}
}

// TestNoAllocation: a conversation in its steady state costs no memory for a packet.
func TestNoAllocation(t *testing.T) {
	for _, test := range []struct {
		what  string
		proto fact.Transport
		port  uint16
		first []said
		then  said
	}{
		{"dns", fact.UDP, 53, []said{{1, samplesOf("dns")[1]}}, said{1, samplesOf("dns")[1]}},
		{"rtp", fact.UDP, 30000, []said{{0, string(rtpPacket(0, false, 1, 160, 1, 160))}, {0, string(rtpPacket(0, false, 2, 320, 1, 160))},
			{0, string(rtpPacket(0, false, 3, 480, 1, 160))}, {0, string(rtpPacket(0, false, 4, 640, 1, 160))}, {0, string(rtpPacket(0, false, 5, 800, 1, 160))}},
			said{0, string(rtpPacket(0, false, 6, 960, 1, 160))}},
		{"telnet", fact.TCP, 23, []said{{1, x("fffd18")}}, said{1, "some output\r\n"}},
		{"ftp", fact.TCP, 21, []said{{1, "220 FTP\r\n"}}, said{0, "NOOP\r\n"}},
	} {
		k := newTalk(New(Options{}), test.proto, 40000, test.port)
		for range 10 {
			for _, w := range test.first {
				k.say(w.side, []byte(w.b))
			}
		}
		p := k.packet(test.then.side, []byte(test.then.b))
		offset := k.offset[test.then.side]
		if n := testing.AllocsPerRun(100, func() {
			k.c.Feed(&k.s, p, test.then.side, offset)
			if test.proto == fact.TCP {
				offset += uint32(len(p.Payload))
			}
		}); n > 0 {
			t.Errorf("%s: %v allocations", test.what, n)
		}
		if k.close().Name != test.what {
			t.Errorf("%s is something else", test.what)
		}
	}
}

// FuzzFeed feeds bytes as a conversation, cut as the bytes say, and checks what must hold of every input.
func FuzzFeed(f *testing.F) {
	for _, s := range samples {
		f.Add(s.proto == fact.UDP, uint16(40000), s.port, []byte{byte(len(s.b)), 0}, []byte(s.b), []byte(s.b))
	}
	f.Fuzz(func(t *testing.T, udp bool, sport, dport uint16, cuts, up, down []byte) {
		c := New(Options{MaxNames: 100, MaxStreams: 10, MaxHeads: 1 << 16})
		proto := fact.TCP
		if udp {
			proto = fact.UDP
		}
		k := newTalk(c, proto, sport, dport)
		rest := [2][]byte{up, down}
		var at [2]uint32
		for i := 0; len(rest[0])+len(rest[1]) > 0 && i < 2000; i++ {
			side, n := uint8(i&1), 64
			if len(cuts) > 0 {
				n = int(cuts[i%len(cuts)])
				side = uint8(n) & 1
			}
			if len(rest[side]) == 0 {
				side ^= 1
			}
			n = min(n+1, len(rest[side]))
			p := k.packet(side, rest[side][:n])
			p.Cut = len(cuts) > 3 && cuts[3] == byte(i)
			if p.Cut {
				p.PayloadLen += 5
			}
			offset := at[side]
			if len(cuts) > 2 && cuts[2]&1 == 1 {
				offset += uint32(cuts[i%len(cuts)]) // out of order, with gaps
			}
			if k.more {
				k.more = c.Feed(&k.s, p, side, offset)
			}
			if c.held < 0 || c.held > 1<<16 {
				t.Fatalf("%d bytes are held", c.held)
			}
			at[side] += uint32(n)
			rest[side] = rest[side][n:]
		}
		a := k.close()
		if c.held != 0 || len(a.Names) > maxAppNames || len(a.Version) > 4*maxText || len(a.User) > 4*maxText {
			t.Fatalf("%d bytes are held, %+v", c.held, a)
		}
		c.TakeExpectations()
		c.Facts(func(x fact.Fact) bool {
			if s, ok := x.(*fact.Stream); ok && (s.JitterMax < s.JitterMean-1e-9 || s.Lost > s.Expected) {
				t.Fatalf("%+v", s)
			}
			return true
		})
	})
}

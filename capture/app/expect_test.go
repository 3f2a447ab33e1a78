package app

import (
	"maps"
	"net/netip"
	"slices"
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// TestExpectations plays what announces other channels.
func TestExpectations(t *testing.T) {
	const c, s = 0, 1
	client, server := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.9.0.2")
	sdp := "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\nc=IN IP4 10.7.7.7\r\nm=audio 4000 RTP/AVP 0 96 101\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\n" +
		"m=video 4002 RTP/AVP 97\r\nc=IN IP4 10.7.7.8\r\na=rtpmap:97 H264/90000\r\nm=image 4004 udptl t38\r\n"
	for _, test := range []struct {
		what  string
		proto fact.Transport
		port  uint16
		talk  []said
		want  []Expect
	}{
		{"ftp passive: the port of the answer, the address of the control connection", fact.TCP, 21,
			[]said{{s, "220 FTP\r\n"}, {c, "PASV\r\n"}, {s, "227 Entering Passive Mode (192,168,1,1,4,1).\r\n"}},
			[]Expect{{Addr: server, Port: 1025, Peer: client, App: "ftp-data", Parent: "ftp"}}},
		{"ftp extended passive", fact.TCP, 21, []said{{s, "220 FTP\r\n"}, {s, "229 Entering Extended Passive Mode (|||1026|)\r\n"}},
			[]Expect{{Addr: server, Port: 1026, Peer: client, App: "ftp-data", Parent: "ftp"}}},
		{"ftp active", fact.TCP, 21, []said{{s, "220 FTP\r\n"}, {c, "PORT 10,0,0,1,4,3\r\n"}, {c, "EPRT |2|2001:db8::1|1028|\r\n"}, {c, "PORT 1,2,3\r\n"}, {c, "EPRT |1|x|1|\r\n"}},
			[]Expect{{Addr: client, Port: 1027, Peer: server, App: "ftp-data", Parent: "ftp"}, {Addr: netip.MustParseAddr("2001:db8::1"), Port: 1028, Peer: server, App: "ftp-data", Parent: "ftp"}}},
		{"sip over udp", fact.UDP, 5060, []said{{c, "INVITE sip:b@b SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n" + sdp}},
			[]Expect{{Addr: netip.MustParseAddr("10.7.7.7"), Port: 4000, App: "rtp", Parent: "sip", Codecs: map[uint8]Codec{0: {"PCMU", 8000}, 96: {"opus", 48000}, 101: {"telephone-event", 8000}}},
				{Addr: netip.MustParseAddr("10.7.7.8"), Port: 4002, App: "rtp", Parent: "sip", Codecs: map[uint8]Codec{97: {"H264", 90000}}}}},
		{"sip over tcp, compact, in two segments", fact.TCP, 5060, []said{{s, "SIP/2.0 200 OK\r\nc: application/sdp\r\nl: 48\r\n\r\nv=0\r\n"}, {s, "c=IN IP4 10.7.7.7\r\nm=audio 4000 RTP/AVP 8\r\nxxxxx"}},
			[]Expect{{Addr: netip.MustParseAddr("10.7.7.7"), Port: 4000, App: "rtp", Parent: "sip", Codecs: map[uint8]Codec{8: {"PCMA", 8000}}}}},
		{"sip without media", fact.UDP, 5060, []said{{c, "OPTIONS sip:b@b SIP/2.0\r\nContent-Type: text/plain\r\n\r\n" + sdp}}, nil},
		{"rtsp", fact.TCP, 554, []said{{c, "SETUP rtsp://h/1 RTSP/1.0\r\nTransport: RTP/AVP;client_port=5000-5001\r\n\r\n"}, {s, "RTSP/1.0 200 OK\r\nServer: cam\r\nTransport: RTP/AVP;client_port=5000-5001;server_port=6000-6001\r\n\r\n"}},
			[]Expect{{Addr: server, Port: 6000, App: "rtp", Parent: "rtsp"}, {Addr: client, Port: 5000, App: "rtp", Parent: "rtsp"}}},
		{"rtsp with a description", fact.TCP, 554, []said{{c, "DESCRIBE rtsp://h/1 RTSP/1.0\r\n\r\n"}, {s, "RTSP/1.0 200 OK\r\n\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H265/90000\r\n"},
			{c, "SETUP rtsp://h/1 RTSP/1.0\r\n\r\n"}, {s, "RTSP/1.0 200 OK\r\nTransport: RTP/AVP;client_port=5000-5001\r\n\r\n"}},
			[]Expect{{Addr: client, Port: 5000, App: "rtp", Parent: "rtsp", Codecs: map[uint8]Codec{96: {"H265", 90000}}}}},
		{"mgcp", fact.UDP, 2427, []said{{c, "CRCX 1 a@b MGCP 1.0\r\n\r\nv=0\r\nc=IN IP4 10.7.7.7\r\nm=audio 4000 RTP/AVP 18\r\n"}, {s, "200 1 OK\r\n"}},
			[]Expect{{Addr: netip.MustParseAddr("10.7.7.7"), Port: 4000, App: "rtp", Parent: "mgcp", Codecs: map[uint8]Codec{18: {"G729", 8000}}}}},
		{"sccp", fact.TCP, 2000, []said{{c, x("04000000 00000000 00000000")}, {s, x("18000000 00000000 8a000000 01000000 02000000 0a070707 a00f0000 14000000")}, {c, x("24000000 11000000 22000000 00000000 00000000 0a070708 000000000000000000000000 a20f0000 01000000")}},
			[]Expect{{Addr: netip.MustParseAddr("10.7.7.7"), Port: 4000, App: "rtp", Parent: "sccp"}, {Addr: netip.MustParseAddr("10.7.7.8"), Port: 4002, App: "rtp", Parent: "sccp"}}},
		{"tftp", fact.UDP, 69, []said{{c, x("0001") + "boot.cfg\x00octet\x00"}},
			[]Expect{{Addr: client, Port: 40000, Peer: server, App: "tftp", Parent: "tftp"}}},
		{"oracle redirect", fact.TCP, 1521, []said{{c, samplesOf("oracle")[0]}, {s, x("0044 0000 05 00 0000 003a") + "(ADDRESS=(PROTOCOL=tcp)(HOST=10.9.0.3)(PORT=1600))"}},
			[]Expect{{Addr: netip.MustParseAddr("10.9.0.3"), Port: 1600, Peer: client, App: "oracle", Parent: "oracle"}}},
	} {
		k := newTalk(New(Options{}), test.proto, 40000, test.port)
		for _, w := range test.talk {
			k.say(w.side, []byte(w.b))
		}
		got := k.c.TakeExpectations()
		for i := range got {
			if got[i].From < 1_700_000_000_000_000_000 {
				t.Errorf("%s: from %v", test.what, got[i].From)
			}
			got[i].From = 0
		}
		if !slices.EqualFunc(got, test.want, func(a, b Expect) bool {
			return a.Addr == b.Addr && a.Port == b.Port && a.Peer == b.Peer && a.App == b.App && a.Parent == b.Parent && maps.Equal(a.Codecs, b.Codecs)
		}) {
			t.Errorf("%s:\n got %+v\nwant %+v", test.what, got, test.want)
		}
		if k.c.TakeExpectations() != nil {
			t.Errorf("%s: taken twice", test.what)
		}
		k.close()
	}
}

// TestAnnouncedName: a data channel is what was announced, whatever the file in it begins with; media must show itself.
func TestAnnouncedName(t *testing.T) {
	c := New(Options{})
	at := fact.Time(1_700_000_000_000_000_000)
	addr := netip.MustParseAddr("10.9.0.2")
	c.announce(Expect{Addr: addr, Port: 1025, Peer: netip.MustParseAddr("10.0.0.1"), App: "ftp-data", Parent: "ftp", From: at})
	c.announce(Expect{Addr: addr, Port: 1026, Peer: netip.MustParseAddr("10.0.0.9"), App: "ftp-data", Parent: "ftp", From: at})
	for port, want := range map[uint16]string{1025: "ftp-data", 1026: "http"} {
		k := newTalk(c, fact.TCP, 40000, port)
		k.say(0, []byte("GET / HTTP/1.1\r\n\r\n"))
		e := &Ends{Transport: fact.TCP, Client: k.addr[0], Server: k.addr[1], ClientPort: 40000, ServerPort: port, First: at + 1e9}
		if a := c.Close(&k.s, e); a.Name != want {
			t.Errorf("port %d is %q, want %q", port, a.Name, want)
		}
	}
}

func TestAnnouncements(t *testing.T) {
	a := NewAnnouncements()
	addr := netip.MustParseAddr("10.0.0.1")
	if _, ok := a.Lookup(addr, 5000, 0); ok {
		t.Error("an empty table answers")
	}
	const s = fact.Time(1e9)
	a.Add(Expect{Addr: netip.MustParseAddr("::ffff:10.0.0.1"), Port: 5000, App: "rtp", Parent: "sip", From: 100 * s, Codecs: map[uint8]Codec{0: {"PCMU", 8000}}})
	a.Add(Expect{Addr: addr, Port: 5000, App: "rtp", Parent: "sip", From: 300 * s, Codecs: map[uint8]Codec{8: {"PCMA", 8000}}})
	a.Add(Expect{Addr: addr, Port: 5000, App: "rtp", Parent: "sip", From: 200 * s, Codecs: map[uint8]Codec{0: {"PCMU", 8000}}}) // again
	a.Add(Expect{Port: 5000})
	for at, want := range map[fact.Time]string{80 * s: "", 95 * s: "PCMU", 150 * s: "PCMU", 299 * s: "PCMU", 301 * s: "PCMA", 300*s + 5*3600*s: ""} {
		e, ok := a.Lookup(addr, 5000, at)
		got := ""
		for _, c := range e.Codecs {
			got = c.Name
		}
		if ok != (want != "") || got != want {
			t.Errorf("at %d s: %q %v, want %q", at/s, got, ok, want)
		}
	}
	for i := range maxAnnouncements {
		a.Add(Expect{Addr: netip.AddrFrom4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)}), Port: 1, App: "ftp-data"})
	}
	if len(a.m) != maxAnnouncements || a.Dropped() != 1 {
		t.Errorf("%d kept, %d gave way; want %d, 1", len(a.m), a.Dropped(), maxAnnouncements)
	}
	if _, ok := a.Lookup(addr, 5000, 150*s); ok {
		t.Error("the oldest is still there")
	}
}

package speech

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
)

func params() Params {
	return Params{Name: "s.example", Client: "pc", User: "anna", Password: "pw", Rand: rand.New(rand.NewPCG(1, 1))}
}

// said is all that one side says in some turns.
func said(steps []Step, server bool) []byte {
	var b []byte
	for i := range steps {
		s := &steps[i]
		if s.Server != server {
			continue
		}
		for _, x := range s.Stream {
			b = append(b, x...)
		}
		b = append(b, s.Data...)
		for n := s.Fill; n > 0; n -= len(s.Block) {
			b = append(b, s.Block[:min(n, len(s.Block))]...)
		}
	}
	return b
}

// Every protocol speaks, in turns that never are empty, for sizes from nothing to a lot; equal seeds give equal bytes.
func TestEveryProtocol(t *testing.T) {
	if len(Names()) < 25 {
		t.Fatalf("only %d protocols", len(Names()))
	}
	for _, name := range Names() {
		tr, port, ok := Default(name)
		if !ok || port == 0 || tr != "tcp" && tr != "udp" {
			t.Errorf("%s: %s/%d", name, tr, port)
		}
		for _, clear := range []bool{false, true} {
			p, q := params(), params()
			p.Clear, q.Clear = clear, clear
			d, err := New(name, p)
			if err != nil {
				t.Fatal(err)
			}
			e, err := New(name, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, size := range []int{0, 1, 300, 5000, 300000} {
				a, b := d.Exchange(size, size), e.Exchange(size, size)
				if len(a) == 0 {
					t.Errorf("%s: no exchange", name)
				}
				for i := range a {
					if a[i].Len() == 0 || a[i].Fill > 0 && len(a[i].Block) == 0 {
						t.Errorf("%s of %d: turn %d is empty", name, size, i)
					}
					if tr == "udp" && a[i].Len() > 1472 {
						t.Errorf("%s of %d: a datagram of %d bytes", name, size, a[i].Len())
					}
				}
				if !bytes.Equal(said(a, true), said(b, true)) || !bytes.Equal(said(a, false), said(b, false)) {
					t.Errorf("%s: equal seeds, other bytes", name)
				}
			}
			if !bytes.Equal(said(d.Open, true), said(e.Open, true)) || !bytes.Equal(said(d.Close, false), said(e.Close, false)) {
				t.Errorf("%s: equal seeds, other opening", name)
			}
		}
	}
	if _, err := New("gopher", params()); err == nil {
		t.Error("an unknown protocol speaks")
	}
	if _, _, ok := Default("gopher"); ok {
		t.Error("an unknown protocol has a port")
	}
}

// How conversations of protocols begin, by their specifications.
func TestBeginnings(t *testing.T) {
	for _, c := range []struct {
		protocol string
		server   bool
		want     string
	}{
		{"ssh", true, "SSH-2.0-OpenSSH_9.6\r\n"}, {"smtp", true, "220 s.example ESMTP"}, {"ftp", true, "220 vsFTPd"}, {"pop3", true, "+OK"}, {"imap", true, "* OK"},
		{"tls", false, "\x16\x03\x01"}, {"tls12", true, "\x16\x03\x03"}, {"mysql", true, "J\x00\x00\x00\x0a8.0.36\x00"}, {"postgresql", false, "\x00\x00\x00"},
		{"smb", false, "\x00\x00\x00"}, {"rdp", false, "\x03\x00\x00"}, {"telnet", true, "\xff\xfd"}, {"ldap", false, "\x30"}, {"mqtt", false, "\x10"}, {"mssql", false, "\x12\x01"},
	} {
		d, err := New(c.protocol, params())
		if err != nil {
			t.Fatal(err)
		}
		if b := said(d.Open, c.server); !bytes.HasPrefix(b, []byte(c.want)) {
			t.Errorf("%s begins %q, want %q", c.protocol, b[:min(len(b), 20)], c.want)
		}
	}
	p := params()
	p.Clear = true
	d, _ := New("http", p)
	if b := said(d.Exchange(100, 10), false); !bytes.Contains(b, []byte("Host: s.example\r\n")) || !bytes.Contains(b, []byte("Authorization: Basic YW5uYTpwdw==\r\n")) {
		t.Errorf("http: %q", b)
	}
	if b := said(d.Exchange(900, 10), false); !bytes.HasPrefix(b, []byte("POST ")) || len(b) < 900 {
		t.Errorf("http post: %q", b)
	}
	d, _ = New("smtp", p)
	if b := said(d.Open, false); !bytes.Contains(b, []byte("AUTH PLAIN AGFubmEAcHc=\r\n")) {
		t.Errorf("smtp: %q", b)
	}
	for _, name := range []string{"tls", "tls12", "quic"} {
		d, _ := New(name, params())
		if name != "quic" && !bytes.Contains(said(d.Open, false), []byte("\x00\x09s.example")) {
			t.Errorf("%s: no server name", name)
		}
	}
}

func TestCertificate(t *testing.T) {
	c, err := x509.ParseCertificate(Certificate("shop.example"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Subject.CommonName != "shop.example" || c.VerifyHostname("shop.example") != nil {
		t.Errorf("certificate of %v", c.Subject)
	}
	if !bytes.Equal(Certificate("shop.example"), Certificate("shop.example")) || bytes.Equal(Certificate("a.example"), Certificate("b.example")) {
		t.Error("a name's certificate is not always the same, or two names have one")
	}
}

// The client Initial of RFC 9001, appendix A.2: its first bytes after protection.
func TestInitial(t *testing.T) {
	unhex := func(s string) []byte {
		b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	crypto := unhex(`060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e868
04fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e000500050100000000003300260024001d00
209370b2c9caa47fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e0403050306030203080408050806002d00020101001c00024001003900320408ffffffffffffffff
05048000ffff07048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff`)
	payload := append(crypto, make([]byte, 1162-len(crypto))...)
	header := unhex("c300000001088394c8f03e5157080000449e")
	got := sealInitial(unhex("8394c8f03e515708"), "client in", header, payload, 2)
	want := unhex("c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c0bab7df5976d27cd449f63300099f399")
	if len(got) != 1200 || !bytes.HasPrefix(got, want) {
		t.Errorf("initial of %d bytes %x, want 1200 and %x", len(got), got[:len(want)], want)
	}
}

func TestQueryAndCall(t *testing.T) {
	q := Query(0x1234, "www.example.", netip.MustParseAddr("10.0.0.1"), 60)
	if got, want := hex.EncodeToString(q.Open[0].Data), "12340100000100000000000003777777076578616d706c650000010001"; got != want {
		t.Errorf("query %s, want %s", got, want)
	}
	if got, want := hex.EncodeToString(q.Open[1].Data), "12348180000100010000000003777777076578616d706c650000010001c00c000100010000003c00040a000001"; got != want {
		t.Errorf("answer %s, want %s", got, want)
	}
	if b := Query(1, "x", netip.MustParseAddr("2001:db8::1"), 60).Open[1].Data; b[len(b)-25] != 28 && !bytes.Contains(b, []byte{0, 28, 0, 1}) {
		t.Errorf("AAAA: %x", b)
	}
	if b := Query(1, "x", netip.Addr{}, 60).Open[1].Data; b[3]&15 != 3 || b[7] != 0 {
		t.Errorf("no such name: %x", b)
	}
	if CodecOf("PCMA").Type != 8 || CodecOf("MP3").Clock != 0 {
		t.Error("codecs")
	}
	c := Call{ID: "1", From: "a", To: "b", Domain: "x", Codec: CodecOf("PCMU")}
	sdp := c.SDP("a", netip.MustParseAddrPort("[2001:db8::1]:16384"))
	m := string(c.Message("INVITE sip:b@x SIP/2.0", 1, "INVITE", netip.MustParseAddrPort("10.0.0.1:5060"), false, sdp))
	for _, w := range []string{"INVITE sip:b@x SIP/2.0\r\n", "Content-Type: application/sdp\r\n", "c=IN IP6 2001:db8::1\r\n", "m=audio 16384 RTP/AVP 0\r\n", "a=rtpmap:0 PCMU/8000\r\n"} {
		if !strings.Contains(m, w) {
			t.Errorf("no %q in %q", w, m)
		}
	}
	c.Video = true
	if !strings.Contains(c.SDP("a", netip.MustParseAddrPort("10.0.0.1:1")), "m=video 1") {
		t.Error("video is announced as audio")
	}
	s := Step{Stream: [][]byte{{1}, {2, 3}}}
	if s.Len() != 3 {
		t.Errorf("a stream of %d bytes, want 3", s.Len())
	}
}

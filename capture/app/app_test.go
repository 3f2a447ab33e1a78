package app

import (
	"net/netip"
	"slices"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// talk feeds one conversation, payload by payload.
type talk struct {
	c      *Classifier
	s      State
	proto  fact.Transport
	port   [2]uint16
	addr   [2]netip.Addr
	offset [2]uint32
	time   int64
	number uint64
	more   bool
}

func newTalk(c *Classifier, proto fact.Transport, sport, dport uint16) *talk {
	return &talk{c: c, proto: proto, port: [2]uint16{sport, dport}, more: true, time: 1_700_000_000_000_000_000,
		addr: [2]netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.9.0.2")}}
}

func (t *talk) packet(side uint8, b []byte) *wire.Packet {
	t.time += 1_000_000
	t.number++
	return &wire.Packet{Time: t.time, Number: t.number, Protocol: t.proto, Src: wire.Addr(t.addr[side].As16()), Dst: wire.Addr(t.addr[side^1].As16()),
		SrcPort: t.port[side], DstPort: t.port[side^1], Payload: b, PayloadLen: uint32(len(b)), Length: uint32(len(b)) + 54, Version: 4}
}

// say feeds b as one packet of side.
func (t *talk) say(side uint8, b []byte) {
	o := t.offset[side]
	if t.proto == fact.TCP {
		t.offset[side] += uint32(len(b))
	} else {
		o = 0
	}
	if t.more {
		t.more = t.c.Feed(&t.s, t.packet(side, b), side, o)
	}
}

func (t *talk) close() fact.App {
	return t.c.Close(&t.s, &Ends{Transport: t.proto, Client: t.addr[0], Server: t.addr[1], ClientPort: t.port[0], ServerPort: t.port[1]})
}

func TestHTTP(t *testing.T) {
	k := newTalk(New(Options{}), fact.TCP, 40000, 8123)
	k.say(0, []byte("GET /a HTTP/1.1\r\nHost: Erp.corp.example:8123\r\nUser-Agent: curl/8\r\n\r\n"))
	k.say(1, []byte("HTTP/1.1 401 Unauthorized\r\nServer: nginx/1.2\r\n\r\n"))
	k.say(0, []byte("GET /a HTTP/1.1\r\nHost: erp.corp.example:8123\r\nAuthorization: Basic YWxpY2U6c2VjcmV0\r\n\r\n"))
	if side, ok := k.s.Client(); side != 0 || !ok {
		t.Errorf("client %d %v, want 0 true", side, ok)
	}
	a := k.close()
	if a.Name != "http" || a.Evidence != fact.PayloadEvidence || a.Version != "nginx/1.2" || a.Clear != "http-basic" || a.User != "alice" ||
		len(a.Names) != 1 || a.Names[0] != (fact.AppName{Name: "erp.corp.example", Evidence: "http"}) {
		t.Errorf("got %+v", a)
	}
}

func TestAllNames(t *testing.T) {
	names := Names()
	for _, want := range []string{"dns", "dns-over-tls", "ftp-data", "rtp", "tls", "whois"} {
		if !slices.Contains(names, want) {
			t.Errorf("no %s", want)
		}
	}
	if !slices.IsSorted(names) || slices.Contains(names, "") {
		t.Errorf("%q", names)
	}
}

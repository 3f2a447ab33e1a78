package app

import (
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// What a protocol's own matcher refused is not named by its port; but what the capture cut, and what is said in the middle of a TCP
// conversation whose beginning was not seen, refuses nothing.
func TestNamedByPort(t *testing.T) {
	noise := strings.Repeat("\x9c\x01\x7f", 40)
	for _, test := range []struct {
		what  string
		proto fact.Transport
		port  uint16
		begun bool
		cut   bool
		name  string
	}{
		{"a conversation of which a SYN was seen", fact.TCP, 22, true, false, ""},
		{"the middle of one", fact.TCP, 22, false, false, "ssh"},
		{"a whole datagram", fact.UDP, 161, false, false, ""},
		{"a datagram that was cut", fact.UDP, 161, false, true, "snmp"},
	} {
		k := newTalk(New(Options{}), test.proto, 40000, test.port)
		for side := range uint8(2) {
			p := k.packet(side, []byte(noise))
			if test.cut {
				p.Cut, p.PayloadLen = true, 500
			}
			k.c.Feed(&k.s, p, side, 0)
		}
		a := k.c.Close(&k.s, &Ends{Transport: test.proto, Client: k.addr[0], Server: k.addr[1], ClientPort: 40000, ServerPort: test.port, Begun: test.begun})
		if a.Name != test.name || test.name != "" && a.Evidence != fact.PortEvidence {
			t.Errorf("%s: %q by %v, want %q", test.what, a.Name, a.Evidence, test.name)
		}
	}
}

// DHCP shows itself by the head of a message that the capture cut after 96 bytes.
func TestCutDHCP(t *testing.T) {
	k := newTalk(New(Options{}), fact.UDP, 68, 67)
	p := k.packet(0, []byte(x("01 01 06 00 12345678")+zeros(46)))
	p.Cut, p.PayloadLen = true, 300
	k.c.Feed(&k.s, p, 0, 0)
	if a := k.close(); a.Name != "dhcp" || a.Evidence != fact.PayloadEvidence {
		t.Errorf("%q by %v", a.Name, a.Evidence)
	}
}

// DHCPv6 may be cut within an option; an option that is longer than its datagram is none.
func TestCutDHCPv6(t *testing.T) {
	b := []byte(x("01 123456 0001 000e 00010001 12345678 0000000000"))
	for length, name := range map[uint32]string{22: "dhcpv6", uint32(len(b)): ""} {
		k := newTalk(New(Options{}), fact.UDP, 546, 547)
		p := k.packet(0, b)
		p.Cut, p.PayloadLen = length > uint32(len(b)), length
		k.c.Feed(&k.s, p, 0, 0)
		if a := k.close(); a.Name != name {
			t.Errorf("%d of %d bytes: %q by %v", len(b), length, a.Name, a.Evidence)
		}
	}
}

// Requests of RTSP and IKE that the capture cut are theirs, not HTTP's or ESP's.
func TestCutHeads(t *testing.T) {
	for _, test := range []struct {
		proto fact.Transport
		port  uint16
		b     string
		name  string
	}{
		{fact.TCP, 554, "OPTIONS rtsp://10.0.0.9:554/isapi/strea", "rtsp"},
		{fact.TCP, 8080, "GET /a/long/targe", "http"},
		{fact.UDP, 4500, x("00000000 89922c915f35570e 0000000000000000 21 20 22 08 0000"), "ike"},
		{fact.UDP, 500, x("89922c915f35570e 98d56d32e2a04742 21 20 23 20 0000"), "ike"},
	} {
		k := newTalk(New(Options{}), test.proto, 40000, test.port)
		p := k.packet(0, []byte(test.b))
		p.Cut, p.PayloadLen = true, 400
		k.c.Feed(&k.s, p, 0, 0)
		if a := k.close(); a.Name != test.name || a.Evidence != fact.PayloadEvidence {
			t.Errorf("%.12q: %q by %v, want %s", test.b, a.Name, a.Evidence, test.name)
		}
	}
}

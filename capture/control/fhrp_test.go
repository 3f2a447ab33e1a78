package control

import (
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

const (
	// RFC 2281, section 5.1: hello, active, hello 3 s, hold 10 s, priority 200, group 1, "cisco", 192.168.0.1.
	hsrp1 = "00 00 10 03 0a c8 01 00 636973636f000000 c0a80001"
	// Version 2: hello, standby, IPv4, group 300, hello 3000 ms, hold 10000 ms; then MD5.
	hsrp2 = "01 28 02 00 05 04 012c 020000000001 00000064 00000bb8 00002710 0a000001000000000000000000000000 04 02 0000"
	glbp1 = "01 00 0001 0000 020000000001 01 1c 00 20 00 c8 0000 00000bb8 00002710 0258 3840 0000 01 04 c0a80001"
	vrrp2 = "21 01 64 01 00 01 0000 c0a80001 0000000000000000"
	vrrp3 = "31 07 ff 01 0064 0000 c0a80001"
)

func hsrpPacket(b []byte) *wire.Packet { return udpPacket("10.0.0.2:1985", "224.0.0.2:1985", b) }
func glbpPacket(b []byte) *wire.Packet { return udpPacket("10.0.0.2:3222", "224.0.0.102:3222", b) }
func vrrpPacket(b []byte) *wire.Packet { return ip4Packet(112, "10.0.0.2", "224.0.0.18", b) }

func TestHSRP(t *testing.T) {
	wantLines(t, said(t, hsrpPacket(unhex(t, hsrp1))), `
		hsrp.address = 192.168.0.1
		hsrp.auth = text 8c546064
		hsrp.hello = 3
		hsrp.hold = 10
		hsrp.priority = 200
		hsrp.state = active
		hsrp.version = 1
	`)
	if s := firstOf[*fact.Statement](facts(t, hsrpPacket(unhex(t, hsrp1)))); s.Group != "hsrp 1" || s.Address.String() != "10.0.0.2" {
		t.Errorf("%+v", s)
	}
	wantLines(t, said(t, hsrpPacket(unhex(t, hsrp2))), `
		hsrp.address = 10.0.0.1
		hsrp.auth = md5
		hsrp.hello = 3
		hsrp.hold = 10
		hsrp.priority = 100
		hsrp.state = standby
		hsrp.version = 2
	`)
	none := slices.Collect(strings.Lines(strings.Join(said(t, hsrpPacket(unhex(t, hsrp2[:len(hsrp2)-11]))), "\n")))
	if !slices.Contains(none, "hsrp.auth = none\n") {
		t.Errorf("version 2 without a TLV of authentication: %q", none)
	}
	b := unhex(t, hsrp1+"041c")
	b[1] = 2 // resign
	wantLines(t, said(t, hsrpPacket(b))[1:6:6], "hsrp.auth = md5\nhsrp.hello = 3\nhsrp.hold = 10\nhsrp.priority = 200\nhsrp.state = resigned")
	b[1] = 3 // advertisement
	if got := said(t, hsrpPacket(b)); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestHSRPDamaged(t *testing.T) {
	for name, s := range map[string]string{"cut": hsrp1[:20], "state 3": "00 00 03" + hsrp1[8:], "version 2 cut": hsrp2[:40], "version 2, state 9": "01 28 02 00 09" + hsrp2[14:]} {
		if _, ok, err := decodeHSRP(unhex(t, s)); ok || err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func TestVRRP(t *testing.T) {
	wantLines(t, said(t, vrrpPacket(unhex(t, vrrp2))), `
		vrrp.addresses = 192.168.0.1
		vrrp.auth = none
		vrrp.interval = 1
		vrrp.priority = 100
		vrrp.state = master
		vrrp.version = 2
	`)
	wantLines(t, said(t, vrrpPacket(unhex(t, vrrp3))), `
		vrrp.addresses = 192.168.0.1
		vrrp.interval = 1
		vrrp.priority = 255
		vrrp.state = master
		vrrp.version = 3
	`)
	resigned := unhex(t, vrrp2)
	resigned[2] = 0
	wantLines(t, said(t, vrrpPacket(resigned)), "vrrp.state = resigned\nvrrp.version = 2")
	password := unhex(t, "21 01 64 01 01 01 0000 c0a80001 636973636f000000")
	wantLines(t, said(t, vrrpPacket(password))[1:2:2], "vrrp.auth = text 8c546064")
	v6 := ip6Packet(112, "fe80::2", "ff02::12", unhex(t, "31 07 64 01 0064 0000 fe800000000000000000000000000001"))
	if s := firstOf[*fact.Statement](facts(t, v6)); s.Group != "vrrp 7 v6" || s.Value != "fe80::1" {
		t.Errorf("%+v", s)
	}
}

// A router whose interface lost its address speaks from 0.0.0.0: its MAC is all that names it.
func TestVRRPWithoutAddress(t *testing.T) {
	p := ip4Packet(112, "0.0.0.0", "224.0.0.18", unhex(t, vrrp2))
	if s := firstOf[*fact.Statement](facts(t, p)); s.Kind != fact.DeviceSpeaker || s.Speaker != "02:00:00:00:00:01" || s.Address.IsValid() {
		t.Errorf("%+v", s)
	}
}

func TestCARPIsNotVRRP(t *testing.T) {
	b := make([]byte, 36)
	b[0], b[1], b[3], b[5] = 0x21, 1, 7, 1
	if got := said(t, vrrpPacket(b)); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestVRRPDamaged(t *testing.T) {
	for name, s := range map[string]string{"type 2": "22" + vrrp2[2:], "version 4": "41" + vrrp2[2:], "two addresses, one there": "21 01 64 02 00 01 0000 c0a80001"} {
		if _, ok, err := decodeVRRP(unhex(t, s), false); ok || err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func TestGLBP(t *testing.T) {
	wantLines(t, said(t, glbpPacket(unhex(t, glbp1))), `
		glbp.address = 192.168.0.1
		glbp.auth = none
		glbp.hello = 3
		glbp.hold = 10
		glbp.priority = 200
		glbp.state = active
	`)
	for tlv, want := range map[string]string{"03 09 01 05 636973636f": "text e73b79a0", "03 08 02 04 00000001": "md5", "03 05 09 01 00": "9", "03 04 01 09": "text e3b0c442"} {
		wantLines(t, said(t, glbpPacket(unhex(t, glbp1+tlv)))[1:2:2], "glbp.auth = "+want)
	}
	if got := said(t, glbpPacket(unhex(t, "01 00 0001 0000 020000000001 02 04 0000"))); len(got) != 0 {
		t.Errorf("without a hello: %v", got)
	}
}

func FuzzHSRP(f *testing.F) {
	f.Add(unhex(f, hsrp1))
	f.Add(unhex(f, hsrp2))
	fuzz(f, hsrpPacket)
}

func FuzzVRRP(f *testing.F) {
	f.Add(unhex(f, vrrp2))
	f.Add(unhex(f, vrrp3))
	fuzz(f, vrrpPacket)
}

func FuzzGLBP(f *testing.F) {
	f.Add(unhex(f, glbp1))
	fuzz(f, glbpPacket)
}

package control

import (
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

const (
	// RFC 7868, sections 6.3 and 6.6.2: hello, AS 100, K 1 0 1 0 0, hold 15 s.
	eigrpHello = "02 05 0000 00000000 00000000 00000000 0000 0064 0001 000c 01 00 01 00 00 00 000f"
	eigrpAuth  = eigrpHello + " 0002 0008 0002 0010"
	isisHello  = "83 1b 01 00 0f 01 00 00 03 000000000001 001e 0035 40 00000000000101 01 04 03 490001 81 01 cc 84 04 0a000001 0a 02 01 41 08 02 0000"
	pimHello   = "20 00 0000 0001 0002 0069 0013 0004 00000001"
	bgpHead    = "ffffffffffffffffffffffffffffffff "
	bgpOpening = bgpHead + "0025 01 04 5ba0 00b4 01010101 08 02 06 41 04 0000fde8" // AS 23456 stands for the four bytes of the capability
)

func eigrpPacket(b []byte) *wire.Packet { return ip4Packet(88, "10.0.0.1", "224.0.0.10", b) }
func ripPacket(b []byte) *wire.Packet   { return udpPacket("10.0.0.1:520", "224.0.0.9:520", b) }
func isisPacket(b []byte) *wire.Packet  { return llcPacket(0xfefe, false, b) }
func pimPacket(b []byte) *wire.Packet   { return ip4Packet(103, "10.0.0.1", "224.0.0.13", b) }

func bgpPacket(b []byte) *wire.Packet {
	p := ip4Packet(6, "10.0.0.2", "10.0.0.1", append(make([]byte, 20), b...))
	p.Has |= wire.HasTransport
	p.SrcPort, p.DstPort, p.Payload = 40000, 179, b
	return p
}

func TestEIGRP(t *testing.T) {
	wantLines(t, said(t, eigrpPacket(unhex(t, eigrpAuth))), `
		eigrp.as = 100
		eigrp.auth = md5
		eigrp.hold = 15
		eigrp.k = 1 0 1 0 0
	`)
	wantLines(t, said(t, eigrpPacket(unhex(t, strings.Replace(eigrpHello, "01 00 01 00 00 00", "ff ff ff ff ff 00", 1)))), "eigrp.goodbye = yes")
	wantLines(t, said(t, eigrpPacket(unhex(t, strings.Replace(eigrpHello, "01 00 01 00 00 00", "01 00 01 00 00 02", 1))))[3:], "eigrp.k = 1 0 1 0 0 2")
	for name, s := range map[string]string{"update": "02 01" + eigrpHello[5:], "acknowledgement": strings.Replace(eigrpHello, "00000000 0000 0064", "00000009 0000 0064", 1)} {
		if got := said(t, eigrpPacket(unhex(t, s))); len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
	if _, err := decodeEIGRP(unhex(t, "09"+eigrpHello[2:])); err == nil {
		t.Error("version 9 was read")
	}
}

func TestRIP(t *testing.T) {
	wantLines(t, said(t, ripPacket(unhex(t, "02 01 0000 0002 0000 0a000000"))), "rip.version = 1")
	wantLines(t, said(t, ripPacket(unhex(t, "02 02 0000 ffff 0003 0000"))), "rip.auth = md5\nrip.version = 2")
	if got := said(t, ripPacket(unhex(t, "01 01 0000 0000"))); len(got) != 0 {
		t.Errorf("request: %v", got)
	}
	if _, err := decodeRIP(unhex(t, "02 07 0000")); err == nil {
		t.Error("version 7 was read")
	}
}

func TestISIS(t *testing.T) {
	wantLines(t, said(t, isisPacket(unhex(t, isisHello))), `
		isis.addresses = 10.0.0.1
		isis.areas = 490001
		isis.auth = password
		isis.hello_length = 53
		isis.hold = 30
		isis.level = level-1-2
	`)
	if s := firstOf[*fact.Statement](facts(t, isisPacket(unhex(t, isisHello)))); s.Speaker != "0000.0000.0001" || s.Group != "level 1 lan" {
		t.Errorf("%+v", s)
	}
	if got := said(t, isisPacket(unhex(t, "82 06 01 00 02"))); len(got) != 0 {
		t.Errorf("ES-IS: %v", got)
	}
	for name, s := range map[string]string{"no level": strings.Replace(isisHello, "00 00 03", "00 00 00", 1), "cut": isisHello[:59]} {
		if _, ok, err := decodeISIS(unhex(t, s)); ok || err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func TestPIM(t *testing.T) {
	wantLines(t, said(t, pimPacket(unhex(t, pimHello))), `
		pim.dr_priority = 1
		pim.hold = 105
		pim.version = 2
	`)
	if got := said(t, pimPacket(unhex(t, "23 00 0000"))); len(got) != 0 {
		t.Errorf("join: %v", got)
	}
}

func TestBGP(t *testing.T) {
	fs := facts(t, bgpPacket(unhex(t, bgpOpening)))
	wantLines(t, said(t, bgpPacket(unhex(t, bgpOpening))), `
		bgp.as = 65000
		bgp.capabilities = 65
		bgp.hold = 180
		bgp.id = 1.1.1.1
	`)
	if s := firstOf[*fact.Statement](fs); s.Group != "10.0.0.1 10.0.0.2" || s.Address.String() != "10.0.0.2" {
		t.Errorf("%+v", s)
	}
	wantLines(t, said(t, bgpPacket(unhex(t, bgpHead+"0013 04"+bgpHead+"0017 03 02 02 fde9"))), "bgp.notification = 2/2 bad peer AS")
	wantLines(t, said(t, bgpPacket(unhex(t, bgpHead+"0015 03 06 63"))), "bgp.notification = 6/99 cease")
	if got := said(t, bgpPacket([]byte("in the middle of a stream of updates"))); len(got) != 0 {
		t.Errorf("%v", got)
	}
	if _, err := decodeBGP(unhex(t, bgpHead+"001d 01 03 5ba0 00b4 01010101 00")); err == nil {
		t.Error("version 3 was read")
	}
}

func FuzzEIGRP(f *testing.F) {
	f.Add(unhex(f, eigrpAuth))
	fuzz(f, eigrpPacket)
}

func FuzzRIP(f *testing.F) {
	f.Add(unhex(f, "02 02 0000 ffff 0003 0000"))
	fuzz(f, ripPacket)
}

func FuzzISIS(f *testing.F) {
	f.Add(unhex(f, isisHello))
	fuzz(f, isisPacket)
}

func FuzzPIM(f *testing.F) {
	f.Add(unhex(f, pimHello))
	fuzz(f, pimPacket)
}

func FuzzBGP(f *testing.F) {
	f.Add(unhex(f, bgpOpening))
	f.Add(unhex(f, bgpHead+"0017 03 02 02 fde9"))
	fuzz(f, bgpPacket)
}

package control

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// Hello of 10.0.0.1 (RFC 2328, A.3.2): area 1, NSSA, MD5, mask /24, hello 10, dead 40, neighbour 2.2.2.2. The digest lies behind the length.
const ospfHelloBytes = `
02 01 0030 01010101 00000001 0000 0002 0000 0110 00000007
ffffff00 000a 08 01 00000028 0a000001 00000000 02020202
000102030405060708090a0b0c0d0e0f
`

// Database description, init, more and master, MTU 1400 (A.3.3).
const ospfDescriptionBytes = `02 02 0020 01010101 00000001 0000 0000 0000000000000000 0578 02 07 00000001`

func TestOSPFHello(t *testing.T) {
	fs := facts(t, ip4Packet(89, "10.0.0.1", "224.0.0.5", unhex(t, ospfHelloBytes)))
	var got []string
	for _, f := range fs {
		if s, ok := f.(*fact.Statement); ok {
			got = append(got, s.Setting+" = "+s.Value)
			if s.Group != "10.0.0.0/24" || s.Speaker != "1.1.1.1" || s.Address.String() != "10.0.0.1" {
				t.Errorf("%+v", s)
			}
		}
	}
	wantLines(t, got, `
		ospf.address = 10.0.0.1
		ospf.area = 0.0.0.1
		ospf.area_type = nssa
		ospf.auth = cryptographic
		ospf.bdr = 0.0.0.0
		ospf.dead = 40
		ospf.dr = 10.0.0.1
		ospf.hello = 10
		ospf.mask = 255.255.255.0
		ospf.neighbors = 2.2.2.2
		ospf.priority = 1
		ospf.version = 2
	`)
	if l := firstOf[*fact.Link](fs); l == nil || l.From != "1.1.1.1" || l.To != "2.2.2.2" {
		t.Errorf("link %+v", l)
	}
}

func TestOSPFExchange(t *testing.T) {
	b := unhex(t, ospfDescriptionBytes)
	fs := facts(t, ip4Packet(89, "10.0.0.2", "10.0.0.1", b))
	wantLines(t, said(t, ip4Packet(89, "10.0.0.2", "10.0.0.1", b)), "ospf.exchange = exstart\nospf.mtu = 1400")
	if s := firstOf[*fact.Statement](fs); s.Group != "10.0.0.1 10.0.0.2" {
		t.Errorf("group %q", s.Group)
	}
	b[1] = ospfUpdate
	wantLines(t, said(t, ip4Packet(89, "10.0.0.2", "10.0.0.1", b)), "ospf.exchange = loading")
}

// A virtual link's hello goes to one address: its group is its two ends, not the segment.
func TestOSPFUnicastHello(t *testing.T) {
	fs := facts(t, ip4Packet(89, "10.0.0.1", "10.9.0.1", unhex(t, ospfHelloBytes)))
	if s := firstOf[*fact.Statement](fs); s.Group != "10.0.0.1 10.9.0.1" {
		t.Errorf("group %q", s.Group)
	}
}

func TestOSPFv3Hello(t *testing.T) {
	// RFC 5340, A.3.2: area 1, instance 0, priority 1, options V6|E|R, hello 10, dead 40.
	b := unhex(t, `03 01 0024 01010101 00000001 0000 00 00 00000004 01000013 000a 0028 01010101 00000000`)
	wantLines(t, said(t, ip6Packet(89, "fe80::1", "ff02::5", b)), `
		ospf.address = fe80::1
		ospf.area = 0.0.0.1
		ospf.area_type = normal
		ospf.bdr = 0.0.0.0
		ospf.dead = 40
		ospf.dr = 1.1.1.1
		ospf.hello = 10
		ospf.neighbors = none
		ospf.priority = 1
		ospf.version = 3
	`)
}

func TestOSPFDamaged(t *testing.T) {
	whole := unhex(t, ospfHelloBytes)
	for n := range 44 {
		if _, err := decodeOSPF(whole[:n]); err == nil {
			t.Errorf("%d bytes of a hello were read", n)
		}
	}
	whole[0] = 9
	if _, err := decodeOSPF(whole); err == nil {
		t.Error("version 9 was read")
	}
}

func FuzzOSPF(f *testing.F) {
	f.Add(unhex(f, ospfHelloBytes))
	f.Add(unhex(f, ospfDescriptionBytes))
	fuzz(f, func(b []byte) *wire.Packet { return ip4Packet(89, "10.0.0.1", "224.0.0.5", b) })
}

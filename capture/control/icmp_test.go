package control

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

const (
	quoted4 = " 4500003c 00000000 40060000 0a010005 c0000201 00500050 00000000 " // 10.1.0.5 to 192.0.2.1
	quoted6 = " 60000000 0014 06 40 20010db8000000000000000000000005 20010db8000100000000000000000001 "
)

func icmp4(b []byte) *wire.Packet { return ip4Packet(1, "10.0.0.1", "10.1.0.5", b) }
func icmp6(b []byte) *wire.Packet { return ip6Packet(58, "fe80::1", "ff02::1", b) }

func TestICMP(t *testing.T) {
	for _, c := range []struct {
		name  string
		p     *wire.Packet
		group string
		want  string
	}{
		{"fragmentation needed", icmp4(unhex(t, "03 04 0000 0000 0578"+quoted4)), "10.1.0.5 192.0.2.1", "icmp.mtu = 1400"},
		{"net unreachable", icmp4(unhex(t, "03 00 0000 00000000"+quoted4)), "192.0.2.0/24", "icmp.unreachable = network"},
		{"host unreachable", icmp4(unhex(t, "03 01 0000 00000000"+quoted4)), "192.0.2.0/24", "icmp.unreachable = host"},
		{"redirect", icmp4(unhex(t, "05 01 0000 0a000002"+quoted4)), "192.0.2.1", "icmp.redirect = 10.0.0.2"},
		{"packet too big", icmp6(unhex(t, "02 00 0000 00000500"+quoted6)), "2001:db8::5 2001:db8:1::1", "icmp.mtu = 1280"},
		{"no route", icmp6(unhex(t, "01 00 0000 00000000"+quoted6)), "2001:db8:1::/64", "icmp.unreachable = network"},
		{"address unreachable", icmp6(unhex(t, "01 03 0000 00000000"+quoted6)), "2001:db8:1::/64", "icmp.unreachable = host"},
		{"redirect, version 6", icmp6(unhex(t, "89 00 0000 00000000 fe800000000000000000000000000002 20010db8000100000000000000000001")), "2001:db8:1::1", "icmp.redirect = fe80::2"},
	} {
		wantLines(t, said(t, c.p), c.want)
		if s := firstOf[*fact.Statement](facts(t, c.p)); s.Group != c.group {
			t.Errorf("%s: group %q", c.name, s.Group)
		}
	}
	for name, p := range map[string]*wire.Packet{
		"port unreachable": icmp4(unhex(t, "03 03 0000 00000000"+quoted4)), "echo": icmp4(unhex(t, "08 00 0000 00000000")), "echo, version 6": icmp6(unhex(t, "80 00 0000 00000000")),
	} {
		if got := said(t, p); len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

const advertisement = `86 00 0000 40 c8 0708 00000000 00000000
05 01 0000 000005dc
03 04 40 c0 00015180 00003840 00000000 20010db8000000000000000000000000
19 03 0000 00000e10 20010db8000000000000000000000053`

func TestRouterAdvertisement(t *testing.T) {
	wantLines(t, said(t, icmp6(unhex(t, advertisement))), `
		ra.dns = 2001:db8::53
		ra.hop_limit = 64
		ra.lifetime = 1800
		ra.managed = yes
		ra.mtu = 1500
		ra.other = yes
		ra.preference = high
		ra.prefixes = 2001:db8::/64
	`)
}

func TestICMPDamaged(t *testing.T) {
	d := New(Options{})
	d.Feed(icmp4(unhex(t, "03 04 0000 0000 0578 4500")))
	d.Feed(icmp4(unhex(t, "03 00 0000 00000000 9500")))
	d.Feed(icmp6(unhex(t, "86 00 0000 40 c8 0708 00000000 00000000 05 00")))
	if m := d.Malformed(); m["icmp"] != 2 || m["icmpv6"] != 1 {
		t.Errorf("malformed %v", m)
	}
}

func FuzzICMP(f *testing.F) {
	f.Add(unhex(f, "03 04 0000 0000 0578"+quoted4))
	f.Add(unhex(f, "05 01 0000 0a000002"+quoted4))
	fuzz(f, icmp4)
}

func FuzzICMPv6(f *testing.F) {
	f.Add(unhex(f, advertisement))
	f.Add(unhex(f, "02 00 0000 00000500"+quoted6))
	fuzz(f, icmp6)
}

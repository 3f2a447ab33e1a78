package control

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

const cdpRouter = `
02 b4 0000                                     # version 2, TTL 180
0001 0007 737731                               # device sw1
0002 0011 00000001 01 01 cc 0004 0a000002      # one address, NLPID IPv4: 10.0.0.2
0003 0009 4769302f31                           # port Gi0/1
0004 0008 00000029                             # router, switch, IGMP
0005 0007 494f53                               # version IOS
0006 0009 4339333030                           # platform C9300
0009 0007 4c6162                               # VTP domain Lab
000a 0006 000a                                 # native VLAN 10
000b 0005 00                                   # half duplex
000e 0007 01 0064                              # voice VLAN 100
0011 0008 000005dc                             # MTU 1500
0014 0008 636f7265                             # system name core
0016 0024 00000001 02 08 aaaa0300000086dd 0010 20010db8000000000000000000000001
0000 0000                                      # padding
`

func cdpPacket(b []byte) *wire.Packet {
	p := llcPacket(0x2000, true, b)
	p.OUI = 0x00000c
	return p
}

func TestCDP(t *testing.T) {
	fs := facts(t, cdpPacket(unhex(t, cdpRouter)))
	wantLines(t, said(t, cdpPacket(unhex(t, cdpRouter))), `
		cdp.addresses = 10.0.0.2
		cdp.capabilities = router, switch, igmp
		cdp.duplex = half
		cdp.management = 2001:db8::1
		cdp.mtu = 1500
		cdp.native_vlan = 10
		cdp.platform = C9300
		cdp.ttl = 180
		cdp.version = IOS
		cdp.voice_vlan = 100
		cdp.vtp_domain = Lab
	`)
	if s := firstOf[*fact.Statement](fs); s.Speaker != "sw1" || s.Port != "Gi0/1" {
		t.Errorf("%+v", s)
	}
	if l := firstOf[*fact.Link](fs); l.FromName != "core" || l.Platform != "C9300" || len(l.Management) != 2 {
		t.Errorf("%+v", l)
	}
	if n := firstOf[*fact.Name](fs); n.Name != "core" || n.Evidence != "cdp" {
		t.Errorf("%+v", n)
	}
}

// Foundry's FDP has CDP's SNAP type under another organisation.
func TestFDPIsNotCDP(t *testing.T) {
	p := cdpPacket(nil)
	p.OUI = 0x00e052
	if Wants(p) {
		t.Error("FDP is taken for CDP")
	}
}

func TestCDPDamaged(t *testing.T) {
	for name, s := range map[string]string{"version 9": "09b40000 0001000573", "no device": "02b40000 000b000501", "cut": "02b40000 0001000973"} {
		if _, err := decodeCDP(unhex(t, s)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func FuzzCDP(f *testing.F) {
	f.Add(unhex(f, cdpRouter))
	fuzz(f, cdpPacket)
}

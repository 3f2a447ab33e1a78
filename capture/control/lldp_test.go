package control

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// A switch that says everything: written after IEEE 802.1AB-2016, figure 8-1, and the organisations' TLV tables.
const lldpSwitch = `
02 07 04 0200000000aa            # chassis, MAC
04 06 05 6769302f31              # port, interface name "gi0/1"
06 02 0078                       # TTL 120
08 04 75706c6b                   # port description "uplk"
0a 03 737731                     # system name "sw1"
0c 05 4361740a31                 # system description "Cat\n1"
0e 04 0014 0004                  # capabilities: bridge and router, enabled bridge
10 0c 05 01 0a000002 02 00000001 00  # management address 10.0.0.2
fe 06 0080c2 01 000a             # PVID 10
fe 0a 0080c2 03 000a 03 6f6666   # VLAN 10 "off"
fe 09 00120f 01 03 6c00 0010     # auto-negotiation supported and enabled, MAU 16
fe 09 00120f 03 03 00000001      # aggregation active
fe 06 00120f 04 05ee             # maximum frame size 1518
fe 08 0012bb 02 01 40c96e        # voice: tagged, VLAN 100, priority 5, DSCP 46
00 00
`

func TestLLDP(t *testing.T) {
	fs := facts(t, etherPacket(0x88cc, unhex(t, lldpSwitch)))
	var got []string
	for _, f := range fs {
		if s, ok := f.(*fact.Statement); ok {
			got = append(got, s.Setting+" = "+s.Value)
			if s.Speaker != "02:00:00:00:00:aa" || s.Port != "gi0/1" || s.Point != "tap" || s.Kind != fact.DeviceSpeaker {
				t.Errorf("%+v", s)
			}
		}
	}
	wantLines(t, got, `
		lldp.aggregation = active
		lldp.autoneg = enabled
		lldp.capabilities = switch
		lldp.duplex = full
		lldp.management = 10.0.0.2
		lldp.mau = 16
		lldp.max_frame = 1518
		lldp.med_voice_dscp = 46
		lldp.med_voice_pcp = 5
		lldp.med_voice_vlan = 100
		lldp.port_description = uplk
		lldp.pvid = 10
		lldp.speed = 100
		lldp.system_description = Cat 1
		lldp.system_name = sw1
		lldp.ttl = 120
		lldp.vlans = 10 off
	`)
	l := firstOf[*fact.Link](fs)
	if l == nil || l.From != "02:00:00:00:00:aa" || l.FromPort != "gi0/1" || l.FromName != "sw1" || l.Protocol != "lldp" || l.Count != 1 {
		t.Errorf("link %+v", l)
	}
	n := firstOf[*fact.Name](fs)
	if n == nil || n.Name != "sw1" || n.IP.String() != "10.0.0.2" || n.Evidence != "lldp" {
		t.Errorf("name %+v", n)
	}
}

func TestLLDPShutdownTakesBack(t *testing.T) {
	wantLines(t, said(t, etherPacket(0x88cc, unhex(t, "0207040200000000aa 040302 3132 06020000 0000"))), `lldp.ttl = 0`)
}

func TestLLDPRefusesOtherOrder(t *testing.T) {
	if _, err := decodeLLDP(unhex(t, "06020078 0207040200000000aa 0000")); err == nil {
		t.Error("TTL before chassis was read")
	}
}

func TestLLDPIdentifiers(t *testing.T) {
	for _, c := range []struct{ name, bytes, chassis, port string }{
		{"IPv4 chassis, MAC port", "0206 05 01 0a000001 0407 03 020000000001 06020001 0000", "10.0.0.1", "02:00:00:00:00:01"},
		{"local chassis and port", "0204 07 616263 0403 07 3132 06020001 0000", "abc", "12"},
		{"bytes that are no text", "0203 07 0001 0403 07 0002 06020001 0000", "0001", "0002"},
	} {
		l, err := decodeLLDP(unhex(t, c.bytes))
		if err != nil || l.Chassis != c.chassis || l.Port != c.port {
			t.Errorf("%s: %q %q %v", c.name, l.Chassis, l.Port, err)
		}
	}
}

func FuzzLLDP(f *testing.F) {
	f.Add(unhex(f, lldpSwitch))
	fuzz(f, func(b []byte) *wire.Packet { return etherPacket(0x88cc, b) })
}

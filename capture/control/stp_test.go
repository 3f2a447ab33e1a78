package control

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// What follows protocol, version, type and flags of a BPDU (IEEE 802.1Q-2014, figure 14-1): root, cost, bridge, port, age, maximum age 20 s, hello 2 s, forward delay 15 s.
const bpduBody = ` 8001 020000000001 00000004 8001 020000000002 8003 0100 1400 0200 0f00 `

const mstBPDU = `0000 03 02 3c` + bpduBody + ` 00 0040
00 43616d7075730000000000000000000000000000000000000000000000000000 0007 000102030405060708090a0b0c0d0e0f
00000000 8000 020000000009 14`

func stpPacket(b []byte) *wire.Packet { return llcPacket(0x4242, false, b) }

func pvstPacket(b []byte) *wire.Packet {
	p := llcPacket(0x010b, true, b)
	p.OUI = 0x00000c
	return p
}

func TestSTP(t *testing.T) {
	fs := facts(t, stpPacket(unhex(t, "0000 00 00 01"+bpduBody)))
	wantLines(t, said(t, stpPacket(unhex(t, "0000 00 00 01"+bpduBody))), `
		stp.bridge = 32769 02:00:00:00:00:02
		stp.cost = 4
		stp.forward_delay = 15
		stp.hello = 2
		stp.max_age = 20
		stp.root = 32769 02:00:00:00:00:01
		stp.topology_change = yes
		stp.version = stp
	`)
	if s := firstOf[*fact.Statement](fs); s.Speaker != "02:00:00:00:00:02" || s.Group != "cst" || s.Port != "0x8003" {
		t.Errorf("%+v", s)
	}
}

func TestPVST(t *testing.T) {
	b := unhex(t, "0000 02 02 3c"+bpduBody+" 00 0000 0002 0005")
	wantLines(t, said(t, pvstPacket(b)), `
		pvst.vlan = 5
		stp.bridge = 32769 02:00:00:00:00:02
		stp.cost = 4
		stp.forward_delay = 15
		stp.hello = 2
		stp.max_age = 20
		stp.role = designated
		stp.root = 32769 02:00:00:00:00:01
		stp.state = forwarding
		stp.topology_change = no
		stp.version = rstp
	`)
	if s := firstOf[*fact.Statement](facts(t, pvstPacket(b))); s.Group != "vlan 5" {
		t.Errorf("group %q", s.Group)
	}
}

// The sender of an MST BPDU is its CIST bridge; the bridge field holds the regional root.
func TestMSTP(t *testing.T) {
	wantLines(t, said(t, stpPacket(unhex(t, mstBPDU))), `
		stp.bridge = 32768 02:00:00:00:00:09
		stp.cost = 4
		stp.digest = 000102030405060708090a0b0c0d0e0f
		stp.forward_delay = 15
		stp.hello = 2
		stp.max_age = 20
		stp.region = Campus
		stp.revision = 7
		stp.role = designated
		stp.root = 32769 02:00:00:00:00:01
		stp.state = forwarding
		stp.topology_change = no
		stp.version = mstp
	`)
}

func TestTopologyChangeNotification(t *testing.T) {
	wantLines(t, said(t, stpPacket(unhex(t, "0000 00 80"))), "stp.tcn = yes")
}

func TestSTPDamaged(t *testing.T) {
	for name, s := range map[string]string{"protocol 1": "0001 00 00 00" + bpduBody, "type 7": "0000 00 07 00" + bpduBody, "cut": "0000 00 00 00 8001", "MST cut": mstBPDU[:len(mstBPDU)-11]} {
		if _, err := decodeBPDU(unhex(t, s), false); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func FuzzSTP(f *testing.F) {
	f.Add(unhex(f, mstBPDU))
	f.Add(unhex(f, "0000 00 80"))
	fuzz(f, stpPacket)
}

func FuzzPVST(f *testing.F) {
	f.Add(unhex(f, "0000 02 02 3c"+bpduBody+" 00 0000 0002 0005"))
	fuzz(f, pvstPacket)
}

package control

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

const (
	// IEEE 802.1AX-2014, figure 6-7: actor key 13, active, short timeout, in sync and distributing; partner key 14.
	lacpUnit = `01 01 01 14 8000 020000000001 000d 8000 0016 3f 000000 02 14 8000 020000000002 000e 8000 0017 3d 000000 03 10 0000`
	vtpUnit  = `01 01 00 03 4c61620000000000000000000000000000000000000000000000000000000000 00000007 0a000001`
	dtpUnit  = `01 0001 0008 4c616200 0002 0005 84 0003 0005 a5 0000 0000`
	udldUnit = `21 00 0000 0001 0007 666f78 0002 0007 302f31 0003 0010 00000001 0003 686f77 0001 30 0004 0005 0f 0006 0006 5331`
)

func lacpPacket(b []byte) *wire.Packet { return etherPacket(0x8809, b) }

func ciscoPacket(kind uint16) func(b []byte) *wire.Packet {
	return func(b []byte) *wire.Packet {
		p := llcPacket(kind, true, b)
		p.OUI = 0x00000c
		return p
	}
}

func TestLACP(t *testing.T) {
	fs := facts(t, lacpPacket(unhex(t, lacpUnit)))
	wantLines(t, said(t, lacpPacket(unhex(t, lacpUnit))), `
		lacp.activity = active
		lacp.key = 13
		lacp.partner = 02:00:00:00:00:02
		lacp.partner_key = 14
		lacp.state = aggregatable, synchronized, collecting, distributing
		lacp.timeout = short
	`)
	if l := firstOf[*fact.Link](fs); l.From != "02:00:00:00:00:01" || l.To != "02:00:00:00:00:02" || l.FromPort != "22" {
		t.Errorf("%+v", l)
	}
	if got := said(t, lacpPacket(unhex(t, "02 01"))); len(got) != 0 { // a marker
		t.Errorf("%v", got)
	}
	if _, ok, err := decodeLACP(unhex(t, "01 01 09 14")); ok || err == nil {
		t.Error("another TLV was read")
	}
}

func TestVTP(t *testing.T) {
	p := ciscoPacket(0x2003)
	wantLines(t, said(t, p(unhex(t, vtpUnit))), `
		vtp.domain = Lab
		vtp.revision = 7
		vtp.version = 1
	`)
	v3 := unhex(t, vtpUnit)
	v3[0] = 3
	wantLines(t, said(t, p(v3)), "vtp.domain = Lab\nvtp.version = 3")
	v3[1] = 2 // subset advertisement
	if got := said(t, p(v3)); len(got) != 0 {
		t.Errorf("%v", got)
	}
	v3[3] = 99
	if _, _, err := decodeVTP(v3); err == nil {
		t.Error("a domain of 99 bytes was read")
	}
}

func TestDTP(t *testing.T) {
	wantLines(t, said(t, ciscoPacket(0x2004)(unhex(t, dtpUnit))), "dtp.domain = Lab\ndtp.status = trunk/auto")
	for status, want := range map[uint8]string{0x81: "trunk/on", 0x02: "access/off", 0x03: "access/desirable", 0x07: "access/7"} {
		if got := dtpStatus(status); got != want {
			t.Errorf("%#x: %s, want %s", status, got, want)
		}
	}
	if _, _, err := decodeDTP(unhex(t, "01 0001 0008 4c616200")); err == nil {
		t.Error("without a status it was read")
	}
}

func TestUDLD(t *testing.T) {
	fs := facts(t, ciscoPacket(0x0111)(unhex(t, udldUnit)))
	wantLines(t, said(t, ciscoPacket(0x0111)(unhex(t, udldUnit))), "udld.interval = 15\nudld.name = S1")
	if l := firstOf[*fact.Link](fs); l.From != "fox" || l.FromPort != "0/1" || l.To != "how" {
		t.Errorf("%+v", l)
	}
	if _, err := decodeUDLD(unhex(t, "21 00 0000")); err == nil {
		t.Error("without a device it was read")
	}
}

func FuzzLACP(f *testing.F) {
	f.Add(unhex(f, lacpUnit))
	fuzz(f, lacpPacket)
}

func FuzzVTP(f *testing.F) {
	f.Add(unhex(f, vtpUnit))
	fuzz(f, ciscoPacket(0x2003))
}

func FuzzDTP(f *testing.F) {
	f.Add(unhex(f, dtpUnit))
	fuzz(f, ciscoPacket(0x2004))
}

func FuzzUDLD(f *testing.F) {
	f.Add(unhex(f, udldUnit))
	fuzz(f, ciscoPacket(0x0111))
}

package control

import (
	"net/netip"
	"slices"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// bootp is a message of RFC 2131, figure 1, with client 02:00:00:00:00:05, transaction 7 and these addresses; options are hexadecimal.
func bootp(t testing.TB, op byte, client, yours, relay, options string) []byte {
	b := make([]byte, 236, 600)
	b[0], b[1], b[2], b[7] = op, 1, 6, 7
	copy(b[28:], []byte{2, 0, 0, 0, 0, 5})
	for at, a := range map[int]string{12: client, 16: yours, 24: relay} {
		if a != "" {
			copy(b[at:], netip.MustParseAddr(a).AsSlice())
		}
	}
	return append(b, unhex(t, "63825363"+options+"ff")...)
}

const (
	discover = "350101 0c03 706331 3703 010306 3c04 4d534654" // host pc1, parameters 1, 3, 6, class MSFT
	offered  = "0104ffffff00 03040a000001 06080a0000090a000008 0f046c616200 1a0205dc 2a040a000007 330400000e10 36040a000002"
)

func toServer(b []byte) *wire.Packet { return udpPacket("0.0.0.0:68", "255.255.255.255:67", b) }
func toClient(b []byte) *wire.Packet { return udpPacket("10.0.0.2:67", "10.0.0.5:68", b) }

func TestDHCP(t *testing.T) {
	ps := []*wire.Packet{
		toServer(bootp(t, 1, "", "", "", discover)),
		toClient(bootp(t, 2, "", "10.0.0.5", "", "350102"+offered)),
		toClient(bootp(t, 2, "", "10.0.0.5", "", "350105"+offered)),
	}
	fs := facts(t, ps...)
	wantLines(t, said(t, ps...), `
		dhcp.bound = yes
		dhcp.dns = 10.0.0.9, 10.0.0.8
		dhcp.domain = lab
		dhcp.fingerprint = 1,3,6
		dhcp.lease = 3600
		dhcp.mask = 255.255.255.0
		dhcp.mtu = 1500
		dhcp.network = 10.0.0.0/24
		dhcp.ntp = 10.0.0.7
		dhcp.router = 10.0.0.1
		dhcp.server = yes
		dhcp.vendor_class = MSFT
	`)
	if n := firstOf[*fact.Name](fs); n.Name != "pc1" || n.IP.String() != "10.0.0.5" || n.Evidence != "dhcp" {
		t.Errorf("%+v", n)
	}
	i := slices.IndexFunc(fs, func(f fact.Fact) bool { s, ok := f.(*fact.Statement); return ok && s.Setting == "dhcp.network" })
	if s := fs[i].(*fact.Statement); s.Kind != fact.EndpointSpeaker || s.Address.String() != "10.0.0.2" || s.Group != "10.0.0.0/24" || s.Count != 2 {
		t.Errorf("%+v", s)
	}
}

// A relay's packets speak for the server that option 54 names.
func TestDHCPRelay(t *testing.T) {
	p := udpPacket("10.9.0.1:67", "10.9.0.7:68", bootp(t, 2, "", "10.9.0.7", "10.9.0.1", "350102"+offered))
	for _, f := range facts(t, p) {
		if s, ok := f.(*fact.Statement); ok && (s.Address.String() != "10.0.0.2" || s.Setting == "dhcp.relay" && s.Value != "10.9.0.1") {
			t.Errorf("%+v", s)
		}
	}
	if got := said(t, p); len(got) != 10 {
		t.Errorf("%v", got)
	}
}

func TestDHCPRivalsAndRefusals(t *testing.T) {
	ps := []*wire.Packet{
		toClient(bootp(t, 2, "", "10.0.0.5", "", "350102 36040a000002")),
		toClient(bootp(t, 2, "", "", "", "350106 36040a000003")),
		toServer(bootp(t, 1, "", "", "", "350104 32040a000005")),
	}
	wantLines(t, said(t, ps...), `
		dhcp.decline = 10.0.0.5
		dhcp.naks = yes
		dhcp.rival = 10.0.0.2
		dhcp.server = yes
		dhcp.server = yes
	`)
}

// A client that asks a third time, and nobody answered, says so; one that was answered may ask again.
func TestDHCPUnanswered(t *testing.T) {
	first, offer := toServer(bootp(t, 1, "", "", "", "350101")), toClient(bootp(t, 2, "", "10.0.0.5", "", "350102 36040a000002"))
	at := func(s float64) *wire.Packet { p := *first; p.Time = int64(s * 1e9); return &p }
	wantLines(t, said(t, at(0), at(4), at(12), at(28)), "dhcp.unanswered = yes")
	wantLines(t, said(t, at(0), at(1), at(2)), "dhcp.unanswered = yes")
	if s := firstOf[*fact.Statement](facts(t, at(0), at(4), at(12))); s.Kind != fact.DeviceSpeaker || s.Speaker != "02:00:00:00:00:05" || s.MAC.String() != s.Speaker {
		t.Errorf("%+v", s)
	}
	if got := said(t, at(0), at(4)); len(got) != 0 {
		t.Errorf("after two: %v", got)
	}
	wantLines(t, said(t, at(0), offer, at(4), at(8), at(12)), "dhcp.server = yes")
}

// A request is one, at how many points and in how many VLANs it is seen, and what a relay makes of it is the same. The third is told of at every point that
// saw it.
func TestDHCPCopiesAreNoTries(t *testing.T) {
	sighting := func(s float64, point uint16, relay string) *wire.Packet {
		p := toServer(bootp(t, 1, "", "", relay, "350101"))
		p.Time, p.Point = int64(s*1e9), point
		return p
	}
	if got := said(t, sighting(0, 0, ""), sighting(0.001, 1, ""), sighting(0.9, 2, ""), sighting(2, 2, "10.9.0.1"), sighting(3, 2, "10.9.0.1")); len(got) != 0 {
		t.Errorf("one request: %v", got)
	}
	wantLines(t, said(t, sighting(0, 0, ""), sighting(0.001, 1, ""), sighting(4, 0, ""), sighting(4.001, 1, ""), sighting(12, 0, ""), sighting(12.001, 1, "")), `
		dhcp.unanswered = yes
		dhcp.unanswered = yes
	`)
}

// A client that sends no list of parameters is served like others.
func TestDHCPBoundWithoutList(t *testing.T) {
	got := said(t, toServer(bootp(t, 1, "", "", "", "350103")), toClient(bootp(t, 2, "", "10.0.0.5", "", "350105 36040a000002")))
	wantLines(t, got, `
		dhcp.bound = yes
		dhcp.server = yes
	`)
}

// A renewal names its client; an answer to INFORM gives no address.

func TestDHCPRenewalAndInform(t *testing.T) {
	wantLines(t, said(t, toServer(bootp(t, 1, "10.0.0.5", "", "", "350103 370101"))), "dhcp.bound = yes\ndhcp.fingerprint = 1")
	wantLines(t, said(t, toClient(bootp(t, 2, "10.0.0.5", "", "", "350105"+offered))), "dhcp.server = yes")
}

func TestDHCPDamaged(t *testing.T) {
	whole := bootp(t, 2, "", "10.0.0.5", "", "350102")
	for name, b := range map[string][]byte{"cut": whole[:200], "no cookie": append(whole[:236:236], 1, 2, 3, 4), "option cut": append(whole[:240:240], 1, 9, 9), "operation 3": append([]byte{3}, whole[1:]...)} {
		if _, err := decodeDHCP(b); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func TestDHCPv6(t *testing.T) {
	b := unhex(t, "02 000007 0002 000a 00030001020000000001 0007 0001 ff 0017 0010 20010db8000000000000000000000053")
	p := ip6Packet(17, "fe80::1", "fe80::5", append(make([]byte, 8), b...))
	p.Has |= wire.HasTransport
	p.SrcPort, p.DstPort, p.Payload = 547, 546, b
	wantLines(t, said(t, p), `
		dhcpv6.dns = 2001:db8::53
		dhcpv6.preference = 255
		dhcpv6.server = 00030001020000000001
	`)
	b[0] = 1 // a client's solicit
	if got := said(t, p); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func FuzzDHCP(f *testing.F) {
	f.Add(bootp(f, 2, "", "10.0.0.5", "", "350102"+offered))
	f.Add(bootp(f, 1, "10.0.0.5", "", "", discover))
	fuzz(f, toClient)
}

func FuzzDHCPv6(f *testing.F) {
	f.Add(unhex(f, "02000007 0002 000a 00030001020000000001 0017 0010 20010db8000000000000000000000053"))
	fuzz(f, func(b []byte) *wire.Packet { return udpPacket("10.0.0.1:547", "10.0.0.2:546", b) })
}

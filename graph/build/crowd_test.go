package build

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// A flood of addresses, each of which tries one service once, must not be remembered address by address.
func TestCrowdIsNotRemembered(t *testing.T) {
	b := New(Options{MaxUses: 400})
	for i := range uint32(20_000) {
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], 0x0a000000+i)
		b.Add(&fact.Conversation{
			Transport: fact.TCP, Client: netip.AddrPortFrom(netip.AddrFrom4(a), 1024), Server: netip.MustParseAddrPort("192.0.2.1:80"),
			Up: fact.Half{Packets: 1, Bytes: 60}, Outcome: fact.Unanswered,
		})
	}
	uses := 0
	for range b.all {
		uses++
	}
	if uses > 110 || len(b.scans) > 200 {
		t.Errorf("%d communications and the state of %d clients are kept of 20,000", uses, len(b.scans))
	}
	if n := b.folded(); n < 19_800 || n > 20_000 {
		t.Errorf("%d conversations are folded", n)
	}
}

// A flood of names must not be kept name by name, nor in the order in which they came.
func TestFloodOfNames(t *testing.T) {
	kept := func(reverse bool) map[nameKey]*nameUse {
		b := New(Options{})
		const n = maxNameUses + 50_000
		for i := range uint32(n) {
			if reverse {
				i = n - 1 - i
			}
			var a [4]byte
			binary.BigEndian.PutUint32(a[:], 0x0a000000+i)
			b.Add(&fact.Name{IP: netip.AddrFrom4(a), Name: "host", Evidence: "dns", Count: 1})
		}
		return b.names
	}
	forth := kept(false)
	if n := len(forth); n > maxNameUses || n < maxNameUses/2 {
		t.Errorf("%d names are kept", n)
	}
	back := kept(true)
	for k := range forth {
		if back[k] == nil {
			t.Fatalf("%v is kept in one order and not in the other", k)
		}
	}
	if len(back) != len(forth) {
		t.Errorf("%d names in one order, %d in the other", len(forth), len(back))
	}
}

func TestFloodOfStreams(t *testing.T) {
	b := New(Options{})
	for i := range uint32(maxStreams + 10_000) {
		b.Add(&fact.Stream{Src: netip.MustParseAddrPort("10.0.0.1:4000"), Dst: netip.MustParseAddrPort("10.0.0.2:4000"), SSRC: i, Packets: 10})
	}
	b.Add(&fact.Capture{SHA256: "aa"})
	if n := len(b.streams); n > maxStreams || n < maxStreams/4 {
		t.Errorf("%d streams are kept", n)
	}
	batch, _ := b.Batch()
	if len(batch.Artefacts) != 1 || batch.Artefacts[0].Kind != "overload" {
		t.Errorf("artefacts %+v", batch.Artefacts)
	}
}

// What devices and servers say may be any bytes; the graph holds text.
func TestTextIsUTF8(t *testing.T) {
	b := New(Options{})
	bad, want := "a\xffb", "a\uFFFDb"
	b.Add(&fact.Statement{Speaker: bad, Port: bad, Group: bad, Setting: "lldp.name", Value: bad, Count: 1})
	b.Add(&fact.Link{Protocol: "lldp", From: bad, FromName: bad, FromPort: bad, To: bad, Platform: bad, Version: bad, Count: 1})
	b.Add(&fact.Name{IP: netip.MustParseAddr("10.0.0.1"), Name: bad, Evidence: "dns", Count: 1})
	b.Add(&fact.Conversation{
		Transport: fact.TCP, Client: netip.MustParseAddrPort("10.0.0.1:1"), Server: netip.MustParseAddrPort("10.0.0.2:22"), Outcome: fact.Established,
		App: fact.App{Name: "ssh", Version: bad, ALPN: bad, Cert: "aa", CertName: bad},
	})
	batch, _ := b.Batch()
	s, l, n, u := batch.States[0], batch.ConnectedTo[0], batch.Named, batch.Uses[0]
	for i, got := range []string{s.Speaker, s.Port, s.Group, s.Value, l.FromPort, l.FromName, l.Platform, l.Version, u.Versions[0], u.ALPN[0], u.CertName} {
		if got != want {
			t.Errorf("text %d is %q", i, got)
		}
	}
	named := false
	for _, x := range n {
		named = named || x.Name == want
	}
	if !named {
		t.Errorf("no name %q in %+v", want, n)
	}
}

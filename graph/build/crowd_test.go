package build

import (
	"encoding/binary"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

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

// Communications that pause again and again through a long capture must not be kept pause by pause: 40 clients that talk every two hours for 33 days are
// 16,000 intervals at a gap of an hour, and 40 at a gap of two hours.
func TestIntervalsAreBounded(t *testing.T) {
	const hour = fact.Time(3600e9)
	var facts []fact.Fact
	for i := range 40 * 400 {
		facts = append(facts, &fact.Conversation{
			Transport: fact.TCP, Client: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(i % 40)}), 1024), Server: netip.MustParseAddrPort("192.0.2.1:80"),
			First: fact.Time(i/40)*2*hour + fact.Time(i), Last: fact.Time(i/40)*2*hour + fact.Time(i) + 1e9, Outcome: fact.Established,
			Up: fact.Half{Packets: 2, Bytes: 120}, Down: fact.Half{Packets: 1, Bytes: 60},
		})
	}
	facts = append(facts, &fact.Capture{SHA256: "aa"})
	built := func(most int) (*Builder, int) {
		b, peak := New(Options{MaxIntervals: most}), 0
		for i, f := range facts {
			if b.Add(f); i%100 == 0 {
				n := 0
				for u := range b.all {
					n += len(u.spans)
				}
				peak = max(peak, n)
			}
		}
		return b, peak
	}
	b, peak := built(1000)
	if peak > 1300 {
		t.Errorf("%d intervals at a time, want at most 1,000 and some more", peak)
	}
	batch, stats := b.Batch()
	if stats.Uses != 40 || stats.Gap != 2*time.Hour || len(batch.Uses) != 40 || batch.Uses[0].Conversations != 400 {
		t.Errorf("%d relationships with gaps of %s, %d conversations in the first", stats.Uses, stats.Gap, batch.Uses[0].Conversations)
	}
	if len(batch.Artefacts) != 1 || batch.Artefacts[0].Kind != "overload" {
		t.Errorf("artefacts %+v", batch.Artefacts)
	}
	slices.Reverse(facts)
	b, _ = built(1000)
	if back, _ := b.Batch(); !reflect.DeepEqual(back, batch) {
		t.Error("the other order gives another batch")
	}
	b, _ = built(0)
	if batch, stats = b.Batch(); stats.Uses != 16_000 || stats.Gap != time.Hour || len(batch.Artefacts) != 0 {
		t.Errorf("without need: %d relationships with gaps of %s, artefacts %v", stats.Uses, stats.Gap, batch.Artefacts)
	}
}

// Times of a damaged capture are as far apart as they can be: no gap joins them all, and none overflows.
func TestIntervalsOfHostileTimes(t *testing.T) {
	b := New(Options{MaxIntervals: 8})
	times := []fact.Time{math.MinInt64, -1, 0, 1 << 40, 5.5e18, 8e18, math.MaxInt64 - 1}
	for i := range 400 {
		for _, at := range times {
			b.Add(&fact.Conversation{
				Transport: fact.TCP, Client: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 1024), Server: netip.MustParseAddrPort("192.0.2.1:80"),
				First: at, Last: at, Outcome: fact.Established, Up: fact.Half{Packets: 1}, Down: fact.Half{Packets: 1},
			})
		}
	}
	b.Add(&fact.Capture{SHA256: "aa"})
	if _, stats := b.Batch(); stats.Uses < 400 || stats.Uses > 800 {
		t.Errorf("%d relationships of 400 communications", stats.Uses)
	}
}

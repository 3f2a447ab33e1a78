package sight

import (
	"math"
	"net/netip"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

func stations(s *Stations) map[string]*fact.Station {
	m := map[string]*fact.Station{}
	for f := range s.Facts {
		st := f.(*fact.Station)
		m[st.IP.String()+" "+st.MAC.String()+" "+st.Scope.String()] = st
	}
	return m
}

func TestStations(t *testing.T) {
	s := NewStations(Options{Point: func(uint16) string { return "core" }})
	for i := range 20 {
		p := tcp(1e18+int64(i)*1e9, uint32(i))
		p.Number = uint64(i + 1)
		p.TTL = uint8(60 + i%5)
		s.Feed(p)
	}
	late := tcp(1e18-5e9, 1)
	late.Number = 30
	s.Feed(late)
	group := tcp(1e18, 1)
	group.DstMAC[0] |= 1
	group.TTL, group.Number = 255, 31
	s.Feed(group)
	far := tcp(1e18, 1)
	far.SrcMAC, far.Scope = router, vlan(20)
	s.Feed(far)
	got := stations(s)
	if len(got) != 2 {
		t.Fatalf("%d stations, want 2", len(got))
	}
	a := got["10.0.0.1 02:00:00:00:00:0a vlan 10"]
	if a == nil || a.Packets != 22 || a.TTLMin != 60 || a.TTLMax != 64 || a.First != 1e18-5e9 || a.Last != 1e18+19e9 || a.Claims != 0 || a.Point != "core" {
		t.Errorf("station %+v", a)
	}
	if len(a.Evidence.Packets) != fact.MaxEvidence || a.Evidence.Packets[7] != 8 {
		t.Errorf("evidence %v", a.Evidence)
	}
}

// TTLs of frames to a group count only where there are no others, whatever comes first.
func TestStationTTLs(t *testing.T) {
	packet := func(group bool, ttl uint8) *wire.Packet {
		p := tcp(1e18, 1)
		p.TTL = ttl
		if group {
			p.DstMAC[0] |= 1
		}
		return p
	}
	for _, c := range []struct {
		name     string
		a, b     []*wire.Packet // of two tables, which are merged
		min, max uint8
	}{
		{"to a group alone", []*wire.Packet{packet(true, 1)}, []*wire.Packet{packet(true, 255)}, 1, 255},
		{"a group first", []*wire.Packet{packet(true, 255), packet(false, 64)}, nil, 64, 64},
		{"a group last", []*wire.Packet{packet(false, 64), packet(true, 255)}, nil, 64, 64},
		{"a group in the other table", []*wire.Packet{packet(false, 63), packet(false, 64)}, []*wire.Packet{packet(true, 255)}, 63, 64},
		{"a group in this table", []*wire.Packet{packet(true, 255)}, []*wire.Packet{packet(false, 64), packet(false, 63)}, 63, 64},
	} {
		s, o := NewStations(Options{}), NewStations(Options{})
		for _, p := range c.a {
			s.Feed(p)
		}
		for _, p := range c.b {
			o.Feed(p)
		}
		s.Merge(o)
		for _, st := range stations(s) {
			if st.TTLMin != c.min || st.TTLMax != c.max {
				t.Errorf("%s: TTL %d to %d, want %d to %d", c.name, st.TTLMin, st.TTLMax, c.min, c.max)
			}
		}
	}
}

func TestStationsWithoutMACs(t *testing.T) {
	s := NewStations(Options{})
	p := tcp(1, 1)
	bare(p)
	s.Feed(p)
	unspec := tcp(1, 1)
	unspec.Src = v4([]byte{0, 0, 0, 0})
	s.Feed(unspec)
	if n := len(stations(s)); n != 0 {
		t.Errorf("%d stations, want none", n)
	}
}

func TestARPClaims(t *testing.T) {
	mine := [4]byte{10, 0, 0, 1}
	cases := []struct {
		name           string
		op             byte
		spa, tpa       [4]byte
		dst            fact.MAC
		claim, unasked uint64
	}{
		{"request", 1, mine, [4]byte{10, 0, 0, 9}, all, 1, 0},
		{"reply", 2, mine, [4]byte{10, 0, 0, 9}, hostB, 1, 0},
		{"probe", 1, [4]byte{}, mine, all, 0, 0},
		{"announcement", 1, mine, mine, all, 1, 1},
		{"gratuitous reply", 2, mine, [4]byte{10, 0, 0, 9}, all, 1, 1},
		{"reverse ARP", 3, mine, mine, all, 0, 0},
	}
	for _, c := range cases {
		s := NewStations(Options{})
		p := arp(1e18)
		p.DstMAC = c.dst
		p.Network = arpBytes(c.op, hostA, c.spa, fact.MAC{}, c.tpa)
		s.Feed(p)
		p.Time += 7
		s.Feed(p)
		st := stations(s)["10.0.0.1 02:00:00:00:00:0a vlan 10"]
		switch {
		case c.claim == 0 && st != nil:
			t.Errorf("%s claims %+v", c.name, st)
		case c.claim > 0 && (st == nil || st.Claims != 2*c.claim || st.Announces != 2*c.unasked || st.FirstClaim != 1e18 || st.LastClaim != 1e18+7 || st.Packets != 2):
			t.Errorf("%s: %+v", c.name, st)
		}
	}
}

func TestARPHostile(t *testing.T) {
	whole := arpBytes(1, hostA, [4]byte{10, 0, 0, 1}, fact.MAC{}, [4]byte{10, 0, 0, 2})
	for n := range whole {
		p := arp(1)
		p.Network = whole[:n]
		if _, ok := arpClaim(p); ok {
			t.Errorf("%d bytes of ARP are a claim", n)
		}
	}
	p := arp(1)
	p.Network = arpBytes(1, all, [4]byte{10, 0, 0, 1}, fact.MAC{}, [4]byte{10, 0, 0, 2})
	if _, ok := arpClaim(p); ok {
		t.Error("a group address claims an address")
	}
}

// nd is a neighbour discovery message from fe80::1.
func nd(kind byte, fixed int, flags byte, target netip.Addr, opts ...byte) *wire.Packet {
	b := make([]byte, 40+fixed, 100)
	b[40], b[44] = kind, flags
	if target.IsValid() {
		a := target.As16()
		copy(b[48:], a[:])
	}
	b = append(b, opts...)
	src := netip.MustParseAddr("fe80::1").As16()
	return &wire.Packet{
		Time: 1e18, Number: 1, Has: wire.HasEthernet | wire.HasIP | wire.HasTransport, SrcMAC: hostA, DstMAC: hostB, EtherType: 0x86dd,
		Version: 6, Protocol: fact.ICMPv6, TTL: 255, Src: wire.Addr(src), Network: b,
	}
}

func TestNDClaims(t *testing.T) {
	source := append([]byte{1, 1}, hostB[:]...)
	target := append([]byte{2, 1}, hostB[:]...)
	who := netip.MustParseAddr("2001:db8::5")
	cases := []struct {
		name     string
		p        *wire.Packet
		ip       string
		mac      fact.MAC
		announce bool
	}{
		{"solicitation", nd(135, 24, 0, who, source...), "fe80::1", hostB, false},
		{"solicitation without its MAC", nd(135, 24, 0, who), "", fact.MAC{}, false},
		{"solicited advertisement", nd(136, 24, 0x60, who, target...), "2001:db8::5", hostB, false},
		{"unsolicited advertisement", nd(136, 24, 0x20, who, target...), "2001:db8::5", hostB, true},
		{"advertisement without its MAC", nd(136, 24, 0x40, who), "2001:db8::5", hostA, false},
		{"router advertisement", nd(134, 16, 0, netip.Addr{}, append([]byte{5, 1, 0, 0, 0, 0, 5, 220}, source...)...), "fe80::1", hostB, false},
		{"option of no length", nd(135, 24, 0, who, 1, 0, 1, 2, 3, 4, 5, 6), "", fact.MAC{}, false},
		{"echo", nd(128, 24, 0, who, source...), "", fact.MAC{}, false},
		{"cut", nd(136, 9, 0, netip.Addr{}), "", fact.MAC{}, false},
		{"cut router advertisement", nd(134, 9, 0, netip.Addr{}), "", fact.MAC{}, false},
	}
	for _, c := range cases {
		got, ok := ndClaim(c.p)
		if ok != (c.ip != "") {
			t.Errorf("%s: claim %v", c.name, ok)
			continue
		}
		if ok && (got.ip.Netip().String() != c.ip || got.mac != c.mac || got.announce != c.announce) {
			t.Errorf("%s: %v at %v, announced %v", c.name, got.ip.Netip(), got.mac, got.announce)
		}
	}
	taken := nd(135, 24, 0, who)
	taken.Src = wire.Addr{}
	if c, ok := ndClaim(taken); !ok || c.ip.Netip() != who || c.mac != hostA || !c.announce {
		t.Errorf("duplicate address detection: %v, %+v", ok, c)
	}
	forwarded := nd(136, 24, 0x20, who, target...)
	forwarded.TTL = 254
	if _, ok := ndClaim(forwarded); ok {
		t.Error("a forwarded advertisement is a claim")
	}
	s := NewStations(Options{})
	s.Feed(nd(136, 24, 0x20, who, target...))
	if len(stations(s)) != 2 {
		t.Errorf("stations %v, want the sender and what it claims", stations(s))
	}
}

// A flood of addresses through a router leaves room for the hosts that claim theirs, and is counted.
func TestStationsAreBounded(t *testing.T) {
	s := NewStations(Options{Stations: 100})
	for i := range 1000 {
		p := tcp(1e18, 1)
		p.Src = v4([]byte{20, 0, byte(i >> 8), byte(i)})
		s.Feed(p)
	}
	if len(s.m) != 100 || s.Overflow() != 900 {
		t.Errorf("%d stations, %d packets without room", len(s.m), s.Overflow())
	}
	s.Feed(arp(1e18))
	if stations(s)["10.0.0.1 02:00:00:00:00:0a vlan 10"] == nil {
		t.Error("a claim finds no room")
	}
}

func TestStationsMerge(t *testing.T) {
	one, a, b := NewStations(Options{}), NewStations(Options{}), NewStations(Options{})
	for i := range 40 {
		p := tcp(1e18+int64(i)*1e9, uint32(i))
		p.Number, p.TTL = uint64(i+1), uint8(50+i)
		if i%4 == 3 {
			p = arp(1e18 + int64(i)*1e9)
			p.Number = uint64(i + 1)
		}
		one.Feed(p)
		if i%2 == 0 {
			a.Feed(p)
		} else {
			b.Feed(p)
		}
	}
	extra := tcp(1e18, 1)
	extra.Src = v4([]byte{10, 0, 0, 77})
	one.Feed(extra)
	b.Feed(extra)
	a.Merge(b)
	want, got := stations(one), stations(a)
	if len(got) != 2 || len(want) != 2 {
		t.Fatalf("%d and %d stations, want 2", len(want), len(got))
	}
	for k, w := range want {
		g := got[k]
		if g.Packets != w.Packets || g.Claims != w.Claims || g.TTLMin != w.TTLMin || g.TTLMax != w.TTLMax || g.First != w.First || g.Last != w.Last ||
			g.FirstClaim != w.FirstClaim || g.LastClaim != w.LastClaim {
			t.Errorf("merged %+v\nwant   %+v", g, w)
		}
		for i := range w.Evidence.Packets {
			if g.Evidence.Packets[i] != w.Evidence.Packets[i] {
				t.Errorf("evidence %v, want %v", g.Evidence, w.Evidence)
				break
			}
		}
	}
}

func TestStationHash(t *testing.T) {
	if StationHash(tcp(1, 1)) != StationHash(arp(1)) {
		t.Error("a host's packets and its ARP go to different tables")
	}
	if StationHash(&wire.Packet{}) != 0 {
		t.Error("a packet of nobody")
	}
}

// stamped returns a SYN of a host whose timestamp clock has rate ticks per second and begins at base.
func stamped(seconds float64, base uint32, rate float64) *wire.Packet {
	p := tcp(1e18+int64(seconds*1e9), 1)
	v := base + uint32(seconds*rate)
	p.Flags = wire.SYN
	p.Options = []byte{2, 4, 5, 0xb4, 1, 8, 10, byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v), 0, 0, 0, 0}
	return p
}

func TestTimestampClocks(t *testing.T) {
	cases := []struct {
		name  string
		feed  func(s *Stations, i int)
		rates []float64
	}{
		{"one host", func(s *Stations, i int) { s.Feed(stamped(float64(i), 1000, 1000)) }, []float64{1000}},
		{"one host, 250 Hz, its counter overflows", func(s *Stations, i int) { s.Feed(stamped(float64(i), ^uint32(2000), 250)) }, []float64{250}},
		{"two hosts", func(s *Stations, i int) {
			s.Feed(stamped(float64(i), 1000, 1000))
			s.Feed(stamped(float64(i)+0.3, 3_000_000_000, 100))
		}, []float64{1000, 100}},
		{"every connection begins elsewhere", func(s *Stations, i int) { s.Feed(stamped(float64(i), uint32(i)*2_654_435_761, 1000)) }, nil},
	}
	for _, c := range cases {
		s := NewStations(Options{})
		for i := range 30 {
			c.feed(s, i)
		}
		for _, st := range stations(s) {
			if len(st.Clocks) != len(c.rates) {
				t.Errorf("%s: clocks %+v, want %v", c.name, st.Clocks, c.rates)
				continue
			}
			for i, r := range c.rates {
				if math.Abs(st.Clocks[i].Rate-r) > r/100 || st.Clocks[i].Count != 30 {
					t.Errorf("%s: clock %+v, want %v ticks/s by 30 samples", c.name, st.Clocks[i], r)
				}
			}
		}
	}
}

func TestTimestampOption(t *testing.T) {
	for _, b := range [][]byte{nil, {8}, {8, 10, 1}, {8, 9, 0, 0, 0, 0, 0, 0, 0}, {0, 8, 10}, {3, 0, 8, 10}, {1, 1, 1}} {
		if v, ok := timestamp(b); ok {
			t.Errorf("timestamp(%v) = %d", b, v)
		}
	}
}

func TestFeedAllocatesNothing(t *testing.T) {
	s := NewStations(Options{})
	p := tcp(1e18, 1)
	s.Feed(p)
	if n := testing.AllocsPerRun(1000, func() { s.Feed(p) }); n != 0 {
		t.Errorf("Feed allocates %v times a packet", n)
	}
}

func BenchmarkMark(b *testing.B) {
	w := NewWindow(Options{})
	p := tcp(1e18, 1)
	b.ReportAllocs()
	for b.Loop() {
		p.Time += us
		p.IPID = p.IPID%60000 + 1
		w.Mark(p)
	}
}

func BenchmarkFeed(b *testing.B) {
	s := NewStations(Options{})
	p := tcp(1e18, 1)
	b.ReportAllocs()
	for b.Loop() {
		p.Src[15]++
		s.Feed(p)
	}
}

package control

import (
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// unhex reads hexadecimal text; what follows # on a line is a comment.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(s) {
		line, _, _ = strings.Cut(line, "#")
		b.WriteString(strings.Join(strings.Fields(line), ""))
	}
	v, err := hex.DecodeString(b.String())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var sender = fact.MAC{0x02, 0, 0, 0, 0, 1}

// etherPacket is what wire makes of an Ethernet II frame.
func etherPacket(etherType uint16, payload []byte) *wire.Packet {
	return &wire.Packet{Number: 1, Has: wire.HasEthernet, SrcMAC: sender, EtherType: etherType, Network: payload}
}

// llcPacket is what wire makes of an 802.3 frame; snap says that number is a SNAP type.
func llcPacket(number uint16, snap bool, payload []byte) *wire.Packet {
	p := etherPacket(number, payload)
	p.Has |= wire.HasLLC
	if snap {
		p.Has |= wire.HasSNAP
	}
	return p
}

// ip4Packet is what wire makes of an IPv4 packet with this payload.
func ip4Packet(proto uint8, src, dst string, payload []byte) *wire.Packet {
	n := 20 + len(payload)
	h := []byte{0x45, 0, byte(n >> 8), byte(n), 0, 0, 0, 0, 1, proto, 0, 0}
	s, t := netip.MustParseAddr(src), netip.MustParseAddr(dst)
	h = append(append(h, s.AsSlice()...), t.AsSlice()...)
	return &wire.Packet{
		Number: 1, Has: wire.HasEthernet | wire.HasIP, SrcMAC: sender, EtherType: 0x0800, Version: 4, TTL: 1, Protocol: fact.Transport(proto),
		Src: s.As16(), Dst: t.As16(), Network: append(h, payload...), Payload: payload,
	}
}

// ip6Packet is what wire makes of an IPv6 packet with this payload.
func ip6Packet(proto uint8, src, dst string, payload []byte) *wire.Packet {
	s, t := netip.MustParseAddr(src), netip.MustParseAddr(dst)
	h := []byte{0x60, 0, 0, 0, byte(len(payload) >> 8), byte(len(payload)), proto, 255}
	h = append(append(h, s.AsSlice()...), t.AsSlice()...)
	return &wire.Packet{
		Number: 1, Has: wire.HasEthernet | wire.HasIP, SrcMAC: sender, EtherType: 0x86dd, Version: 6, TTL: 255, Protocol: fact.Transport(proto),
		Src: s.As16(), Dst: t.As16(), Network: append(h, payload...), Payload: payload,
	}
}

// udpPacket is what wire makes of a UDP datagram over IPv4.
func udpPacket(src, dst string, payload []byte) *wire.Packet {
	s, t := netip.MustParseAddrPort(src), netip.MustParseAddrPort(dst)
	p := ip4Packet(17, s.Addr().String(), t.Addr().String(), slices.Concat(make([]byte, 8), payload))
	p.Has |= wire.HasTransport
	p.SrcPort, p.DstPort, p.Payload = s.Port(), t.Port(), payload
	return p
}

// said feeds packets and returns what each setting was said to be: "setting = value", in order.
func said(t testing.TB, ps ...*wire.Packet) []string {
	t.Helper()
	var out []string
	for _, f := range facts(t, ps...) {
		if s, ok := f.(*fact.Statement); ok {
			out = append(out, s.Setting+" = "+s.Value)
		}
	}
	return out
}

// facts feeds packets and returns all facts; every setting must be declared.
func facts(t testing.TB, ps ...*wire.Packet) []fact.Fact {
	t.Helper()
	d := New(Options{Point: func(uint16) string { return "tap" }})
	for _, p := range ps {
		if !Wants(p) {
			t.Errorf("packet %d is not wanted", p.Number)
		}
		d.Feed(p)
	}
	var out []fact.Fact
	for f := range d.Facts {
		out = append(out, f)
		if s, ok := f.(*fact.Statement); ok && !declared[s.Setting] {
			t.Errorf("setting %s is not in Settings", s.Setting)
		}
	}
	if n := d.Malformed(); len(n) > 0 {
		t.Errorf("malformed: %v", n)
	}
	return out
}

var declared = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range Settings() {
		m[s.Name] = true
	}
	return m
}()

func wantLines(t *testing.T, got []string, want string) {
	t.Helper()
	var w []string
	for line := range strings.Lines(want) {
		if line = strings.TrimSpace(line); line != "" {
			w = append(w, line)
		}
	}
	if !slices.Equal(got, w) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(w, "\n"))
	}
}

func firstOf[T fact.Fact](fs []fact.Fact) (v T) {
	for _, f := range fs {
		if x, ok := f.(T); ok {
			return x
		}
	}
	return v
}

// fuzz feeds packets made of arbitrary bytes by the door that production uses, and follows the facts to their end.
func fuzz(f *testing.F, packet func([]byte) *wire.Packet) {
	f.Fuzz(func(t *testing.T, b []byte) {
		d := New(Options{MaxFacts: 100})
		d.Feed(packet(b))
		d.Feed(packet(b[len(b)/2:]))
		for x := range d.Facts {
			s, ok := x.(*fact.Statement)
			if ok && (!declared[s.Setting] || s.Value == "" || len(s.Value) > 8192) {
				t.Errorf("%s = %q", s.Setting, s.Value)
			}
		}
	})
}

func TestSettingsAreDocumented(t *testing.T) {
	last := ""
	for _, s := range Settings() {
		if s.Name <= last {
			t.Errorf("%s after %s: twice, or out of order", s.Name, last)
		}
		last = s.Name
		if s.Doc == "" || s.Source == "" || !strings.Contains(s.Name, ".") {
			t.Errorf("%+v is incomplete", s)
		}
	}
}

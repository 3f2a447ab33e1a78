package sight

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

const us = int64(1000)

var (
	hostA  = fact.MAC{2, 0, 0, 0, 0, 0xa}
	hostB  = fact.MAC{2, 0, 0, 0, 0, 0xb}
	router = fact.MAC{2, 0, 0, 0, 0, 1}
	other  = fact.MAC{2, 0, 0, 0, 0, 2}
	all    = fact.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
)

// tcp is a segment of 10.0.0.1:4000 to 10.0.1.2:80 in VLAN 10 as its sender's segment shows it.
func tcp(at int64, id uint32) *wire.Packet {
	return &wire.Packet{
		Time: at, Length: 154, Has: wire.HasEthernet | wire.HasIP | wire.HasTransport, Scope: vlan(10), SrcMAC: hostA, DstMAC: router,
		EtherType: 0x0800, Version: 4, Protocol: fact.TCP, TTL: 64, DSCP: 46, ECN: 1, DF: true, IPID: id, IPLength: 140,
		Src: v4([]byte{10, 0, 0, 1}), Dst: v4([]byte{10, 0, 1, 2}), SrcPort: 4000, DstPort: 80, Seq: 1000, Ack: 1, Flags: wire.ACK,
		Window: 500, PayloadLen: 100,
	}
}

func vlan(id uint16) fact.Scope { return fact.Scope{VLAN: fact.VLANs{N: 1, ID: [3]uint16{id}}} }

// arp is a request for 10.0.0.9 in VLAN 10.
func arp(at int64) *wire.Packet {
	return &wire.Packet{
		Time: at, Length: 60, Has: wire.HasEthernet, Scope: vlan(10), SrcMAC: hostA, DstMAC: all, EtherType: 0x0806,
		Network: arpBytes(1, hostA, [4]byte{10, 0, 0, 1}, fact.MAC{}, [4]byte{10, 0, 0, 9}),
	}
}

func arpBytes(op byte, sha fact.MAC, spa [4]byte, tha fact.MAC, tpa [4]byte) []byte {
	b := []byte{0, 1, 8, 0, 6, 4, 0, op}
	b = append(append(b, sha[:]...), spa[:]...)
	return append(append(b, tha[:]...), tpa[:]...)
}

type sighting struct {
	at    int64 // nanoseconds
	edit  func(p *wire.Packet)
	want  string // "", routed, bridged, mirrored
	weak  bool   // no IP identification
	arp   bool
	ident uint32 // default 77
}

func TestMark(t *testing.T) {
	routed := func(p *wire.Packet) { p.TTL, p.SrcMAC, p.DstMAC, p.Scope = 63, router, hostB, vlan(20) }
	twice := func(p *wire.Packet) { p.TTL, p.SrcMAC, p.DstMAC, p.Scope = 62, other, hostB, vlan(30) }
	bridged := func(p *wire.Packet) { p.Scope = vlan(20) }
	untagged := func(p *wire.Packet) { p.Scope = fact.Scope{} }
	point := func(p *wire.Packet) { p.Point = 1 }
	cases := []struct {
		name string
		seen []sighting
	}{
		{"routed between VLANs", []sighting{{at: 0}, {at: 20 * us, edit: routed, want: "routed"}}},
		{"routed twice", []sighting{{at: 0}, {at: 20 * us, edit: routed, want: "routed"}, {at: 40 * us, edit: twice, want: "routed"}}},
		{"the mirror shows the copy first", []sighting{{at: 0, edit: routed}, {at: 20 * us, want: "routed"}}},
		{"routed and remarked, ECN cleared, MSS clamped", []sighting{{at: 0}, {at: 20 * us, edit: func(p *wire.Packet) {
			routed(p)
			p.DSCP, p.ECN, p.Options = 0, 0, []byte{2, 4, 5, 0xb4}
		}, want: "routed"}}},
		{"a lower TTL from the same MAC is no hop", []sighting{{at: 0}, {at: 20 * us, edit: func(p *wire.Packet) { p.TTL = 63 }}}},
		{"TTL rises long after: traceroute", []sighting{{at: 0, edit: routed}, {at: 100 * millisecond}}},
		{"bridged into another VLAN", []sighting{{at: 0}, {at: 20 * us, edit: bridged, want: "bridged"}}},
		{"access port and trunk", []sighting{{at: 0, edit: untagged}, {at: 5 * us, want: "mirrored"}}},
		{"customer and provider side", []sighting{{at: 0}, {at: 5 * us, edit: func(p *wire.Packet) {
			p.Scope.VLAN = fact.VLANs{N: 2, ID: [3]uint16{100, 10}}
		}, want: "mirrored"}}},
		{"two capture points", []sighting{{at: 0}, {at: 400 * us, edit: point, want: "mirrored"}}},
		{"ERSPAN shows what the port shows", []sighting{{at: 0}, {at: 400 * us, edit: func(p *wire.Packet) {
			p.Scope.Tunnel = fact.ERSPAN
		}, want: "mirrored"}}},
		{"a VXLAN carries the segment", []sighting{{at: 0}, {at: 400 * us, edit: func(p *wire.Packet) {
			p.Scope = fact.Scope{Tunnel: fact.VXLAN, VNI: 5000}
		}, want: "mirrored"}}},
		{"two VXLAN segments are bridged", []sighting{{at: 0, edit: vni(5000)}, {at: 400 * us, edit: vni(6000), want: "bridged"}}},
		{"another capture point, too late", []sighting{{at: 0}, {at: 501 * millisecond, edit: point}}},
		{"retransmission with a new identification", []sighting{{at: 0}, {at: 300 * us, ident: 78}}},
		{"retransmission without identification", []sighting{{at: 0, weak: true}, {at: 300 * us, weak: true}}},
		{"keep-alives", []sighting{{at: 0, weak: true}, {at: 100 * millisecond, weak: true}, {at: 200 * millisecond, weak: true}}},
		{"duplicate ACKs of IPv6 back to back", []sighting{{at: 0, weak: true}, {at: 3 * us, weak: true}, {at: 6 * us, weak: true}}},
		{"retransmission that both points see", []sighting{
			{at: 0, weak: true}, {at: 400 * us, weak: true, edit: point, want: "mirrored"},
			{at: 20 * millisecond, weak: true}, {at: 20*millisecond + 400*us, weak: true, edit: point, want: "mirrored"},
		}},
		{"retransmission around a router", []sighting{
			{at: 0, weak: true}, {at: 400 * us, weak: true, edit: routed, want: "routed"},
			{at: 20 * millisecond, weak: true}, {at: 20*millisecond + 400*us, weak: true, edit: routed, want: "routed"},
		}},
		{"ARP repeated by its sender", []sighting{{at: 0, arp: true}, {at: 300 * us, arp: true}, {at: 900 * millisecond, arp: true}}},
		{"ARP leaks into another VLAN", []sighting{{at: 0, arp: true}, {at: 300 * us, arp: true, edit: bridged, want: "bridged"}}},
		{"a load balancer rewrites the MACs", []sighting{{at: 0}, {at: 30 * us, edit: func(p *wire.Packet) { p.SrcMAC = router }, want: "routed"}}},
		{"a router that leaves the TTL as it was", []sighting{{at: 0}, {at: 30 * us, edit: func(p *wire.Packet) { routed(p); p.TTL = 64 }, want: "routed"}}},
		{"the same talk of another tenant's hosts, later", []sighting{{at: 0}, {at: 40 * millisecond, edit: func(p *wire.Packet) { routed(p); p.TTL = 64 }}}},
		{"links without MACs", []sighting{
			{at: 0, edit: bare}, {at: 20 * us, edit: func(p *wire.Packet) { bare(p); p.TTL-- }, want: "routed"},
		}},
		{"another segment of the connection", []sighting{{at: 0}, {at: 20 * us, edit: func(p *wire.Packet) { routed(p); p.Seq += 100 }}}},
		{"another length", []sighting{{at: 0}, {at: 20 * us, edit: func(p *wire.Packet) { routed(p); p.IPLength++ }}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := NewWindow(Options{})
			for i, s := range c.seen {
				p := tcp(1e18+s.at, 77)
				if s.ident != 0 {
					p.IPID = s.ident
				}
				if s.weak {
					p.IPID = 0
				}
				if s.arp {
					p = arp(1e18 + s.at)
				}
				p.Number = uint64(i + 1)
				if s.edit != nil {
					s.edit(p)
				}
				kind, dup := w.Mark(p)
				got := ""
				if dup {
					got = kind.String()
				}
				if dup && w.Distant() != (p.Point != 0) { // originals are at point 0
					t.Errorf("sighting %d at point %d is distant: %v", i+1, p.Point, w.Distant())
				}
				if got != s.want {
					t.Errorf("sighting %d is %q, want %q", i+1, got, s.want)
				}
			}
		})
	}
}

func vni(n uint32) func(p *wire.Packet) {
	return func(p *wire.Packet) { p.Scope = fact.Scope{Tunnel: fact.VXLAN, VNI: n} }
}

func bare(p *wire.Packet) {
	p.Has &^= wire.HasEthernet
	p.SrcMAC, p.DstMAC, p.Scope = fact.MAC{}, fact.MAC{}, fact.Scope{}
}

// A point that hands over every packet twice: what has an identification is recognised at once when the sender counts, the rest once the
// doubling is systematic; duplicate ACKs stay two packets.
func TestMarkSystematicDoubling(t *testing.T) {
	w := NewWindow(Options{})
	at := int64(1e18)
	var dups int
	for i := range 50 {
		for range 2 {
			p := tcp(at, uint32(100+i))
			p.Seq += uint32(i)
			if _, dup := w.Mark(p); dup {
				dups++
			}
			at += 4 * us
		}
		at += millisecond
	}
	if dups != 49 { // the first packet's sender is not known to count yet
		t.Errorf("%d of 50 doubled packets were recognised, want 49", dups)
	}
	originals := 0
	for range 4 { // two equal ACKs of IPv6, each captured twice
		p := tcp(at, 0)
		p.Seq, p.PayloadLen = 5, 0
		if _, dup := w.Mark(p); !dup {
			originals++
		}
		at += 4 * us
	}
	if originals != 2 {
		t.Errorf("two equal ACKs captured twice each count as %d", originals)
	}
}

// A packet generator sends one packet, identification and all, again and again: nothing of that is a copy.
func TestMarkGenerator(t *testing.T) {
	w := NewWindow(Options{})
	for i := range 1000 {
		if _, dup := w.Mark(tcp(1e18+int64(i)*2*us, 1)); dup {
			t.Fatalf("packet %d of a generator is called a copy", i+1)
		}
	}
}

func TestMarkLoop(t *testing.T) {
	w := NewWindow(Options{})
	dups := 0
	for i := range 1000 {
		if _, dup := w.Mark(arp(1e18 + int64(i)*millisecond)); dup {
			dups++
		}
	}
	if dups != 992 {
		t.Errorf("%d of 1000 appearances of a looping broadcast are copies, want 992", dups)
	}
	var c *fact.Copy
	for f := range w.Facts {
		c = f.(*fact.Copy)
	}
	if c == nil || c.Kind != fact.Mirrored || c.Packets != 992 || c.Broadcasts != 992 || c.Sightings != 1000 || !c.Looping() {
		t.Errorf("the loop is summed up as %+v", c)
	}
}

// Copies of a slow repeater: eight times a second, not a loop.
func TestMarkChattySender(t *testing.T) {
	w := NewWindow(Options{})
	for i := range 100 {
		if _, dup := w.Mark(arp(1e18 + int64(i)*125*millisecond)); dup {
			t.Fatalf("broadcast %d of a chatty sender is called a copy", i+1)
		}
	}
}

func TestPrime(t *testing.T) {
	head := NewWindow(Options{})
	for i := range 20 {
		for range 2 {
			p := tcp(1e18+int64(i)*millisecond, uint32(100+i))
			p.Seq += uint32(i)
			head.Mark(p)
		}
	}
	w := NewWindow(Options{})
	w.Prime(head)
	w.Mark(tcp(2e18, 0))
	if _, dup := w.Mark(tcp(2e18+4*us, 0)); !dup {
		t.Error("a primed window does not know that its point doubles packets")
	}
}

func TestCopyFacts(t *testing.T) {
	name := func(i uint16) string { return []string{"core", "edge"}[i] }
	w := NewWindow(Options{Point: name})
	for i := range 3 {
		p := tcp(1e18+int64(i)*millisecond, uint32(10+i))
		p.Number = uint64(2*i + 1)
		w.Mark(p)
		q := *p
		q.Time += int64(i+1) * 10 * us
		q.Number++
		q.TTL, q.SrcMAC, q.DstMAC, q.Scope, q.DSCP, q.ECN, q.Point = 63, router, hostB, vlan(20), 0, 0, 1
		if kind, dup := w.Mark(&q); !dup || kind != fact.Routed || !w.Elsewhere() || !w.Distant() {
			t.Fatalf("copy %d: %v, %v", i, kind, dup)
		}
	}
	var got []*fact.Copy
	for f := range w.Facts {
		got = append(got, f.(*fact.Copy))
	}
	if len(got) != 1 {
		t.Fatalf("%d facts, want 1", len(got))
	}
	c := got[0]
	if c.FromPoint != "core" || c.ToPoint != "edge" || c.From != vlan(10) || c.To != vlan(20) || c.FromMAC != hostA || c.ToMAC != router ||
		c.Hops != 1 || c.FromDSCP != 46 || c.ToDSCP != 0 || c.Packets != 3 || c.ECTCleared != 3 || c.Broadcasts != 0 ||
		c.DelaySum != 60*us || c.DelayMin != 10*us || c.DelayMax != 30*us || c.Witness != "10.0.0.1 -> 10.0.1.2" ||
		c.First != 1e18 || c.Last != fact.Time(1e18+2*millisecond+30*us) {
		t.Errorf("copies are summed up as %+v", c)
	}
	if len(c.Evidence) != 1 || len(c.Evidence[0].Packets) != 6 || c.Evidence[0].Packets[5] != 6 {
		t.Errorf("evidence %+v", c.Evidence)
	}
}

// Thousands of hosts behind a router: the sums stay bounded and lose the MACs, not the packets.
func TestCopiesAreBounded(t *testing.T) {
	w := NewWindow(Options{Copies: 16})
	for i := range 1000 {
		p := tcp(1e18+int64(i)*millisecond, uint32(10+i))
		p.SrcMAC = fact.MAC{2, 1, 0, 0, byte(i >> 8), byte(i)}
		w.Mark(p)
		q := *p
		q.TTL, q.SrcMAC, q.DstMAC, q.Scope = 63, router, hostB, vlan(uint16(i%200+20))
		w.Mark(&q)
	}
	n, packets := 0, uint64(0)
	for f := range w.Facts {
		n++
		packets += f.(*fact.Copy).Packets
	}
	if packets != 1000 || n > 33 {
		t.Errorf("%d packets in %d facts, want 1000 in at most 33", packets, n)
	}
	if w.Crowding().Folded == 0 || w.Crowding().Marked != 2000 {
		t.Errorf("crowding %+v", w.Crowding())
	}
}

func TestWindowIsBounded(t *testing.T) {
	w := NewWindow(Options{Packets: 100})
	if len(w.ring) != 128 {
		t.Fatalf("ring of %d", len(w.ring))
	}
	first := tcp(1e18, 5)
	w.Mark(first)
	for i := range 200 {
		p := tcp(1e18+int64(i), uint32(1000+i))
		w.Mark(p)
	}
	late := *first
	late.TTL, late.SrcMAC, late.Scope = 63, router, vlan(20)
	if _, dup := w.Mark(&late); dup {
		t.Error("a packet that left the window is still known")
	}
	if w.Crowding().Overwritten == 0 {
		t.Error("what the cap cost was not counted")
	}
	w.next = ^uint32(0)
	w.Mark(tcp(2e18, 5)) // the last sequence number
	w.Mark(tcp(2e18+us, 6))
	q := tcp(2e18+2*us, 6)
	q.TTL, q.SrcMAC, q.Scope = 63, router, vlan(20)
	if _, dup := w.Mark(q); !dup {
		t.Error("the window does not work after its sequence numbers began anew")
	}
}

func TestMarkAllocatesNothing(t *testing.T) {
	w := NewWindow(Options{})
	p := tcp(1e18, 1)
	n := testing.AllocsPerRun(1000, func() {
		p.Time += us
		p.IPID++
		w.Mark(p)
	})
	if n != 0 {
		t.Errorf("Mark allocates %v times a packet", n)
	}
}

func TestFingerprint(t *testing.T) {
	same := func(edit func(p *wire.Packet)) bool {
		p, q := tcp(1, 7), tcp(1, 7)
		p.Payload, q.Payload = []byte("0123456789"), []byte("0123456789")
		edit(q)
		a, _ := Fingerprint(p)
		b, _ := Fingerprint(q)
		return a == b
	}
	for name, edit := range map[string]func(p *wire.Packet){
		"TTL": func(p *wire.Packet) { p.TTL-- }, "DSCP": func(p *wire.Packet) { p.DSCP = 0 }, "VLAN": func(p *wire.Packet) { p.Scope = vlan(9) },
		"MAC": func(p *wire.Packet) { p.SrcMAC = hostB }, "window": func(p *wire.Packet) { p.Window++ },
	} {
		if !same(edit) {
			t.Errorf("%s is part of the fingerprint", name)
		}
	}
	for name, edit := range map[string]func(p *wire.Packet){
		"identification": func(p *wire.Packet) { p.IPID++ }, "port": func(p *wire.Packet) { p.DstPort++ }, "ack": func(p *wire.Packet) { p.Ack++ },
		"flags": func(p *wire.Packet) { p.Flags |= wire.FIN }, "fragment": func(p *wire.Packet) { p.FragOff = 8 },
		"source": func(p *wire.Packet) { p.Src[15]++ }, "protocol": func(p *wire.Packet) { p.Protocol = fact.UDP },
	} {
		if same(edit) {
			t.Errorf("%s is not part of the fingerprint", name)
		}
	}
	shorter := func(flags uint8) bool { // by an option that a hop took out
		p := tcp(1, 7)
		p.Flags, p.IPLength = flags, 60
		q := *p
		q.IPLength = 56
		a, _ := Fingerprint(p)
		b, _ := Fingerprint(&q)
		return a == b
	}
	if !shorter(wire.SYN) || !shorter(wire.SYN|wire.ACK) || shorter(wire.ACK) {
		t.Error("the length of a handshake's options is part of the fingerprint, or that of other segments is not")
	}
	udp := func(payload string) uint64 {
		p := tcp(1, 0)
		p.Protocol, p.Payload, p.Version = fact.UDP, []byte(payload), 6
		h, strong := Fingerprint(p)
		if strong {
			t.Error("IPv6 is strong")
		}
		return h
	}
	if udp("hello, world 1") == udp("hello, world 2") {
		t.Error("UDP payload is not part of the fingerprint")
	}
	icmp := func(seq byte) uint64 {
		p := tcp(1, 3)
		p.Protocol = fact.ICMP
		p.Network = append(make([]byte, 20), 8, 0, 0, 0, 0, 1, 0, seq)
		p.Network[0] = 0x45
		h, _ := Fingerprint(p)
		return h
	}
	if icmp(1) == icmp(2) {
		t.Error("ICMP sequence number is not part of the fingerprint")
	}
	cut := tcp(1, 3)
	cut.Protocol, cut.Network = fact.ICMP, []byte{0x4f}
	Fingerprint(cut) // reads nothing that is not there
}

// Ahead changes nothing but how long Mark waits: with it, without it, and with it for other packets than those that come.
func TestAhead(t *testing.T) {
	var l []wire.Packet
	for i := range 200 {
		p := tcp(1e18+int64(i)*10*us, uint32(i/2+1))
		p.Seq = uint32(i / 2)
		if i%2 == 1 {
			p.TTL, p.SrcMAC, p.DstMAC, p.Scope = 63, router, hostB, vlan(20)
		}
		l = append(l, *p)
	}
	run := func(ahead func(w *Window, i int)) (dups int) {
		w := NewWindow(Options{})
		for i := range l {
			ahead(w, i)
			if _, dup := w.Mark(&l[i]); dup {
				dups++
			}
		}
		return dups
	}
	for name, ahead := range map[string]func(w *Window, i int){
		"never": func(*Window, int) {},
		"each group": func(w *Window, i int) {
			if i%Group == 0 {
				w.Ahead(l[i:])
			}
		},
		"always": func(w *Window, i int) { w.Ahead(l[i:]) },
		"others": func(w *Window, i int) { w.Ahead(l[:5]) },
	} {
		if got := run(ahead); got != 100 {
			t.Errorf("ahead %s: %d copies, want 100", name, got)
		}
	}
	s := NewStations(Options{})
	p := tcp(1e18, 1)
	s.Ahead([]*wire.Packet{p})
	s.Feed(p)
	s.Ahead([]*wire.Packet{p, p})
	if len(s.m) != 1 {
		t.Errorf("%d stations, want 1", len(s.m))
	}
}

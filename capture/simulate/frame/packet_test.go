package frame

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"net"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// slowSum is RFC 1071 as its text says it.
func slowSum(b []byte) uint16 {
	var s uint32
	for i := range b {
		if i%2 == 0 {
			s += uint32(b[i]) << 8
		} else {
			s += uint32(b[i])
		}
		s = s>>16 + s&0xffff
	}
	return ^uint16(s>>16 + s&0xffff)
}

func TestChecksum(t *testing.T) {
	// the example of RFC 1071, section 3: the sum is ddf2
	if got := Checksum([]byte{0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7}); got != 0x220d {
		t.Errorf("checksum %04x, want 220d", got)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for n := range 200 {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32()) | byte(0xff*(n%2)) // all ones as well
		}
		if got, want := Checksum(b), slowSum(b); got != want && got^want != 0xffff {
			t.Errorf("%d bytes: %04x, want %04x", n, got, want)
		}
		if k := n / 2 &^ 1; Fold(Sum(Sum(0, b[:k]), b[k:])) != Checksum(b) {
			t.Errorf("%d bytes in two parts: another sum", n)
		}
	}
}

var (
	macA = MAC{2, 0, 0, 0, 0, 1}
	macB = MAC{2, 0, 0, 0, 0, 2}
)

// serialize lets gopacket build the same frame.
func serialize(t *testing.T, l ...gopacket.SerializableLayer) []byte {
	t.Helper()
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, l...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Frames equal those that gopacket builds from the same fields, checksums included.
func TestAppendAgainstGopacket(t *testing.T) {
	payload := []byte("payload of odd length")
	v4a, v4b := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.1.2")
	v6a, v6b := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
	eth := func(typ layers.EthernetType) *layers.Ethernet {
		return &layers.Ethernet{SrcMAC: net.HardwareAddr(macA[:]), DstMAC: net.HardwareAddr(macB[:]), EthernetType: typ}
	}
	ip4 := func(p layers.IPProtocol) *layers.IPv4 {
		return &layers.IPv4{Version: 4, IHL: 5, TOS: 0xb8, Id: 77, Flags: layers.IPv4DontFragment, TTL: 63, Protocol: p, SrcIP: v4a.AsSlice(), DstIP: v4b.AsSlice()}
	}
	ip6 := &layers.IPv6{Version: 6, TrafficClass: 0xb8, NextHeader: layers.IPProtocolUDP, HopLimit: 63, SrcIP: v6a.AsSlice(), DstIP: v6b.AsSlice()}
	tcp := &layers.TCP{SrcPort: 40000, DstPort: 443, Seq: 0xfffffff0, Ack: 7, PSH: true, ACK: true, Window: 500,
		Options: []layers.TCPOption{{OptionType: 1, OptionLength: 1}, {OptionType: 1, OptionLength: 1}, {OptionType: 8, OptionLength: 10, OptionData: []byte{0, 0, 0, 1, 0, 0, 0, 2}}}}
	udp := &layers.UDP{SrcPort: 5000, DstPort: 53}

	p := Packet{Src: macA, Dst: macB, Type: IPv4, From: v4a, To: v4b, TTL: 63, TOS: 0xb8, ID: 77, DF: true, Proto: TCP, SrcPort: 40000, DstPort: 443, Seq: 0xfffffff0, Ack: 7, Flags: PSH | ACK, Window: 500, OptLen: 12}
	copy(p.Opt[:], []byte{1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2})
	p.SetPayload(payload)
	p.Push(Tag{ID: 10, PCP: 5})
	ip := ip4(layers.IPProtocolTCP)
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		t.Fatal(err)
	}
	want := serialize(t, eth(layers.EthernetTypeDot1Q), &layers.Dot1Q{Priority: 5, VLANIdentifier: 10, Type: layers.EthernetTypeIPv4}, ip, tcp, gopacket.Payload(payload))
	if got := p.Append(nil); !bytes.Equal(got, want) || len(got) != p.Len() {
		t.Errorf("tcp, %d bytes said:\n%x\n%x", p.Len(), got, want)
	}
	if p.VLAN() != 10 || p.DSCP() != 46 || !p.IsIP() {
		t.Errorf("vlan %d dscp %d", p.VLAN(), p.DSCP())
	}

	q := Packet{Src: macA, Dst: macB, Type: IPv6, From: v6a, To: v6b, TTL: 63, TOS: 0xb8, Proto: UDP, SrcPort: 5000, DstPort: 53}
	q.SetPayload(payload)
	if err := udp.SetNetworkLayerForChecksum(ip6); err != nil {
		t.Fatal(err)
	}
	want = serialize(t, eth(layers.EthernetTypeIPv6), ip6, udp, gopacket.Payload(payload))
	if got := q.Append(nil); !bytes.Equal(got, want) || len(got) != q.Len() {
		t.Errorf("udp over IPv6:\n%x\n%x", got, want)
	}

	g := Packet{Src: macA, Dst: macB, Type: IPv4, From: v4a, To: v4b, TTL: 63, TOS: 0xb8, ID: 77, DF: true, Proto: GRE, Tunnel: InGRE, VNI: 9, Inner: &q}
	want = serialize(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolGRE), &layers.GRE{KeyPresent: true, Key: 9, Protocol: layers.EthernetTypeIPv6}, ip6, udp, gopacket.Payload(payload))
	if got := g.Append(nil); !bytes.Equal(got, want) || len(got) != g.Len() {
		t.Errorf("gre:\n%x\n%x", got, want)
	}
	p.Pop()
	g = Packet{Src: macA, Dst: macB, Type: IPv4, From: v4a, To: v4b, TTL: 63, TOS: 0xb8, ID: 77, DF: true, Proto: IPIP, Tunnel: InIP, Inner: &p}
	want = serialize(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolIPv4), ip, tcp, gopacket.Payload(payload))
	if got := g.Append(nil); !bytes.Equal(got, want) || len(got) != g.Len() {
		t.Errorf("ipip:\n%x\n%x", got, want)
	}
	g = Packet{Src: macA, Dst: macB, Type: IPv4, From: v4a, To: v4b, TTL: 63, TOS: 0xb8, ID: 77, DF: true, Proto: UDP, Tunnel: InVXLAN, VNI: 5000, SrcPort: 50000, Inner: &p}
	d := gopacket.NewPacket(g.Append(nil), layers.LayerTypeEthernet, gopacket.Default)
	if v, ok := d.Layer(layers.LayerTypeVXLAN).(*layers.VXLAN); !ok || v.VNI != 5000 || d.ErrorLayer() != nil || len(d.Data()) != g.Len() {
		t.Errorf("vxlan: %v", d)
	}
}

func TestFragmentsAndTags(t *testing.T) {
	a, b := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	p := Packet{Type: IPv4, From: a, To: b, TTL: 64, Proto: UDP, Raw: true, MF: true, Offset: 1480}
	p.SetPayload(make([]byte, 8))
	d := gopacket.NewPacket(p.Append(nil), layers.LayerTypeEthernet, gopacket.Default)
	ip, ok := d.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
	if !ok || ip.FragOffset != 185 || ip.Flags != layers.IPv4MoreFragments || ip.Length != 28 {
		t.Errorf("fragment: %+v", ip)
	}
	for i := range 6 {
		p.Push(Tag{ID: uint16(i + 1), TPID: Dot1ad})
	}
	if p.NTags != 4 || p.VLAN() != 4 {
		t.Errorf("%d tags, outer %d: a fifth is refused", p.NTags, p.VLAN())
	}
	for range 6 {
		p.Pop()
	}
	if p.NTags != 0 || p.VLAN() != 0 {
		t.Errorf("%d tags left", p.NTags)
	}
	p.SetDSCP(46)
	p.TOS |= 1
	if p.SetDSCP(10); p.TOS != 41 {
		t.Errorf("TOS %d, want 41: the ECN field stays", p.TOS)
	}
	small := Packet{Type: ARP}
	small.SetPayload(make([]byte, 28))
	if small.Len() != 42 || small.WireLen() != 60 || small.IPLen() != 28 {
		t.Errorf("length %d on the wire %d", small.Len(), small.WireLen())
	}
	llc := Packet{Type: LLC}
	llc.SetPayload([]byte{0x42, 0x42, 3})
	if got := llc.Append(nil); got[12] != 0 || got[13] != 3 {
		t.Errorf("802.3 length %x", got[12:14])
	}
	alert := Packet{Type: IPv4, From: a, To: b, TTL: 1, Proto: 2, Alert: true}
	alert.SetPayload(make([]byte, 8))
	d = gopacket.NewPacket(alert.Append(nil), layers.LayerTypeEthernet, gopacket.Default)
	if ip, ok := d.Layer(layers.LayerTypeIPv4).(*layers.IPv4); !ok || ip.IHL != 6 || Checksum(ip.Contents) != 0 {
		t.Errorf("router alert: %+v", ip)
	}
	zero := Packet{Type: IPv4, From: a, To: b, Proto: UDP} // a UDP checksum that comes out as zero is sent as ones
	for x := range 1 << 16 {
		zero.SrcPort = uint16(x)
		if b := zero.Append(nil); b[40] == 0 && b[41] == 0 {
			t.Fatalf("port %d: checksum zero", x)
		}
	}
	ns := Packet{Type: IPv6, From: netip.MustParseAddr("fe80::1"), To: netip.MustParseAddr("ff02::1"), TTL: 255, Proto: ICMPv6}
	ns.SetPayload([]byte{134, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	ns.SealICMPv6()
	c := gopacket.NewPacket(ns.Append(nil), layers.LayerTypeEthernet, gopacket.Default).Layer(layers.LayerTypeICMPv6).(*layers.ICMPv6)
	ip6 := &layers.IPv6{Version: 6, NextHeader: layers.IPProtocolICMPv6, HopLimit: 255, SrcIP: ns.From.AsSlice(), DstIP: ns.To.AsSlice()}
	again := &layers.ICMPv6{TypeCode: c.TypeCode}
	if err := again.SetNetworkLayerForChecksum(ip6); err != nil {
		t.Fatal(err)
	}
	if want := serialize(t, ip6, again, gopacket.Payload(c.Payload)); want[42] != byte(c.Checksum>>8) || want[43] != byte(c.Checksum) {
		t.Errorf("ICMPv6 checksum %04x, gopacket has %x", c.Checksum, want[42:44])
	}
}

// What devices say, each compared with bytes written out by hand from its specification, or decoded by gopacket where that is safe.
func TestControl(t *testing.T) {
	n := Neighbour{Chassis: macA, Name: "sw1", Port: "Gi1/0/1", Platform: "cisco C9300", Software: "17.9", Address: netip.MustParseAddr("10.0.0.9"), Capabilities: 0x14, NativeVLAN: 99, Duplex: "half",
		Speed: 100, MaxFrame: 9216, VTPDomain: "D", VoiceVLAN: 20}
	ll, ok := gopacket.NewPacket(n.LLDP(), layers.LayerTypeLinkLayerDiscovery, gopacket.Default).Layer(layers.LayerTypeLinkLayerDiscovery).(*layers.LinkLayerDiscovery)
	if !ok || ll.TTL != 120 || string(ll.PortID.ID) != "Gi1/0/1" || !bytes.Equal(ll.ChassisID.ID, macA[:]) {
		t.Errorf("LLDP %+v", ll)
	}
	for _, soft := range []string{"17.9", "17.93"} {
		n.Software = soft
		c := n.CDP()
		if len(c)%2 != 0 || Checksum(c[8:]) != 0 || !bytes.Contains(c, []byte{0, 11, 0, 5, 0}) || !bytes.Contains(c, []byte{0, 10, 0, 6, 0, 99}) || !bytes.Contains(c, []byte{0, 14, 0, 7, 1, 0, 20}) {
			t.Errorf("CDP %x: want an even length, checksum right, half duplex, native VLAN 99, voice VLAN 20", c)
		}
	}
	for _, c := range []struct {
		speed  uint32
		duplex string
		want   byte
	}{{10, "half", 10}, {10, "full", 11}, {100, "half", 15}, {100, "full", 16}, {1000, "half", 29}, {1000, "full", 30}} {
		if got := mau(c.speed, c.duplex); got != c.want {
			t.Errorf("MAU of %d %s is %d, want %d", c.speed, c.duplex, got, c.want)
		}
	}
	for _, c := range []struct {
		name string
		got  []byte
		want string
	}{
		{"stp", (&BPDU{Mode: "stp", Root: macA, Bridge: macB, RootPriority: 4096, Priority: 32768, Cost: 4, Port: 3, Age: 1, MaxAge: 20, Hello: 2, Delay: 15}).Payload(),
			"4242030000000000" + "1000020000000001" + "00000004" + "8000020000000002" + "8003" + "0100140002000f00"},
		{"tcn", (&BPDU{TCN: true}).Payload(), "42420300000080"},
		{"pvst", (&BPDU{Mode: "pvst", VLAN: 10, Root: macA, Bridge: macA, RootPriority: 4096, Priority: 4096, Port: 1, MaxAge: 20, Hello: 2, Delay: 15, Designated: true}).Payload(),
			"aaaa0300000c010b" + "000002023c" + "100a020000000001" + "00000000" + "100a020000000001" + "8001" + "0000140002000f00" + "00" + "00000002000a"},
		{"hsrp", HSRP(1, 16, 110, 10, 3, 10, netip.MustParseAddr("10.0.0.1"), "cisco", macA), "000010030a6e0a00" + "636973636f000000" + "0a000001"},
		{"vrrp", VRRPv2(10, 100, 1, netip.MustParseAddr("10.0.0.1"), ""), "210a6401" + "0001" + "70f2" + "0a000001" + "0000000000000000"},
		{"rip", RIP(2, "", netip.MustParsePrefix("10.1.0.0/16"), 1), "02020000" + "00020000" + "0a010000" + "ffff0000" + "00000000" + "00000001"},
		{"pim", PIMHello(105, 1), "2000" + "df7b" + "00010002" + "0069" + "00130004" + "00000001"},
		{"bgp", BGPOpen(65001, 180, netip.MustParseAddr("10.0.0.1")), "ffffffffffffffffffffffffffffffff" + "0025" + "01" + "04" + "fde9" + "00b4" + "0a000001" + "08" + "02064104" + "0000fde9"},
		{"dtp", DTP("", 0x83, macA), "aaaa0300000c2004" + "01" + "0001000500" + "0002000583" + "00030005a5" + "0004000a020000000001"},
		{"eigrp", (&EIGRPHello{AS: 100, K: [6]uint8{1, 0, 1}, Hold: 15}).Payload(), "0205" + "ee68" + "00000000" + "00000000" + "00000000" + "00000064" + "0001000c" + "010001000000000f" + "000400080c040102"},
	} {
		want, err := hex.DecodeString(c.want)
		if err != nil {
			t.Fatal(c.name, err)
		}
		if !bytes.Equal(c.got, want) {
			t.Errorf("%s:\n%x\n%x", c.name, c.got, want)
		}
	}
	if b := HSRP(2, 8, 110, 10, 3, 10, netip.MustParseAddr("10.0.0.1"), "cisco", macA); len(b) != 52 || b[4] != 5 {
		t.Errorf("HSRP 2: %x", b)
	}
	if b := VRRPv3(netip.MustParseAddr("10.0.0.2"), 1, 100, 100, netip.MustParseAddr("10.0.0.1")); len(b) != 12 || b[0] != 0x31 {
		t.Errorf("VRRP 3: %x", b)
	}
	if b := GLBP(1, 32, 100, 3000, 10000, netip.MustParseAddr("10.0.0.1"), macA); len(b) != 40 {
		t.Errorf("GLBP has %d bytes", len(b))
	}
	if b := LACP([2]MAC{macA, macB}, [2]uint16{1, 2}, [2]uint16{1, 1}, [2]byte{0x3d, 0x3d}); len(b) != 110 {
		t.Errorf("LACP has %d bytes, want 110", len(b))
	}
	if b := VTP(2, "CORP", 7, netip.Addr{}); len(b) != 8+72 || b[11] != 4 {
		t.Errorf("VTP: %x", b)
	}
	if b := ISISHello(2, [6]byte{1}, []byte{0x49}, 30, netip.MustParseAddr("10.0.0.1"), 1, 64); b[7] != 16 || int(b[20])<<8|int(b[21]) != len(b)-3 {
		t.Errorf("IS-IS: %x", b)
	}
	if b := (&BPDU{Mode: "mst", Region: "R", Bridge: macA}).Payload(); len(b) != 3+102 {
		t.Errorf("MST BPDU has %d bytes, want 105", len(b))
	}
	ra := RouterAdvertisement(64, true, true, 1800, macA, 1500, netip.MustParsePrefix("2001:db8::/64"))
	if len(ra) != 16+8+8+32 || ra[5] != 0xc0 {
		t.Errorf("router advertisement: %x", ra)
	}
}

// OSPF packets as gopacket reads them, and the Fletcher checksum of an LSA verified as RFC 905, annex B, says: both sums are zero.
func TestOSPF(t *testing.T) {
	h := OSPFHeader{Router: netip.MustParseAddr("10.255.0.1"), Area: 5}
	hello := OSPFHello{OSPFHeader: h, Mask: 29, Hello: 10, Dead: 40, Options: 2, Priority: 1, DR: netip.MustParseAddr("172.16.0.1"), Neighbours: []netip.Addr{netip.MustParseAddr("10.255.0.2")}}
	var o layers.OSPFv2
	if err := o.DecodeFromBytes(hello.Payload(), gopacket.NilDecodeFeedback); err != nil {
		t.Fatal(err)
	}
	c, ok := o.Content.(layers.HelloPkgV2)
	if !ok || o.AreaID != 5 || c.HelloInterval != 10 || c.RouterDeadInterval != 40 || c.NetworkMask != 0xfffffff8 || len(c.NeighborID) != 1 {
		t.Errorf("hello %+v %+v", o, c)
	}
	if Checksum(hello.Payload()) != 0 {
		t.Error("hello: checksum wrong")
	}
	lsa := routerLSA(h.Router, 2)
	c0, c1 := 0, 0
	for _, x := range lsa[2:] {
		c0 = (c0 + int(x)) % 255
		c1 = (c1 + c0) % 255
	}
	if c0 != 0 || c1 != 0 {
		t.Errorf("LSA: Fletcher sums %d and %d, want 0", c0, c1)
	}
	db := OSPFDatabase{OSPFHeader: h, MTU: 1400, Options: 2, Flags: 7, Seq: 3, LSAs: []netip.Addr{h.Router}}
	if b := db.Payload(); len(b) != 24+8+20 || b[24] != 5 || b[25] != 0x78 {
		t.Errorf("database description %x", b)
	}
	for name, b := range map[string][]byte{"update": OSPFUpdate(h, 2), "acknowledgement": OSPFAck(h, h.Router, 2), "request": OSPFRequest(h, h.Router)} {
		if int(b[2])<<8|int(b[3]) != len(b) || Checksum(b) != 0 {
			t.Errorf("%s: %x", name, b)
		}
	}
	h.Auth = 1
	if b := (&OSPFHello{OSPFHeader: h, Mask: 0}).Payload(); string(b[16:24]) != "nsgraph1" || b[24] != 0 {
		t.Errorf("simple password: %x", b)
	}
}

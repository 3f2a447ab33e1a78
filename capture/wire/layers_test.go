package wire

import (
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/file"
)

// cut is a frame of which n bytes were captured.
func cut(b []byte, n int) *file.Packet {
	return &file.Packet{Data: b[:n:n], Length: uint32(len(b))}
}

// wifiMACs are the three addresses of most frames, snap is RFC 1042's head of IPv4.
const wifiMACs, snap = "\x01\x01\x01\x01\x01\x01\x02\x02\x02\x02\x02\x02\x03\x03\x03\x03\x03\x03", "\xaa\xaa\x03\x00\x00\x00\x08\x00"

// linked are frames of all link types around inTCP.
var linked = []struct {
	name  string
	link  uint16
	frame []byte
}{
	{"Ethernet", linkEthernet, eth(typeIPv4, inTCP())},
	{"SNAP", linkEthernet, eth(72, frame("\xaa\xaa\x03\x00\x00\x00\x08\x00", inTCP(), "padding"))},
	{"VN-Tag", linkEthernet, eth(typeVNTag, frame("\x00\x00\x00\x01\x08\x00", inTCP()))},
	{"MPLS", linkEthernet, eth(typeMPLS, frame("\x00\x01\x0a\x40\x00\x02\x01\x40", inTCP()))},
	{"MPLS alone", linkMPLS, frame("\x00\x01\x0b\x40", inTCP())},
	{"null, little-endian", linkNull, frame("\x02\x00\x00\x00", inTCP())},
	{"null, big-endian", linkNull, frame("\x00\x00\x00\x02", inTCP())},
	{"null with an EtherType", linkNull, frame("\x0f\x00\x08\x00", inTCP())},
	{"loop", linkLoop, frame("\x00\x00\x00\x02", inTCP())},
	{"raw", linkRaw, inTCP()},
	{"raw, 12", linkRawBSD, inTCP()},
	{"raw, 14", linkRawOBSD, inTCP()},
	{"IPv4", linkIPv4, inTCP()},
	{"cooked", linkSLL, frame("\x00\x04\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00\x08\x00", inTCP())},
	{"cooked, tagged", linkSLL, frame("\x00\x04\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00\x81\x00\x60\x0a\x08\x00", inTCP())},
	{"cooked 2", linkSLL2, frame("\x08\x00\x00\x00\x00\x00\x00\x02\x00\x01\x04\x06\x02\x00\x00\x00\x00\x01\x00\x00", inTCP())},
	{"PPP", linkPPP, frame("\xff\x03\x00\x21", inTCP())},
	{"PPP without address", linkPPPHDLC, frame("\x00\x21", inTCP())},
	{"PPP, MPLS", linkPPP, frame("\x02\x81\x00\x01\x01\x40", inTCP())},
	{"Cisco HDLC", linkCHDLC, frame("\x0f\x00\x08\x00", inTCP())},
	{"frame relay", linkFrameRel, frame("\x18\x41\x03\xcc", inTCP())},
	{"frame relay, padded SNAP", linkFrameRel, frame("\x18\x41\x03\x00\x80\x00\x00\x00\x08\x00", inTCP())},
	{"frame relay, Cisco", linkFrameRel, frame("\x18\x41\x08\x00", inTCP())},
	{"802.1Q", linkEthernet, eth(typeVLAN, frame("\x60\x0a\x08\x00", inTCP()))},
	{"802.11 from an access point", linkWiFi, frame("\x08\x02\x00\x00", wifiMACs, "\x10\x00", snap, inTCP())},
	{"802.11, QoS, to an access point", linkWiFi, frame("\x88\x01\x00\x00", wifiMACs, "\x10\x00", "\x06\x00", snap, inTCP())},
	{"802.11, QoS, four addresses, HT control", linkWiFi, frame("\x88\x83\x00\x00", wifiMACs, "\x10\x00", "444444", "\x06\x00HTCT", snap, inTCP())},
	{"802.11, aggregate", linkWiFi, frame("\x88\x02\x00\x00", wifiMACs, "\x10\x00", "\x80\x00", macs, "\x00\x48", snap, inTCP())},
	{"radiotap", linkRadiotap, frame("\x00\x00\x08\x00\x00\x00\x00\x00", "\x08\x02\x00\x00", wifiMACs, "\x10\x00", snap, inTCP())},
	{"radiotap with time, padding, check sequence", linkRadiotap, frame("\x00\x00\x1c\x00\x03\x00\x00\x80\x01\x00\x00\x00", "\x00\x00\x00\x00", "TIMETIME\x30\x00\x00\x00",
		"\x88\x01\x00\x00", wifiMACs, "\x10\x00", "\x06\x00", "\x00\x00", snap, inTCP(), "FCSx")},
	{"Prism", linkPrism, frame("\x44\x00\x00\x00\x10\x00\x00\x00wlan0\x00\x00\x00", "\x08\x02\x00\x00", wifiMACs, "\x10\x00", snap, inTCP())},
	{"AVS", linkAVS, frame("\x80\x21\x10\x01\x00\x00\x00\x0c\x00\x00\x00\x00", "\x08\x02\x00\x00", wifiMACs, "\x10\x00", snap, inTCP())},
	{"PPI", linkPPI, frame("\x00\x00\x08\x00\x69\x00\x00\x00", "\x08\x02\x00\x00", wifiMACs, "\x10\x00", snap, inTCP())},
	{"authentication header", linkIPv4, ip4(protoAH, frame("\x06\x04\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01123456789012", syn("data")))},
}

func TestLinkTypes(t *testing.T) {
	for _, c := range linked {
		t.Run(c.name, func(t *testing.T) {
			got := decode(c.link, c.frame)
			if len(got) != 1 {
				t.Fatalf("%d packets", len(got))
			}
			p := got[0]
			if p.Problem != OK || p.Has&(HasIP|HasTransport) != HasIP|HasTransport || p.SrcPort != 40000 || string(p.Payload) != "data" || p.PayloadLen != 4 {
				t.Errorf("%+v", p)
			}
			if p.EtherType != typeIPv4 || p.Length != uint32(len(c.frame)) {
				t.Errorf("EtherType %04x, length %d", p.EtherType, p.Length)
			}
			switch {
			case strings.HasPrefix(c.name, "cooked"):
				if !p.Outgoing || p.SrcMAC.String() != "02:00:00:00:00:01" {
					t.Errorf("outgoing %v, from %v", p.Outgoing, p.SrcMAC)
				}
			case strings.HasPrefix(c.name, "MPLS"):
				if p.Has&HasMPLS == 0 || p.MPLSTC != 5 {
					t.Errorf("traffic class %d", p.MPLSTC)
				}
			}
			if strings.Contains(c.name, "SNAP") && (p.Has&HasSNAP == 0 || p.OUI != 0) {
				t.Errorf("no SNAP, OUI %x", p.OUI)
			}
			if tagged := c.name == "802.1Q" || c.name == "cooked, tagged"; p.Tagged != tagged || tagged && (p.Scope.VLAN.ID[0] != 10 || p.PCP != 3) {
				t.Errorf("tag %v %v, PCP %d", p.Tagged, p.Scope.VLAN, p.PCP)
			}
		})
	}
}

// IPv6 behind each link type that tells it apart from IPv4.
func TestIPv6(t *testing.T) {
	for name, c := range map[string]struct {
		link  uint16
		frame []byte
	}{
		"Ethernet": {linkEthernet, eth(typeIPv6, append(inUDP6(), "padding"...))},
		"MPLS":     {linkEthernet, eth(typeMPLS, frame("\x00\x01\x01\x40", inUDP6()))},
		"null":     {linkNull, frame("\x1e\x00\x00\x00", inUDP6())},
		"raw":      {linkRaw, inUDP6()},
		"IPv6":     {linkIPv6, inUDP6()},
		"PPP":      {linkPPP, frame("\xff\x03\x00\x57", inUDP6())},
		"relay":    {linkFrameRel, frame("\x18\x41\x03\x8e", inUDP6())},
	} {
		p := decode(c.link, c.frame)[0]
		if p.Version != 6 || p.Src.Netip().String() != "2001:db8::1" || p.Dst.Netip().String() != "2001:db8::2" || p.TTL != 64 || p.DSCP != 46 ||
			p.ECN != 0 || p.IPLength != 53 || p.SrcPort != 5000 || p.DstPort != 53 || string(p.Payload) != "query" || p.PayloadLen != 5 || p.Problem != OK {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// Extension headers, each 8 bytes: hop-by-hop, destination options, routing, then UDP.
func TestIPv6Extensions(t *testing.T) {
	b := frame("\x3c\x00\x01\x04\x00\x00\x00\x00", "\x2b\x00\x01\x04\x00\x00\x00\x00", "\x11\x00\x00\x00\x00\x00\x00\x00", udpOf(5000, 53, []byte("query")))
	p := decode(linkRaw, ip6(0, b))[0]
	if p.Protocol != fact.UDP || p.DstPort != 53 || string(p.Payload) != "query" || p.Problem != OK {
		t.Errorf("%+v", p)
	}
	if p := decode(linkRaw, ip6(0, frame("\x11\x09\x00\x00\x00\x00\x00\x00")))[0]; p.Problem != BadHeader || p.Has != HasIP {
		t.Errorf("extension beyond the end: %+v", p)
	}
	if p := decode(linkRaw, ip6(60, []byte(strings.Repeat("\x3c\x00\x01\x04\x00\x00\x00\x00", 20))))[0]; p.Problem != TooDeep {
		t.Errorf("20 extensions: %+v", p)
	}
	if p := decode(linkRaw, ip6(59, nil))[0]; p.Problem != OK || p.IPLength != 40 || p.PayloadLen != 0 {
		t.Errorf("no next header: %+v", p)
	}
}

func TestVLANs(t *testing.T) {
	for _, c := range []struct {
		name    string
		tags    string // from the first EtherType on
		want    fact.VLANs
		pcp     uint8
		problem Problem
	}{
		{"one", "\x81\x00\xa0\x0a", fact.VLANs{N: 1, ID: [3]uint16{10}}, 5, OK},
		{"service and customer", "\x88\xa8\x20\x64\x81\x00\xe0\x0a", fact.VLANs{N: 2, ID: [3]uint16{100, 10}, SVC: 1}, 1, OK},
		{"old service tag inside", "\x81\x00\x00\x01\x91\x00\x00\x02\x81\x00\x00\x03", fact.VLANs{N: 3, ID: [3]uint16{1, 2, 3}, SVC: 2}, 0, OK},
		{"priority tag", "\x81\x00\xe0\x00", fact.VLANs{}, 7, OK},
		{"priority tag around VLAN 5", "\x81\x00\x60\x00\x81\x00\x00\x05", fact.VLANs{N: 1, ID: [3]uint16{5}}, 3, OK},
		{"VLAN 4095", "\x81\x00\x0f\xff", fact.VLANs{N: 1, ID: [3]uint16{4095}}, 0, InvalidVLAN},
		{"four tags", "\x81\x00\x00\x01\x81\x00\x00\x02\x81\x00\x00\x03\x81\x00\x00\x04", fact.VLANs{N: 3, ID: [3]uint16{1, 2, 3}}, 0, InvalidVLAN},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := decode(linkEthernet, frame(macs, c.tags, "\x08\x00", inTCP()))[0]
			if p.Scope.VLAN != c.want || !p.Tagged || p.PCP != c.pcp || p.Problem != c.problem || p.SrcPort != 40000 {
				t.Errorf("%+v, tagged %v, PCP %d, problem %d, port %d", p.Scope.VLAN, p.Tagged, p.PCP, p.Problem, p.SrcPort)
			}
		})
	}
	if p := decode(linkEthernet, frame(macs, strings.Repeat("\x81\x00\x00\x00", 9), "\x08\x00", inTCP()))[0]; p.Problem != TooDeep || p.Has != HasEthernet {
		t.Errorf("nine tags: %+v", p)
	}
	for _, c := range []struct {
		name    string
		data    []byte
		problem Problem
	}{
		{"nine VLANs", frame(macs, strings.Repeat("\x81\x00\x00\x01", 9), "\x08\x00", inTCP()), TooDeep},
		{"VLAN 4095 and half an IP header", frame(macs, "\x81\x00\x0f\xff\x08\x00\x45\x00"), Short},
		{"VLAN 4095 and IP version 5", frame(macs, "\x81\x00\x0f\xff\x08\x00", strings.Repeat("\x55", 40)), BadHeader},
	} {
		if p := decode(linkEthernet, c.data)[0]; p.Problem != c.problem || p.Has&HasInvalidVLAN == 0 {
			t.Errorf("%s: problem %d, has %#x", c.name, p.Problem, p.Has)
		}
	}
	cut := frame(macs, "\x81\x00\x00")
	if p := decode(linkEthernet, cut)[0]; p.Problem != InvalidVLAN || p.Has&HasInvalidVLAN == 0 {
		t.Errorf("a tag that its sender cut: problem %d", p.Problem)
	}
	if p := NewDecoder(Options{}).Decode(nil, linkEthernet, &file.Packet{Data: cut, Length: 64})[0]; p.Problem != Short || p.Has&HasInvalidVLAN != 0 {
		t.Errorf("a tag that the capture cut: problem %d", p.Problem)
	}
	stp := decode(linkEthernet, frame(macs, "\x81\x00\x00\x0a\x00\x06\x42\x42\x03bpd", "padding"))[0]
	if stp.Has != HasEthernet|HasLLC || stp.EtherType != 0x4242 || string(stp.Network) != "bpd" || stp.Scope.VLAN.N != 1 {
		t.Errorf("802.3 in a tag: %+v", stp)
	}
}

func TestLLC(t *testing.T) {
	for _, c := range []struct {
		name, frame string
		has         uint16
		etherType   uint16
		oui         uint32
		network     string
		problem     Problem
	}{
		{"STP", "\x00\x05\x42\x42\x03hi padding", HasLLC, 0x4242, 0, "hi", OK},
		{"CDP", "\x00\x0a\xaa\xaa\x03\x00\x00\x0c\x20\x00hi padding", HasLLC | HasSNAP, 0x2000, 0x0c, "hi", OK},
		{"information frame", "\x00\x06\xf0\xf0\x00\x01hi", HasLLC, 0xf0f0, 0, "hi", OK},
		{"one byte", "\x00\x01\x42", 0, 0, 0, "\x42", Short},
		{"SNAP without type", "\x00\x05\xaa\xaa\x03\x00\x00", HasLLC, 0xaaaa, 0, "\xaa\xaa\x03\x00\x00", Short},
	} {
		p := decode(linkEthernet, frame(macs, c.frame))[0]
		if p.Has != HasEthernet|c.has || p.EtherType != c.etherType || p.OUI != c.oui || string(p.Network) != c.network || p.Problem != c.problem {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
	if p := decode(linkSLL, frame("\x00\x00\x00\x01\x00\x06", macs[:8], "\x00\x04\x42\x42\x03hi"))[0]; p.EtherType != 0x4242 || string(p.Network) != "hi" {
		t.Errorf("cooked: %+v", p)
	}
}

// ARP and other protocols are left to whoever knows them.
func TestOtherNetworks(t *testing.T) {
	for _, c := range []struct {
		name      string
		link      uint16
		frame     []byte
		etherType uint16
		network   string
		problem   Problem
	}{
		{"ARP", linkEthernet, eth(0x0806, []byte("arp")), 0x0806, "arp", OK},
		{"VN-Tag of a length", linkEthernet, eth(typeVNTag, []byte("\x00\x00\x00\x01\x00\x04\x42\x42\x03hi")), 0x4242, "h", OK},
		{"VN-Tag twice", linkEthernet, eth(typeVNTag, []byte("\x00\x00\x00\x01\x89\x26\x00\x00")), typeVNTag, "\x00\x00\x00\x01\x89\x26\x00\x00", BadHeader},
		{"LCP", linkPPP, frame("\xff\x03\xc0\x21lcp"), 0xc021, "lcp", OK},
		{"other family", linkNull, frame("\x07\x00\x00\x00x"), 0, "x", OK},
		{"relay, other NLPID", linkFrameRel, frame("\x18\x41\x03\x81x"), 0x81, "x", OK},
		{"relay, other SNAP", linkFrameRel, frame("\x18\x41\x03\x80\x00\x80\xc2\x00\x07x"), 7, "x", OK},
		{"relay, endless address", linkFrameRel, frame("\x18\x40\x02\x04\x06\x07"), 0, "", Short},
		{"relay, nothing", linkFrameRel, frame("\x18\x41"), 0, "", Short},
		{"relay, half a SNAP", linkFrameRel, frame("\x18\x41\x03\x80\x00"), 0, "\x03\x80\x00", Short},
		{"netlink", linkSLL, frame("\x00\x04\x03\x38\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00x"), 0, "x", UnknownLink},
		{"unknown link type", 147, []byte("x"), 0, "", UnknownLink},
		{"enormous link type", 65535, []byte("x"), 0, "", UnknownLink},
		{"raw, no IP", linkRaw, []byte("\x70"), 0, "\x70", BadHeader},
		{"PPPoE version", linkEthernet, eth(typePPPoESession, []byte("\x12\x00\x00\x01\x00\x01x")), typePPPoESession, "\x12\x00\x00\x01\x00\x01x", BadHeader},
		{"tag around VN-Tag", linkEthernet, eth(typeVLAN, []byte("\x00\x05\x89\x26\x00\x00\x00\x01\x08\x00")), typeVNTag, "\x00\x00\x00\x01\x08\x00", BadHeader},
		{"SNAP in SNAP", linkEthernet, eth(24, frame("\xaa\xaa\x03\x00\x00\x00\x81\x00\x00\x05\x00\x0a\xaa\xaa\x03\x00\x00\x00\x08\x00hi")), 0x0800, "hi", OK},
		{"17 labels", linkMPLS, []byte(strings.Repeat("\x00\x01\x00\x40", 17)), 0, strings.Repeat("\x00\x01\x00\x40", 17), TooDeep},
	} {
		p := decode(c.link, c.frame)[0]
		if p.EtherType != c.etherType || string(p.Network) != c.network || p.Problem != c.problem || p.Has&HasIP != 0 {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
}

func TestBadIP(t *testing.T) {
	edit := func(b []byte, at int, v byte) []byte { b[at] = v; return b }
	for name, b := range map[string][]byte{
		"version 5":            edit(inTCP(), 0, 0x55),
		"header of 16 bytes":   edit(inTCP(), 0, 0x44),
		"total below header":   edit(edit(inTCP(), 2, 0), 3, 19),
		"IPv6 with IPv4's bit": edit(inUDP6(), 0, 0x40),
	} {
		etherType := uint16(typeIPv4)
		if strings.HasPrefix(name, "IPv6") {
			etherType = typeIPv6
		}
		if p := decode(linkEthernet, eth(etherType, b))[0]; p.Problem != BadHeader || p.Has != HasEthernet {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// Segments that the sender's card was to cut have no length yet; what was on the wire is what the capture has.
func TestOffload(t *testing.T) {
	v4 := inTCP()
	v4[2], v4[3] = 0, 0
	p := decode(linkIPv4, v4)[0]
	if p.Problem != OK || p.IPLength != 64 || p.PayloadLen != 4 {
		t.Errorf("IPv4: %+v", p)
	}
	v6 := inUDP6()
	v6[4], v6[5] = 0, 0
	p = decode(linkIPv6, v6)[0]
	if p.Problem != OK || p.IPLength != 53 || p.PayloadLen != 5 {
		t.Errorf("IPv6: %+v", p)
	}
	f := &file.Packet{Data: v4[:50], Length: 9000}
	p = NewDecoder(Options{}).Decode(nil, linkIPv4, f)[0]
	if p.IPLength != 9000 || p.PayloadLen != 9000-60 || !p.Cut {
		t.Errorf("cut: %+v", p)
	}
}

// An IP header that promises more than the frame has does not count what is not there.
func TestLengthLies(t *testing.T) {
	b := inTCP()
	b[2], b[3] = 0xff, 0xff
	p := decode(linkIPv4, b)[0]
	if p.IPLength != 65535 || p.PayloadLen != 4 || p.Problem != OK {
		t.Errorf("%+v", p)
	}
}

func TestTransports(t *testing.T) {
	for _, c := range []struct {
		name     string
		protocol uint8
		payload  string
		src, dst uint16
		seq      uint32
		data     string
		size     uint32
		has      uint16
		problem  Problem
	}{
		{"UDP", 17, "\x00\x05\x00\x06\x00\x0a\x00\x00hi trailer", 5, 6, 0, "hi", 2, HasTransport, OK},
		{"UDP, length 0", 17, "\x00\x05\x00\x06\x00\x00\x00\x00hi", 5, 6, 0, "hi", 2, HasTransport, OK},
		{"UDP, length 7", 17, "\x00\x05\x00\x06\x00\x07\x00\x00hi", 5, 6, 0, "", 0, HasTransport, BadHeader},
		{"UDP, length beyond the end", 17, "\x00\x05\x00\x06\x00\x99\x00\x00hi", 5, 6, 0, "hi", 2, HasTransport, OK},
		{"UDP in six bytes", 17, "\x00\x05\x00\x06\x00\x07", 5, 6, 0, "", 0, HasTransport, BadHeader},
		{"UDP-Lite", 136, "\x00\x05\x00\x06\x00\x08\x00\x00hi", 5, 6, 0, "hi", 2, HasTransport, OK},
		{"SCTP", 132, "\x00\x05\x00\x06\x00\x00\x00\x07\x00\x00\x00\x00chunk", 5, 6, 0, "chunk", 5, HasTransport, OK},
		{"DCCP", 33, "\x00\x05\x00\x06\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00hi", 5, 6, 0, "hi", 2, HasTransport, OK},
		{"TCP, header of 16 bytes", 6, "\x00\x05\x00\x06\x00\x00\x00\x07\x00\x00\x00\x08\x40\x10\x00\x09\x00\x00\x00\x00hi", 5, 6, 7, "", 0, HasTransport, BadHeader},
		{"TCP, header beyond the end", 6, "\x00\x05\x00\x06\x00\x00\x00\x07\x00\x00\x00\x08\xf0\x10\x00\x09\x00\x00\x00\x00hi", 5, 6, 7, "", 0, HasTransport, BadHeader},
		{"echo", 1, "\x08\x00\x00\x00\x00\x63\x00\x02ping", 99, 0x0800, 0x630002, "ping", 4, HasTransport, OK},
		{"echo reply", 1, "\x00\x00\x00\x00\x00\x63\x00\x02ping", 99, 0, 0x630002, "ping", 4, HasTransport, OK},
		{"fragmentation needed", 1, "\x03\x04\x00\x00\x00\x00\x05\x78xx", 0, 0x0304, 1400, "xx", 2, HasTransport, OK},
		{"ICMP in four bytes", 1, "\x09\x00\x00\x00", 0, 0x0900, 0, "", 0, HasTransport, OK},
		{"ICMP in two bytes", 1, "\x09\x00", 0, 0, 0, "", 0, 0, Short},
		{"ICMPv6 echo", 58, "\x80\x00\x00\x00\x00\x63\x00\x02ping", 99, 0x8000, 0x630002, "ping", 4, HasTransport, OK},
		{"OSPF", 89, "hello", 0, 0, 0, "hello", 5, 0, OK},
		{"nothing", 6, "", 0, 0, 0, "", 0, 0, Short},
	} {
		p := decode(linkIPv4, ip4(c.protocol, []byte(c.payload)))[0]
		if p.SrcPort != c.src || p.DstPort != c.dst || p.Seq != c.seq || string(p.Payload) != c.data || p.PayloadLen != c.size ||
			p.Has != HasIP|c.has || p.Problem != c.problem || uint8(p.Protocol) != c.protocol {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
}

// Cut captures still have what was captured: ports after four bytes of TCP, the sequence number after eight, flags after twenty.
func TestCutTCP(t *testing.T) {
	b := ip4(6, syn("data"))
	d := NewDecoder(Options{})
	for n := 20; n <= len(b); n++ {
		p := d.Decode(nil, linkIPv4, cut(b, n))[0]
		tcp := n - 20
		if p.Cut != (n < len(b)) || (p.Problem == OK) != (tcp >= 40) || p.Problem != OK && p.Problem != Short {
			t.Errorf("%d bytes: cut %v, problem %d", tcp, p.Cut, p.Problem)
		}
		if (p.SrcPort == 40000 && p.DstPort == 443 && p.Has&HasTransport != 0) != (tcp >= 4) {
			t.Errorf("%d bytes: ports %d, %d", tcp, p.SrcPort, p.DstPort)
		}
		if (p.Seq == 1000) != (tcp >= 8) || (p.Flags == SYN) != (tcp >= 20) {
			t.Errorf("%d bytes: sequence %d, flags %x", tcp, p.Seq, p.Flags)
		}
		if tcp >= 20 && (p.PayloadLen != 4 || len(p.Options) != min(tcp-20, 20) || len(p.Payload) != max(0, tcp-40)) {
			t.Errorf("%d bytes: payload %d of %d, options %d", tcp, len(p.Payload), p.PayloadLen, len(p.Options))
		}
	}
}

func TestParseOptions(t *testing.T) {
	none := TCPOptions{WindowScale: -1}
	for in, want := range map[string]TCPOptions{
		"":                             none,
		"\x01\x01\x00\x02\x04\x05\xb4": none, // the list has ended
		"\x02\x04\x05\xb4":             {MSS: 1460, WindowScale: -1},
		"\x02\x04\x05":                 none, // cut
		"\x02\x03\x05":                 none, // of another length than it must have
		"\x02":                         none,
		"\x02\x00\x05\xb4":             none, // would never end
		"\x03\x03\xff":                 {WindowScale: 14},
		"\x04\x02\x05\x12\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04": {WindowScale: -1, SACKPermitted: true, SACKBlocks: 2},
		"\xfe\x04\x00\x00\x08\x0a\x00\x00\x00\x01\x00\x00\x00\x02":                         {WindowScale: -1, Timestamps: true, TSval: 1, TSecr: 2},
	} {
		if got := ParseOptions([]byte(in)); got != want {
			t.Errorf("%x: %+v, want %+v", in, got, want)
		}
	}
}

package wire

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// eth is an Ethernet frame around payload.
func eth(etherType uint16, payload []byte) []byte { return frame(macs, etherType, payload) }

// inTCP is the inner packet of most tunnels below: 10.0.0.1 port 40000 to 10.0.0.2 port 443.
func inTCP() []byte { return ip4(6, syn("data")) }

// teredo6 is an inner IPv6 packet.
func inUDP6() []byte { return ip6(17, udpOf(5000, 53, []byte("query"))) }

// overUDP is an Ethernet frame with UDP from port 5000 to dst.
func overUDP(dst uint16, parts ...any) []byte {
	return eth(typeIPv4, ip4(17, udpOf(5000, dst, frame(parts...))))
}

func overGRE(parts ...any) []byte { return eth(typeIPv4, ip4(protoGRE, frame(parts...))) }

// tunnelled are frames with one packet inside another, and what the inner one must be.
var tunnelled = []struct {
	name   string
	link   uint16
	frame  []byte
	scope  fact.Scope
	length int // of the inner packet
}{
	{"IPv4 in IPv4", linkEthernet, eth(typeIPv4, ip4(4, inTCP())), fact.Scope{Tunnel: fact.IPinIP}, 64},
	{"IPv4 in IPv6", linkEthernet, eth(typeIPv6, ip6(4, inTCP())), fact.Scope{Tunnel: fact.IPinIP}, 64},
	{"IPv6 in IPv4", linkEthernet, eth(typeIPv4, ip4(41, inUDP6())), fact.Scope{Tunnel: fact.IPinIP}, 53},
	{"MPLS in IP", linkEthernet, eth(typeIPv4, ip4(protoMPLSinIP, frame("\x00\x01\x01\x40", inTCP()))), fact.Scope{Tunnel: fact.IPinIP}, 68},
	{"padding is not inside", linkEthernet, append(eth(typeIPv4, ip4(4, inTCP())), "padding"...), fact.Scope{Tunnel: fact.IPinIP}, 64},
	{"GRE", linkEthernet, overGRE("\x00\x00\x08\x00", inTCP()), fact.Scope{Tunnel: fact.GRE}, 64},
	{"GRE, IPv6", linkEthernet, overGRE("\x00\x00\x86\xdd", inUDP6()), fact.Scope{Tunnel: fact.GRE}, 53},
	{"GRE, checksum, key, sequence", linkEthernet, overGRE("\xb0\x00\x08\x00\x12\x34\x00\x00\x00\x00\x00\x2a\x00\x00\x00\x01", inTCP()), fact.Scope{Tunnel: fact.GRE, VNI: 42}, 64},
	{"GRE, Ethernet with a tag", linkEthernet, overGRE("\x20\x00\x65\x58\x00\x00\x00\x07", macs, "\x81\x00\x00\x0a\x08\x00", inTCP()),
		fact.Scope{Tunnel: fact.GRE, VNI: 7, VLAN: fact.VLANs{N: 1, ID: [3]uint16{10}}}, 82},
	{"GRE, MPLS", linkEthernet, overGRE("\x00\x00\x88\x47\x00\x01\x01\x40", inTCP()), fact.Scope{Tunnel: fact.GRE}, 68},
	{"PPTP", linkEthernet, overGRE("\x30\x81\x88\x0b\x00\x42\x00\x05\x00\x00\x00\x01\x00\x00\x00\x02\xff\x03\x00\x21", inTCP()), fact.Scope{Tunnel: fact.GRE}, 68},
	{"ERSPAN I", linkEthernet, overGRE("\x00\x00\x88\xbe", eth(typeIPv4, inTCP())), fact.Scope{Tunnel: fact.ERSPAN}, 78},
	{"ERSPAN II, tag in its header", linkEthernet, overGRE("\x10\x00\x88\xbe\x00\x00\x00\x01\x10\x14\xb0\x09\x00\x00\x00\x00", eth(typeIPv4, inTCP())),
		fact.Scope{Tunnel: fact.ERSPAN, VLAN: fact.VLANs{N: 1, ID: [3]uint16{20}}}, 78},
	{"ERSPAN II, tag in the frame", linkEthernet, overGRE("\x10\x00\x88\xbe\x00\x00\x00\x01\x10\x14\x18\x09\x00\x00\x00\x00", macs, "\x81\x00\x00\x15\x08\x00", inTCP()),
		fact.Scope{Tunnel: fact.ERSPAN, VLAN: fact.VLANs{N: 1, ID: [3]uint16{21}}}, 82},
	{"ERSPAN III with subheader", linkEthernet, overGRE("\x10\x00\x22\xeb\x00\x00\x00\x01\x20\x14\x00\x09\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00", eth(typeIPv4, inTCP())),
		fact.Scope{Tunnel: fact.ERSPAN, VLAN: fact.VLANs{N: 1, ID: [3]uint16{20}}}, 78},
	{"VXLAN", linkEthernet, overUDP(4789, "\x08\x00\x00\x00\x00\x13\x88\x00", eth(typeIPv4, inTCP())), fact.Scope{Tunnel: fact.VXLAN, VNI: 5000}, 78},
	{"VXLAN with group policy", linkEthernet, overUDP(8472, "\x88\x08\x00\x05\x00\x13\x88\x00", eth(typeIPv4, inTCP())), fact.Scope{Tunnel: fact.VXLAN, VNI: 5000}, 78},
	{"VXLAN-GPE, Ethernet", linkEthernet, overUDP(4789, "\x0c\x00\x00\x03\x00\x13\x88\x00", eth(typeIPv4, inTCP())), fact.Scope{Tunnel: fact.VXLAN, VNI: 5000}, 78},
	{"VXLAN-GPE, IPv6", linkEthernet, overUDP(4790, "\x0c\x00\x00\x02\x00\x13\x88\x00", inUDP6()), fact.Scope{Tunnel: fact.VXLAN, VNI: 5000}, 53},
	{"GRE in UDP", linkEthernet, overUDP(4754, "\x20\x00\x08\x00\x00\x00\x00\x07", inTCP()), fact.Scope{Tunnel: fact.GRE, VNI: 7}, 64},
	{"Teredo with trailer", linkEthernet, overUDP(3544, "\x60\x00\x00\x00\x00\x0d\x11\x40", "\x20\x01\x00\x00", make([]byte, 28), udpOf(5000, 53, []byte("query")), "\x01\x02\x03\x04"), fact.Scope{Tunnel: fact.Teredo}, 57},
	{"GENEVE with an option", linkEthernet, overUDP(6081, "\x01\x00\x65\x58\x00\x00\x2a\x00\x01\x02\x03\x00", eth(typeIPv4, inTCP())), fact.Scope{Tunnel: fact.GENEVE, VNI: 42}, 78},
	{"GENEVE, IPv6", linkEthernet, overUDP(6081, "\x00\x00\x86\xdd\x00\x00\x2a\x00", inUDP6()), fact.Scope{Tunnel: fact.GENEVE, VNI: 42}, 53},
	{"GTP-U", linkEthernet, overUDP(2152, "\x30\xff\x00\x40\x00\x00\x00\x01", inTCP()), fact.Scope{Tunnel: fact.GTPU}, 64},
	{"GTP-U with extension", linkEthernet, overUDP(2152, "\x34\xff\x00\x48\x00\x00\x00\x01\x00\x00\x00\x85\x01\x00\x09\x00", inTCP()), fact.Scope{Tunnel: fact.GTPU}, 64},
	{"Teredo", linkEthernet, overUDP(3544, inUDP6()), fact.Scope{Tunnel: fact.Teredo}, 53},
	{"Teredo, authentication and origin", linkEthernet, overUDP(3544, "\x00\x01\x00\x00\x01\x02\x03\x04\x05\x06\x07\x08\x00", "\x00\x00\xf2\x27\xf5\xff\xff\xfe", inUDP6()), fact.Scope{Tunnel: fact.Teredo}, 53},
	{"L2TP, all fields", linkEthernet, overUDP(1701, "\x4a\x02\x00\x54\x00\x01\x00\x02\x00\x00\x00\x00\x00\x02\xaa\xaa\xff\x03\x00\x21", inTCP()), fact.Scope{Tunnel: fact.L2TP}, 68},
	{"L2TP, none", linkEthernet, overUDP(1701, "\x00\x02\x00\x01\x00\x02\x00\x57", inUDP6()), fact.Scope{Tunnel: fact.L2TP}, 55},
	{"PPPoE", linkEthernet, eth(typePPPoESession, frame("\x11\x00\x00\x01\x00\x42\x00\x21", inTCP(), "padding")), fact.Scope{Tunnel: fact.PPPoE}, 66},
	{"PPPoE, compressed protocol", linkPPPoE, frame("\x11\x00\x00\x01\x00\x41\x21", inTCP()), fact.Scope{Tunnel: fact.PPPoE}, 65},
	{"802.1ah", linkEthernet, eth(typeBackbone, frame("\x00\x00\x00\x2a", eth(typeIPv4, inTCP()))), fact.Scope{Tunnel: fact.Backbone, VNI: 42}, 78},
	{"LISP", linkEthernet, overUDP(4341, "\xc0\x12\x34\x56\x00\x00\x00\x01", inTCP()), fact.Scope{Tunnel: fact.LISP}, 64},
	{"LISP with an instance, IPv6", linkEthernet, overUDP(4341, "\xc8\x12\x34\x56\x00\x00\x2a\x01", inUDP6()), fact.Scope{Tunnel: fact.LISP, VNI: 42}, 53},
	{"CAPWAP, 802.11", linkEthernet, overUDP(5247, "\x00\x10\x03\x00\x00\x00\x00\x00", "\x08\x01\x00\x00", wifiMACs, "\x10\x00", snap, inTCP()), fact.Scope{Tunnel: fact.CAPWAP}, 96},
	{"CAPWAP, swapped", linkEthernet, overUDP(5247, "\x00\x10\x03\x00\x00\x00\x00\x00", "\x01\x08\x00\x00", wifiMACs, "\x01\x10", snap, inTCP()), fact.Scope{Tunnel: fact.CAPWAP}, 96},
	{"CAPWAP, Ethernet", linkEthernet, overUDP(5247, "\x00\x10\x02\x00\x00\x00\x00\x00", eth(typeIPv4, inTCP())), fact.Scope{Tunnel: fact.CAPWAP}, 78},
	{"pseudowire", linkEthernet, eth(typeMPLS, frame("\x00\x01\x01\x40", eth(typeIPv4, inTCP()))), fact.Scope{Tunnel: fact.MPLSPseudowire}, 78},
	{"pseudowire with control word", linkEthernet, eth(typeMPLS, frame("\x00\x01\x00\x40\x00\x02\x01\x40\x00\x00\x00\x00", eth(typeIPv4, inTCP()))), fact.Scope{Tunnel: fact.MPLSPseudowire}, 78},
}

func TestTunnels(t *testing.T) {
	for _, c := range tunnelled {
		t.Run(c.name, func(t *testing.T) {
			got := decode(c.link, c.frame)
			if len(got) != 2 {
				t.Fatalf("%d packets, want 2: %+v", len(got), got)
			}
			out, in := got[0], got[1]
			if out.Carries != c.scope.Tunnel || out.Depth != 0 || out.Scope != (fact.Scope{}) || out.Problem != OK {
				t.Errorf("outer packet: carries %v, depth %d, scope %v, problem %d", out.Carries, out.Depth, out.Scope, out.Problem)
			}
			if in.Scope != c.scope || in.Depth != 1 || int(in.Length) != c.length || in.Carries != fact.NoTunnel || in.Cut || in.Problem != OK {
				t.Errorf("inner packet: scope %+v, depth %d, length %d, problem %d", in.Scope, in.Depth, in.Length, in.Problem)
			}
			if in.Number != 3 || in.Time != 5 {
				t.Errorf("inner packet: number %d, time %d", in.Number, in.Time)
			}
			switch in.Version {
			case 4:
				if in.SrcPort != 40000 || in.DstPort != 443 || string(in.Payload) != "data" || in.PayloadLen != 4 {
					t.Errorf("inner packet: %+v", in)
				}
			case 6:
				if in.SrcPort != 5000 || in.DstPort != 53 || string(in.Payload) != "query" || in.PayloadLen != 5 {
					t.Errorf("inner packet: %+v", in)
				}
			default:
				t.Errorf("inner packet is no IP: %+v", in)
			}
		})
	}
}

// The class of service of ERSPAN's header is that of the mirrored frame's tag.
func TestERSPANTag(t *testing.T) {
	in := decode(linkEthernet, overGRE("\x10\x00\x88\xbe\x00\x00\x00\x01\x10\x14\xb0\x09\x00\x00\x00\x00", eth(typeIPv4, inTCP())))[1]
	if !in.Tagged || in.PCP != 5 {
		t.Errorf("tagged %v, PCP %d, want 5", in.Tagged, in.PCP)
	}
}

// What only has the port of a tunnel stays what it is.
var notTunnels = []struct {
	name  string
	frame []byte
}{
	{"VXLAN without the I flag", overUDP(4789, "\x00\x00\x00\x00\x00\x13\x88\x00", eth(typeIPv4, inTCP()))},
	{"VXLAN, reserved byte", overUDP(4789, "\x08\x00\x00\x00\x00\x13\x88\x01", eth(typeIPv4, inTCP()))},
	{"VXLAN, reserved bits", overUDP(4789, "\x08\x00\x00\x01\x00\x13\x88\x00", eth(typeIPv4, inTCP()))},
	{"VXLAN, no frame", overUDP(4789, "\x08\x00\x00\x00\x00\x13\x88\x00\x01")},
	{"VXLAN, short", overUDP(4789, "\x08\x00\x00")},
	{"DNS answer to port 4789", overUDP(4789, "\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x03www")},
	{"empty datagram", overUDP(4789)},
	{"LISP, no IP", overUDP(4341, "\xc0\x12\x34\x56\x00\x00\x00\x01", make([]byte, 40))},
	{"LISP, length beyond the end", overUDP(4341, "\xc0\x12\x34\x56\x00\x00\x00\x01", inTCP()[:40])},
	{"CAPWAP over DTLS", overUDP(5247, "\x01\x00\x00\x00\x17\xfe\xff", make([]byte, 40))},
	{"CAPWAP fragment", overUDP(5247, "\x00\x10\x03\x80\x00\x00\x00\x00", "\x08\x01\x00\x00", wifiMACs, "\x10\x00", snap, inTCP())},
	{"CAPWAP, management", overUDP(5247, "\x00\x10\x03\x00\x00\x00\x00\x00", "\x80\x00\x00\x00", wifiMACs, "\x10\x00", snap, inTCP())},
	{"CAPWAP, short", overUDP(5247, "\x00\x10\x03")},
	{"GENEVE, version 1", overUDP(6081, "\x40\x00\x65\x58\x00\x00\x2a\x00", eth(typeIPv4, inTCP()))},
	{"GENEVE, other protocol", overUDP(6081, "\x00\x00\x12\x34\x00\x00\x2a\x00", inTCP())},
	{"GENEVE, short", overUDP(6081, "\x00\x00")},
	{"GENEVE, options beyond the end", overUDP(6081, "\x3f\x00\x65\x58\x00\x00\x2a\x00")},
	{"GTP-U echo", overUDP(2152, "\x32\x01\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00")},
	{"GTP-U, length beyond the end", overUDP(2152, "\x30\xff\x00\x99\x00\x00\x00\x01", inTCP())},
	{"GTP-U, no IP", overUDP(2152, "\x30\xff\x00\x04\x00\x00\x00\x01zzzz")},
	{"GTP-U, optional fields missing", overUDP(2152, "\x32\xff\x00\x02\x00\x00\x00\x01\x00\x00")},
	{"GTP-U, extension of length 0", overUDP(2152, "\x34\xff\x00\x05\x00\x00\x00\x01\x00\x00\x00\x85\x00")},
	{"GTP-U, extension beyond the end", overUDP(2152, "\x34\xff\x00\x05\x00\x00\x00\x01\x00\x00\x00\x85\x07")},
	{"GTP-U, extension missing", overUDP(2152, "\x34\xff\x00\x04\x00\x00\x00\x01\x00\x00\x00\x85")},
	{"Teredo, other length", overUDP(3544, inUDP6(), "x")},
	{"Teredo, length beyond the end", eth(typeIPv4, ip4(17, udpOf(5000, 3544, inUDP6()[:50])))},
	{"Teredo, other version", overUDP(3544, ip4(17, make([]byte, 30)))},
	{"GRE in UDP, short", overUDP(4754, "\x20")},
	{"VXLAN-GPE, no IP", overUDP(4790, "\x0c\x00\x00\x01\x00\x13\x88\x00zzzz")},
	{"Teredo, authentication beyond the end", overUDP(3544, "\x00\x01\xff\xff", inUDP6())},
	{"L2TP control", overUDP(1701, "\xc8\x02\x00\x0c\x00\x01\x00\x00\x00\x00\x00\x00")},
	{"L2TP, length beyond the end", overUDP(1701, "\x40\x02\x00\x99\x00\x01\x00\x02\x00\x21", inTCP())},
	{"L2TP, offset beyond the end", overUDP(1701, "\x02\x02\x00\x01\x00\x02\x00\x99\x00\x21", inTCP())},
	{"L2TP, offset missing", overUDP(1701, "\x02\x02\x00\x01\x00\x02")},
	{"L2TP, short", overUDP(1701, "\x00\x02")},
	{"GRE, other protocol", overGRE("\x00\x00\x12\x34zzzz")},
	{"GRE, source routes", overGRE("\x40\x00\x08\x00", inTCP())},
	{"GRE, version 2", overGRE("\x00\x02\x08\x00", inTCP())},
	{"GRE, keepalive", overGRE("\x00\x00\x08\x00")},
	{"PPTP acknowledgement", overGRE("\x20\x81\x88\x0b\x00\x00\x00\x05\x00\x00\x00\x02")},
	{"ERSPAN II, short", overGRE("\x10\x00\x88\xbe\x00\x00\x00\x01\x10\x14")},
	{"ERSPAN III, short", overGRE("\x10\x00\x22\xeb\x00\x00\x00\x01\x10\x14")},
	{"ERSPAN III, subheader missing", overGRE("\x10\x00\x22\xeb\x00\x00\x00\x01\x20\x14\x00\x09\x00\x00\x00\x00\x00\x00\x00\x01")},
	{"PPPoE discovery", eth(typePPPoESession, frame("\x11\x09\x00\x00\x00\x04\x01\x01\x00\x00"))},
	{"pseudowire's associated channel", eth(typeMPLS, frame("\x00\x01\x01\x40\x10\x00\x00\x21zzzzzzzzzzzzzzzzz"))},
	{"labels around something else", eth(typeMPLS, frame("\x00\x01\x01\x40\xf0zzzzzzzzzzzzzzzzzzzzz"))},
}

func TestNotTunnels(t *testing.T) {
	for _, c := range notTunnels {
		t.Run(c.name, func(t *testing.T) {
			got := decode(linkEthernet, c.frame)
			if len(got) != 1 || got[0].Carries != fact.NoTunnel || got[0].Problem != OK {
				t.Errorf("%d packets, the first %+v", len(got), got[0])
			}
		})
	}
}

// Tunnels within tunnels are followed to MaxDepth.
func TestTunnelDepth(t *testing.T) {
	b := inTCP()
	for range 6 {
		b = ip4(4, b)
	}
	got := decode(linkEthernet, eth(typeIPv4, b))
	if len(got) != MaxDepth+1 {
		t.Fatalf("%d packets, want %d", len(got), MaxDepth+1)
	}
	for i, p := range got {
		if int(p.Depth) != i || p.Carries != fact.IPinIP {
			t.Errorf("packet %d: depth %d, carries %v", i, p.Depth, p.Carries)
		}
	}
	if last := got[MaxDepth]; last.Problem != TooDeep {
		t.Errorf("problem %d", last.Problem)
	}
}

// A cut capture gives the inner packet the length that it had.
func TestCutTunnel(t *testing.T) {
	b := eth(typeIPv4, ip4(4, inTCP()))
	got := NewDecoder(Options{}).Decode(nil, linkEthernet, cut(b, len(b)-10))
	if len(got) != 2 || !got[1].Cut || got[1].Length != 64 || got[1].Problem != Short || got[1].SrcPort != 40000 || got[1].PayloadLen != 4 {
		t.Errorf("%+v", got[1])
	}
}

// The first fragment of a tunnel's datagram shows the inner packet, of which later fragments bring the rest.
func TestFragmentedTunnel(t *testing.T) {
	whole := udpOf(5000, 2152, frame("\x30\xff\x00\x40\x00\x00\x00\x01", inTCP()))
	got := decode(linkRaw, piece(1, more, string(whole[:72]))) // 8 of UDP, 8 of GTP-U, 56 of the inner packet's 64
	if len(got) != 2 {
		t.Fatalf("%d packets", len(got))
	}
	if in := got[1]; in.Length != 64 || !in.Cut || in.IPLength != 64 || in.DstPort != 443 || in.PayloadLen != 4 || in.Problem != Short {
		t.Errorf("%+v", in)
	}
}

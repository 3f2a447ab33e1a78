package configuration

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

// tape is a capture that is written frame by frame, from bytes that a reader can check against the standards.
type tape struct {
	t      *testing.T
	frames []taped
}

type taped struct {
	at   float64 // seconds
	data []byte
}

func (p *tape) hex(s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}

// every sends a frame from, from+step, … until to.
func (p *tape) every(step, from, to float64, frame []byte) *tape {
	for x := from; x <= to; x += step {
		p.frames = append(p.frames, taped{x, frame})
	}
	return p
}

// ether is a frame of host n of 02:00:00:00:00:00/40 in a VLAN; 0 is untagged.
func (p *tape) ether(n byte, dst string, vlan uint16, etherType uint16, payload []byte) []byte {
	b := append(p.hex(dst), 2, 0, 0, 0, 0, n)
	if vlan > 0 {
		b = append(b, 0x81, 0, byte(vlan>>8), byte(vlan))
	}
	return append(binary.BigEndian.AppendUint16(b, etherType), payload...)
}

// llc is an 802.3 frame.
func (p *tape) llc(n byte, dst string, vlan uint16, payload []byte) []byte {
	return p.ether(n, dst, vlan, uint16(len(payload)), payload)
}

func (p *tape) ip(n byte, dst string, vlan uint16, proto byte, from, to string, payload []byte) []byte {
	b := []byte{0x45, 0, 0, 0, 0, 0, 0, 0, 255, proto, 0, 0}
	binary.BigEndian.PutUint16(b[2:], uint16(20+len(payload)))
	b = append(append(b, netip.MustParseAddr(from).AsSlice()...), netip.MustParseAddr(to).AsSlice()...)
	return p.ether(n, dst, vlan, 0x0800, append(b, payload...))
}

func (p *tape) udp(n byte, dst string, vlan uint16, from, to string, payload []byte) []byte {
	s, d := netip.MustParseAddrPort(from), netip.MustParseAddrPort(to)
	b := binary.BigEndian.AppendUint16(nil, s.Port())
	b = binary.BigEndian.AppendUint16(b, d.Port())
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(payload)))
	return p.ip(n, dst, vlan, 17, s.Addr().String(), d.Addr().String(), append(append(b, 0, 0), payload...))
}

// findings reads the tape as a pcap file and runs the analysis; it returns "rule: text".
func (p *tape) findings() []string {
	slices.SortStableFunc(p.frames, func(a, b taped) int { return int((a.at - b.at) * 1e6) })
	b := p.hex("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000")
	for _, f := range p.frames {
		us := uint64(1.7e15) + uint64(f.at*1e6)
		data := append(slices.Clone(f.data), make([]byte, max(0, 60-len(f.data)))...) // Ethernet padding
		for _, v := range []uint32{uint32(us / 1e6), uint32(us % 1e6), uint32(len(data)), uint32(len(data))} {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
		b = append(b, data...)
	}
	src := []capture.Source{{Path: "tape.pcap", Size: int64(len(b)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}}
	batch, _, err := build.Run(p.t.Context(), capture.Run(p.t.Context(), src, capture.Options{Workers: 2}), build.Options{})
	if err != nil {
		p.t.Fatal(err)
	}
	s := memory.New()
	if err := s.Apply(p.t.Context(), batch); err != nil {
		p.t.Fatal(err)
	}
	r, err := Run(p.t.Context(), s, graph.Params{}, &analyses.Site{Intent: &intent.Intent{}}, Options{})
	if err != nil {
		p.t.Fatal(err)
	}
	out := []string{}
	for _, f := range r.Findings {
		out = append(out, strings.TrimPrefix(f.Rule, "configuration/")+": "+f.Text)
	}
	return out
}

const allOSPF, allHSRP, allSTP, allCisco, everybody = "01005e000005", "01005e000002", "0180c2000000", "01000ccccccc", "ffffffffffff"

// hello is RFC 2328, A.3.2: router n of 10.0.0.0/24, area 0, hello and dead intervals in seconds.
func (p *tape) hello(n byte, hello, dead byte) []byte {
	return p.ip(n, allOSPF, 99, 89, fmt.Sprintf("10.0.0.%d", n), "224.0.0.5",
		p.hex(fmt.Sprintf("02 01 002c %02x%02x%02x%02x 00000000 0000 0000 0000000000000000 ffffff00 %04x 02 01 %08x 00000000 00000000", n, n, n, n, hello, dead)))
}

// standby is RFC 2281, 5.1: group 1 of 10.0.0.1, state 16 active or 8 standby.
func (p *tape) standby(n, state byte) []byte {
	return p.udp(n, allHSRP, 10, fmt.Sprintf("10.0.0.%d:1985", n), "224.0.0.2:1985", p.hex(fmt.Sprintf("00 00 %02x 03 0a 64 01 00 636973636f000000 0a000001", state)))
}

// bpdu is an 802.1D configuration BPDU of bridge n that holds root for the root.
func (p *tape) bpdu(n, root byte) []byte {
	return p.llc(n, allSTP, 0, p.hex(fmt.Sprintf("424203 0000 00 00 00 8000 0200000000%02x 00000004 8000 0200000000%02x 8001 0000 1400 0200 0f00", root, n)))
}

// port is a CDP announcement of switch n, with its duplex mode.
func (p *tape) port(n, duplex byte) []byte {
	return p.llc(n, allCisco, 0, p.hex(fmt.Sprintf("aaaa03 00000c 2000 02 b4 0000 0001 0007 7377%02x 0003 0009 4769302f31 000b 0005 %02x", '0'+n, duplex)))
}

// offer is RFC 2131: server n offers 10.0.0.50/24 with a router to transaction 7.
func (p *tape) offer(n, router byte) []byte {
	b := append(p.hex("02 01 06 00 00000007 0000 0000 00000000 0a000032 00000000 00000000 020000000032"), make([]byte, 10+192)...)
	b = append(b, p.hex(fmt.Sprintf("63825363 350102 3604 0a0000%02x 0104 ffffff00 0304 0a0000%02x ff", n, router))...)
	return p.udp(n, everybody, 10, fmt.Sprintf("10.0.0.%d:67", n), "255.255.255.255:68", b)
}

// arp is RFC 826: host n says at whom 10.0.0.x is; op 1 asks for 10.0.0.1, 2 answers host 9.
func (p *tape) arp(n, x, op byte) []byte {
	return p.ether(n, everybody, 10, 0x0806, p.hex(fmt.Sprintf("0001 0800 06 04 %04x 0200000000%02x 0a0000%02x 020000000009 0a000001", op, n, x)))
}

// tooBig is RFC 1191: router n drops a packet from 10.0.0.7 to 192.0.2.1.
func (p *tape) tooBig(n byte, mtu uint16) []byte {
	return p.ip(n, "020000000007", 10, 1, fmt.Sprintf("10.0.0.%d", n), "10.0.0.7",
		p.hex(fmt.Sprintf("03 04 0000 0000 %04x 450005dc 00004000 40060000 0a000007 c0000201 d43101bb 00000001", mtu)))
}

// Every rule that packets of the control plane raise, on frames of its own, and the look-alike that stays silent.
func TestFrames(t *testing.T) {
	blank := func() *tape { return &tape{t: t} }
	x := blank()
	for name, c := range map[string]struct {
		tape *tape
		want []string
	}{
		"hello intervals": {blank().every(10, 0, 60, x.hello(1, 10, 40)).every(5, 1, 60, x.hello(2, 5, 20)),
			[]string{"ospf-mismatch: OSPF routers on 10.0.0.0/24 vlan 99 say ospf.hello 5 (10.0.0.2), 10 (10.0.0.1); ospf.dead 20 (10.0.0.2), 40 (10.0.0.1), must be equal"}},
		"equal hellos": {blank().every(10, 0, 60, x.hello(1, 10, 40)).every(10, 1, 60, x.hello(2, 10, 40)), nil},
		"two active": {blank().every(3, 0, 30, x.standby(2, 16)).every(3, 1, 31, x.standby(3, 16)),
			[]string{"fhrp-conflict: HSRP group hsrp 1 vlan 10 has two active routers, 10.0.0.2 and 10.0.0.3, for 29 s, want one"}},
		"a failover":          {blank().every(3, 0, 30, x.standby(2, 16)).every(3, 1, 40, x.standby(3, 8)).every(3, 41, 80, x.standby(3, 16)), nil},
		"a failover and back": {blank().every(3, 0, 30, x.standby(2, 16)).every(3, 40, 80, x.standby(3, 16)).every(3, 81, 120, x.standby(2, 16)), nil},
		"two roots": {blank().every(2, 0, 30, x.bpdu(4, 4)).every(2, 1, 31, x.bpdu(5, 5)),
			[]string{"stp-conflict: spanning tree cst has two roots for 29 s: 32768 02:00:00:00:00:04 (02:00:00:00:00:04), 32768 02:00:00:00:00:05 (02:00:00:00:00:05), want one"}},
		"an election": {blank().every(2, 0, 8, x.bpdu(5, 5)).every(2, 1, 60, x.bpdu(4, 4)).every(2, 10, 60, x.bpdu(5, 4)), nil},
		"duplex": {blank().every(60, 0, 120, x.port(1, 1)).every(60, 5, 120, x.port(2, 0)),
			[]string{"duplex-mismatch: the two ends of the link at tape announce duplex full (sw1 Gi0/1), half (sw2 Gi0/1), must be equal"}},
		"both full": {blank().every(60, 0, 120, x.port(1, 1)).every(60, 5, 120, x.port(2, 1)), nil},
		"two servers": {blank().every(1, 0, 0, x.offer(2, 1)).every(1, 0.1, 0.1, x.offer(66, 66)),
			[]string{"dhcp-conflict: DHCP servers 10.0.0.2 and 10.0.0.66 on vlan 10 give different options: dhcp.router 10.0.0.1 (10.0.0.2), 10.0.0.66 (10.0.0.66)"}},
		"a failover pair": {blank().every(1, 0, 0, x.offer(2, 1)).every(1, 0.1, 0.1, x.offer(3, 1)), nil},
		"one address, two hosts": {blank().every(20, 0, 60, x.arp(7, 5, 1)).every(20, 10, 60, x.arp(8, 5, 1)),
			[]string{"duplicate-address: 10.0.0.5 in VLAN 10 is claimed by two MACs at one time, 02:00:00:00:00:07 (4 claims) and 02:00:00:00:00:08 (3), want one"}},
		"a new network card": {blank().every(20, 0, 60, x.arp(7, 5, 1)).every(20, 90, 150, x.arp(8, 5, 1)), nil},
		"too big": {blank().every(1, 0, 2, x.tooBig(1, 1400)),
			[]string{"path-mtu-reduced: 10.0.0.1 reports next-hop MTU 1400 towards 192.0.2.1 (3 times)"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.tape.t = t
			if got := c.tape.findings(); !slices.Equal(got, c.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
			}
		})
	}
}

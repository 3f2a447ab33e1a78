package wire

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/file"
)

// fields are what tshark is asked for; of each, the first in the frame.
var fields = []string{"frame.number", "frame.len", "frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "ip.proto",
	"ip.ttl", "ipv6.hlim", "ip.dsfield", "ipv6.tclass", "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport", "sctp.srcport",
	"sctp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.len", "udp.length", "vlan.id", "ip.len", "ipv6.plen", "ip.id",
	"ip.frag_offset", "icmp.type", "icmp.code", "icmpv6.type", "eth.src", "eth.dst", "tcp.window_size_value"}

// TestTshark compares the headers of every frame with tshark's: of all captures if NSGRAPH_TSHARK is "all", which takes minutes,
// else of each fortieth.
func TestTshark(t *testing.T) {
	dir := os.Getenv("NSGRAPH_CAPTURES")
	if dir == "" {
		t.Skip("NSGRAPH_CAPTURES names no folder of captures")
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed")
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.*cap*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("captures in %s: %d, %v", dir, len(names), err)
	}
	frames := 0
	for i, name := range names {
		if i%40 != 0 && os.Getenv("NSGRAPH_TSHARK") != "all" {
			continue
		}
		if why, ok := otherwise[filepath.Base(name)]; ok {
			t.Logf("%s: left out: %s", filepath.Base(name), why)
			continue
		}
		n, err := compareTshark(t, name)
		if err != nil {
			t.Logf("%s: left out: %v", filepath.Base(name), err)
		}
		frames += n
	}
	t.Logf("%d frames compared", frames)
}

// TestTsharkTunnels compares the source addresses and TCP and UDP ports of all levels of tunnels with tshark's: in the first
// capture of each kind, and in all if NSGRAPH_TSHARK is "all".
func TestTsharkTunnels(t *testing.T) {
	dir := os.Getenv("NSGRAPH_CAPTURES")
	if dir == "" {
		t.Skip("NSGRAPH_CAPTURES names no folder of captures")
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed")
	}
	kinds := make(map[fact.TunnelKind]int)
	names, _ := filepath.Glob(filepath.Join(dir, "*.*cap*"))
	for _, name := range names {
		if name != filepath.Join(dir, "tcpdump-vxlan-port-8472.pcap") { // a port that tshark does not take for VXLAN
			compareTunnels(t, name, kinds)
		}
	}
	t.Logf("tunnels: %v", kinds)
}

// compareTunnels asks tshark if there are tunnels in the capture of a kind that is not in kinds, and counts them there.
func compareTunnels(t *testing.T, name string, kinds map[fact.TunnelKind]int) {
	ours := make(map[string]string) // by frame number
	here := make(map[fact.TunnelKind]int)
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := file.Open(name, f)
	d := NewDecoder(Options{})
	var b file.Batch
	for err == nil {
		err = r.Read(&b)
		for i := range b.Packets {
			packets := d.Decode(nil, r.Interfaces()[b.Packets[i].Interface].LinkType, &b.Packets[i])
			if len(packets) == 1 {
				continue
			}
			var values []string
			for _, p := range packets {
				if p.Carries != fact.NoTunnel {
					here[p.Carries]++
				}
				if p.Has&HasIP != 0 {
					values = append(values, p.Src.Netip().String())
				}
				if p.Has&HasTransport != 0 && (p.Protocol == fact.TCP || p.Protocol == fact.UDP) {
					values = append(values, fmt.Sprint(p.SrcPort))
				}
			}
			slices.Sort(values)
			ours[fmt.Sprint(packets[0].Number)] = strings.Join(values, ",")
		}
	}
	fresh := os.Getenv("NSGRAPH_TSHARK") == "all" && len(ours) > 0
	for k, n := range here {
		fresh = fresh || kinds[k] == 0
		kinds[k] += n
	}
	if !fresh {
		return
	}
	out, _ := exec.Command("tshark", "-n", "-r", name, "-o", "ip.defragment:FALSE", "-T", "fields", "-E", "occurrence=a", "-E", "separator=/s",
		"-e", "frame.number", "-e", "frame.protocols", "-e", "ip.src", "-e", "ipv6.src", "-e", "tcp.srcport", "-e", "udp.srcport").Output()
	for line := range strings.Lines(string(out)) {
		row := strings.Fields(line)
		if len(row) < 2 || ours[row[0]] == "" || strings.Contains(row[1], "icmp") { // which quotes others
			continue
		}
		values := strings.FieldsFunc(strings.Join(row[2:], ","), func(c rune) bool { return c == ',' })
		slices.Sort(values)
		if want := strings.Join(values, ","); ours[row[0]] != want {
			t.Errorf("%s frame %s (%s): %s, tshark %s", filepath.Base(name), row[0], row[1], ours[row[0]], want)
		}
	}
}

// otherwise are captures that tshark understands otherwise, for a reason.
var otherwise = map[string]string{
	"fmt-bad-caplen.pcap": "tshark takes it for a pcap of another kind, because of its damaged second record",
	"ndpi-sflow.pcap":     "the first VLAN id is that of a sample within sFlow",
}

// compareTshark returns how many IP frames of a capture it compared.
func compareTshark(t *testing.T, name string) (int, error) {
	args := []string{"-n", "-r", name, "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE",
		"-o", "tcp.relative_sequence_numbers:FALSE", "-T", "fields", "-E", "occurrence=f", "-E", "separator=/t"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	out, _ := exec.Command("tshark", args...).Output() // damaged captures give what is before the damage
	rows := make(map[uint64]map[string]string)
	for line := range strings.Lines(string(out)) {
		row := make(map[string]string)
		for i, v := range strings.Split(strings.TrimRight(line, "\n"), "\t") {
			row[fields[i]] = v
		}
		n, _ := strconv.ParseUint(row["frame.number"], 10, 64)
		rows[n] = row
	}
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r, err := file.Open(name, f)
	if err != nil {
		return 0, err
	}
	compared, wrong := 0, 0
	d := NewDecoder(Options{})
	var b file.Batch
	for err = r.Read(&b); err == nil; err = r.Read(&b) {
		for i := range b.Packets {
			fp := &b.Packets[i]
			packets := d.Decode(nil, r.Interfaces()[fp.Interface].LinkType, fp)
			row := rows[fp.Number]
			if row == nil || packets[0].Problem == UnknownLink || strings.Contains(row["frame.protocols"], "ieee8021ah") { // not read
				continue
			}
			if ip := slices.IndexFunc(packets, func(p Packet) bool { return p.Has&HasIP != 0 }); ip >= 0 || row["ip.src"]+row["ipv6.src"] != "" {
				compared++
				p := &packets[max(ip, 0)]
				if diff := differences(p, &packets[0], row); len(diff) > 0 && wrong < 5 {
					wrong++
					t.Errorf("%s frame %d (%s): %s", filepath.Base(name), fp.Number, row["frame.protocols"], strings.Join(diff, "; "))
				}
			}
		}
	}
	if err != io.EOF {
		return compared, err
	}
	return compared, nil
}

// differences lists where p, the outermost IP packet of the frame outer, and tshark's row differ.
func differences(p, outer *Packet, row map[string]string) (diff []string) {
	layers := strings.Split(row["frame.protocols"], ":")
	check := func(field string, got any) {
		if want, g := row[field], fmt.Sprint(got); want != "" && want != g {
			diff = append(diff, fmt.Sprintf("%s %s, tshark %s", field, g, want))
		}
	}
	hex := func(v uint64, digits int) string { return fmt.Sprintf("0x%0*x", digits, v) }
	first := slices.IndexFunc(layers, func(l string) bool { return l == "ip" || l == "ipv6" })
	if first < 0 {
		return []string{"tshark finds no IP"}
	}
	if p.Has&HasIP == 0 {
		return []string{fmt.Sprintf("no IP found, problem %d", p.Problem)}
	}
	if outer.Carries == fact.NoTunnel { // or the tag may be the inner frame's
		ids := make([]string, 0, fact.MaxVLANs)
		for _, id := range outer.Scope.VLAN.ID[:outer.Scope.VLAN.N] {
			ids = append(ids, fmt.Sprint(id))
		}
		if want := row["vlan.id"]; want != "" && want != "0" && !slices.Contains(ids, want) { // 802.1ad's is another field
			diff = append(diff, fmt.Sprintf("vlan.id %v, tshark %s", ids, want))
		}
		if got, want := outer.Tagged, slices.Contains(layers, "vlan") || slices.Contains(layers, "ieee8021ad"); got != want {
			diff = append(diff, fmt.Sprintf("tagged %v", got))
		}
	}
	if outer.Has&HasEthernet != 0 {
		check("eth.src", outer.SrcMAC)
		check("eth.dst", outer.DstMAC)
	}
	if layers[first] == "ip" {
		check("ip.src", p.Src.Netip())
		check("ip.dst", p.Dst.Netip())
		check("ip.ttl", p.TTL)
		check("ip.dsfield", hex(uint64(p.DSCP<<2|p.ECN), 2))
		check("ip.id", hex(uint64(p.IPID), 4))
		if row["ip.len"] != "0" {
			check("ip.len", p.IPLength)
		}
		check("ip.frag_offset", p.FragOff/8) // as it is in the header
		if !slices.Contains(layers, "ah") {
			check("ip.proto", uint8(p.Protocol))
		}
	} else {
		check("ipv6.src", p.Src.Netip())
		check("ipv6.dst", p.Dst.Netip())
		check("ipv6.hlim", p.TTL)
		check("ipv6.tclass", hex(uint64(p.DSCP<<2|p.ECN), 8))
	}
	rest := layers[first+1:]
	for len(rest) > 0 && (strings.HasPrefix(rest[0], "ipv6.") || rest[0] == "ah") {
		rest = rest[1:]
	}
	if len(rest) == 0 || p.Fragment && !p.FirstFr {
		return diff
	}
	switch transport := rest[0]; transport {
	case "tcp", "udp", "sctp":
		check(transport+".srcport", p.SrcPort)
		check(transport+".dstport", p.DstPort)
		if p.Protocol.String() != transport {
			diff = append(diff, fmt.Sprintf("protocol %v, tshark %s", p.Protocol, transport))
		}
	case "icmp":
		check("icmp.type", p.DstPort>>8)
		check("icmp.code", p.DstPort&0xff)
	case "icmpv6":
		check("icmpv6.type", p.DstPort>>8)
	}
	if p.Protocol == fact.TCP && rest[0] == "tcp" && p.Problem != Short {
		check("tcp.seq_raw", p.Seq)
		check("tcp.ack_raw", p.Ack)
		check("tcp.window_size_value", p.Window)
		check("tcp.len", p.PayloadLen)
		if f := row["tcp.flags"]; len(f) > 2 {
			check("tcp.flags", f[:len(f)-2]+fmt.Sprintf("%02x", p.Flags))
		}
	}
	if p.Protocol == fact.UDP && rest[0] == "udp" && !p.Fragment {
		check("udp.length", p.PayloadLen+8)
	}
	return diff
}
